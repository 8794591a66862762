"""Fill a team's own .xlsx template with Jinja tags in its cells; everything else in it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateSyntaxError

from xl_salesflow.documents.template_safety import UnsoundTemplate, jinja_environment, why_unsound
from xl_salesflow.documents.template_values import Figure, strip_unprintable
from xl_salesflow.errors import EncryptedWorkbook, NotAWorkbook
from xl_salesflow.ooxml.office_templates import FilledCell, PrintedRow, StoredTemplateRow, TemplateWorkbook

_BLOCK_TAG = re.compile(r"\{%-?\s*(\w+).*?-?%\}", re.DOTALL)
_ANY_TAG = re.compile(r"\{\{|\{%|\{#")
_COMMENT_TAG = re.compile(r"\{#.*?#\}", re.DOTALL)
_SINGLE_EXPRESSION = re.compile(r"\s*\{\{-?(.*?)-?\}\}\s*", re.DOTALL)
_OPENING_TAGS = ("for", "if")
_CLOSING_TAGS = ("endfor", "endif")
_LEADING_TAGS = re.compile(r"\s*(?:\{%-?\s*(?:for|if)\b(?:(?!%\}).)*%\}\s*)+", re.DOTALL)
_TRAILING_TAGS = re.compile(r"(?:\s*\{%-?\s*(?:endfor|endif)\s*-?%\})+\s*", re.DOTALL)


@dataclass
class SheetSource:
    """The Jinja text, and for each of its lines the cell it came from."""

    lines: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, text: str, place: str) -> None:
        """Put *text* on lines of its own."""
        for line in text.split("\n"):
            self.lines.append(line)
            self.places.append(place)

    @property
    def text(self) -> str:
        """Return the whole template."""
        return "\n".join(self.lines)


def build_sheet_source(rows: Iterable[StoredTemplateRow]) -> SheetSource:
    """Return the template of a sheet's *rows*.

    Raises:
        TemplateSyntaxError: a loop begins in one row and ends in the middle of another.
    """
    source, before = SheetSource(), 0
    for row in rows:
        if row.number - before > 1:  # rows without cells are not in the file, but they keep their place
            source.add(f"{{{{ _row({before + 1}, {row.number - before - 1}) }}}}", str(before + 1))
        before = row.number
        tagged = {address: text for address, text in row.texts.items() if _ANY_TAG.search(text)}
        if tagged and _is_tag_row(row, tagged):
            for address, text in tagged.items():
                source.add(_COMMENT_TAG.sub("", text).strip(), address)
        else:
            _add_source_row(source, row.number, tagged)
    return source


def _add_source_row(source: SheetSource, number: int, tagged: dict[str, str]) -> None:
    opening, closing, inner = list[tuple[str, str]](), list[tuple[str, str]](), dict[str, str]()
    for address, text in tagged.items():
        before, middle, after = _split_row_tags(text)
        opening += [(before, address)] if before else []
        closing += [(after, address)] if after else []
        inner[address] = middle
    for text, address in opening:
        source.add(text, address)
    source.add(f"{{{{ _row({number}) }}}}", str(number))
    for address, text in inner.items():
        source.add(_cell_source(address, text), address)
    for text, address in closing:
        source.add(text, address)


def _cell_source(address: str, text: str) -> str:
    single = _SINGLE_EXPRESSION.fullmatch(text)
    if single and "}}" not in single[1]:
        expression = " ".join(single[1].split())
        return f'{{{{ _cell("{address}", {expression}) }}}}'
    return f'{{% set _text %}}{text}{{% endset %}}{{{{ _cell("{address}", _text) }}}}'


def _split_row_tags(text: str) -> tuple[str, str, str]:
    # tags that are not closed in their own cell belong to the row
    depth = _block_tag_depth(text)
    if depth > 0 and (leading := _LEADING_TAGS.match(text)):
        return leading[0].strip(), text[leading.end() :], ""
    if depth < 0:
        for trailing in _TRAILING_TAGS.finditer(text):
            if trailing.end() == len(text):
                return "", text[: trailing.start()], trailing[0].strip()
    if depth:
        raise TemplateSyntaxError("a loop or condition of a row begins its first cell and ends its last one", 1)
    return "", text, ""


def _block_tag_depth(text: str) -> int:
    tags = [match[1] for match in _BLOCK_TAG.finditer(text)]
    return sum(tag in _OPENING_TAGS for tag in tags) - sum(tag in _CLOSING_TAGS for tag in tags)


def _is_tag_row(row: StoredTemplateRow, tagged: dict[str, str]) -> bool:
    # all non-empty cells contain only block tags
    only_tags = all(not _BLOCK_TAG.sub("", _COMMENT_TAG.sub("", text)).strip() for text in tagged.values())
    return only_tags and row.filled <= set(tagged) and any(_BLOCK_TAG.search(text) for text in tagged.values())


class SheetFilling:
    """Collects the rows of one sheet as its template prints them: the template calls `row` and `cell`."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, dict[str, FilledCell]]] = []

    def row(self, number: int, count: int = 1) -> str:
        """Record that *count* rows of the template, starting at *number*, are printed."""
        self._rows += [(row, {}) for row in range(number, number + count)]
        return ""

    def cell(self, address: str, value: Any) -> str:
        """Record the value of a cell in that row."""
        self._rows[-1][1][address] = _fill_cell(value)
        return ""

    @property
    def rows(self) -> list[PrintedRow]:
        """Return the recorded rows in order."""
        return [PrintedRow(number, cells) for number, cells in self._rows]


def _fill_cell(value: Any) -> FilledCell:
    # text is written as text, so that nothing typed becomes a formula; for an undefined field, this raises an error
    # that names it
    text = strip_unprintable("" if value is None else str(value))
    number = value.value if isinstance(value, Figure) else value
    is_number = isinstance(number, int | float | Decimal | date) and not isinstance(number, bool)
    return FilledCell(text, number if is_number else None)


@dataclass(frozen=True)
class ExcelTemplate:
    """A prepared template: the workbook, and its sheets with tags as Jinja templates."""

    workbook: TemplateWorkbook
    sheets: Mapping[str, Template]

    def fill(self, context: Mapping[str, Any]) -> bytes:
        """Return the filled workbook; the same context gives the same bytes.

        Raises:
            jinja2.TemplateError: a field is missing, or a tag fails.
        """
        printed = {}
        for sheet, template in self.sheets.items():
            filling = SheetFilling()
            template.render({**context, "_row": filling.row, "_cell": filling.cell})
            printed[sheet] = filling.rows
        return self.workbook.print_sheets(printed)


@lru_cache(maxsize=32)
def prepare_excel_template(content: bytes, name: str) -> ExcelTemplate:
    """Return the .xlsx *content* as a prepared template.

    Raises:
        UnsoundTemplate: it is not a workbook.
        jinja2.TemplateSyntaxError: a tag is malformed.
    """
    workbook, sources = read_template_sheets(content, name)
    made = {sheet: jinja_environment("xlsx").from_string(source.text) for sheet, source in sources.items()}
    return ExcelTemplate(workbook, made)


def read_template_sheets(content: bytes, name: str) -> tuple[TemplateWorkbook, dict[str, SheetSource]]:
    """Return the workbook *content*, and the sources of its sheets with tags, by name.

    Raises:
        UnsoundTemplate: it is not a workbook.
        jinja2.TemplateSyntaxError: a loop begins in one row and ends in the middle of another.
    """
    try:
        workbook = TemplateWorkbook(content, name)
        rows = {sheet: workbook.read_rows(sheet) for sheet in workbook.sheets}
    except (NotAWorkbook, EncryptedWorkbook) as error:
        raise UnsoundTemplate(name, why_unsound(error)) from error
    tagged = {
        sheet: stored
        for sheet, stored in rows.items()
        if any("{{" in text or "{%" in text for row in stored for text in row.texts.values())
    }
    return workbook, {sheet: build_sheet_source(stored) for sheet, stored in tagged.items()}
