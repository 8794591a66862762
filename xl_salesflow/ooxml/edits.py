"""What is to change on one sheet, collected by column and handed out by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xl_salesflow.ooxml.refs import Area, address
from xl_salesflow.ooxml.values import CellWriter, Fragment

Rows = npt.NDArray[np.int64]
_BLOCK = 1024


class _Removed:
    """The value of a cell that goes away, format and all."""


REMOVED = _Removed()
GONE = Fragment(b"", b"")  # told from BLANK, which keeps the format, by identity


class Fresh(NamedTuple):
    """Rows that a table gains: they must be empty, and look like the row that its last row was."""

    area: Area
    style_row: int


@dataclass(slots=True)
class _Column:
    """The edits of one sheet column, rows ascending; later edits of a cell win."""

    rows: Rows
    values: Sequence[Any]

    def merged(self, rows: Rows, values: Sequence[Any]) -> _Column:
        if len(self.rows) == 0 or (len(rows) and rows[0] > self.rows[-1]):
            return _Column(np.concatenate([self.rows, rows]), [*self.values, *values])
        both = dict(zip(self.rows.tolist(), self.values, strict=True)) | dict(zip(rows.tolist(), values, strict=True))
        order = sorted(both)
        return _Column(np.array(order, dtype=np.int64), [both[row] for row in order])


@dataclass(slots=True)
class SheetEdits:
    """Everything that is to change on one sheet."""

    fresh: list[Fresh] = field(default_factory=list)
    _columns: dict[int, _Column] = field(default_factory=dict)

    def set(self, column: int, rows: Rows, values: Sequence[Any]) -> None:
        """Set cells of a column; rows ascending, one value each."""
        if len(rows):
            before = self._columns.get(column)
            self._columns[column] = before.merged(rows, values) if before else _Column(rows, values)

    @property
    def columns(self) -> list[int]:
        """The sheet columns that change, ascending."""
        return sorted(self._columns)

    def extent(self) -> Area | None:
        """The rectangle around all edits."""
        if not self._columns:
            return None
        firsts, lasts = zip(*((c.rows[0], c.rows[-1]) for c in self._columns.values()), strict=True)
        return Area(int(min(firsts)), min(self._columns), int(max(lasts)), max(self._columns))

    def cells(self) -> Iterator[tuple[int, int]]:
        """Every cell that is set, as (row, column)."""
        return ((row, column) for column, edit in self._columns.items() for row in edit.rows.tolist())

    def by_row(self, write: CellWriter) -> Iterator[tuple[int, tuple[Fragment | None, ...]]]:
        """Yield each changed row once, ascending, with what goes into each of `columns`; None leaves a cell alone."""
        if not self._columns:
            return
        every = np.unique(np.concatenate([column.rows for column in self._columns.values()]))
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
        fragments: list[Fragment | None] = []
        for at, value in enumerate(values):
            try:
                fragments.append(GONE if value is REMOVED else write(value))
            except ValueError as error:
                raise BadValue(address(int(column.rows[start + at]), number), str(error)) from error
        if len(fragments) == len(rows):
            return fragments
        placed: list[Fragment | None] = [None] * len(rows)
        for at, fragment in zip(np.searchsorted(rows, column.rows[start:end]).tolist(), fragments, strict=True):
            placed[at] = fragment
        return placed


class BadValue(ValueError):
    """A value no cell can hold, with the address it was meant for."""

    def __init__(self, place: str, why: str) -> None:
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
