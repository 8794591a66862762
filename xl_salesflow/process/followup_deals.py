"""Hold the deals of a pipeline as arrays, and define a follow-up reason over all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline, Stage
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.working_days import NO_DAY, DayArray, Workdays, read_workdays

DealMask = npt.NDArray[np.bool_]
ReasonFacts = Mapping[str, npt.NDArray[Any]]

URGENT_LEVEL, SLIPPING_LEVEL, UNTIDY_LEVEL = 3, 2, 1
"""How urgent a reason is: a broken promise or a waiting customer; a deal at risk; missing data."""


@dataclass(frozen=True)
class FollowUpReason:
    """One follow-up reason, over all deals.

    *due* is NaT where the reason does not apply. *facts* maps each placeholder of the text to an array over the deals.
    A reason with *waits_for_day* applies on its due day; any other applies now, whatever its date.
    """

    id: str
    text: Text
    level: int
    due: DayArray
    facts: ReasonFacts = field(default_factory=dict)
    waits_for_day: bool = False

    @cached_property
    def applies(self) -> DealMask:
        """Return where the reason holds."""
        return np.asarray(~np.isnat(self.due))


@dataclass(frozen=True)
class DealArrays:
    """The deals of a pipeline as arrays in the order of the frame, each with its stage."""

    pipeline: Pipeline

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Return the frame of the sheet."""
        return self.pipeline["Deals"]

    @cached_property
    def today(self) -> np.datetime64:
        """Return the day of the run."""
        return np.datetime64(self.pipeline.today, "D")

    @cached_property
    def calendar(self) -> Workdays:
        """Return the calendar of working days."""
        return read_workdays(self.pipeline)

    @cached_property
    def list_day(self) -> np.datetime64:
        """Return the day the list is for: the day of the run or the next working day."""
        return np.datetime64(self.move_to_workday(np.array([self.today]))[0], "D")

    def move_to_workday(self, days: DayArray) -> DayArray:
        """Return *days* with days off moved to the next working day."""
        return self.calendar.on_or_after(days)

    def count_days_late(self, due: DayArray) -> npt.NDArray[np.float64]:
        """Return the working days from *due* to the day of the list; negative for future days, NaN where *due* is NaT."""
        return self.calendar.between(due, np.full(len(due), self.list_day))

    @cached_property
    def open(self) -> DealMask:
        """Return which deals are open, including those that were never judged."""
        return np.asarray(~self.frame["outcome"].isin(("won", "lost")))

    def read_days(self, column: str) -> DayArray:
        """Return a date column as whole days."""
        return self.frame[column].to_numpy().astype("datetime64[D]")

    def count_days_since(self, days: DayArray) -> npt.NDArray[np.float64]:
        """Return the days from *days* to today; NaN where a day is missing."""
        return np.where(np.isnat(days), np.nan, (self.today - days).astype("float64"))

    def read_numbers(self, column: str) -> npt.NDArray[np.float64]:
        """Return a number column; NaN is blank."""
        return np.asarray(self.frame[column].to_numpy("float64"))

    @cached_property
    def last_touch(self) -> DayArray:
        """Return the day of the last activity or stage move."""
        return np.asarray(np.fmax(self.read_days("since"), self.read_days("last_activity")))

    def read_of_stage(self, read: Callable[[Stage], float | str | None], missing: Any) -> npt.NDArray[Any]:
        """Return the result of *read* for each deal's recorded stage; *missing* where it has none."""
        codes, stages = self._stages
        values = [missing if stage is None else read(stage) for stage in stages]
        values = [missing if value is None else value for value in values]
        return np.array([*values, missing], dtype=object if isinstance(missing, str) else None)[codes]

    @cached_property
    def aftercare(self) -> DealMask:
        """Return which deals are in a stage after the sale."""
        return np.asarray(self.read_of_stage(lambda stage: stage.kind, "") == "aftercare")

    @cached_property
    def _stages(self) -> tuple[npt.NDArray[np.intp], list[Stage | None]]:
        default, playbooks = self.pipeline.default_playbook, self.pipeline.playbooks
        keys = pd.MultiIndex.from_arrays([self.frame["playbook"].replace("", default), self.frame["recorded_stage"]])
        codes, pairs = keys.factorize()
        known = {name: playbook.by_name for name, playbook in playbooks.items()}
        return np.asarray(codes), [known.get(playbook, {}).get(stage) for playbook, stage in pairs]

    def rows_of(self, keys: pd.Series) -> npt.NDArray[np.intp]:
        """Return the position of each deal in *keys*; −1 for unknown deals."""
        return np.asarray(self._positions.get_indexer(pd.Index(keys, dtype=object)))

    @cached_property
    def _positions(self) -> pd.Index[Any]:
        # a duplicate key refers to its first row; the others get names that cannot occur in a sheet
        keys = self.frame["deal"]
        doubled = keys.duplicated()
        unlike = [f"\0{n}" for n in range(len(keys))] if doubled.any() else keys
        names: pd.Index[Any] = pd.Index(keys.where(~doubled, unlike), dtype=object)
        return names

    def spread_values(self, rows: npt.NDArray[np.intp], values: Any, missing: Any) -> npt.NDArray[Any]:
        """Return *values* at the positions *rows*, *missing* everywhere else."""
        values = np.asarray(values)
        result = np.full(len(self.frame), missing, dtype=object if isinstance(missing, str) else values.dtype)
        result[rows] = values
        return result


def keep_days_where(condition: DealMask, days: npt.NDArray[Any]) -> DayArray:
    """Return *days* where *condition* holds, NaT elsewhere."""
    return np.asarray(np.where(condition, days, NO_DAY))


DealPositions = npt.NDArray[np.intp]
