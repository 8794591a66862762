"""Rounding and summing money as the sheet's ROUND and SUMIFS do, exact to the cent."""

from __future__ import annotations

import numpy as np

from xl_salesflow.metrics.declaration import Floats

# a product such as 1.005 × 100 lies a hair below the half it means; the sheet looks at fifteen digits
_HAIR = 4 * np.finfo(np.float64).eps


def half_away(values: Floats) -> Floats:
    """Return whole numbers, halves rounded away from zero; NaN stays."""
    size = np.abs(values)
    return np.asarray(np.copysign(np.floor(size * (1 + _HAIR) + 0.5), values) + 0.0, dtype=np.float64)


def to_cents(values: Floats) -> Floats:
    """Return *values* rounded to two decimals, halves away from zero."""
    return half_away(values * 100) / 100


def money_totals(values: Floats, group: np.ndarray, size: int) -> Floats:
    """Return the sum of *values* in every group, to the cent.

    Whole cents are summed as whole numbers, so no order of adding matters; what a cell holds below a cent is summed
    beside them and rounded once at the end, as ``ROUND(SUMIFS(…),2)`` does.
    """
    cents = values * 100
    whole = np.rint(cents)
    exact: Floats = np.bincount(group, whole, size).astype(np.float64)
    below: Floats = np.bincount(group, cents - whole, size).astype(np.float64)
    return half_away(exact + below) / 100
