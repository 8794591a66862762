"""The chance that a deal is won by a certain day, from the daily hazards of the stages.

Counting back from the day: with no days left nothing more is won. With one day more, a deal leaves its stage by the
hazards of its age there and goes on from the next stage with a day less, or stays and is a day older.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xl_salesflow.metrics.array_arithmetic import GroupNumbers
from xl_salesflow.metrics.forecasting.stage_hazards import HazardDraws, StageHazards


@dataclass(frozen=True)
class WinChances:
    """Chances to be won, one row per draw of the hazards.

    *by_horizon* holds them for each asked deal and each horizon; *eventually* for each asked deal, with no end;
    *when_new* for a deal that enters a state (open stages, won, lost), by the days left, from 0 to the last horizon.
    """

    by_horizon: HazardDraws
    eventually: HazardDraws
    when_new: HazardDraws


def compute_win_chances(
    hazards: StageHazards, state: GroupNumbers, age: GroupNumbers, horizons: Sequence[int]
) -> WinChances:
    """Return the chances of deals in *state* for *age* days to be won within each of *horizons*, in days, ascending."""
    exits, remaining = hazards.exits, hazards.remaining
    draws, size = exits.shape[0], exits.shape[1]
    cells = np.minimum(age, hazards.last_age())
    chance = np.zeros_like(remaining)
    new = np.zeros((draws, horizons[-1] + 1, size + 2))
    new[:, :, size] = 1
    found = np.zeros((draws, len(state), len(horizons)))
    for days in range(1, horizons[-1] + 1):
        chance = _one_day_more(hazards, remaining, chance, new[:, days - 1])
        new[:, days, :size] = chance[:, :, 0]
        for place in np.flatnonzero(np.asarray(horizons) == days):
            found[:, :, place] = chance[:, state, cells]
    return WinChances(found, _chances_without_end(hazards, remaining)[:, state, cells], new)


def _one_day_more(
    hazards: StageHazards, remaining: HazardDraws, chance: HazardDraws, next_chance: HazardDraws
) -> HazardDraws:
    moved = hazards.by_age(np.einsum("dsbk,dk->dsb", hazards.exits, next_chance))
    moved[:, :, :-1] += remaining[:, :, :-1] * chance[:, :, 1:]
    moved[:, :, -1] += remaining[:, :, -1] * chance[:, :, -1]
    return moved


def _chances_without_end(hazards: StageHazards, remaining: HazardDraws) -> HazardDraws:
    """Return the chance to be won at any time, by draw, stage and age."""
    exits, size, oldest = hazards.exits, hazards.exits.shape[1], hazards.last_age()
    each = np.arange(size)
    # where a stay leads to in the end, from the oldest age back to the first day
    leads = exits[:, each, hazards.band_of_age[:, oldest]] / np.maximum(1 - remaining[:, :, oldest], 1e-12)[..., None]
    for age in range(oldest - 1, -1, -1):
        leads = exits[:, each, hazards.band_of_age[:, age]] + remaining[:, :, age, None] * leads
    among = np.eye(size) * (1 + 1e-9) - leads[:, :, :size]
    entering = np.linalg.solve(among, leads[:, :, size, None])[..., 0]
    ends = np.concatenate([entering, np.ones((len(entering), 1)), np.zeros((len(entering), 1))], axis=1)
    moved = hazards.by_age(np.einsum("dsbk,dk->dsb", exits, ends))
    moved[:, :, oldest] /= np.maximum(1 - remaining[:, :, oldest], 1e-12)
    for age in range(oldest - 1, -1, -1):
        moved[:, :, age] += remaining[:, :, age] * moved[:, :, age + 1]
    return np.clip(moved, 0, 1)
