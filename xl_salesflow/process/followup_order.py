"""Weigh the follow-ups of each deal and fit them into the days of the list.

Nobody gets more follow-ups a day than the Settings allow; the rest moves on, and what does not fit is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from xl_salesflow.process.followup_deals import URGENT_LEVEL, DealArrays, DealMask, DealPositions, FollowUpReason
from xl_salesflow.process.working_days import DayArray

LARGE_DEAL_QUANTILE = 0.8  # a deal above this quantile of the open ones is large
FEWEST_DEALS_FOR_LARGE = 10  # open deals, below which "large" says nothing

_ENDLESS_WAIT = 10**6

PRIORITY_BY_LEVEL = {3: "high", 2: "medium", 1: "low"}


@dataclass(frozen=True)
class FollowUpWeights:
    """By deal: *level* 3 high, 2 medium, 1 low; *due* the earliest day; *days_late* in working days, negative for days to go.

    *wait* counts the working days until something can be done about it; *raised* tells whether golden or large made it higher.
    """

    level: npt.NDArray[np.int64]
    due: DayArray
    days_late: npt.NDArray[np.float64]
    days_to_wait: npt.NDArray[np.int64]
    golden: DealMask
    large: DealMask
    raised: DealMask


def weigh_followups(deals: DealArrays, told: list[FollowUpReason]) -> FollowUpWeights:
    """Return the weight of every deal: its most pressing reason, one step up for a golden customer or a large deal."""
    level = np.max([np.where(signal.applies, signal.level, 0) for signal in told], axis=0)
    earliest = np.fmin.reduce([signal.due for signal in told])
    golden, large = _find_golden_deals(deals), _find_large_deals(deals)
    higher = np.where(level > 0, np.minimum(level + (golden | large), URGENT_LEVEL), 0)
    wait = np.min([_days_to_wait(deals, signal) for signal in told], axis=0)
    return FollowUpWeights(higher, earliest, deals.count_days_late(earliest), wait, golden, large, higher > level)


def _days_to_wait(deals: DealArrays, signal: FollowUpReason) -> npt.NDArray[np.int64]:
    days = np.nan_to_num(np.maximum(-deals.count_days_late(signal.due), 0)) if signal.waits_for_day else 0.0
    return np.where(signal.applies, days, _ENDLESS_WAIT).astype(np.int64)


def _find_golden_deals(deals: DealArrays) -> DealMask:
    # more golden than bad traits, or a key account by the team's own class
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
    """The deals on the list at positions *rows*, owner by owner and day by day.

    *ranks* count from 1 per owner; *days* are working days; *moved* tells whose own day was full; *left* how many deals of
    which owner found no room on any of the list's days.
    """

    rows: DealPositions
    ranks: DealPositions
    days: DayArray
    put_off: npt.NDArray[np.bool_]
    without_room: dict[str, int]


def schedule_followups(deals: DealArrays, weighed: FollowUpWeights, order: DealPositions) -> FollowUpSchedule:
    """Give the deals at positions *order* (owner by owner, the most pressing first) each the first day that has room."""
    settings = deals.pipeline.settings
    room, days = int(settings.number("followups_per_day")), max(1, int(settings.number("followup_days")))
    wanted = weighed.days_to_wait[order]
    owners, bounds = _split_order_by_owner(deals, order)
    given = np.full(len(order), -1, dtype=np.int64)
    for start, end in pairwise(bounds):
        given[start:end] = fit_into_days(wanted[start:end].tolist(), room, days)
    number = np.repeat(np.arange(len(owners)), np.diff(bounds))
    left = np.bincount(number[given < 0], minlength=len(owners)).tolist()
    kept = np.flatnonzero(given >= 0)
    kept = kept[np.lexsort((kept, given[kept], number[kept]))]
    first = np.searchsorted(number[kept], number[kept])
    return FollowUpSchedule(
        order[kept],
        np.arange(len(kept)) - first + 1,
        deals.calendar.after(np.full(len(kept), deals.list_day), given[kept]),
        given[kept] > wanted[kept],
        {owner: count for owner, count in zip(owners, left, strict=True) if count},
    )


def fit_into_days(wanted: Sequence[int], room: int, days: int) -> list[int]:
    """Return for each of *wanted* (a day from 0) the first day at or after it that has room; −1 where none has."""
    free, given = [room] * days, [-1] * len(wanted)
    left = max(room, 0) * days
    for at, first in enumerate(wanted):
        if not left:
            break
        day = next((day for day in range(first, days) if free[day] > 0), -1)
        if day >= 0:
            given[at] = day
            free[day] -= 1
            left -= 1
    return given


def _split_order_by_owner(deals: DealArrays, order: DealPositions) -> tuple[list[str], list[int]]:
    # each owner's name; and where each part of the order begins, with where the last one ends
    names = deals.frame["owner"].to_numpy()[order]
    starts = [at for at, (before, name) in enumerate(pairwise(("\0", *names))) if name != before]
    return [str(names[at]) for at in starts], [*starts, len(names)]
