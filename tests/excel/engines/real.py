"""A workbook in a real Excel, with the same interface for tests as the others, through xlwings itself."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import xlwings as xw

from tests.excel.engines.grid import Area


class ExcelGrid:
    """The cells and tables of a workbook open in Excel."""

    def __init__(self, book: xw.Book) -> None:
        self.book, self.path, self.calls = book, Path(book.name), Counter[str]()

    def _range(self, area: Area) -> xw.Range:
        return self.book.sheets[area.sheet].range((area.top, area.left), (area.bottom, area.right))

    def values(self, area: Area) -> list[list[Any]]:
        found: list[list[Any]] = self._range(area).options(ndim=2, err_to_str=True).value
        return found

    def formulas(self, area: Area) -> list[list[Any]]:
        found = self._range(area).formula
        return [list(row) for row in found] if isinstance(found, tuple) else [[found]]

    def put(self, area: Area, cells: list[list[Any]]) -> None:
        self._range(area).value = cells

    def table(self, name: str) -> Area:
        found = next(table for sheet in self.book.sheets for table in sheet.tables if table.name == name)
        whole = found.range
        height, width = whole.shape
        return Area(whole.sheet.name, whole.row, whole.column, whole.row + height - 1, whole.column + width - 1)


def open_in_excel(path: Path) -> xw.Book:
    """Open a workbook in this computer's Excel."""
    xw.engines.active = xw.engines["excel"]
    return xw.Book(str(path))
