"""Turn columns into arrays; round, count, sum, average and rank them by group.

Money is rounded and summed as the sheet's ROUND and SUMIFS do, exact to the cent. Every group is computed in one pass; a
whole pipeline is a size of 1.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xl_salesflow.metrics.metric_declaration import MetricArray

# a product such as 1.005 × 100 is slightly below the half that it should be; the sheet compares fifteen digits
_HALF_MARGIN = 4 * np.finfo(np.float64).eps


def round_half_away(values: MetricArray) -> MetricArray:
    """Return whole numbers, halves rounded away from zero; NaN stays."""
    size = np.abs(values)
    return np.asarray(np.copysign(np.floor(size * (1 + _HALF_MARGIN) + 0.5), values) + 0.0, dtype=np.float64)


def round_array_to_cents(values: MetricArray) -> MetricArray:
    """Return *values* rounded to two decimals, halves away from zero."""
    return round_half_away(values * 100) / 100


def sum_money_by_group(values: MetricArray, group: np.ndarray, size: int) -> MetricArray:
    """Return the sum of *values* in every group, to the cent.

    Whole cents are summed as whole numbers, so that the order of the rows does not matter; fractions of a cent are summed
    separately and rounded once at the end, as ``ROUND(SUMIFS(…),2)`` does.
    """
    cents = values * 100
    whole_cents = np.rint(cents)
    exact: MetricArray = np.bincount(group, whole_cents, size).astype(np.float64)
    below: MetricArray = np.bincount(group, cents - whole_cents, size).astype(np.float64)
    return round_half_away(exact + below) / 100


MetricMask = NDArray[np.bool_]
GroupNumbers = NDArray[np.int64]


def count_by_group(mask: MetricMask, group: GroupNumbers, size: int) -> MetricArray:
    """Return the number of rows of each group that are in *mask*."""
    return np.bincount(group[mask], minlength=size).astype(np.float64)


def sum_by_group(values: MetricArray, mask: MetricMask, group: GroupNumbers, size: int) -> MetricArray:
    """Return the sum of money in each group, to the cent; blanks add nothing."""
    chosen = mask & ~np.isnan(values)
    return sum_money_by_group(values[chosen], group[chosen], size)


def sum_known_by_group(values: MetricArray, mask: MetricMask, group: GroupNumbers, size: int) -> MetricArray:
    """Return the sum of money in each group, to the cent; NaN for a group with rows of which none has a value."""
    rows, valued = (count_by_group(chosen, group, size) for chosen in (mask, mask & ~np.isnan(values)))
    return np.where((rows > 0) & (valued == 0), np.nan, sum_by_group(values, mask, group, size))


def mean_by_group(values: MetricArray, mask: MetricMask, group: GroupNumbers, size: int) -> MetricArray:
    """Return the mean of each group without its blanks; NaN for a group without a value."""
    chosen = mask & ~np.isnan(values)
    sums: MetricArray = np.bincount(group[chosen], values[chosen], size).astype(np.float64)
    return divide_or_unknown(sums, count_by_group(chosen, group, size))


def percentile_by_group(
    values: MetricArray, mask: MetricMask, group: GroupNumbers, size: int, share: float
) -> MetricArray:
    """Return the percentile of each group as PERCENTILE.INC does (0.5 is the median); NaN for a group without a value."""
    chosen = mask & ~np.isnan(values)
    kept, owner = values[chosen], group[chosen]
    ordered = np.sort(kept) if size == 1 else _sort_within_groups(kept, owner, size)
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


def _sort_within_groups(values: MetricArray, group: GroupNumbers, size: int) -> MetricArray:
    order = np.argsort(values)
    # 16-bit numbers take a radix sort, which is one pass over the rows
    narrow = group[order].astype(np.int16 if size < 2**15 else np.int64)
    return values[order[np.argsort(narrow, kind="stable")]]


def divide_or_unknown(part: MetricArray, whole: MetricArray) -> MetricArray:
    """Return part ÷ whole; NaN if the whole is 0 or either is unknown."""
    found = np.full(len(part), np.nan)
    np.divide(part, whole, out=found, where=(whole != 0) & ~np.isnan(whole))
    return found


def encode_words(column: pd.Series) -> tuple[GroupNumbers, dict[str, int]]:
    """Return a text column as codes, and the code of every text in it."""
    codes, names = pd.factorize(column)
    return codes.astype(np.int64), {str(name): place for place, name in enumerate(names)}


def column_numbers(column: pd.Series) -> MetricArray:
    """Return a number column as floats; blanks are NaN."""
    return column.to_numpy(dtype=np.float64)


def column_days(column: pd.Series) -> MetricArray:
    """Return a date column as days since 1970; blanks are NaN."""
    stamps = column.to_numpy().astype("datetime64[D]")
    counted = stamps.astype(np.int64).astype(np.float64)
    counted[np.isnat(stamps)] = np.nan
    return counted
