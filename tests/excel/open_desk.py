"""A person at a workbook that is open in one of the test engines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlwings as xw

from tests.excel.engines.application import App
from tests.excel.engines.grid import Area, letters
from tests.excel.engines.memory import open_in_memory
from tests.workbook.book_contract import OWN, ROWS
from tests.workbook.desk import Rows, make, renamed
from xl_salesflow.excel.open_book import OpenBook


class OpenDesk:
    """A person at an open workbook: reads and types cells without xlwings."""

    def __init__(self, book: xw.Book, grid: Any = None) -> None:
        self.xw, self.grid = book, grid or book.impl.grid

    def book(self) -> OpenBook:
        return OpenBook(self.xw)

    def rows(self, table: str, values: bool = True) -> list[dict[str, Any]]:
        area = self.grid.table(table)
        lines = self.grid.values(area) if values else self.grid.formulas(area)
        headers = [str(header) for header in self.grid.values(area._replace(bottom=area.top))[0]]
        return [dict(zip(headers, map(_plain, line), strict=True)) for line in lines[1:]]

    def type(self, table: str, row: int, header: str, value: Any) -> str:
        area = self.grid.table(table)
        headers = self.grid.values(area._replace(bottom=area.top))[0]
        at = (area.top + row, area.left + headers.index(header))
        self.grid.put(area._replace(top=at[0], bottom=at[0], left=at[1], right=at[1]), [[value]])
        return f"{area.sheet}!{letters(at[1])}{at[0]}"

    def fill_in(self, name: str, value: Any) -> str:
        block = self.xw.names[name].refers_to_range
        here = Area(block.sheet.name, block.row, block.column, block.row, block.column)
        self.grid.put(here, [[value]])
        return f"'{block.sheet.name}'!{block.address.replace('$', '')}"

    def reverse(self, table: str) -> None:
        """Columns of formulas stay, since each refers to its own row."""
        area = self.grid.table(table)
        for col in range(area.left, area.right + 1):
            body = area._replace(top=area.top + 1, left=col, right=col)
            if not any(str(row[0]).startswith("=") for row in self.grid.formulas(body)):
                self.grid.put(body, self.grid.values(body)[::-1])

    def rename(self, table: str, header: str, new: str) -> None:
        """Applications adjust formulas; in memory this has to be done here."""
        area = self.grid.table(table)
        headers = self.grid.values(area._replace(bottom=area.top))[0]
        self.grid.put(area._replace(bottom=area.top), [[new if one == header else one for one in headers]])
        for cells in getattr(self.grid, "cells", {}).values():
            for place, (value, formula) in cells.items():
                if isinstance(formula, str) and formula.startswith("="):
                    cells[place] = (value, renamed(formula, table, header, new))


def _plain(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


def laid(path: Path, rows: Mapping[str, Rows] | None = None) -> OpenDesk:
    """Return a desk with a workbook in memory, with the rows of the contract unless others are given."""
    return OpenDesk(open_in_memory(make(path, "en", ROWS if rows is None else rows, OWN if rows is None else "")))


def many(count: int) -> dict[str, list[dict[str, Any]]]:
    return {"Deals": [{"deal": f"D-{at}", "stage": "Lead", "amount": at + 0.5} for at in range(count)]}


def app(desk: OpenDesk) -> App:
    return desk.xw.impl.app
