"""Simulate what will be won: open deals by the team's own stays, new deals by its creation rate.

A run takes one draw of the hazards (what the team could be like), and decides for each open deal whether and in which
period it is won, by one random number against its chances. New deals that are won are drawn as a Poisson number, with the
amounts of deals won before; the number spreads as much as the new deals of past weeks did. The P10 is the value below
which a tenth of the runs ends. The random numbers start from a fixed seed and the day, and the order of the rows does not
matter, so the same workbook always gives the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xl_salesflow.metrics.array_arithmetic import GroupNumbers, MetricMask
from xl_salesflow.metrics.forecasting.month_spread import draw_month_factors, learn_month_variance
from xl_salesflow.metrics.forecasting.new_business import CENTS_PER_UNIT, NewBusiness, learn_new_business
from xl_salesflow.metrics.forecasting.owner_shifts import (
    count_closed_by_owner,
    draw_owner_shifts,
    shift_chances,
    shrink_owner_shifts,
)
from xl_salesflow.metrics.forecasting.stage_hazards import HazardDraws, draw_stage_hazards
from xl_salesflow.metrics.forecasting.stay_record import StayRecord
from xl_salesflow.metrics.forecasting.win_chances import WinChances, compute_win_chances
from xl_salesflow.metrics.metric_declaration import MetricArray

FORECAST_RUNS = 10_000
"""Runs of one forecast."""

PARAMETER_DRAWS = 200
"""Draws of the hazards; each is used for as many runs."""

_SEED = 20_090_401
_RANDOM_LEVELS = 2**16  # 16-bit random numbers: a chance is exact to 1 in 65,536
_MOST_STEPS = 1_000_000  # draws × stages × days of the horizon that are computed at most
_FEWEST_DRAWS = 20
_CHANCE_DRAWS = 50  # draws that the chance of a single deal is the mean of
_DEALS_IN_BLOCK = 4096


@dataclass(frozen=True)
class OpenDeals:
    """The open deals of a day, one row each; *state* numbers a stage, *age* counts the days in it, NaN amounts are unknown."""

    state: GroupNumbers
    age: GroupNumbers
    amount: MetricArray
    owner: GroupNumbers


@dataclass(frozen=True)
class SimulatedForecast:
    """The runs of a forecast, and what each open deal adds.

    *value* and *count* are won from now on, by period and run, each up to the end of its period and without what was won
    before. *owner_value* is won by each owner until the last end, by owner and run. *chance* is the chance of each open
    deal to be won until the last end; *wins* says in which runs each of the deals *watched* is won.
    """

    value: MetricArray
    count: MetricArray
    owner_value: MetricArray
    chance: MetricArray
    watched: GroupNumbers
    wins: MetricMask


def simulate_forecast(
    record: StayRecord,
    day: float,
    deals: OpenDeals,
    horizons: Sequence[int],
    runs: int = FORECAST_RUNS,
    draws: int = PARAMETER_DRAWS,
    watch: int = 0,
    by_owner: bool = True,
) -> SimulatedForecast:
    """Return *runs* runs of what is won within each of *horizons*, days from *day*, ascending.

    Args:
        record: stays of the team; only what is known on *day* counts.
        deals: the deals that are open at the end of *day*.
        watch: how many of the deals that spread the result most are followed through the runs.
        by_owner: whether to sum up the runs of each owner too.
    """
    random = np.random.default_rng([_SEED, int(day) + 10**6])
    known = record.known_on(day)
    draws = max(min(draws, _MOST_STEPS // (len(record.stages) * (horizons[-1] + 1))), _FEWEST_DRAWS)
    hazards = draw_stage_hazards(known, day, draws, random)
    owner = np.where(deals.owner < 0, len(record.owners), deals.owner)  # nobody's deals come last
    order = np.argsort(owner, kind="stable")
    sorted_deals = OpenDeals(deals.state[order], deals.age[order], deals.amount[order], owner[order])
    places, cell = _unique_places(sorted_deals)
    chances = compute_win_chances(hazards, *places, horizons)
    shifts = _draw_shifts(known, draws, random)
    months = draw_month_factors(learn_month_variance(known, day, hazards), draws, len(horizons), random)
    drawn = _Draws(chances, cell, shifts, months, sorted_deals, learn_new_business(known, day), tuple(horizons))
    chance = drawn.mean_chances()
    spread = drawn.spread_of_deals(chance)
    watched = np.argsort(-spread, kind="stable")[: min(watch, np.count_nonzero(spread))].astype(np.int64)
    tally = _Tally.start(drawn, runs // draws, watched, by_owner)
    for draw in range(draws):
        _run_open_deals(drawn, draw, tally, random)
        _run_new_business(drawn, draw, tally, random)
    return tally.finish(chance[np.argsort(order, kind="stable")], order[watched].astype(np.int64))


def _unique_places(deals: OpenDeals) -> tuple[tuple[GroupNumbers, GroupNumbers], GroupNumbers]:
    """Return the distinct pairs of state and age, and the pair of each deal."""
    pairs, cell = np.unique(np.stack([deals.state, deals.age]), axis=1, return_inverse=True)
    return (pairs[0], pairs[1]), cell.reshape(-1)


def _draw_shifts(known: StayRecord, draws: int, random: np.random.Generator) -> HazardDraws:
    ends = (known.next_state == known.won) | (known.next_state == known.lost)
    ends &= known.state < known.won
    won, lost = count_closed_by_owner(
        known.owner[ends], (known.next_state[ends] == known.won).astype(np.float64), len(known.owners)
    )
    return draw_owner_shifts(*shrink_owner_shifts(won, lost), draws, random)


@dataclass(frozen=True)
class _Draws:
    """What the runs are made from: the chances of every place, the place, shift and amount of every deal."""

    chances: WinChances
    cell: GroupNumbers
    shifts: HazardDraws
    months: HazardDraws
    deals: OpenDeals
    new: NewBusiness
    horizons: tuple[int, ...]

    def deal_chances(self, draw: int) -> MetricArray:
        """Return the chance of each deal to be won within each horizon."""
        base = self.chances.by_horizon[draw][self.cell]
        ratio = shift_chances(self.chances.eventually[draw][self.cell], self.shifts[draw][self.deals.owner])
        by_period = np.diff(base * ratio[:, None], axis=1, prepend=0.0) * self.months[draw]
        return np.asarray(np.minimum(np.cumsum(by_period, axis=1), 1.0), dtype=np.float64)

    def mean_chances(self) -> MetricArray:
        """Return the chance of each deal to be won within the last horizon, over the draws."""
        draws = range(0, len(self.shifts), max(len(self.shifts) // _CHANCE_DRAWS, 1))
        return np.asarray(sum(self.deal_chances(draw)[:, -1] for draw in draws) / len(draws), dtype=np.float64)

    def spread_of_deals(self, chance: MetricArray) -> MetricArray:
        """Return how much each deal spreads the result: amount² × chance × (1 − chance)."""
        amount = np.where(np.isnan(self.deals.amount), self.new.mean_amount, self.deals.amount)
        return np.asarray(amount**2 * chance * (1 - chance), dtype=np.float64)

    def cents(self, random: np.random.Generator) -> MetricArray:
        """Return the amounts in cents; an unknown one is that of a deal won before, drawn anew for each draw."""
        amount, unknown = self.deals.amount, np.isnan(self.deals.amount)
        filled = amount.copy()
        filled[unknown] = self.new.draw_amounts(int(unknown.sum()), random)
        return np.rint(filled * CENTS_PER_UNIT)


@dataclass(frozen=True)
class _Tally:
    """The runs as they are added up, in cents: by period (or owner, or watched deal), draw and run of the draw."""

    value: MetricArray
    count: MetricArray
    owner_value: MetricArray
    watched: GroupNumbers
    wins: MetricMask

    @staticmethod
    def start(drawn: _Draws, runs: int, watched: GroupNumbers, by_owner: bool) -> _Tally:
        shape = (len(drawn.shifts), runs)
        ends, owners = len(drawn.horizons), drawn.shifts.shape[1] if by_owner else 0
        value, count, owner_value = (np.zeros((size, *shape)) for size in (ends, ends, owners))
        return _Tally(value, count, owner_value, watched, np.zeros((len(watched), *shape), dtype=bool))

    def finish(self, chance: MetricArray, watched: GroupNumbers) -> SimulatedForecast:
        runs = self.value.shape[1] * self.value.shape[2]
        value, count, owners = (each.reshape(len(each), runs) for each in (self.value, self.count, self.owner_value))
        wins = self.wins.reshape(len(self.wins), runs)
        return SimulatedForecast(value / CENTS_PER_UNIT, count, owners / CENTS_PER_UNIT, chance, watched, wins)


def _run_open_deals(drawn: _Draws, draw: int, tally: _Tally, random: np.random.Generator) -> None:
    """Decide in every run of *draw* which open deals are won by when; deals are taken in blocks that fit the cache."""
    runs = tally.value.shape[2]
    cents = drawn.cents(random)
    limits = np.minimum(np.rint(drawn.deal_chances(draw) * _RANDOM_LEVELS), _RANDOM_LEVELS - 1).astype(np.uint16)
    for start in range(0, len(cents), _DEALS_IN_BLOCK):
        block = slice(start, start + _DEALS_IN_BLOCK)
        dice = random.integers(0, _RANDOM_LEVELS, (len(cents[block]), runs), dtype=np.uint16)
        weights = np.stack([cents[block], np.ones(len(dice))])
        won = np.zeros(dice.shape)
        for end in range(len(drawn.horizons)):
            np.less(dice, limits[block, end, None], out=won)
            value, count = weights @ won  # whole cents, so that the order of adding does not matter
            tally.value[end, draw] += value
            tally.count[end, draw] += count
        inside = (tally.watched >= start) & (tally.watched < start + _DEALS_IN_BLOCK)
        tally.wins[inside, draw] = won[tally.watched[inside] - start] > 0
        if len(tally.owner_value):
            won *= cents[block, None]
            named, firsts = np.unique(drawn.deals.owner[block], return_index=True)
            tally.owner_value[named, draw] += np.add.reduceat(won, firsts, axis=0)


def _run_new_business(drawn: _Draws, draw: int, tally: _Tally, random: np.random.Generator) -> None:
    """Add what new deals bring in every run of *draw*."""
    when_new, runs = drawn.chances.when_new[draw], tally.value.shape[2]
    new = drawn.new.simulate(when_new, drawn.horizons, drawn.months[draw], runs, random)
    tally.value[:, draw] += new.cents
    tally.count[:, draw] += new.count
    if len(tally.owner_value):
        tally.owner_value[:-1, draw] += new.split(drawn.new.owner_shares, random)
