"""Records of made-up teams whose true parameters are known: four stages, gamma stays, owners who differ.

A team makes the same kind of deals all the time, so a forecast learned from its first days can be held against what the
same process does in the days after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xl_salesflow.metrics.forecasting.forecast_simulation import OpenDeals
from xl_salesflow.metrics.forecasting.stay_record import StayRecord

CONVERSIONS = np.array([0.6, 0.55, 0.65, 0.7])
MEAN_DAYS = np.array([12.0, 20.0, 25.0, 18.0])
SHAPES = np.array([1.0, 2.0, 0.8, 1.5])
STAGES = len(CONVERSIONS)
WON, LOST = STAGES, STAGES + 1


@dataclass(frozen=True)
class MadeTeam:
    """A team's record, its open deals on *day*, and what it won in the *horizon* days after."""

    record: StayRecord
    day: int
    deals: OpenDeals
    won_value: float
    won_count: int


def make_team(
    seed: int, deals_a_day: float, days: int = 730, horizon: int = 91, owners: int = 5, spread: float = 0.5
) -> MadeTeam:
    """Make a team that gets *deals_a_day* deals, for *days* days and the *horizon* after them.

    *spread* is the standard deviation between the log odds of the owners.
    """
    random = np.random.default_rng(seed)
    size = random.poisson(deals_a_day * (days + horizon))
    created = np.sort(random.integers(1, days + horizon + 1, size)).astype(np.float64)
    owner = random.integers(0, owners, size)
    amount = np.round(random.lognormal(9, 1, size), 2)
    leaves_from = _decide(random, owner, random.normal(0, spread, owners))
    stays, day, before = [], created.copy(), np.full(size, -1)
    for stage in range(STAGES):
        here = leaves_from >= stage
        lasts = np.maximum(1, np.ceil(random.gamma(SHAPES[stage], MEAN_DAYS[stage] / SHAPES[stage], size)))
        after = np.where(leaves_from == stage, LOST, stage + 1)
        stays.append(np.stack([np.arange(size), np.full(size, stage), after, before, day, day + lasts])[:, here])
        before, day = np.where(here, stage, before), np.where(here, day + lasts, day)
    ends = np.where(leaves_from > STAGES, WON, LOST)
    nothing = np.full(size, -1)
    stays.append(np.stack([np.arange(size), ends, nothing, before, day, np.full(size, np.inf)]))
    won_then = (ends == WON) & (day > days) & (day <= days + horizon)
    record = _record_of(np.concatenate(stays, axis=1), amount, owner, owners)
    return MadeTeam(record, days, open_deals_on(record, days), float(amount[won_then].sum()), int(won_then.sum()))


def _decide(random: np.random.Generator, owner: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """Return the stage that each deal is lost in, or a large number if it is won; an owner's shift is of the log odds."""
    reach = np.concatenate([[1.0], np.cumprod(CONVERSIONS)])
    odds = reach[-1] / (1 - reach[-1]) * np.exp(shifts[owner])
    is_won = random.random(len(owner)) < odds / (1 + odds)
    lost_in = -np.diff(reach) / (1 - reach[-1])
    return np.where(is_won, STAGES + 9, random.choice(STAGES, len(owner), p=lost_in))


def _record_of(rows: np.ndarray, amount: np.ndarray, owner: np.ndarray, owners: int) -> StayRecord:
    rows = rows[:, np.lexsort((rows[0], rows[4]))]
    deal, state, after, before = rows[:4].astype(np.int64)
    names = tuple(f"Owner {number}" for number in range(owners))
    stages = tuple(("crm", f"Stage {number}") for number in range(STAGES))
    following = np.arange(1, STAGES + 1)
    return StayRecord(
        deal, state, after, before, rows[4], rows[5], before < 0, amount[deal], owner[deal], names, stages, following
    )


def open_deals_on(record: StayRecord, day: int) -> OpenDeals:
    """Return the deals that are open at the end of *day*."""
    known = record.known_on(day)
    standing = (known.state < WON) & np.isinf(known.left)
    age = (day - known.entered[standing]).astype(np.int64)
    return OpenDeals(known.state[standing], age, known.amount[standing], known.owner[standing])
