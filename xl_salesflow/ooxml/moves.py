"""How references change when a table's rows come and go, as Excel changes them.

Both kinds of move answer one question: a reference into the table's columns, where does it point now?
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from xl_salesflow.ooxml.refs import Area
from xl_salesflow.ooxml.tables import Table

_ROW = re.compile(r"[0-9]+")
DELETED = "#REF!"


@dataclass(frozen=True, slots=True)
class Growth:
    """A table whose body ends elsewhere now; `table` is as it was."""

    table: Table
    last_row: int

    @property
    def rows(self) -> tuple[int, ...]:
        """The row numbers that a reference must mention to be concerned; none means any."""
        return (self.table.last_row, self.table.last_row + 1) if self.table.has_totals else (self.table.last_row,)

    def target(self, area: Area, whole: bool) -> Area | None:
        """Where a rectangle lies now; None when the move does not concern it.

        A range that ends where the body ended ends where it ends now. `whole` asks for what formulas, charts and names
        want: ranges that cover the body from its first row; without it, part of the body will do. The totals row moves.
        """
        table = self.table
        if not table.first_col <= area.first_col <= area.last_col <= table.last_col:
            return None
        if table.has_totals and area.first_row == area.last_row == table.last_row + 1:
            return area._replace(first_row=self.last_row + 1, last_row=self.last_row + 1)
        starts = (table.header_row or table.first_row) <= area.first_row
        if area.last_row != table.last_row or not starts or (whole and area.first_row > table.first_row):
            return None
        return area._replace(last_row=max(self.last_row, area.first_row))


@dataclass(frozen=True, slots=True)
class Deletion:
    """Rows taken out of a table, the rows below them moved up; `table` is as it was, `gone` ascends."""

    table: Table
    gone: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """The row numbers that a reference must mention to be concerned; none means any."""
        return ()

    @property
    def last_row(self) -> int:
        """Where the body ends now."""
        return self.table.last_row - len(self.gone)

    def row(self, before: int) -> int:
        """Where a row that stays is now."""
        return before - bisect_left(self.gone, before)

    def target(self, area: Area, whole: bool) -> Area | None:
        """Where a rectangle lies now; None when the move does not concern it or nothing of it is left."""
        table = self.table
        if not table.area.contains(area):
            return None
        first, last = self.row(area.first_row), self.row(area.last_row + 1) - 1
        return area._replace(first_row=first, last_row=last) if last >= first else None

    def swallows(self, area: Area) -> bool:
        """Say whether every row of a rectangle was deleted."""
        return self.table.area.contains(area) and self.row(area.last_row + 1) == self.row(area.first_row)


Move = Growth | Deletion
Moves = Sequence[Move]


def moved(move: Move, ref: str, whole: bool) -> str:
    """Give a reference its new place, dollars kept; `#REF!` when its cells are gone."""
    area = Area.find(ref)
    if area is None or not _ROW.search(ref):
        return ref
    target = move.target(area, whole)
    if target is None:
        return DELETED if isinstance(move, Deletion) and move.swallows(area) else ref
    if ":" not in ref and target[0] != target[2]:
        return ref if whole else str(target)
    rows = iter((target.first_row, target.last_row))
    return _ROW.sub(lambda _: str(next(rows)), ref)
