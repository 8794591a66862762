"""Money to the cent: rounded half away from zero, like the sheet's ROUND, and exactly.

Columns are worked out in floating point at full speed. A float product is off by a few units in its last place, which
matters only where it comes that close to half a cent; those rows, and only those, are worked out again in decimals.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CENT = Decimal("0.01")
EXACT = Context(prec=400, rounding=ROUND_HALF_UP)  # wide enough for any amount a cell can hold

_NEAR = 1e-6  # of a cent: typed numbers are either at half a cent or much further from it
_DOUBT = 64 * float(np.finfo(np.float64).eps)  # far more than a handful of roundings can add up to
_WHOLE = 2.0**53  # from here on every float is a whole number


def decimal(number: float) -> Decimal:
    """Return the number a person typed: the shortest decimal that a float stands for; blank is zero."""
    return Decimal(0) if number != number else Decimal(repr(float(number)))


def rounded(amount: Decimal) -> Decimal:
    """Return *amount* in whole cents."""
    cents = amount.quantize(CENT, context=EXACT)
    return cents if cents else abs(cents)  # no negative zero


def whole_cents(amounts: Floats, exact: Callable[[int], Decimal]) -> Floats:
    """Return *amounts* in cents, each rounded by its exact value; *exact* gives that of one row and is seldom asked."""
    cents = amounts * 100.0
    size = np.abs(cents)
    fractional = size < _WHOLE  # beyond it, and for what is no number, there is nothing to round
    whole = np.floor(size, where=fractional, out=size.copy())
    part = np.where(fractional, size, 0.0) - np.where(fractional, whole, 0.0)
    result = np.copysign(whole + (part >= 0.5), cents) + 0.0
    doubtful = fractional & (np.abs(part - 0.5) <= _NEAR + size * _DOUBT)
    for row in np.flatnonzero(doubtful):
        result[row] = float(rounded(exact(int(row))) * 100)
    return np.asarray(result)
