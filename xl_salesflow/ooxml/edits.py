"""What is to change on one sheet, collected by column and handed out by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from xl_salesflow.ooxml.cell_writer import CellWriter, Fragment
from xl_salesflow.ooxml.column_edits import NOTHING_SET, ColumnEdits, Rows
from xl_salesflow.ooxml.refs import Area, address
from xl_salesflow.ooxml.values import Cached, CannotHold

_BLOCK = 1024


class Fresh(NamedTuple):
    """Rows that a table gains: they must be empty but for its totals row, and look like the row that was its last."""

    area: Area
    style_row: int
    totals_row: int | None = None

    def holds(self, row: int) -> bool:
        """Say whether a row is one of them."""
        return self.area.first_row <= row <= self.area.last_row


@dataclass(slots=True)
class SheetEdits:
    """Everything that is to change on one sheet."""

    fresh: dict[str, Fresh] = field(default_factory=dict)  # by table
    emptied: set[Area] = field(default_factory=set)  # arrays that go as a whole
    _columns: dict[int, ColumnEdits] = field(default_factory=dict)

    def set(self, column: int, rows: Rows, values: Sequence[Any]) -> None:
        """Set cells of a column; rows ascending, one value each, taken as they are now."""
        if len(rows):
            self._columns.setdefault(column, ColumnEdits(*NOTHING_SET)).set(rows, copy(values))

    def delete(self, column: int, gone: Rows, last: int) -> None:
        """Take rows out of a column: edits in them are dropped, those below move up, as far as a last row."""
        before = self._columns.get(column)
        if before is not None:
            kept = np.flatnonzero(~np.isin(before.rows, gone))
            rows = before.rows[kept]
            before.values = [before.values[at] for at in kept.tolist()]
            before.rows = np.where(rows > last, rows, rows - np.searchsorted(gone, rows))
            if not len(before.every_row):
                del self._columns[column]

    def set_below(self, column: int, rows: Rows, values: Sequence[Any]) -> None:
        """Set cells of a column where no edit does so already; values are asked for in pieces, in order."""
        at = self._columns.setdefault(column, ColumnEdits(*NOTHING_SET))
        at.below = (*at.below, (rows, values))

    def row(self, number: int) -> dict[int, Any]:
        """What is set in a row: column to value."""
        found = {at: column.between(number, number)[1] for at, column in self._columns.items()}
        return {at: values[0] for at, values in found.items() if values and not isinstance(values[0], Cached)}

    def __bool__(self) -> bool:
        return bool(self._columns)

    @property
    def columns(self) -> list[int]:
        """The sheet columns that change, ascending."""
        return sorted(self._columns)

    @property
    def rows(self) -> Rows:
        """The sheet rows that change, ascending."""
        every = np.empty(0, np.int64)
        for column in self._columns.values():
            rows = column.every_row
            every = every if np.array_equal(every, rows) else np.union1d(every, rows)
        return every

    def extent(self) -> Area | None:
        """The rectangle around all edits."""
        rows = self.rows
        if not len(rows):
            return None
        return Area(int(rows[0]), min(self._columns), int(rows[-1]), max(self._columns))

    def within(self, area: Area) -> Iterator[tuple[int, int]]:
        """Yield the cells inside a rectangle that are set, as (row, column)."""
        for number, column in self._columns.items():
            if area.first_col <= number <= area.last_col:
                rows = column.every_row
                start, end = np.searchsorted(rows, [area.first_row, area.last_row + 1])
                yield from ((row, number) for row in rows[start:end].tolist())

    def by_row(self, write: CellWriter) -> Iterator[tuple[int, tuple[Fragment | None, ...]]]:
        """Yield each changed row once, ascending, with what goes into each of `columns`; None leaves a cell alone."""
        every = self.rows
        for start in range(0, len(every), _BLOCK):
            rows = every[start : start + _BLOCK]
            inside = [self._fragments(number, rows, write) for number in self.columns]
            yield from zip(rows.tolist(), zip(*inside, strict=True), strict=True)

    def _fragments(self, number: int, rows: Rows, write: CellWriter) -> list[Fragment | None]:
        set_rows, values = self._columns[number].between(int(rows[0]), int(rows[-1]))
        try:
            fragments = write.column(values)
        except CannotHold:
            fragments = [self._one(int(row), number, v, write) for row, v in zip(set_rows, values, strict=True)]
        if len(fragments) == len(rows):
            return [*fragments]
        placed: list[Fragment | None] = [None] * len(rows)
        for at, fragment in zip(np.searchsorted(rows, set_rows).tolist(), fragments, strict=True):
            placed[at] = fragment
        return placed

    @staticmethod
    def _one(row: int, column: int, value: Any, write: CellWriter) -> Fragment:
        try:
            return write(value)
        except CannotHold as error:
            raise BadValue(address(row, column), error.why) from error


class BadValue(ValueError):
    """A value no cell can hold, with the address it was meant for."""

    def __init__(self, place: str, why: tuple[str, str]) -> None:
        self.place, self.why = place, why
        super().__init__(place, why)


def column_edit(values: Mapping[int, Any] | tuple[Any, Sequence[Any]]) -> tuple[Rows, Sequence[Any]]:
    """Bring `{row: value}` or `(rows, values)` into ascending rows and their values."""
    if isinstance(values, Mapping):
        order = sorted(values)
        return np.array(order, dtype=np.int64), [values[row] for row in order]
    rows, cells = np.asarray(values[0], dtype=np.int64), values[1]
    if len(rows) != len(cells):
        raise ValueError(f"{len(rows)} rows but {len(cells)} values")
    if np.all(rows[1:] > rows[:-1]):
        return rows, cells
    return column_edit(dict(zip(rows.tolist(), list(cells), strict=True)))
