"""Frames that are read when they are first needed, so that a run on one deal reads only a few tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, overload

import pandas as pd

from xl_salesflow.schema.table_registry import TABLES

if TYPE_CHECKING:
    from xl_salesflow.core.pipelines import Finding


class LazyFrames(Mapping[str, pd.DataFrame]):
    """The frames of all declared tables: those *replaced* by a run, or else those returned by *read*, which are cached."""

    def __init__(
        self, read: Callable[[str], pd.DataFrame], replaced: Mapping[str, pd.DataFrame] = MappingProxyType({})
    ) -> None:
        self.read, self.replaced = read, replaced

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.replaced[table] if table in self.replaced else self.read(table)

    def __contains__(self, table: object) -> bool:
        return table in TABLES

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


def replace_frames(frames: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """Return *frames* with some replaced by *new*, without reading any table."""
    if isinstance(frames, LazyFrames):
        return LazyFrames(frames.read, {**frames.replaced, **new})
    return {**frames, **new}


def find_replaced_frames(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Return the tables whose frames may differ between *before* and *after*, without reading any table."""
    if isinstance(before, LazyFrames) and isinstance(after, LazyFrames) and before.read is after.read:
        return {*before.replaced, *after.replaced}
    return TABLES


def is_frame_replaced(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame], table: str) -> bool:
    """Return whether the frame of *table* differs between *before* and *after*; it is read only if it may."""
    return table in find_replaced_frames(before, after) and before[table] is not after[table]


class LazyFindings(Sequence["Finding"]):
    """The findings about cells of the tables read so far, looked up by *find*."""

    def __init__(self, find: Callable[[], Sequence[Finding]]) -> None:
        self._find = find

    @overload
    def __getitem__(self, at: int) -> Finding: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Finding]: ...

    def __getitem__(self, at: int | slice) -> Finding | Sequence[Finding]:
        return self._find()[at]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._find())

    def __len__(self) -> int:
        return len(self._find())
