"""Protection against hostile templates: Jinja2's sandbox, and Office files opened within limits.

Nothing in a workbook or in a team's own template is executed: Jinja2 is sandboxed, refuses undefined names, and escapes
for the format of the template. A team's templates override the shipped ones; a name that leads out of their folders is
not found. An Office file is unpacked only up to a size limit, its XML is parsed without entities, and the same parts
are packed to the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FunctionLoader, PackageLoader, StrictUndefined
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from xl_salesflow.documents.template_values import strip_unprintable
from xl_salesflow.errors import EncryptedWorkbook, NotAWorkbook, UsageError
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.office_templates import parse_office_part, read_office_parts

_MARKDOWN_SPECIALS = re.compile(r"([\\`*_\[\]<>|~^$&]|\A(?:[#+=-]|\d+(?=[.)]))|:(?=//))")
_MARKDOWN_LINE_BREAKS = re.compile(r"\s*[\r\n\u0085\u2028\u2029\v\f]+\s*")
_WORD_LINE_BREAK, _WORD_TAB = (f'</w:t><w:{mark}/><w:t xml:space="preserve">' for mark in ("br", "tab"))
_MAX_MULTIPLIED_LENGTH = 1_000_000  # limit for the length of a multiplied text


class TemplateSandbox(ImmutableSandboxedEnvironment):
    """Jinja2's sandbox, with limits for the growth of texts and numbers."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply within limits; powers are refused, because no document needs them.

        Raises:
            SecurityError: the result would be too large.
        """
        sizes = [len(side) if isinstance(side, str | list | tuple) else 1 for side in (left, right)]
        times = [side for side in (left, right) if isinstance(side, int)]
        if operator == "**" or max(sizes) * max((1, *times)) > _MAX_MULTIPLIED_LENGTH:
            raise SecurityError(f"{operator} gives too large a result")
        return super().call_binop(context, operator, left, right)


def _load_from_folder(folder: Path, template: str) -> tuple[str, str, Callable[[], bool]] | None:
    """Return a template of *folder*, and none that a link there leads to elsewhere."""
    path = folder.joinpath(*split_template_path(template))
    if not path.is_file() or not path.resolve().is_relative_to(folder.resolve()):
        return None
    return path.read_text(encoding="utf-8"), str(path), lambda: False


def fill_template(template: str, folders: tuple[Path, ...] = (), **facts: Any) -> str:
    """Return *template* (a file of *folders* or of templates/) filled with *facts*, escaped for the template's format.

    Raises:
        jinja2.UndefinedError: the template uses an unknown fact.
    """
    return jinja_environment(template.rpartition(".")[2], folders).get_template(template).render(**facts)


@cache
def jinja_environment(suffix: str, folders: tuple[Path, ...] = ()) -> TemplateSandbox:
    """Return the environment for templates with this *suffix*: html, md, txt, docx or xlsx."""
    return TemplateSandbox(
        loader=ChoiceLoader(
            [
                *(FunctionLoader(partial(_load_from_folder, each)) for each in folders),
                PackageLoader("xl_salesflow.documents", "templates"),
            ]
        ),
        autoescape=suffix in ("html", "docx"),
        finalize=_FINALIZERS.get(suffix),
        undefined=StrictUndefined,
        trim_blocks=suffix not in ("docx", "xlsx"),
        lstrip_blocks=suffix not in ("docx", "xlsx"),
        keep_trailing_newline=True,
    )


def escape_for_markdown(value: Any) -> Any:
    """Return *value* escaped so that Markdown shows it unchanged, on one line; Markup is not changed."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _MARKDOWN_SPECIALS.sub(_escape_markdown_mark, _MARKDOWN_LINE_BREAKS.sub(" ", value))


def escape_for_word(value: Any) -> Any:
    """Return *value* in the form of a run of WordprocessingML, with its line breaks and tabs."""
    if isinstance(value, Markup):
        return value
    text = str(escape(strip_unprintable("" if value is None else str(value))))
    return Markup(text.replace("\n", _WORD_LINE_BREAK).replace("\t", _WORD_TAB))


def clean_for_html(value: Any) -> Any:
    """Return *value* without the characters that are not allowed in a page."""
    return strip_unprintable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _escape_markdown_mark(match: re.Match[str]) -> str:
    # "1." begins a numbered list, so the dot needs a backslash
    special = match[0]
    return f"{special}\\" if special.isdigit() else f"\\{special}"


_FINALIZERS: dict[str, Callable[[Any], Any]] = {
    "md": escape_for_markdown,
    "docx": escape_for_word,
    "html": clean_for_html,
}

TemplateParts = dict[str, bytes]

_PACKED_FILE_DATE = (1980, 1, 1, 0, 0, 0)


class UnsoundTemplate(UsageError):
    """A template that is broken, hostile or not a file of its kind."""

    def __init__(self, name: str, why: Text) -> None:
        super().__init__("The template {name} {why}.", name=name, why=why)


def why_unsound(error: NotAWorkbook | EncryptedWorkbook) -> Text:
    """Return the reason why a file was refused."""
    if isinstance(error, NotAWorkbook):
        return error.why
    return Text("is protected with a password; remove it in Word or Excel (File › Info)")


def unpack_template(content: bytes, name: str) -> TemplateParts:
    """Return the parts of an Office file in order.

    Raises:
        UnsoundTemplate: it is not an Office file, or it is damaged, hostile or too large.
    """
    try:
        return read_office_parts(content, name)
    except EncryptedWorkbook as error:
        raise UnsoundTemplate(name, why_unsound(error)) from error
    except NotAWorkbook as error:
        why = Text("is damaged or not an Office file; save it again from Word or Excel")
        raise UnsoundTemplate(name, error.why if error.hostile else why) from error


def pack_document(parts: Mapping[str, bytes]) -> bytes:
    """Return *parts* as a package; the same parts give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, _PACKED_FILE_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            archive.writestr(member, content)
    return out.getvalue()


def parse_template_part(content: bytes, part: str, name: str) -> etree._Element:
    """Parse a part of the template *name*; no entity is resolved and nothing is fetched.

    Raises:
        UnsoundTemplate: the part is not XML, or has a document type, which Office never writes.
    """
    try:
        return parse_office_part(content, part, name)
    except NotAWorkbook as error:
        why = Text("contains malformed XML; save it again from Word or Excel")
        raise UnsoundTemplate(name, error.why if error.hostile else why) from error
