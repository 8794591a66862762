"""Tests of differences against exact counts over all possibilities, and the correction for many tests."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pytest

from xl_salesflow.metrics.chance_tests import compare_ranks, fisher_p_value, holm_adjust, wilson_interval


@pytest.mark.parametrize(
    ("first", "second"),
    [((3, 4), (1, 4)), ((10, 12), (2, 9)), ((0, 5), (7, 7)), ((5, 5), (5, 5)), ((4, 30), (25, 60)), ((0, 3), (0, 8))],
)
def test_fisher_is_the_share_of_all_tables_that_are_no_more_likely(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (part, whole), (other, rest) = first, second
    ways = {k: comb(whole, k) * comb(rest, part + other - k) for k in range(part + other + 1) if k <= whole}
    expected = sum(each for each in ways.values() if each <= ways[part]) / comb(whole + rest, part + other)
    assert fisher_p_value(first, second) == pytest.approx(expected)
    assert fisher_p_value(second, first) == pytest.approx(expected)


def test_fisher_takes_a_hundred_thousand_deals() -> None:
    assert fisher_p_value((50_000, 100_000), (25_000, 50_000)) == pytest.approx(1.0)
    assert fisher_p_value((52_000, 100_000), (25_000, 50_000)) < 1e-10


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(8, 10, 0.4902, 0.9433), (0, 20, 0.0, 0.1611), (20, 20, 0.8389, 1.0)]
)
def test_wilson(part: int, whole: int, low: float, high: float) -> None:
    assert wilson_interval(part, whole) == pytest.approx((low, high), abs=1e-4)
    assert wilson_interval(0, 0) is None


def test_rank_sums_are_near_the_exact_share_of_all_orders() -> None:
    first, second = np.array([1.0, 2.0, 4.0, 5.0, 7.0, 9.0]), np.array([3.0, 6.0, 8.0, 10.0, 11.0, 12.0, 13.0])
    sums = [sum(each) for each in combinations(range(1, 14), 6)]
    middle = 6 * 14 / 2
    exact = sum(abs(each - middle) >= abs(first.sum() - middle) for each in sums) / len(sums)
    assert compare_ranks(first, second) == (pytest.approx(exact, abs=0.01), True)
    assert compare_ranks(second, first)[1] is False
    assert compare_ranks(first, np.array([])) == (1.0, False)
    assert compare_ranks(np.ones(9), np.ones(8))[0] == 1.0


def test_holm_keeps_the_order_and_never_falls() -> None:
    assert holm_adjust([0.04, 0.01, 0.03, 0.005]) == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert holm_adjust([0.5, 0.9]) == [1.0, 1.0]
    assert holm_adjust([]) == []
