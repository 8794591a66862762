"""The tables of an open workbook, and the blocks they are read in: a fixed number of calls, however long they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlwings as xw
from xlwings.main import Table

from xl_salesflow.excel.cells import taken
from xl_salesflow.model.tables import TABLES

_OURS = frozenset(name.casefold() for name in TABLES)


@dataclass(frozen=True)
class OnSheet:
    """A table as it stands now; rows and columns count from 1, a totals row is not part of the body."""

    name: str
    sheet: str
    first_row: int
    last_row: int
    first_col: int
    headers: tuple[str, ...]
    totals: bool
    table: Table
    on: xw.Sheet

    @property
    def last_col(self) -> int:
        """Return the sheet column of the last header."""
        return self.first_col + len(self.headers) - 1

    def block(self, first_row: int, last_row: int, first_col: int, last_col: int) -> xw.Range:
        """Return a range of the table's sheet."""
        return self.on.range((first_row, first_col), (last_row, last_col))

    def values(self, first_col: int, last_col: int) -> list[list[Any]]:
        """Return the body's columns from one to another, column by column, in one call."""
        rows = values(self.block(self.first_row, self.last_row, first_col, last_col))
        return [list(cells) for cells in zip(*rows, strict=True)]

    def column_of(self, header: str) -> int:
        """Return the sheet column of *header*."""
        return self.first_col + self.headers.index(header)


def values(block: xw.Range) -> list[list[Any]]:
    """Return what the cells of *block* hold, row by row, in one call."""
    rows: list[list[Any]] = block.options(ndim=2, err_to_str=True).value
    return [[taken(cell) for cell in row] for row in rows]


def formulas(block: xw.Range) -> list[list[Any]] | None:
    """Return the formulas of *block*, constants where there are none, row by row, in one call; None where none is told."""
    try:
        found = block.formula
    except NotImplementedError:  # Excel on the web
        return None
    if not isinstance(found, tuple | list):
        return [[found]]
    return [list(row) if isinstance(row, tuple | list) else [row] for row in found]


def is_formula(cell: Any) -> bool:
    """Tell whether a cell, as `formulas` gives it, holds one."""
    return isinstance(cell, str) and cell.startswith("=")


def find_tables(book: xw.Book) -> dict[str, OnSheet]:
    """Return the tables of *book* by name."""
    return {table.name: on_sheet(sheet, table) for sheet in book.sheets for table in sheet.tables}


def on_sheet(sheet: xw.Sheet, table: Table) -> OnSheet:
    """Return where *table* stands now."""
    name, whole = table.name, table.range
    top, left = whole.row, whole.column
    height, width = whole.shape
    ours = name.casefold() in _OURS
    headers = sheet.range((top, left), (top, left + width - 1)).options(ndim=1).value if ours else ()
    totals = bool(ours and table.show_totals)
    return OnSheet(
        name,
        sheet.name,
        top + 1,
        top + height - 1 - totals,
        left,
        tuple("" if header is None else str(header) for header in headers),
        totals,
        table,
        sheet,
    )


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the stretches of consecutive *numbers*, each as its first and last."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
