"""What a day holds: nobody gets more than the Settings allow, what is more moves on, and what does not fit is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from xl_salesflow.followups.signal import Days, Deals
from xl_salesflow.followups.weight import Weights

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Schedule:
    """The deals on the list at positions *rows*, owner by owner and day by day.

    *ranks* count from 1 per owner; *days* are working days; *moved* tells whose own day was full; *left* how many deals of
    which owner found no room on any of the list's days.
    """

    rows: Rows
    ranks: Rows
    days: Days
    moved: npt.NDArray[np.bool_]
    left: dict[str, int]


def schedule(deals: Deals, weighed: Weights, order: Rows) -> Schedule:
    """Give the deals at positions *order* (owner by owner, the most pressing first) each the first day that has room."""
    settings = deals.pipeline.settings
    room, days = int(settings.number("followups_per_day")), max(1, int(settings.number("followup_days")))
    wanted = weighed.wait[order]
    owners, bounds = _owners(deals, order)
    given = np.full(len(order), -1, dtype=np.int64)
    for start, end in pairwise(bounds):
        given[start:end] = fitted(wanted[start:end].tolist(), room, days)
    number = np.repeat(np.arange(len(owners)), np.diff(bounds))
    left = np.bincount(number[given < 0], minlength=len(owners)).tolist()
    kept = np.flatnonzero(given >= 0)
    kept = kept[np.lexsort((kept, given[kept], number[kept]))]
    first = np.searchsorted(number[kept], number[kept])
    return Schedule(
        order[kept],
        np.arange(len(kept)) - first + 1,
        deals.calendar.after(np.full(len(kept), deals.day), given[kept]),
        given[kept] > wanted[kept],
        {owner: count for owner, count in zip(owners, left, strict=True) if count},
    )


def fitted(wanted: Sequence[int], room: int, days: int) -> list[int]:
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


def _owners(deals: Deals, order: Rows) -> tuple[list[str], list[int]]:
    # each owner's name; and where each part of the order begins, with where the last one ends
    names = deals.frame["owner"].to_numpy()[order]
    starts = [at for at, (before, name) in enumerate(pairwise(("\0", *names))) if name != before]
    return [str(names[at]) for at in starts], [*starts, len(names)]
