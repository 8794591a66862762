"""Collect the edits of one sheet by column and return them by row.

The edits of a column are in layers: set values override the values of shifted rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_contents import NO_VALUE, REMOVED_CELL, CachedValue, CellFormula, RawCell, UnsupportedValue
from xl_salesflow.ooxml.cell_references import Area, cell_address
from xl_salesflow.ooxml.cell_writer import CellFragment, CellWriter

RowNumbers = npt.NDArray[np.int64]
EditLayer = tuple[RowNumbers, Sequence[Any]]
EMPTY_EDIT_LAYER: EditLayer = (np.empty(0, np.int64), [])


@dataclass(slots=True)
class ColumnEdits:
    """The edits of one sheet column, rows ascending; later edits of a cell override earlier ones.

    `below` holds the values of moved rows, which edits replace; it is read only while the sheet is written, so that a
    long table is never in memory as a whole.
    """

    rows: RowNumbers
    values: Sequence[Any]
    below: tuple[EditLayer, ...] = ()

    def set(self, rows: RowNumbers, values: Sequence[Any]) -> None:
        """Set more cells, or set some again."""
        self.rows, self.values = _merge_edit_layers((self.rows, self.values), (rows, values))

    @property
    def every_row(self) -> RowNumbers:
        """Return the rows of all changed cells."""
        return reduce(np.union1d, (rows for rows, _ in self.below), self.rows)

    def between(self, first: int, last: int) -> EditLayer:
        """Return the changed cells of some rows with their new values."""
        layers = (_slice_edit_layer(layer, first, last) for layer in (*self.below, (self.rows, self.values)))
        return reduce(_merge_edit_layers, layers, EMPTY_EDIT_LAYER)


def _slice_edit_layer(layer: EditLayer, first: int, last: int) -> EditLayer:
    rows, values = layer
    start, end = np.searchsorted(rows, [first, last + 1])
    piece = values[start:end] if end > start else []
    return rows[start:end], piece.tolist() if isinstance(piece, np.ndarray) else piece


def _merge_edit_layers(before: EditLayer, after: EditLayer) -> EditLayer:
    """Put one layer of edits over another."""
    (old_rows, old), (rows, values) = before, after
    if not len(old_rows) or not len(rows):
        return after if len(rows) else before
    if rows[0] > old_rows[-1]:
        return np.concatenate([old_rows, rows]), [*old, *values]
    both = dict(zip(old_rows.tolist(), old, strict=True))
    both |= {
        row: _merge_cell_edits(both.get(row, NO_VALUE), value) for row, value in zip(rows.tolist(), values, strict=True)
    }
    order = sorted(both)
    return np.array(order, dtype=np.int64), [both[row] for row in order]


def _merge_cell_edits(before: Any, value: Any) -> Any:
    """Return the one edit that combines two edits of a cell."""
    if isinstance(value, CachedValue) and before is not NO_VALUE:
        if isinstance(before, CellFormula):
            return before._replace(cached=value.value)
        if isinstance(before, RawCell):
            return before._replace(value=_merge_cell_edits(before.value, value))
        return value if isinstance(before, CachedValue) else before
    if isinstance(before, RawCell) and value is not REMOVED_CELL and not isinstance(value, RawCell):
        return before._replace(value=value)
    return value


_EDIT_BLOCK_ROWS = 1024


class GainedRows(NamedTuple):
    """Rows that a table gains; they must be empty except for its totals row, and look like its former last row."""

    area: Area
    style_row: int
    totals_row: int | None = None

    def contains_row(self, row: int) -> bool:
        """Return whether a row is one of them."""
        return self.area.first_row <= row <= self.area.last_row


@dataclass(slots=True)
class SheetEdits:
    """All edits of one sheet."""

    fresh: dict[str, GainedRows] = field(default_factory=dict)  # by table
    emptied: set[Area] = field(default_factory=set)  # arrays that are removed as a whole
    opened: set[int] = field(default_factory=set)  # hidden columns that will be visible
    _columns: dict[int, ColumnEdits] = field(default_factory=dict)

    def set(self, column: int, rows: RowNumbers, values: Sequence[Any]) -> None:
        """Set cells of a column; rows ascend, with one value each; the values are copied."""
        if len(rows):
            self._columns.setdefault(column, ColumnEdits(*EMPTY_EDIT_LAYER)).set(rows, copy(values))

    def delete(self, column: int, deleted: RowNumbers, last: int) -> None:
        """Delete rows from a column: their edits are dropped, edits below move up, until the last row."""
        before = self._columns.get(column)
        if before is not None:
            kept = np.flatnonzero(~np.isin(before.rows, deleted))
            rows = before.rows[kept]
            before.values = [before.values[at] for at in kept.tolist()]
            before.rows = np.where(rows > last, rows, rows - np.searchsorted(deleted, rows))
            if not len(before.every_row):
                del self._columns[column]

    def set_below(self, column: int, rows: RowNumbers, values: Sequence[Any]) -> None:
        """Set cells of a column that have no edit yet; the values are read in pieces, in order."""
        at = self._columns.setdefault(column, ColumnEdits(*EMPTY_EDIT_LAYER))
        at.below = (*at.below, (rows, values))

    def row(self, number: int) -> dict[int, Any]:
        """Return the values set in a row by column."""
        found = {at: column.between(number, number)[1] for at, column in self._columns.items()}
        return {at: values[0] for at, values in found.items() if values and not isinstance(values[0], CachedValue)}

    def __bool__(self) -> bool:
        return bool(self._columns or self.opened)

    @property
    def columns(self) -> list[int]:
        """Return the changed sheet columns, ascending."""
        return sorted(self._columns)

    @property
    def rows(self) -> RowNumbers:
        """Return the changed sheet rows, ascending."""
        every = np.empty(0, np.int64)
        for column in self._columns.values():
            rows = column.every_row
            every = every if np.array_equal(every, rows) else np.union1d(every, rows)
        return every

    def extent(self) -> Area | None:
        """Return the rectangle around all edits."""
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

    def by_row(self, write: CellWriter) -> Iterator[tuple[int, tuple[CellFragment | None, ...]]]:
        """Yield each changed row once, ascending, with the fragment for each of `columns`; None leaves a cell unchanged."""
        every = self.rows
        for start in range(0, len(every), _EDIT_BLOCK_ROWS):
            rows = every[start : start + _EDIT_BLOCK_ROWS]
            inside = [self._fragments(number, rows, write) for number in self.columns]
            yield from zip(rows.tolist(), zip(*inside, strict=True), strict=True)

    def _fragments(self, number: int, rows: RowNumbers, write: CellWriter) -> list[CellFragment | None]:
        set_rows, values = self._columns[number].between(int(rows[0]), int(rows[-1]))
        try:
            fragments = write.column(values)
        except UnsupportedValue:
            fragments = [self._one(int(row), number, v, write) for row, v in zip(set_rows, values, strict=True)]
        if len(fragments) == len(rows):
            return [*fragments]
        placed: list[CellFragment | None] = [None] * len(rows)
        for at, fragment in zip(np.searchsorted(rows, set_rows).tolist(), fragments, strict=True):
            placed[at] = fragment
        return placed

    @staticmethod
    def _one(row: int, column: int, value: Any, write: CellWriter) -> CellFragment:
        try:
            return write(value)
        except UnsupportedValue as error:
            raise RefusedCellValue(cell_address(row, column), error.why) from error


class RefusedCellValue(ValueError):
    """A value that no cell can hold, with the address of the cell."""

    def __init__(self, place: str, why: Text) -> None:
        self.place, self.why = place, why
        super().__init__(place, why)


def sort_column_edit(values: Mapping[int, Any] | tuple[Any, Sequence[Any]]) -> tuple[RowNumbers, Sequence[Any]]:
    """Return `{row: value}` or `(rows, values)` as ascending rows and their values."""
    if isinstance(values, Mapping):
        order = sorted(values)
        return np.array(order, dtype=np.int64), [values[row] for row in order]
    rows, cells = np.asarray(values[0], dtype=np.int64), values[1]
    if len(rows) != len(cells):
        raise ValueError(f"{len(rows)} rows but {len(cells)} values")
    if np.all(rows[1:] > rows[:-1]):
        return rows, cells
    return sort_column_edit(dict(zip(rows.tolist(), list(cells), strict=True)))
