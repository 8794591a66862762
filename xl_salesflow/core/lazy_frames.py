"""The frames of a pipeline, by table: all at hand, or read when they are first needed; none can be replaced in place."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

from xl_salesflow.schema.table_registry import TABLES


class PipelineFrames(Mapping[str, pd.DataFrame]):
    """The frames of all declared tables, read-only: a state of a run with other frames has another mapping."""

    @abstractmethod
    def with_frames(self, new: Mapping[str, pd.DataFrame]) -> PipelineFrames:
        """Return these frames with some replaced by *new*, without reading any table."""


class LoadedFrames(PipelineFrames):
    """Frames that are all loaded. Later changes to the mapping *frames* have no effect."""

    def __init__(self, frames: Mapping[str, pd.DataFrame]) -> None:
        self._frames = dict(frames)

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self._frames[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def with_frames(self, new: Mapping[str, pd.DataFrame]) -> LoadedFrames:
        """Return these frames with some replaced by *new*."""
        return LoadedFrames({**self._frames, **new})


@dataclass(frozen=True, eq=False)
class LazyFrames(PipelineFrames):
    """The frames that a run *replaced*, or else those returned by *read*, which are cached."""

    read: Callable[[str], pd.DataFrame]
    replaced: Mapping[str, pd.DataFrame] = field(default_factory=lambda: MappingProxyType({}))

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.replaced[table] if table in self.replaced else self.read(table)

    def __contains__(self, table: object) -> bool:
        return table in TABLES

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)

    def with_frames(self, new: Mapping[str, pd.DataFrame]) -> LazyFrames:
        """Return these frames with some replaced by *new*, without reading any table."""
        return LazyFrames(self.read, MappingProxyType({**self.replaced, **new}))


def find_replaced_frames(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Return the tables whose frames may differ between *before* and *after*, without reading any table."""
    if isinstance(before, LazyFrames) and isinstance(after, LazyFrames) and before.read is after.read:
        return {*before.replaced, *after.replaced}
    return TABLES


def is_frame_replaced(before: Mapping[str, pd.DataFrame], after: Mapping[str, pd.DataFrame], table: str) -> bool:
    """Return whether the frame of *table* differs between *before* and *after*; it is read only if it may."""
    return table in find_replaced_frames(before, after) and before[table] is not after[table]
