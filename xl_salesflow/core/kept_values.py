"""Values computed from a pipeline, kept for the states of a run in which the computation would read the same.

While a value is computed, the frames that it reads are noted. It is returned again only to a pipeline that holds these
very frames and agrees in everything else, so nobody declares what a value depends on, and none is ever out of date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, replace
from functools import wraps
from typing import Any, ClassVar, Protocol, TypeVar

import pandas as pd

from xl_salesflow.core.lazy_frames import PipelineFrames


@dataclass(frozen=True, slots=True)
class KeptValue:
    """A *value*, the frames *read* to compute it, by table, and everything else that the pipeline held."""

    value: Any
    read: Mapping[str, pd.DataFrame]
    rest: Mapping[str, Any]


@dataclass(eq=False)
class KeptValues:
    """The latest value of every function that keeps its value; passed on from one state of a run to the next."""

    by_function: dict[Callable[..., Any], KeptValue] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class RecordedFrames(PipelineFrames):
    """Some *frames*, which note in *read* those that are asked for."""

    frames: PipelineFrames
    read: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __getitem__(self, table: str) -> pd.DataFrame:
        frame = self.read[table] = self.frames[table]
        return frame

    def __iter__(self) -> Iterator[str]:
        return iter(self.frames)

    def __len__(self) -> int:
        return len(self.frames)

    def with_frames(self, new: Mapping[str, pd.DataFrame]) -> RecordedFrames:
        """Return these frames with some replaced by *new*; a value that reads a frame of its own is never kept."""
        return RecordedFrames(self.frames.with_frames(new), self.read)


class HoldsTables(Protocol):
    """What a value is computed from: the frames, the values kept from them, and other fields."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def tables(self) -> PipelineFrames:
        """Return the frames by table."""

    @property
    def kept(self) -> KeptValues:
        """Return the values that were computed from this state of a run or an earlier one."""


TableHolder = TypeVar("TableHolder", bound=HoldsTables)
KeptResult = TypeVar("KeptResult")


def keep_value(function: Callable[[TableHolder], KeptResult]) -> Callable[[TableHolder], KeptResult]:
    """Call *function* for a pipeline only if the value of its last call was computed from something else.

    Its value is shared like a frame: it is never changed in place. A function that asks for the findings about cells,
    which become more as tables are read, or that returns a pipeline, must not keep its value.
    """

    @wraps(function)
    def call_or_reuse(pipeline: TableHolder) -> KeptResult:
        known = pipeline.kept.by_function.get(call_or_reuse)
        rest = {key: getattr(pipeline, key) for key in pipeline.__dataclass_fields__ if key != "tables"}
        if (
            known is None
            or any(held is not known.rest[key] for key, held in rest.items())
            or any(pipeline.tables[table] is not frame for table, frame in known.read.items())
        ):
            tables = RecordedFrames(pipeline.tables)
            value = function(replace(pipeline, tables=tables))
            known = pipeline.kept.by_function[call_or_reuse] = KeptValue(value, tables.read, rest)
        result: KeptResult = known.value
        return result

    return call_or_reuse
