"""Intervals of shares and tests of differences, and the correction for having tested many.

A share has the Wilson interval; two shares are compared by Fisher's exact test, two samples of days by the rank sum test of
Wilcoxon (Mann and Whitney) with ties, as good as normal. Of many tests at once, Holm's step-down correction keeps the
chance of even one false alarm below the level.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.segment_metrics import find_wilson_interval

CHANCE_LEVEL = 0.05
"""The probability of a false alarm among all tests of one question."""

_TIE = 1e-7  # probabilities that differ by less than this share are equal


def wilson_interval(part: int, whole: int) -> tuple[float, float] | None:
    """Return the 95 % interval of *part* of *whole*; None of nothing."""
    if not whole:
        return None
    low, high = find_wilson_interval(part / whole, whole)
    return max(low, 0.0), min(high, 1.0)


def fisher_p_value(first: tuple[int, int], second: tuple[int, int]) -> float:
    """Return the probability that chance alone makes two shares (part, whole) differ as much, two-sided.

    It is the share of all tables with the same totals that are at most as probable as this one.
    """
    (part, whole), (other_part, other_whole) = first, second
    parts = part + other_part
    low, high = max(0, parts - other_whole), min(parts, whole)
    each = np.arange(low, high + 1)
    logs = _log_choose(whole, each) + _log_choose(other_whole, parts - each)
    chances = np.exp(logs - logs.max())
    likely = chances <= chances[part - low] * (1 + _TIE)
    return float(min(1.0, chances[likely].sum() / chances.sum()))


def _log_choose(whole: int, parts: NDArray[np.int64]) -> MetricArray:
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, whole + 1)))])
    return np.asarray(logs[whole] - logs[parts] - logs[whole - parts])


def compare_ranks(first: MetricArray, second: MetricArray) -> tuple[float, bool]:
    """Return the probability that chance alone ranks two samples so far apart, two-sided, and whether the first is lower.

    The probability is 1 if a sample is empty or all values are equal.
    """
    sizes = len(first), len(second)
    if not all(sizes):
        return 1.0, False
    values = np.concatenate([first, second])
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    ranks = ((2 * last - count + 1) / 2)[place.reshape(-1)]
    total = sum(sizes)
    above = ranks[: sizes[0]].sum() - sizes[0] * (total + 1) / 2
    ties = float((count.astype(np.float64) ** 3 - count).sum()) / (total * (total - 1)) if total > 1 else 0.0
    variance = sizes[0] * sizes[1] / 12 * (total + 1 - ties)
    if variance <= 0:
        return 1.0, False
    return min(1.0, erfc(max(abs(above) - 0.5, 0.0) / sqrt(2 * variance))), bool(above < 0)


def holm_adjust(p_values: Sequence[float]) -> list[float]:
    """Return each of *p_values* corrected for all of them together, in their order."""
    adjusted, highest = [1.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda each: p_values[each])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return adjusted
