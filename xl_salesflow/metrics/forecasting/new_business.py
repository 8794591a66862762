"""New deals still to come: how many a day, with which amounts, and how many of them are won in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xl_salesflow.metrics.array_arithmetic import GroupNumbers
from xl_salesflow.metrics.forecasting.stay_record import StayRecord
from xl_salesflow.metrics.metric_declaration import MetricArray

RATE_DAYS = 365
"""Days before the as-of date whose new deals make the rate."""

_WEEK = 7
_LARGEST_DRAWN = 200  # above this number of won deals, their sum is as good as normal
CENTS_PER_UNIT = 100.0
"""Cents in one unit of money; amounts are added in whole cents, so that the order does not matter."""


@dataclass(frozen=True)
class NewWins:
    """What new deals bring, by horizon and run, up to the end of each horizon."""

    cents: MetricArray
    count: MetricArray

    def split(self, shares: MetricArray, random: np.random.Generator) -> MetricArray:
        """Return the cents until the last horizon by owner and run: each run's deals go to owners by their *shares*."""
        if not shares.any():
            return np.zeros((len(shares), self.count.shape[1]))
        number = random.multinomial(self.count[-1].astype(np.int64), shares).T
        mean = np.divide(self.cents[-1], self.count[-1], out=np.zeros_like(self.cents[-1]), where=self.count[-1] > 0)
        return np.asarray(number * np.rint(mean), dtype=np.float64)


@dataclass(frozen=True)
class NewBusiness:
    """The new deals of a team: *created* in *days* days, how much weeks differ (*dispersion*, 1 for a Poisson number).

    *entries* is the share of new deals by the state they stand in at the end of their first day, *amounts* those of won
    deals, *owner_shares* the share of new deals by owner.
    """

    created: int
    days: float
    dispersion: float
    entries: MetricArray
    amounts: MetricArray
    owner_shares: MetricArray

    @property
    def mean_amount(self) -> float:
        """Return the mean amount of a won deal; 0 if none is known."""
        return float(self.amounts.mean()) if len(self.amounts) else 0.0

    def draw_amounts(self, size: int, random: np.random.Generator) -> MetricArray:
        """Return amounts of won deals, drawn with replacement; 0 if none is known."""
        if not len(self.amounts):
            return np.zeros(size)
        return self.amounts[random.integers(0, len(self.amounts), size)]

    def simulate(
        self,
        when_new: MetricArray,
        horizons: Sequence[int],
        factors: MetricArray,
        runs: int,
        random: np.random.Generator,
    ) -> NewWins:
        """Return what new deals bring.

        *when_new* is the chance of a deal to be won, by the days left and its state; *factors* multiplies the wins of each
        of *horizons*.
        """
        rate = random.gamma(self.created / self.dispersion + 0.5, self.dispersion) / self.days
        chance = np.concatenate([[0.0], np.cumsum(when_new @ self.entries)])  # won within n days, of one new deal a day
        expected = rate * np.diff(chance[np.asarray(horizons)], prepend=0.0) * factors
        many = np.ones(runs)
        new = rate * horizons[-1]
        if self.dispersion > 1 and new > 0:
            shape = new / (self.dispersion - 1)
            many = random.gamma(shape, 1 / shape, runs)
        count = random.poisson(expected[:, None] * many)
        return NewWins(np.cumsum(self._sum_amounts(count, random), axis=0), np.cumsum(count, axis=0).astype(np.float64))

    def _sum_amounts(self, count: GroupNumbers, random: np.random.Generator) -> MetricArray:
        """Return the cents of *count* won deals each."""
        flat = count.reshape(-1)
        few = np.where(flat <= _LARGEST_DRAWN, flat, 0)
        cents = np.rint(self.draw_amounts(int(few.sum()), random) * CENTS_PER_UNIT)
        ends = np.cumsum(few)
        running = np.concatenate([[0.0], np.cumsum(cents)])
        found = running[ends] - running[ends - few]
        many = flat > _LARGEST_DRAWN
        if many.any():
            spread = float(self.amounts.std()) if len(self.amounts) else 0.0
            drawn = flat[many] * self.mean_amount + np.sqrt(flat[many]) * spread * random.standard_normal(many.sum())
            found[many] = np.rint(np.maximum(drawn, 0) * CENTS_PER_UNIT)
        return np.asarray(found.reshape(count.shape), dtype=np.float64)


def learn_new_business(known: StayRecord, day: float) -> NewBusiness:
    """Return the new business of the last year that *known*, the record as of *day*, has; less if it is shorter."""
    size = len(known.stages) + 2
    begun = float(known.entered[0]) if len(known.entered) else day
    since = max(day - RATE_DAYS, begun - 1)
    recent = known.first & (known.entered > since)
    days = max(day - since, 1.0)
    entries = np.bincount(known.state[recent], minlength=size)
    owners = np.bincount(known.owner[recent & (known.owner >= 0)], minlength=len(known.owners)).astype(np.float64)
    return NewBusiness(
        int(recent.sum()),
        days,
        _weekly_dispersion(known.entered[recent], since, days),
        entries / max(entries.sum(), 1),
        _won_amounts(known, day),
        owners / max(owners.sum(), 1),
    )


def _weekly_dispersion(entered: MetricArray, since: float, days: float) -> float:
    """Return variance ÷ mean of the new deals per week, from 1; 1 with fewer than eight weeks."""
    weeks = int(days // _WEEK)
    if weeks < 8 or not len(entered):
        return 1.0
    number = ((entered - since - 1) // _WEEK).astype(np.int64)
    counts = np.bincount(number[number < weeks], minlength=weeks)[:weeks]
    return max(1.0, float(counts.var(ddof=1) / counts.mean())) if counts.mean() > 0 else 1.0


def _won_amounts(known: StayRecord, day: float) -> MetricArray:
    """Return the amounts of the deals won in the last year, or of all won deals if fewer than 30 were."""
    won = (known.state == known.won) & (known.previous_state != known.won) & ~np.isnan(known.amount)
    recent = won & (known.entered > day - RATE_DAYS)
    return np.asarray(known.amount[recent if recent.sum() >= 30 else won], dtype=np.float64)
