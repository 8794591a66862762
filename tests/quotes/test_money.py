"""Amounts are rounded by their exact decimal value, regardless of floating-point errors."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.quotes.quote_arithmetic import EXACT_CONTEXT, compute_whole_cents, round_to_cents, to_exact_decimal


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("2.675", "2.68"),  # a float is a little less
        ("1.005", "1.01"),
        ("-1.005", "-1.01"),  # away from zero
        ("0.004", "0.00"),
        ("-0.004", "0.00"),  # no negative zero
        ("1e15", "1000000000000000.00"),
        ("0.125", "0.13"),
    ],
)
def test_halves_are_rounded_away_from_zero(typed: str, cents: str) -> None:
    assert str(round_to_cents(Decimal(typed))) == cents


@pytest.mark.parametrize(("float_", "typed"), [(0.1, "0.1"), (1e-7, "1E-7"), (float("nan"), "0"), (2.50, "2.5")])
def test_a_float_is_taken_as_the_number_that_was_typed(float_: float, typed: str) -> None:
    assert to_exact_decimal(float_) == Decimal(typed)


factors = st.decimals(min_value=-10_000, max_value=1_000_000, places=3)


@given(st.lists(st.tuples(factors, factors), min_size=1, max_size=30))
def test_a_column_is_rounded_as_its_exact_products(pairs: list[tuple[Decimal, Decimal]]) -> None:
    left, right = (np.array([float(pair[n]) for pair in pairs]) for n in (0, 1))
    cents = compute_whole_cents(
        left * right, lambda row: EXACT_CONTEXT.multiply(to_exact_decimal(left[row]), to_exact_decimal(right[row]))
    )
    exact = [(a * b * 100).quantize(Decimal(1), ROUND_HALF_UP) for a, b in pairs]
    assert [Decimal(int(cent)) for cent in cents] == exact


def test_only_rows_near_half_a_cent_are_computed_in_decimals() -> None:
    asked: list[int] = []

    def exact(row: int) -> Decimal:
        asked.append(row)
        return [Decimal("0.125"), Decimal("2.675"), Decimal("3.14")][row]

    assert list(compute_whole_cents(np.array([0.125, 2.675, 3.14]), exact)) == [13, 268, 314]
    assert asked == [0, 1]


def test_a_missing_amount_stays_missing() -> None:
    def never(row: int) -> Decimal:
        raise AssertionError(row)

    assert np.isnan(compute_whole_cents(np.array([np.nan]), never)[0])
    assert compute_whole_cents(np.array([np.inf, 1e300]), never)[0] == np.inf
