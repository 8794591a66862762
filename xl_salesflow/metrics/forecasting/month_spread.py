"""How much the months of a team differ beyond chance: campaigns, holidays, the push at the end of a quarter.

For each of the last twelve whole months, the deals won are held against those expected from the mean hazards and the deals
that stood in the stages on its days. Chance alone makes the squares of the differences as large as the expected numbers;
what is beyond is the variance of a factor that makes all deals of a month a little more or less likely to be won.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from xl_salesflow.metrics.deal_cube import date_of_days, days_since_1970
from xl_salesflow.metrics.forecasting.stage_hazards import HazardDraws, StageHazards
from xl_salesflow.metrics.forecasting.stay_record import StayRecord
from xl_salesflow.metrics.metric_declaration import MetricArray

MONTHS_COMPARED = 12
"""Whole months before the day that are compared; with fewer than four, months count as alike."""

_FEWEST_MONTHS = 4
_LARGEST_VARIANCE = 0.36


def learn_month_variance(known: StayRecord, day: float, hazards: StageHazards) -> float:
    """Return the variance, beyond chance, of the factor of a month; 0 if its months are as alike as chance makes them."""
    ends = _month_ends_before(known, day)
    if len(ends) <= _FEWEST_MONTHS:
        return 0.0
    to_won = np.cumsum(hazards.by_age(hazards.exits[..., known.won]).mean(axis=0), axis=1)
    won = (known.next_state == known.won) & (known.state < known.won)
    happened = np.histogram(known.left[won], np.asarray(ends) + 0.5)[0]
    expected = np.array([_expect_wins(known, first, last, day, to_won) for first, last in pairwise(ends)])
    if not expected.any():
        return 0.0
    beyond = ((happened - expected) ** 2 - expected).sum() / (expected**2).sum()
    return float(np.clip(beyond, 0.0, _LARGEST_VARIANCE))


def _month_ends_before(known: StayRecord, day: float) -> list[float]:
    """Return the ends of the last whole months of the record, with the day before the first of them, ascending."""
    ends: list[float] = []
    moment = date_of_days(day + 1)
    while moment is not None and len(ends) <= MONTHS_COMPARED:
        end = days_since_1970(moment.replace(day=1)) - 1
        if not len(known.entered) or end < known.entered[0] - 1:
            break
        ends.append(end)
        moment = date_of_days(end)
    return ends[::-1]


def _expect_wins(known: StayRecord, first: float, last: float, day: float, to_won: MetricArray) -> float:
    """Return the wins expected after *first* and by *last*; *to_won* sums the hazards of each stage up to each age."""
    here = (known.state < known.won) & (known.entered < last) & (known.left > first)
    state, entered = known.state[here], known.entered[here]
    oldest = to_won.shape[1] - 1
    upto = np.minimum(np.minimum(known.left[here], day), last) - entered
    since = np.maximum(first - entered, 0)

    def sum_until(age: MetricArray) -> MetricArray:
        beyond = np.maximum(age - 1 - oldest, 0)
        inside = np.clip(age - 1, 0, oldest).astype(np.int64)
        tail = to_won[state, oldest] - (to_won[state, oldest - 1] if oldest else 0.0)
        return np.asarray(np.where(age > 0, to_won[state, inside] + beyond * tail, 0.0), dtype=np.float64)

    return float((sum_until(upto) - sum_until(since)).sum())


def draw_month_factors(variance: float, draws: int, periods: int, random: np.random.Generator) -> HazardDraws:
    """Return factors around 1 with *variance*, by draw and period: normal, and none below 0."""
    factors = 1 + np.sqrt(variance) * random.standard_normal((draws, periods))
    return np.asarray(np.maximum(factors, 0.0), dtype=np.float64)
