"""Jinja2, set up so that nothing a workbook holds can act: sandboxed, escaping, and strict about what is undefined."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jinja2 import PackageLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

_MARKDOWN = re.compile(r"([\\`*_\[\]<>|~^$&]|\A(?:[#+=-]|\d+(?=[.)]))|:(?=//))")
_BREAKS = re.compile(r"\s*[\r\n\u0085\u2028\u2029\v\f]+\s*")


def fill(template: str, **facts: Any) -> str:
    """Return *template* (a file of templates/) filled with *facts*; every value is escaped for the template's format.

    Raises:
        jinja2.UndefinedError: the template names a fact that is not given.
    """
    return _environment(template.rpartition(".")[2]).get_template(template).render(**facts)


@cache
def _environment(format: str) -> ImmutableSandboxedEnvironment:
    markdown = format == "md"
    return ImmutableSandboxedEnvironment(
        loader=PackageLoader("xl_salesflow.documents", "templates"),
        autoescape=not markdown,
        finalize=in_markdown if markdown else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def in_markdown(value: Any) -> Any:
    """Return *value* so that Markdown shows it as it is, on one line; Markup passes untouched."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _MARKDOWN.sub(_marked, _BREAKS.sub(" ", value))


def _marked(match: re.Match[str]) -> str:
    # "1." opens a numbered list: there it is the point that needs the mark
    mark = match[0]
    return f"{mark}\\" if mark.isdigit() else f"\\{mark}"
