"""Jinja2, set up so that nothing a workbook or a team's own template holds can act.

Sandboxed, strict about what is undefined, and escaping for the format at hand. Templates of a team come first, then the
shipped ones; a name that leads out of their folders is not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from xl_salesflow.documents.values import printable

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~^$&]|\A(?:[#+=-]|\d+(?=[.)]))|:(?=//))")
_BREAKS = re.compile(r"\s*[\r\n\u0085\u2028\u2029\v\f]+\s*")
_BREAK, _TAB = (f'</w:t><w:{mark}/><w:t xml:space="preserve">' for mark in ("br", "tab"))
_LONGEST = 1_000_000  # what a template may multiply a text to


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, which also refuses to grow texts and numbers without bound."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply within bounds; there is nothing to raise to a power in a document.

        Raises:
            SecurityError: the result would be out of all proportion.
        """
        sizes = [len(side) if isinstance(side, str | list | tuple) else 1 for side in (left, right)]
        times = [side for side in (left, right) if isinstance(side, int)]
        if operator == "**" or max(sizes) * max((1, *times)) > _LONGEST:
            raise SecurityError(f"{operator} is out of all proportion here")
        return super().call_binop(context, operator, left, right)


def fill(template: str, folders: tuple[Path, ...] = (), **facts: Any) -> str:
    """Return *template* (a file of *folders* or of templates/) filled with *facts*, escaped for the template's format.

    Raises:
        jinja2.UndefinedError: the template names a fact that is not given.
    """
    return environment(template.rpartition(".")[2], folders).get_template(template).render(**facts)


@cache
def environment(format: str, folders: tuple[Path, ...] = ()) -> Sandbox:
    """Return the environment for templates of *format*: html, md, txt, docx or xlsx."""
    return Sandbox(
        loader=ChoiceLoader([*map(FileSystemLoader, folders), PackageLoader("xl_salesflow.documents", "templates")]),
        autoescape=format in ("html", "docx"),
        finalize=_FINALS.get(format),
        undefined=StrictUndefined,
        trim_blocks=format not in ("docx", "xlsx"),
        lstrip_blocks=format not in ("docx", "xlsx"),
        keep_trailing_newline=True,
    )


def in_markdown(value: Any) -> Any:
    """Return *value* so that Markdown shows it as it is, on one line; Markup passes untouched."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _MARKDOWN.sub(_marked, _BREAKS.sub(" ", value))


def in_word(value: Any) -> Any:
    """Return *value* as it stands inside a run of WordprocessingML, line ends and tabs included."""
    if isinstance(value, Markup):
        return value
    text = str(escape(printable("" if value is None else str(value))))
    return Markup(text.replace("\n", _BREAK).replace("\t", _TAB))


def in_html(value: Any) -> Any:
    """Return *value* without the marks that no page can hold."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _marked(match: re.Match[str]) -> str:
    # "1." opens a numbered list: there it is the point that needs the mark
    mark = match[0]
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"


_FINALS: dict[str, Callable[[Any], Any]] = {"md": in_markdown, "docx": in_word, "html": in_html}
