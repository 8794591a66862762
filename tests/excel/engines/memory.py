"""A workbook in memory for xlwings: read from a file once, then only cells. Formulas are stored but not computed.

It behaves like Excel where it matters: text that looks like a number or date becomes one, unless it has an apostrophe.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import copy
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import Any

import xlwings as xw
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from tests.excel.engines.application import Engine
from tests.excel.engines.books import Book
from tests.excel.engines.grid import Area, letters

_LINK = re.compile(r'=HYPERLINK\(".*","(.*)"\)')
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


Cells = dict[tuple[int, int], tuple[Any, Any]]


@lru_cache(maxsize=16)
def _parsed(content: bytes) -> tuple[dict[str, Cells], dict[str, Area], dict[str, str], set[str]]:
    """Read the cells (value, formula), tables, names and tables with totals; the same content is read once."""
    shown, hidden = load_workbook(BytesIO(content), data_only=True), load_workbook(BytesIO(content))
    cells, tables, totals = dict[str, Cells](), dict[str, Area](), set[str]()
    for sheet in hidden.worksheets:
        values = shown[sheet.title]
        cells[sheet.title] = {
            (cell.row, cell.column): (
                values.cell(cell.row, cell.column).value,
                getattr(cell.value, "text", cell.value),
            )
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for table in sheet.tables.values():
            left, top, right, bottom = range_boundaries(table.ref)
            tables[table.displayName] = Area(sheet.title, top, left, bottom, right)
            if table.totalsRowCount:
                totals.add(table.displayName)
    return cells, tables, {name: f"={defined.attr_text}" for name, defined in hidden.defined_names.items()}, totals


class MemoryGrid:
    """Cells, tables and names of a workbook; *calls* counts the calls that a real application would get."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.calls = path or Path(f"Book{next(_NEW)}"), Counter[str]()
        cells, tables, names, totals = _parsed(path.read_bytes()) if path else ({"Sheet1": {}}, {}, {}, set())
        self._dressed = list[tuple[Area, Area]]()
        self._opened = BytesIO(path.read_bytes()) if path else None
        self.cells = {sheet: dict(grid) for sheet, grid in cells.items()}
        self._put_away = dict[str, list[list[Any]]]()
        self._tables, self._names, self._totals = dict(tables), dict(names), set(totals)

    def sheets(self) -> list[str]:
        self.calls["sheets"] += 1
        return list(self.cells)

    def values(self, area: Area) -> list[list[Any]]:
        self.calls["read"] += 1
        return self._read(area, 0)

    def formulas(self, area: Area) -> list[list[Any]]:
        self.calls["read"] += 1
        return self._read(area, 1)

    def _read(self, area: Area, which: int) -> list[list[Any]]:
        cells = self.cells[area.sheet]
        return [
            [cells.get((row, col), (None, None))[which] for col in range(area.left, area.right + 1)]
            for row in range(area.top, area.bottom + 1)
        ]

    def put(self, area: Area, cells: list[list[Any]], arrays: bool = False) -> None:
        self.calls["write"] += 1
        grid = self.cells[area.sheet]
        for row, line in enumerate(cells, start=area.top):
            for col, cell in enumerate(line, start=area.left):
                grid.pop((row, col), None)
                if cell not in (None, ""):
                    grid[row, col] = entered(cell)

    def clear(self, area: Area) -> None:
        self.put(area, [[None] * area.shape[1] for _ in range(area.shape[0])])

    def delete(self, area: Area) -> None:
        """Delete the cells; the cells below move up, and tables become shorter."""
        self.calls["delete"] += 1
        self._shift(area, -area.shape[0])

    def dress(self, like: Area, area: Area) -> None:
        """Record that the cells have the formats of others."""
        self.calls["dress"] += 1
        self._dressed.append((like, area))

    def insert(self, area: Area) -> None:
        """Insert cells; the cells there move down."""
        self.calls["insert"] += 1
        self._shift(area, area.shape[0])

    def _shift(self, area: Area, by: int) -> None:
        def moved(row: int, first: int = area.top if by > 0 else area.bottom + 1) -> int:
            return row + by if row >= first else row

        kept = dict[tuple[int, int], tuple[Any, Any]]()
        for (row, col), cell in self.cells[area.sheet].items():
            if not area.left <= col <= area.right:
                kept[row, col] = cell
            elif by > 0 or not area.top <= row <= area.bottom:
                kept[moved(row), col] = cell
        self.cells[area.sheet] = kept
        for name, table in self._tables.items():
            if table.sheet == area.sheet and table.left <= area.right and area.left <= table.right:
                # a table that ends with the deleted cells now ends above them
                end = moved(table.bottom) if by > 0 or table.bottom > area.bottom else min(table.bottom, area.top - 1)
                self._tables[name] = table._replace(top=moved(table.top), bottom=end)

    def tables(self, sheet: str) -> list[str]:
        self.calls["tables"] += 1
        return [name for name, area in self._tables.items() if area.sheet == sheet]

    def table(self, name: str) -> Area:
        self.calls["table"] += 1
        return self._tables[name]

    def add_table(self, name: str, area: Area) -> None:
        self._tables[name] = area

    def resize(self, name: str, area: Area) -> None:
        self.calls["resize"] += 1
        self._tables[name] = area

    def names(self) -> dict[str, str]:
        self.calls["names"] += 1
        return self._names

    def totals(self, name: str) -> bool:
        return name in self._totals

    def show_totals(self, name: str, shown: bool) -> None:
        """Hide or show the totals row, with its contents."""
        self.calls["totals"] += 1
        area = self._tables[name]
        if shown and name not in self._totals:
            self._totals.add(name)
            self._tables[name] = area._replace(bottom=area.bottom + 1)
            self.put(area._replace(top=area.bottom + 1, bottom=area.bottom + 1), self._put_away.pop(name, []))
        elif not shown and name in self._totals:
            self._totals.discard(name)
            row = area._replace(top=area.bottom)
            self._put_away[name] = self.formulas(row)
            self.clear(row)
            self._tables[name] = area._replace(bottom=area.bottom - 1)

    def add_sheet(self, name: str, at: int) -> None:
        sheets = list(self.cells.items())
        self.cells = dict([*sheets[:at], (name, {}), *sheets[at:]])

    def rename_sheet(self, name: str, new: str) -> None:
        self.cells = {new if one == name else one: cells for one, cells in self.cells.items()}
        self._tables = {
            one: area._replace(sheet=new) if area.sheet == name else area for one, area in self._tables.items()
        }

    def delete_sheet(self, name: str) -> None:
        del self.cells[name]
        self._tables = {one: area for one, area in self._tables.items() if area.sheet != name}

    def used(self, sheet: str) -> tuple[int, int]:
        rows, cols = zip(*self.cells[sheet] or [(1, 1)], strict=True)
        return max(rows), max(cols)

    def add_name(self, name: str, refers_to: str) -> None:
        self._names[name] = refers_to

    def delete_name(self, name: str) -> None:
        del self._names[name]

    def save(self, path: Path) -> None:
        """Save the cells with the formats of the workbook that was opened."""
        book = load_workbook(self._opened) if self._opened else Workbook()
        for name, cells in self.cells.items():
            sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
            there = {
                (cell.row, cell.column): cell for row in sheet.iter_rows() for cell in row if cell.value is not None
            }
            for place in there.keys() - cells.keys():
                there[place].value = None
            for (row, col), (value, hidden) in cells.items():
                held = getattr(there.get((row, col)), "value", None)
                formula = isinstance(hidden, str) and hidden.startswith("=")
                if getattr(held, "text", held) != (hidden if formula else value):
                    sheet.cell(row, col).value = hidden if formula else value
        for like, area in self._dressed:
            sheet = book[area.sheet]
            for row in range(like.bottom + 1, area.bottom + 1):
                for col in range(area.left, area.right + 1):
                    sheet.cell(row, col)._style = copy(sheet.cell(like.bottom, col)._style)
        for name, area in self._tables.items():
            corners = f"{letters(area.left)}{area.top}:{letters(area.right)}{area.bottom}"
            if name in book[area.sheet].tables:
                book[area.sheet].tables[name].ref = corners
                if book[area.sheet].tables[name].autoFilter:
                    book[area.sheet].tables[name].autoFilter.ref = corners
        book.save(path)

    def calculate(self) -> None:
        """Do nothing: formulas keep their last values."""

    def close(self) -> None:
        self.cells.clear()


def entered(cell: Any) -> tuple[Any, Any]:
    """Return the value and the formula of a cell after *cell* was typed into it."""
    if not isinstance(cell, str):
        value = datetime(cell.year, cell.month, cell.day) if type(cell) is date else cell
        return value, value
    if cell.startswith("'"):
        return cell[1:], cell[1:]
    if cell.startswith("="):
        link = _LINK.fullmatch(cell)
        return (link[1] if link else None), cell
    if _NUMBER.fullmatch(cell):
        return float(cell), float(cell)
    if _DAY.fullmatch(cell):
        return datetime.fromisoformat(cell), datetime.fromisoformat(cell)
    if cell.upper() in ("TRUE", "FALSE"):
        return cell.upper() == "TRUE", cell
    return cell, cell


_NEW = count(1)
ENGINE = Engine("memory", MemoryGrid)


def use() -> None:
    """Make xlwings use workbooks in memory."""
    if "memory" not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=ENGINE))
    xw.engines.active = xw.engines["memory"]


def open_in_memory(path: Path) -> xw.Book:
    """Open a workbook in memory, as the active one of xlwings."""
    use()
    return xw.Book(impl=Book(ENGINE.apps.running[0], MemoryGrid(path)))
