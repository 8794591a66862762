"""Fill a team's own .xlsx template with Jinja tags in its cells; everything else in it is kept.

    {{ buyer.account }}                       a cell; a number alone in its cell is a number in the cell's own format
    {% for line in lines %}{{ loop.index }} … {{ line.net }}{% endfor %}   one row, repeated
    {% if notes %} … {% endif %}              in rows of their own: the rows between are printed or left out

Rows below shift; formulas, merged cells, tables, conditional formats, dropdowns, names, pictures and charts are
adjusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from jinja2 import Template

from xl_salesflow.documents.sheet_tags import SheetSource, build_sheet_source
from xl_salesflow.documents.template_safety import UnsoundTemplate, jinja_environment, why_unsound
from xl_salesflow.documents.template_values import Figure, strip_unprintable
from xl_salesflow.errors import EncryptedWorkbook, NotAWorkbook
from xl_salesflow.ooxml.office_templates import FilledCell, PrintedRow, TemplateWorkbook


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
