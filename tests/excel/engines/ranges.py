"""Ranges in the interface that xlwings expects: their address, values and formulas, and the target of Ctrl with an arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from tests.excel.engines.grid import ADDRESS, LAST, Area, letters, place

if TYPE_CHECKING:
    from tests.excel.engines.books import Sheet


def area_of(sheet: Sheet, arg1: Any, arg2: Any) -> Area:
    """Return the rectangle spanned by *arg1* and *arg2*: cells as (row, column), addresses, names, tables or ranges."""
    if isinstance(arg1, str) and ":" in arg1 and arg2 is None:
        arg1, arg2 = arg1.split(":")
    corners = [_corners(sheet, one) for one in (arg1, arg2) if one is not None]
    tops, lefts, bottoms, rights = zip(*corners, strict=True)
    return Area(sheet.name, min(tops), min(lefts), max(bottoms), max(rights))


def _corners(sheet: Sheet, one: Any) -> tuple[int, int, int, int]:
    one = getattr(one, "impl", one)
    if isinstance(one, Range):
        return one.area[1:]
    if isinstance(one, tuple):
        if min(one[:2]) < 1:
            raise IndexError(f"{one} is no cell: rows and columns count from 1")
        row, col, height, width = one if len(one) == 4 else (*one, 1, 1)
        return row, col, row + height - 1, col + width - 1
    one = one.replace("$", "")
    grid = sheet.book.grid
    if ADDRESS.fullmatch(one):
        return (*place(one), *place(one))
    if one.isdigit():
        return int(one), 1, int(one), LAST[1]
    if one in grid.names():
        return _corners(sheet, sheet.book.names(one).refers_to_range)
    if one in grid.tables(sheet.name):
        area = grid.table(one)
        return area.top + 1, area.left, area.bottom - grid.totals(one), area.right
    col = place(f"{one}1")[1]
    return 1, col, LAST[0], col


class Range(base_classes.Range):
    api = True
    max_cells_per_read = max_cells_per_write = None
    has_array = False
    sheet: Any = None
    options: Any = None

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self.sheet, self.area, self.options = sheet, area, dict[str, Any]()

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        return (self.sheet.name, self.row, self.column, *self.shape)

    @property
    def row(self) -> int:
        return self.area.top

    @property
    def column(self) -> int:
        return self.area.left

    @property
    def shape(self) -> tuple[int, int]:
        return self.area.shape

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, arg1: int, arg2: int | None = None) -> Range:
        row, col = (arg1, arg2) if arg2 else (1 + (arg1 - 1) // self.shape[1], 1 + (arg1 - 1) % self.shape[1])
        return self.sheet.range((self.row + row - 1, self.column + col - 1))

    @property
    def address(self) -> str:
        first, last = f"${letters(self.area.left)}${self.area.top}", f"${letters(self.area.right)}${self.area.bottom}"
        return first if first == last else f"{first}:{last}"

    @property
    def raw_value(self) -> Any:
        return self.sheet.book.grid.values(self.area)

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        self.sheet.book.grid.put(self.area, self._block(value))

    @property
    def formula(self) -> Any:
        found = self.sheet.book.grid.formulas(self.area)
        shown = tuple(tuple("" if cell is None else str(cell) for cell in row) for row in found)
        return shown[0][0] if len(self) == 1 else shown

    @formula.setter
    def formula(self, value: Any) -> None:
        self.sheet.book.grid.put(self.area, self._block(value))

    @property
    def formula2(self) -> Any:
        return self.formula

    @formula2.setter
    def formula2(self, value: Any) -> None:
        self.sheet.book.grid.put(self.area, self._block(value), arrays=True)

    def delete(self, shift: str | None = None) -> None:
        assert shift == "up", "rows are what this engine deletes"
        self.sheet.book.grid.delete(self.area)

    def autofill(self, destination: Range, type_: str) -> None:
        assert type_ == "fill_formats", "looks are what this engine fills down"
        self.sheet.book.grid.dress(self.area, getattr(destination, "impl", destination).area)

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        assert shift == "down", "rows are what this engine inserts"
        self.sheet.book.grid.insert(self.area)

    def _block(self, value: Any) -> list[list[Any]]:
        height, width = self.shape
        if not isinstance(value, list | tuple):
            return [[value] * width for _ in range(height)]
        rows = [list(row) if isinstance(row, list | tuple) else [row] for row in value]
        assert (len(rows), len(rows[0])) == self.shape, f"{self.address} was given {len(rows)} × {len(rows[0])}"
        return rows

    def clear_contents(self) -> None:
        self.sheet.book.grid.clear(self.area)

    clear = clear_contents

    def end(self, direction: str) -> Range:
        """Move like Ctrl with an arrow: to the end of the filled cells, else to the next filled cell, else to the edge."""
        down, right = {"d": (1, 0), "u": (-1, 0), "r": (0, 1), "l": (0, -1)}[direction[0]]
        last_row, last_col = self.sheet.book.grid.used(self.sheet.name)

        def filled(row: int, col: int) -> bool:
            inside = 1 <= row <= last_row and 1 <= col <= last_col
            return inside and self.sheet.range((row, col)).raw_value[0][0] not in (None, "")

        row, col = self.row, self.column
        together = filled(row, col) and filled(row + down, col + right)
        while 1 <= row + down <= LAST[0] and 1 <= col + right <= LAST[1]:
            if together and not filled(row + down, col + right):
                break
            row, col = row + down, col + right
            if not together and filled(row, col):
                break
            if row > last_row or col > last_col:  # no more filled cells
                row, col = (LAST[0] if down else row), (LAST[1] if right else col)
        return self.sheet.range((row, col))

    def select(self) -> None:
        self.sheet.book.app.selected = self.area
