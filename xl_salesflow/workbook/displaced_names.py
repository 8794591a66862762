"""Names of an older layout that stand where the template now has another name: each goes to its own place.

Only formulas go, which are written anew where they come to stand; a cell that people fill in keeps its name.
"""

from __future__ import annotations

from xl_salesflow.ooxml import Area, Workbook
from xl_salesflow.workbook.cells_of_book import Cell, Cells
from xl_salesflow.workbook.missing import home_of


class Displaced:
    """Where the names of the template belong in a workbook, and who stands there now."""

    def __init__(self, here: Cells, there: Cells) -> None:
        self._here, self._there = here, there
        self._homes = home_of(here.book, there.book)
        self._holders = {Cell(at.sheet, at.row, at.col): name for name, at in here.book.names.items()}
        self._filled: dict[str, list[Area]] = {}

    def place(self, name: str) -> Cell | None:
        """Return where the template has a name, on the sheet that is the template's here; None in a table or nowhere."""
        at = self._there.book.names.get(name)
        if at is None or at.sheet not in self._homes or in_a_table(self._there.book, Cell(at.sheet, at.row, at.col)):
            return None
        return Cell(self._homes[at.sheet], at.row, at.col)

    def holder(self, cell: Cell) -> str:
        """Return the name that stands there now; the words around it are about that one."""
        return self._holders.get(cell, "")

    def by(self, name: str) -> dict[str, Cell] | None:
        """Return the names that go, and where to, so that *name* can have its place; None where it cannot have it."""
        gone: dict[str, Cell] = {}
        wanted = self.place(name)
        while wanted is not None:
            holder = self.holder(wanted)
            if holder in (name, *gone) or holder not in self._there.book.names:
                return gone if holder or self._is_free(wanted, next(reversed(gone), name)) else None
            if self._here.formula(wanted) is None:
                return None
            wanted = self.place(holder)
            if wanted is not None:
                gone[holder] = wanted
        return None

    def _is_free(self, cell: Cell, name: str) -> bool:
        """Tell whether a cell that no name stands on holds nothing of anybody's, or a formula where one belongs."""
        at = self._there.book.names[name]
        is_formula = self._there.formula(Cell(at.sheet, at.row, at.col)) is not None
        return (
            self._here.blank(cell)
            or (self._here.formula(cell) is not None) == is_formula
            or (is_formula and any(area.holds(cell.row, cell.column) for area in self._arrays(cell.sheet)))
        )

    def _arrays(self, sheet: str) -> list[Area]:
        if sheet not in self._filled:
            self._filled[sheet] = list(self._here.book.arrays(sheet).values())
        return self._filled[sheet]


def in_a_table(book: Workbook, cell: Cell) -> bool:
    """Tell whether a cell stands in the body or the headers of a table."""
    return any(
        table.sheet == cell.sheet
        and (table.header_row or table.first_row) <= cell.row <= table.last_row
        and table.first_col <= cell.column <= table.last_col
        for table in book.tables.values()
    )
