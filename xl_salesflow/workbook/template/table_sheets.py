"""Write a declared table as a real Excel table: headers, body, formats and notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Border, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table as ExcelTable
from openpyxl.worksheet.table import TableColumn, TableFormula, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.schema.table_columns import Column, ColumnType, TableSchema
from xl_salesflow.schema.table_registry import render_formula
from xl_salesflow.workbook.template.starter_content import LIST_NOTE, REQUIRED_NOTE, WRITER_NOTES, TemplateRow
from xl_salesflow.workbook.template.template_styles import (
    BODY_COLOURS,
    DATA_LOOK,
    INK_COLOUR,
    LINE_COLOUR,
    TableLook,
    body_alignment,
    column_number_format,
    frame_border,
    header_alignment,
    solid_fill,
    template_font,
)

_TIP_SENTENCE = Text("{tip}.")
_SENTENCE_ENDS = ".?!…\u3002\uff1f\uff01"


@dataclass(frozen=True)
class PlacedTable:
    """A table on its sheet: *top* is the header row, *left* the first column, both from 1; *length* counts body rows."""

    table: TableSchema
    sheet: Worksheet
    top: int
    left: int
    length: int

    @property
    def first(self) -> int:
        """Return the first row of the body."""
        return self.top + 1

    @property
    def last(self) -> int:
        """Return the last row of the body."""
        return self.top + self.length

    @property
    def ref(self) -> str:
        """Return the range of the whole table."""
        first, last = (self.column_letter(self.table.columns[end].id) for end in (0, -1))
        return f"{first}{self.top}:{last}{self.last}"

    def column_number(self, column_id: str) -> int:
        """Return the sheet column of *column_id*, from 1."""
        return self.left + [column.id for column in self.table.columns].index(column_id)

    def column_letter(self, column_id: str) -> str:
        """Return the sheet column of *column_id* as letters."""
        return get_column_letter(self.column_number(column_id))

    def body(self, column_id: str, to: str | None = None) -> str:
        """Return the body range of a column, or of the columns between it and *to*, whichever comes first."""
        left, right = sorted(map(self.column_number, (column_id, to or column_id)))
        return f"{get_column_letter(left)}{self.first}:{get_column_letter(right)}{self.last}"

    def absolute(self, column_id: str, row: int | None = None) -> str:
        """Return the absolute address, with the sheet, of a column's body, or of one of its cells (*row* from 0)."""
        letter = self.column_letter(column_id)
        first, last = (self.first, self.last) if row is None else (self.first + row, self.first + row)
        cells = f"${letter}${first}" + ("" if first == last else f":${letter}${last}")
        return f"{quote_sheet_name(self.sheet.title)}!{cells}"


def place_table(
    sheet: Worksheet, table: TableSchema, language: Language, rows: Sequence[TemplateRow], top: int = 1, left: int = 1,
    looks: TableLook = DATA_LOOK,
) -> PlacedTable:  # fmt: skip
    """Write *table* with *rows* to *sheet*; a formula column gets its declared formula, or the row's own."""
    placed = PlacedTable(table, sheet, top, left, len(rows))
    excel = ExcelTable(name=table.name, displayName=table.name, ref=placed.ref)
    excel.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    excel.tableColumns = [
        TableColumn(id=number, name=column.header.in_(language)) for number, column in enumerate(table.columns, 1)
    ]
    if looks.filtered:
        excel.autoFilter = AutoFilter(ref=placed.ref)
    for index, (column, excel_column) in enumerate(zip(table.columns, excel.tableColumns, strict=True)):
        _write_header_cell(sheet.cell(top, left + index), column, language, looks)
        cells = _table_column_cells(column, table, language, rows)
        excel_column.calculatedColumnFormula = _calculated_column_formula(column, cells)
        for row, value in enumerate(cells, placed.first):
            _write_body_cell(sheet.cell(row, left + index), column, language, looks, value)
    sheet.add_table(excel)
    return placed


def display_width(text: str) -> int:
    """Return the number of monospaced columns that *text* takes; Chinese characters take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def column_width(column: Column, language: Language) -> float:
    """Return a width in which the header's longest word fits next to its filter button."""
    header = column.header.in_(language)
    longest = max(display_width(word) for word in header.split(" "))
    if display_width(header) > len(header):  # Chinese can be broken anywhere, so use two lines
        longest = min(longest, (display_width(header) + 1) // 2 + 2)
    return max(column.width, longest + 4)


def header_note(column: Column, language: Language) -> str:
    """Return the note on a column's header: what it is for, and who writes it."""
    tip = column.tip.in_(language)
    parts = [tip if tip[-1] in _SENTENCE_ENDS else _TIP_SENTENCE.in_(language, tip=tip)]
    if column.required:
        parts.append(REQUIRED_NOTE.in_(language))
    if column.type is ColumnType.LIST and not column.is_formula and column.writer == "person":
        parts.append(LIST_NOTE.in_(language))
    parts.append(WRITER_NOTES[column.writer].in_(language))
    return "\n".join(part for part in parts if part)


def _write_header_cell(cell: Cell | MergedCell, column: Column, language: Language, looks: TableLook) -> None:
    cell.value = column.header.in_(language)
    cell.font = template_font(
        language, bold=True, italic=column.is_formula and looks.italic_formulas, colour=looks.head_ink[column.writer]
    )
    cell.fill = solid_fill(looks.head[column.writer])
    cell.alignment = header_alignment(column, looks)
    mark = Side(style="medium" if column.required else "thin", color=INK_COLOUR if column.required else LINE_COLOUR)
    thin = Side(style="thin", color=LINE_COLOUR)
    cell.border = Border(left=thin, right=thin, top=thin, bottom=mark)
    text = header_note(column, language)
    lines = sum(1 + display_width(line) // 38 for line in text.split("\n"))
    cell.comment = Comment(text, "salesflow", height=22 + 18 * lines, width=260)


def _write_body_cell(cell: Cell | MergedCell, column: Column, language: Language, looks: TableLook, value: Any) -> None:
    if isinstance(value, ArrayFormula):
        value.ref = cell.coordinate
    cell.value = value
    cell.font = template_font(
        language, italic=column.is_formula and looks.italic_formulas, colour=looks.body_ink[column.writer]
    )
    cell.fill = solid_fill(BODY_COLOURS[column.writer])
    cell.border = frame_border()
    cell.alignment = body_alignment(column, looks)
    cell.number_format = column_number_format(column)


def _table_column_cells(
    column: Column, table: TableSchema, language: Language, rows: Sequence[TemplateRow]
) -> list[Any]:
    if column.formula is None:
        return [row.get(column.id) for row in rows]
    return ["=" + render_formula(column.formula, language, table)] * len(rows)


def _calculated_column_formula(column: Column, cells: Sequence[Any]) -> TableFormula | None:
    # if all rows have the same formula, the column is a calculated column, so that new rows get it too
    if not column.is_formula or not cells:
        return None
    texts = {cell.text if isinstance(cell, ArrayFormula) else cell for cell in cells}
    if len(texts) != 1 or None in texts:
        return None
    formula = TableFormula(attr_text=str(texts.pop()).removeprefix("="))
    if isinstance(cells[0], ArrayFormula):
        formula.array = True
    return formula
