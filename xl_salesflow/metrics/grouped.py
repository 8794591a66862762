"""Counts, sums, means and percentiles of every group in one pass; one group is simply a size of 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.metrics.declaration import Floats
from xl_salesflow.metrics.rounding import money_totals

Mask = NDArray[np.bool_]
Groups = NDArray[np.int64]


def counts(mask: Mask, group: Groups, size: int) -> Floats:
    """Return how many rows of each group are in *mask*."""
    return np.bincount(group[mask], minlength=size).astype(np.float64)


def totals(values: Floats, mask: Mask, group: Groups, size: int) -> Floats:
    """Return the sum of money in each group, to the cent; blanks add nothing."""
    chosen = mask & ~np.isnan(values)
    return money_totals(values[chosen], group[chosen], size)


def means(values: Floats, mask: Mask, group: Groups, size: int) -> Floats:
    """Return the mean of each group, blanks left out; NaN for a group without a value."""
    chosen = mask & ~np.isnan(values)
    sums: Floats = np.bincount(group[chosen], values[chosen], size).astype(np.float64)
    return ratio(sums, counts(chosen, group, size))


def percentiles(values: Floats, mask: Mask, group: Groups, size: int, share: float) -> Floats:
    """Return the percentile of each group as PERCENTILE.INC does (0.5 is the median); NaN for a group without a value."""
    chosen = mask & ~np.isnan(values)
    kept, owner = values[chosen], group[chosen]
    ordered = np.sort(kept) if size == 1 else _sorted_within(kept, owner, size)
    length = np.bincount(owner, minlength=size)
    found = np.flatnonzero(length)
    rank = (length[found] - 1) * share
    below = np.floor(rank).astype(np.int64)
    start = (np.cumsum(length) - length)[found]
    low = ordered[start + below]
    high = ordered[start + np.minimum(below + 1, length[found] - 1)]
    result = np.full(size, np.nan)
    result[found] = low + (high - low) * (rank - below)
    return result


def _sorted_within(values: Floats, group: Groups, size: int) -> Floats:
    order = np.argsort(values)
    # sixteen bits are sorted in one pass over the rows
    narrow = group[order].astype(np.int16 if size < 2**15 else np.int64)
    return values[order[np.argsort(narrow, kind="stable")]]


def ratio(part: Floats, whole: Floats) -> Floats:
    """Return part ÷ whole; NaN where there is no whole or either is unknown."""
    found = np.full(len(part), np.nan)
    np.divide(part, whole, out=found, where=(whole != 0) & ~np.isnan(whole))
    return found
