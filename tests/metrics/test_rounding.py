from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xl_salesflow.metrics.array_arithmetic import round_array_to_cents, sum_money_by_group

CENTS = st.integers(-(10**11), 10**11)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (1.005, 1.01),
        (-1.005, -1.01),
        (2.675, 2.68),
        (0.125, 0.13),
        (0.1249, 0.12),
        (-0.001, 0.0),
        (1e9 + 0.005, 1e9 + 0.01),
    ],
)
def test_halves_are_rounded_away_from_zero(value: float, rounded: float) -> None:
    assert round_array_to_cents(np.array([value]))[0] == rounded


@given(CENTS, st.integers(0, 1000))
def test_amount_times_probability_rounds_as_decimals_do(cents: int, thousandths: int) -> None:
    exact = (Decimal(cents) / 100 * Decimal(thousandths) / 1000).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert round_array_to_cents(np.array([cents / 100]) * (thousandths / 1000))[0] == float(exact)


@given(st.lists(st.tuples(CENTS, st.integers(0, 3)), max_size=60))
def test_sums_are_exact_to_the_cent(rows: list[tuple[int, int]]) -> None:
    amounts, groups = (
        np.array([cents / 100 for cents, _ in rows]),
        np.array([group for _, group in rows], dtype=np.int64),
    )
    exact = [sum(cents for cents, group in rows if group == wanted) / 100 for wanted in range(4)]
    assert list(sum_money_by_group(amounts, groups, 4)) == exact


def test_fractions_of_a_cent_are_rounded_once() -> None:
    thirds = np.full(30_000, 1000 / 3)
    assert sum_money_by_group(thirds, np.zeros(30_000, dtype=np.int64), 1)[0] == 10_000_000
