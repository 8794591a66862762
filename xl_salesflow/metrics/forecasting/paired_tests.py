"""Tell whether one of two paired samples is smaller by more than chance: the Wilcoxon signed-rank test, two-sided.

Differences of 0 are left out, equal sizes share their mean rank. Up to 60 differences the p-value is exact: the share of all
ways to give the ranks a sign that are at least as far from the middle. With more, the sum of ranks is as good as normal.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.metrics.metric_declaration import MetricArray

_MOST_EXACT = 60


def signed_rank_p_value(differences: MetricArray) -> float:
    """Return the probability that chance alone makes differences as one-sided as these; 1 without any."""
    found = differences[~np.isnan(differences) & (differences != 0)]
    if not len(found):
        return 1.0
    doubled = _double_mean_ranks(np.abs(found))
    below = int(doubled[found < 0].sum())
    extreme = min(below, int(doubled.sum()) - below)
    if len(found) <= _MOST_EXACT:
        return min(1.0, 2 * float(_share_of_sums(doubled)[: extreme + 1].sum()))
    spread = np.sqrt((doubled.astype(np.float64) ** 2).sum()) / 2
    return min(1.0, 2 * _normal_tail((doubled.sum() / 2 - extreme - 1) / spread))


def _double_mean_ranks(sizes: MetricArray) -> NDArray[np.int64]:
    """Return twice the rank of each size from 1, ties sharing the mean of theirs: a whole number."""
    _, place, count = np.unique(sizes, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((2 * last - count + 1)[place], dtype=np.int64)


def _share_of_sums(doubled: NDArray[np.int64]) -> MetricArray:
    """Return, for each sum, the share of all choices of ranks that have it."""
    share = np.zeros(int(doubled.sum()) + 1)
    share[0] = 1.0
    for rank in doubled:
        moved = np.zeros_like(share)
        moved[rank:] = share[: len(share) - rank]
        share = (share + moved) / 2
    return share


def _normal_tail(distance: float) -> float:
    from math import erfc, sqrt

    return erfc(distance / sqrt(2)) / 2
