"""The deals of a pipeline as arrays, how follow-up reasons are defined over them, and how follow-ups are weighed and ordered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline, Stage
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.working_days import NO_DAY, DayArray, Workdays, read_workdays

LARGE_DEAL_QUANTILE = 0.8  # a deal above this quantile of the open ones is large
FEWEST_DEALS_FOR_LARGE = 10  # open deals needed to call any of them large

_ENDLESS_WAIT = 10**6

PRIORITY_BY_LEVEL = {3: "high", 2: "medium", 1: "low"}


@dataclass(frozen=True)
class FollowUpWeights:
    """The weight of each deal, as arrays over the deals.

    *level* is 3 high, 2 medium, 1 low; *due* is the earliest day; *days_late* counts working days, negative for future
    days. *days_to_wait* counts the working days until it applies; *raised* is true where a golden customer or a
    large deal raised the level.
    """

    level: npt.NDArray[np.int64]
    due: DayArray
    days_late: npt.NDArray[np.float64]
    days_to_wait: npt.NDArray[np.int64]
    golden: DealMask
    large: DealMask
    raised: DealMask


def weigh_followups(deals: DealArrays, reasons: list[FollowUpReason]) -> FollowUpWeights:
    """Return the weight of every deal: its most urgent reason, one level higher for a golden customer or a large deal."""
    level = np.max([np.where(signal.applies, signal.level, 0) for signal in reasons], axis=0)
    earliest = np.fmin.reduce([signal.due for signal in reasons])
    golden, large = _find_golden_deals(deals), _find_large_deals(deals)
    higher = np.where(level > 0, np.minimum(level + (golden | large), URGENT_LEVEL), 0)
    wait = np.min([_days_to_wait(deals, signal) for signal in reasons], axis=0)
    return FollowUpWeights(higher, earliest, deals.count_days_late(earliest), wait, golden, large, higher > level)


def _days_to_wait(deals: DealArrays, signal: FollowUpReason) -> npt.NDArray[np.int64]:
    days = np.nan_to_num(np.maximum(-deals.count_days_late(signal.due), 0)) if signal.waits_for_day else 0.0
    return np.where(signal.applies, days, _ENDLESS_WAIT).astype(np.int64)


def _find_golden_deals(deals: DealArrays) -> DealMask:
    # more golden than bad traits, or classified as a key account by the team
    accounts = deals.pipeline["Accounts"]
    chosen = accounts.loc[(accounts["trait_score"] > 0) | (accounts["account_class"] == "key"), "account"]
    return np.asarray(deals.frame["account"].isin(chosen[chosen != ""]))


def _find_large_deals(deals: DealArrays) -> DealMask:
    amounts = deals.read_numbers("amount")
    counted = amounts[deals.open & ~np.isnan(amounts)]
    if len(counted) < FEWEST_DEALS_FOR_LARGE:
        return np.zeros(len(amounts), dtype=bool)
    return np.asarray(deals.open & (amounts > np.quantile(counted, LARGE_DEAL_QUANTILE)))


@dataclass(frozen=True)
class FollowUpSchedule:
    """The deals on the list at positions *rows*, grouped by owner and day.

    *ranks* count from 1 per owner; *days* are working days; *put_off* is true where the deal's own day was full;
    *without_room* is the number of deals of each owner that did not fit into any day of the list.
    """

    rows: DealPositions
    ranks: DealPositions
    days: DayArray
    put_off: npt.NDArray[np.bool_]
    without_room: dict[str, int]


def schedule_followups(deals: DealArrays, weighed: FollowUpWeights, order: DealPositions) -> FollowUpSchedule:
    """Assign each deal at positions *order* (grouped by owner, most urgent first) to the first day that has room."""
    settings = deals.pipeline.settings
    room, days = int(settings.number("followups_per_day")), max(1, int(settings.number("followup_days")))
    days_wanted = weighed.days_to_wait[order]
    owners, bounds = _split_order_by_owner(deals, order)
    given = np.full(len(order), -1, dtype=np.int64)
    for start, end in pairwise(bounds):
        given[start:end] = fit_into_days(days_wanted[start:end].tolist(), room, days)
    number = np.repeat(np.arange(len(owners)), np.diff(bounds))
    left = np.bincount(number[given < 0], minlength=len(owners)).tolist()
    kept = np.flatnonzero(given >= 0)
    kept = kept[np.lexsort((kept, given[kept], number[kept]))]
    first = np.searchsorted(number[kept], number[kept])
    return FollowUpSchedule(
        order[kept],
        np.arange(len(kept)) - first + 1,
        deals.calendar.after(np.full(len(kept), deals.list_day), given[kept]),
        given[kept] > days_wanted[kept],
        {owner: count for owner, count in zip(owners, left, strict=True) if count},
    )


def fit_into_days(days_wanted: Sequence[int], room: int, days: int) -> list[int]:
    """Return, for each day (from 0) in *days_wanted*, the first day at or after it that has room; −1 if there is none."""
    free, given = [room] * days, [-1] * len(days_wanted)
    left = max(room, 0) * days
    for at, first in enumerate(days_wanted):
        if not left:
            break
        day = next((day for day in range(first, days) if free[day] > 0), -1)
        if day >= 0:
            given[at] = day
            free[day] -= 1
            left -= 1
    return given


def _split_order_by_owner(deals: DealArrays, order: DealPositions) -> tuple[list[str], list[int]]:
    # the owners' names, and the boundaries of their parts: where each begins, then where the last one ends
    names = deals.frame["owner"].to_numpy()[order]
    starts = [at for at, (before, name) in enumerate(pairwise(("\0", *names))) if name != before]
    return [str(names[at]) for at in starts], [*starts, len(names)]


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
