"""The edits of one sheet column, in layers: what is set lies over what moved rows bring along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from xl_salesflow.ooxml.values import NOTHING, REMOVED, Cached, Formula, Raw

Rows = npt.NDArray[np.int64]
Layer = tuple[Rows, Sequence[Any]]
NOTHING_SET: Layer = (np.empty(0, np.int64), [])


@dataclass(slots=True)
class ColumnEdits:
    """What is to change in one sheet column, rows ascending; later edits of a cell win.

    `below` holds what moved rows bring along, under the edits; it is worked out as it is written, so that a long table
    passes through in pieces.
    """

    rows: Rows
    values: Sequence[Any]
    below: tuple[Layer, ...] = ()

    def set(self, rows: Rows, values: Sequence[Any]) -> None:
        """Set more cells, or the same ones anew."""
        self.rows, self.values = _merged((self.rows, self.values), (rows, values))

    @property
    def every_row(self) -> Rows:
        """The rows of all cells that change."""
        return reduce(np.union1d, (rows for rows, _ in self.below), self.rows)

    def between(self, first: int, last: int) -> Layer:
        """The cells of some rows, with what they become."""
        layers = (_between(layer, first, last) for layer in (*self.below, (self.rows, self.values)))
        return reduce(_merged, layers, NOTHING_SET)


def _between(layer: Layer, first: int, last: int) -> Layer:
    rows, values = layer
    start, end = np.searchsorted(rows, [first, last + 1])
    piece = values[start:end] if end > start else []
    return rows[start:end], piece.tolist() if isinstance(piece, np.ndarray) else piece


def _merged(before: Layer, after: Layer) -> Layer:
    """Put one layer of edits over another."""
    (old_rows, old), (rows, values) = before, after
    if not len(old_rows) or not len(rows):
        return after if len(rows) else before
    if rows[0] > old_rows[-1]:
        return np.concatenate([old_rows, rows]), [*old, *values]
    both = dict(zip(old_rows.tolist(), old, strict=True))
    both |= {row: _over(both.get(row, NOTHING), value) for row, value in zip(rows.tolist(), values, strict=True)}
    order = sorted(both)
    return np.array(order, dtype=np.int64), [both[row] for row in order]


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
