"""How deals leave each stage, learned from the team's own stays: to where, and after how many days.

The hazard of a stage is the chance, for a deal that stands there at the end of a day, to stand in a certain other stage,
or to be won or lost, at the end of the next day. It depends on the days the deal has been there: each stage has up to
eight age bands, with about as many exits in each. A band has few exits, so it is shrunk towards its stage with the
weight of one exit, and a stage towards the whole team likewise. What remains uncertain is kept: the hazards are
drawn many times from their Dirichlet distributions, and each draw is a team that could have made this record.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.metrics.array_arithmetic import GroupNumbers, MetricMask
from xl_salesflow.metrics.forecasting.stay_record import NO_STATE, StayRecord
from xl_salesflow.metrics.metric_declaration import MetricArray

EXITS_IN_BAND = 12
"""Exits that an age band needs; a stage with fewer than twice as many has one band."""

MOST_BANDS = 8
OLDEST_AGE = 365
"""Days in a stage after which the hazard stays as it is."""

HazardDraws = NDArray[np.float64]


@dataclass(frozen=True)
class StageHazards:
    """Draws of the daily hazards: *exits* has one row per draw, stage, age band and next state (open stages, won, lost).

    *band_of_age* holds the age band of each stage by days in it; its last day stands for all later ones.
    """

    exits: HazardDraws
    band_of_age: GroupNumbers

    @property
    def remaining(self) -> HazardDraws:
        """Return the chance to stay, by draw, stage and days in the stage."""
        return 1 - self.by_age(self.exits.sum(axis=3))

    def by_age(self, by_band: HazardDraws) -> HazardDraws:
        """Return values given by draw, stage and band as values by draw, stage and age."""
        stage = np.arange(self.band_of_age.shape[0])[:, None]
        return by_band[:, stage, self.band_of_age]

    def last_age(self) -> int:
        """Return the age that stands for all later ones."""
        return int(self.band_of_age.shape[1]) - 1


def draw_stage_hazards(known: StayRecord, day: float, draws: int, random: np.random.Generator) -> StageHazards:
    """Return *draws* sets of hazards that fit *known*, the record as it was known on *day*."""
    size = len(known.stages)
    here = known.state < size
    state, target = known.state[here], known.next_state[here]
    risk = np.minimum(known.left[here], day) - known.entered[here]
    leaves = target != NO_STATE
    starts = _split_into_bands(state, risk, leaves, size)
    exits, trials = _count_by_band(state, target, risk, leaves, starts)
    prior_exits, prior_trials = _stage_priors(exits.sum(axis=1), trials.sum(axis=1), known)
    chances = exits + prior_exits[:, None, :]
    stays = np.maximum(trials + prior_trials[:, None] - chances.sum(axis=2), 0.5)
    left = random.standard_gamma(np.broadcast_to(chances, (draws, *chances.shape)))
    kept = random.standard_gamma(np.broadcast_to(stays, (draws, *stays.shape)))
    return StageHazards(left / (left.sum(axis=3) + kept)[..., None], _bands_of_ages(starts))


def _split_into_bands(state: GroupNumbers, risk: MetricArray, leaves: MetricMask, size: int) -> list[MetricArray]:
    """Return, for each stage, the first age (days in the stage) of each of its bands; the first band starts at 0."""
    starts = []
    for stage in range(size):
        ages = np.minimum(risk[(state == stage) & leaves] - 1, OLDEST_AGE)
        bands = min(max(len(ages) // EXITS_IN_BAND, 1), MOST_BANDS)
        cuts = np.floor(np.quantile(ages, np.arange(1, bands) / bands)) + 1 if bands > 1 else np.zeros(0)
        starts.append(np.unique(np.concatenate([[0.0], np.minimum(cuts, OLDEST_AGE)])))
    return starts


def _count_by_band(
    state: GroupNumbers, target: GroupNumbers, risk: MetricArray, leaves: MetricMask, starts: list[MetricArray]
) -> tuple[MetricArray, MetricArray]:
    """Return the exits by stage, band and next state, and the days at risk by stage and band."""
    size, bands = len(starts), max(map(len, starts))
    first = np.full((size, bands + 1), np.inf)
    for stage, ages in enumerate(starts):
        first[stage, : len(ages)] = ages
    begins = first[state, :bands]
    days = np.clip(risk[:, None] - begins, 0, first[state, 1:] - np.where(np.isinf(begins), 0, begins))
    days[np.isinf(begins)] = 0
    trials = np.stack([np.bincount(state, days[:, band], size).astype(np.float64) for band in range(bands)], axis=1)
    band = (begins <= (risk - 1)[:, None]).sum(axis=1) - 1
    cell = (state * bands + band) * (size + 2) + target
    exits = np.bincount(cell[leaves], minlength=size * bands * (size + 2)).reshape(size, bands, size + 2)
    return exits.astype(np.float64), trials


def _stage_priors(exits: MetricArray, trials: MetricArray, record: StayRecord) -> tuple[MetricArray, MetricArray]:
    """Return one exit of each stage, split over the next states, and the days that it takes there."""
    size = len(record.stages)
    team_exits = max(float(exits.sum()), 1.0)
    team_days = max(float(trials.sum()) / team_exits, 1.0)
    lost = (float(exits[:, record.lost].sum()) + 0.5) / (team_exits + 1)
    split = np.zeros((size, size + 2))
    split[np.arange(size), record.following] = 1 - lost
    split[:, record.lost] = lost
    of_stage = exits + split
    total = of_stage.sum(axis=1)
    return np.asarray(of_stage / total[:, None]), np.asarray((trials + team_days) / total)


def _bands_of_ages(starts: list[MetricArray]) -> GroupNumbers:
    oldest = int(max(ages[-1] for ages in starts))
    every_age = np.arange(oldest + 1)
    return np.stack([np.searchsorted(ages, every_age, side="right") - 1 for ages in starts]).astype(np.int64)
