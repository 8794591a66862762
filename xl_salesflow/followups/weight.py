"""How much each deal on the list matters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xl_salesflow.followups.signal import URGENT, Days, Deals, Mask, Signal

LARGE_SHARE = 0.8  # a deal above this quantile of the open ones is large
ENOUGH = 10  # open deals, below which "large" says nothing

_NO_DAY = 10**6

PRIORITIES = {3: "high", 2: "medium", 1: "low"}


@dataclass(frozen=True)
class Weights:
    """By deal: *level* 3 high, 2 medium, 1 low; *due* the earliest day; *days_late* in working days, negative for days to go.

    *wait* counts the working days until something can be done about it; *raised* tells whether golden or large made it higher.
    """

    level: npt.NDArray[np.int64]
    due: Days
    days_late: npt.NDArray[np.float64]
    wait: npt.NDArray[np.int64]
    golden: Mask
    large: Mask
    raised: Mask


def weights(deals: Deals, told: list[Signal]) -> Weights:
    """Return the weight of every deal: its most pressing reason, one step up for a golden customer or a large deal."""
    level = np.max([np.where(signal.applies, signal.level, 0) for signal in told], axis=0)
    earliest = np.fmin.reduce([signal.due for signal in told])
    golden, large = _golden(deals), _large(deals)
    higher = np.where(level > 0, np.minimum(level + (golden | large), URGENT), 0)
    wait = np.min([_wait(deals, signal) for signal in told], axis=0)
    return Weights(higher, earliest, deals.late(earliest), wait, golden, large, higher > level)


def _wait(deals: Deals, signal: Signal) -> npt.NDArray[np.int64]:
    days = np.nan_to_num(np.maximum(-deals.late(signal.due), 0)) if signal.waits else 0.0
    return np.where(signal.applies, days, _NO_DAY).astype(np.int64)


def _golden(deals: Deals) -> Mask:
    # more golden than bad traits, or a key account by the team's own class
    accounts = deals.pipeline["Accounts"]
    chosen = accounts.loc[(accounts["trait_score"] > 0) | (accounts["account_class"] == "key"), "account"]
    return np.asarray(deals.frame["account"].isin(chosen[chosen != ""]))


def _large(deals: Deals) -> Mask:
    amounts = deals.numbers("amount")
    counted = amounts[deals.open & ~np.isnan(amounts)]
    if len(counted) < ENOUGH:
        return np.zeros(len(amounts), dtype=bool)
    return np.asarray(deals.open & (amounts > np.quantile(counted, LARGE_SHARE)))
