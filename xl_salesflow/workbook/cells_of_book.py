"""Single cells of a workbook, looked at wherever they are."""

from __future__ import annotations

from typing import Any, NamedTuple

from xl_salesflow.ooxml import Workbook, address
from xl_salesflow.ooxml.engine import Place


class Cell(NamedTuple):
    """A cell by its sheet, row and column."""

    sheet: str
    row: int
    column: int


class Cells:
    """The cells of a workbook, one at a time; the formulas of a sheet are looked up once."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self._formulas: dict[str, dict[Place, str]] = {}

    def formula(self, cell: Cell) -> str | None:
        """The formula of a cell, None without one."""
        if cell.sheet not in self._formulas:
            self._formulas[cell.sheet] = self.book.formulas(cell.sheet)
        return self._formulas[cell.sheet].get(Place(cell.sheet.casefold(), cell.row, cell.column))

    def value(self, cell: Cell) -> Any:
        """What a cell shows."""
        return self.book.read_range(cell.sheet, address(cell.row, cell.column))[0][0]

    def blank(self, cell: Cell) -> bool:
        """Whether a cell holds nothing."""
        return self.value(cell) is None and self.formula(cell) is None
