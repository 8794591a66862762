"""How much better or worse an owner closes than the team, shrunk towards the team.

The raw shift of an owner is the difference of log odds, won ÷ lost, to the team's. Owners with few closed deals differ by
chance, so each shift is multiplied by its reliability: the variance between owners, estimated by DerSimonian and Laird,
÷ (that variance + the owner's own sampling variance). If owners differ no more than chance explains, no shift is left.
"""

from __future__ import annotations

import numpy as np

from xl_salesflow.metrics.array_arithmetic import GroupNumbers
from xl_salesflow.metrics.forecasting.stage_hazards import HazardDraws
from xl_salesflow.metrics.metric_declaration import MetricArray

_HALF = 0.5  # added to won and lost, so that no log is infinite


def count_closed_by_owner(owner: GroupNumbers, is_won: MetricArray, size: int) -> tuple[MetricArray, MetricArray]:
    """Return the won and the lost deals of each of *size* owners; *owner* and *is_won* have one row per closed deal."""
    known = owner >= 0
    won: MetricArray = np.bincount(owner[known], is_won[known], size).astype(np.float64)
    return won, np.bincount(owner[known], minlength=size).astype(np.float64) - won


def shrink_owner_shifts(won: MetricArray, lost: MetricArray) -> tuple[MetricArray, MetricArray]:
    """Return the shrunk shift of every owner's log odds, and its variance."""
    team = np.log((won.sum() + _HALF) / (lost.sum() + _HALF))
    raw = np.log((won + _HALF) / (lost + _HALF)) - team
    sampling = 1 / (won + _HALF) + 1 / (lost + _HALF)
    between = _variance_between(raw[won + lost > 0], sampling[won + lost > 0])
    reliability = between / (between + sampling)
    return np.where(won + lost > 0, raw * reliability, 0.0), between * (1 - reliability)


def _variance_between(raw: MetricArray, sampling: MetricArray) -> float:
    """Return the variance between groups beyond their sampling variance; 0 if chance explains the differences."""
    if len(raw) < 2:
        return 0.0
    weight = 1 / sampling
    mean = (weight * raw).sum() / weight.sum()
    spread = (weight * (raw - mean) ** 2).sum() - (len(raw) - 1)
    scale = weight.sum() - (weight**2).sum() / weight.sum()
    return max(0.0, float(spread / scale)) if scale > 0 else 0.0


def draw_owner_shifts(
    shifts: MetricArray, variances: MetricArray, draws: int, random: np.random.Generator
) -> HazardDraws:
    """Return draws of the shifts, one row per draw; the last column, 0, is for deals without an owner."""
    drawn = shifts + np.sqrt(variances) * random.standard_normal((draws, len(shifts)))
    return np.concatenate([drawn, np.zeros((draws, 1))], axis=1)


def shift_chances(eventually: MetricArray, shift: MetricArray) -> MetricArray:
    """Return by what the chances to be won in time are multiplied when the log odds to be won at all shift."""
    odds = eventually / np.maximum(1 - eventually, 1e-9) * np.exp(shift)
    return np.asarray(odds / (1 + odds) / np.maximum(eventually, 1e-9), dtype=np.float64)
