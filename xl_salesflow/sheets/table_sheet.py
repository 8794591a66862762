"""One declared table as a real Excel table: headers, body, formats, notes."""

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

from xl_salesflow.model.column import Column, Table, Type
from xl_salesflow.model.formulas import render
from xl_salesflow.model.text import Language
from xl_salesflow.sheets import styles, wording
from xl_salesflow.sheets.rows import Row
from xl_salesflow.sheets.styles import Looks

_STOPS = ".?!…。\uff1f\uff01"


@dataclass(frozen=True)
class Placed:
    """A table on its sheet: *top* is the header's row, *left* the first column, both from 1; *length* counts body rows."""

    table: Table
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
        return f"{self.letter(self.table.columns[0].id)}{self.top}:{self.letter(self.table.columns[-1].id)}{self.last}"

    def number(self, id: str) -> int:
        """Return the sheet column of column *id*, from 1."""
        return self.left + [column.id for column in self.table.columns].index(id)

    def letter(self, id: str) -> str:
        """Return the letter of column *id*."""
        return get_column_letter(self.number(id))

    def body(self, id: str, to: str | None = None) -> str:
        """Return the body range of column *id*, or from it to column *to*."""
        return f"{self.letter(id)}{self.first}:{self.letter(to or id)}{self.last}"

    def absolute(self, id: str, row: int | None = None) -> str:
        """Return the absolute address, with the sheet, of a column's body, or of one of its cells (*row* from 0)."""
        letter = self.letter(id)
        first, last = (self.first, self.last) if row is None else (self.first + row, self.first + row)
        cells = f"${letter}${first}" + ("" if first == last else f":${letter}${last}")
        return f"{quoted(self.sheet.title)}!{cells}"


def quoted(sheet: str) -> str:
    """Return a sheet's name as a formula writes it."""
    return "'" + sheet.replace("'", "''") + "'"


def place(
    sheet: Worksheet, table: Table, language: Language, rows: Sequence[Row], top: int = 1, left: int = 1,
    looks: Looks = styles.DATA,
) -> Placed:  # fmt: skip
    """Write *table* with *rows* on *sheet*; a formula column takes its declared formula, or the row's own."""
    placed = Placed(table, sheet, top, left, len(rows))
    excel = ExcelTable(name=table.name, displayName=table.name, ref=placed.ref)
    excel.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    excel.tableColumns = [
        TableColumn(id=number, name=column.header.in_(language)) for number, column in enumerate(table.columns, 1)
    ]
    if looks.filtered:
        excel.autoFilter = AutoFilter(ref=placed.ref)
    for index, (column, shown) in enumerate(zip(table.columns, excel.tableColumns, strict=True)):
        _head(sheet.cell(top, left + index), column, language, looks)
        cells = _cells(column, table, language, rows)
        shown.calculatedColumnFormula = _calculated(column, cells)
        for row, value in enumerate(cells, placed.first):
            _body(sheet.cell(row, left + index), column, language, looks, value)
    sheet.add_table(excel)
    return placed


def display_width(text: str) -> int:
    """Return how many columns of a monospaced grid *text* takes; Chinese signs take two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def column_width(column: Column, language: Language) -> float:
    """Return a width in which the header's longest word stands beside its filter button."""
    header = column.header.in_(language)
    longest = max(display_width(word) for word in header.split(" "))
    if language == "zh":  # Chinese breaks anywhere: two lines
        longest = min(longest, (display_width(header) + 1) // 2 + 2)
    return max(column.width, longest + 4)


def note(column: Column, language: Language) -> str:
    """Return the note on a column's header: what belongs there, and who writes it."""
    tip = column.tip.in_(language)
    parts = [tip if tip[-1] in _STOPS else tip + ("。" if language == "zh" else ".")]
    if column.required:
        parts.append(wording.REQUIRED.in_(language))
    if column.type is Type.LIST and not column.is_formula and column.writer == "person":
        parts.append(wording.NOTE_LIST.in_(language))
    parts.append(wording.NOTE_WRITER[column.writer].in_(language))
    return "\n".join(part for part in parts if part)


def _head(cell: Cell | MergedCell, column: Column, language: Language, looks: Looks) -> None:
    cell.value = column.header.in_(language)
    cell.font = styles.font(
        language, bold=True, italic=column.is_formula and looks.slanted, colour=looks.head_ink[column.writer]
    )
    cell.fill = styles.fill(looks.head[column.writer])
    cell.alignment = styles.head_alignment(column, looks)
    mark = Side(style="medium" if column.required else "thin", color=styles.INK if column.required else styles.LINE)
    thin = Side(style="thin", color=styles.LINE)
    cell.border = Border(left=thin, right=thin, top=thin, bottom=mark)
    text = note(column, language)
    lines = sum(1 + display_width(line) // 38 for line in text.split("\n"))
    cell.comment = Comment(text, "salesflow", height=22 + 18 * lines, width=260)


def _body(cell: Cell | MergedCell, column: Column, language: Language, looks: Looks, value: Any) -> None:
    if isinstance(value, ArrayFormula):
        value.ref = cell.coordinate
    cell.value = value
    cell.font = styles.font(language, italic=column.is_formula and looks.slanted, colour=looks.body_ink[column.writer])
    cell.fill = styles.fill(styles.BODY_FILL[column.writer])
    cell.border = styles.lined()
    cell.alignment = styles.alignment(column, looks)
    cell.number_format = styles.number_format(column)


def _cells(column: Column, table: Table, language: Language, rows: Sequence[Row]) -> list[Any]:
    if column.formula is None:
        return [row.get(column.id) for row in rows]
    return ["=" + render(column.formula, language, table)] * len(rows)


def _calculated(column: Column, cells: Sequence[Any]) -> TableFormula | None:
    # rows that all hold one formula make a calculated column, so that a new row gets it too
    if not column.is_formula or not cells:
        return None
    texts = {cell.text if isinstance(cell, ArrayFormula) else cell for cell in cells}
    if len(texts) != 1 or None in texts:
        return None
    formula = TableFormula(attr_text=str(texts.pop()).removeprefix("="))
    if isinstance(cells[0], ArrayFormula):
        formula.array = True
    return formula
