"""Weigh the follow-ups of each deal and fit them into the days of the list.

An owner gets at most as many follow-ups a day as Settings allow. The rest moves to later days; what does not fit is
counted.
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
