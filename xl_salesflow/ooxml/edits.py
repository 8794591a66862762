"""What is to change on one sheet, collected by column and handed out by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xl_salesflow.ooxml.cell_writer import CellWriter, Fragment
from xl_salesflow.ooxml.refs import Area, address
from xl_salesflow.ooxml.values import NOTHING, REMOVED, Cached, CannotHold, Formula, Raw

Rows = npt.NDArray[np.int64]
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
class _Column:
    """The edits of one sheet column, rows ascending; later edits of a cell win."""

    rows: Rows
    values: Sequence[Any]

    def merged(self, rows: Rows, values: Sequence[Any]) -> _Column:
        if len(self.rows) == 0 or (len(rows) and rows[0] > self.rows[-1]):
            return _Column(np.concatenate([self.rows, rows]), [*self.values, *values])
        both = dict(zip(self.rows.tolist(), self.values, strict=True))
        both |= {row: _over(both.get(row, NOTHING), value) for row, value in zip(rows.tolist(), values, strict=True)}
        order = sorted(both)
        return _Column(np.array(order, dtype=np.int64), [both[row] for row in order])


def _over(before: Any, value: Any) -> Any:
    """A cell that is set twice: what setting it once would have to say."""
    if isinstance(value, Cached) and before is not NOTHING:
        if isinstance(before, Formula):
            return before._replace(cached=value.value)
        if isinstance(before, Raw):
            return before._replace(value=_over(before.value, value))
        return value if isinstance(before, Cached) else before
    if isinstance(before, Raw) and value is not REMOVED and not isinstance(value, Raw):
        return before._replace(value=value)
    return value


@dataclass(slots=True)
class SheetEdits:
    """Everything that is to change on one sheet."""

    fresh: dict[str, Fresh] = field(default_factory=dict)  # by table
    _columns: dict[int, _Column] = field(default_factory=dict)

    def set(self, column: int, rows: Rows, values: Sequence[Any]) -> None:
        """Set cells of a column; rows ascending, one value each, taken as they are now."""
        if len(rows):
            before = self._columns.get(column)
            self._columns[column] = before.merged(rows, values) if before else _Column(rows, copy(values))

    def delete(self, column: int, gone: Rows) -> None:
        """Take rows out of a column: edits in them are dropped, edits below them move up."""
        before = self._columns.pop(column, None)
        if before is not None:
            kept = np.flatnonzero(~np.isin(before.rows, gone))
            rows = before.rows[kept]
            self.set(column, rows - np.searchsorted(gone, rows), [before.values[at] for at in kept.tolist()])

    def set_below(self, column: int, rows: Rows, values: Sequence[Any]) -> None:
        """Set cells of a column where no edit does so already."""
        over = self._columns.pop(column, None)
        self.set(column, rows, values)
        if over is not None:
            self.set(column, over.rows, over.values)

    def row(self, number: int) -> dict[int, Any]:
        """What is set in a row: column to value."""
        values = {}
        for at, column in self._columns.items():
            found = int(np.searchsorted(column.rows, number))
            value = column.values[found] if found < len(column.rows) and column.rows[found] == number else NOTHING
            if value is not NOTHING and not isinstance(value, Cached):
                values[at] = value
        return values

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
            if not np.array_equal(every, column.rows):
                every = np.union1d(every, column.rows)
        return every

    def extent(self) -> Area | None:
        """The rectangle around all edits."""
        if not self._columns:
            return None
        firsts, lasts = zip(*((c.rows[0], c.rows[-1]) for c in self._columns.values()), strict=True)
        return Area(int(min(firsts)), min(self._columns), int(max(lasts)), max(self._columns))

    def within(self, area: Area) -> Iterator[tuple[int, int]]:
        """Yield the cells inside a rectangle that are set, as (row, column)."""
        for number, column in self._columns.items():
            if area.first_col <= number <= area.last_col:
                start, end = np.searchsorted(column.rows, [area.first_row, area.last_row + 1])
                yield from ((row, number) for row in column.rows[start:end].tolist())

    def by_row(self, write: CellWriter) -> Iterator[tuple[int, tuple[Fragment | None, ...]]]:
        """Yield each changed row once, ascending, with what goes into each of `columns`; None leaves a cell alone."""
        every = self.rows
        for start in range(0, len(every), _BLOCK):
            rows = every[start : start + _BLOCK]
            inside = [self._fragments(number, rows, write) for number in self.columns]
            yield from zip(rows.tolist(), zip(*inside, strict=True), strict=True)

    def _fragments(self, number: int, rows: Rows, write: CellWriter) -> list[Fragment | None]:
        column = self._columns[number]
        start, end = np.searchsorted(column.rows, [rows[0], rows[-1] + 1])
        values = column.values[start:end]
        if isinstance(values, np.ndarray):
            values = values.tolist()
        try:
            fragments = write.column(values)
        except CannotHold:
            fragments = [
                self._one(int(row), number, v, write) for row, v in zip(column.rows[start:end], values, strict=True)
            ]
        if len(fragments) == len(rows):
            return [*fragments]
        placed: list[Fragment | None] = [None] * len(rows)
        for at, fragment in zip(np.searchsorted(rows, column.rows[start:end]).tolist(), fragments, strict=True):
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
