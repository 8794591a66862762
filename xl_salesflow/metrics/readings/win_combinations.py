"""Combinations of two values that go with winning or losing, found on older deals and confirmed on newer ones.

The older two thirds of the closed deals are searched for the three pairs of values whose win rate differs most clearly from
all others, and more than that of either value alone. These are tested once on the newest third, which the search has not
seen: by Fisher's exact test, corrected for all three by the method of Holm. A pair that does not pass, or differs in the
other direction, is not named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.core.insight_answers import WinCombination
from xl_salesflow.metrics.array_arithmetic import GroupNumbers
from xl_salesflow.metrics.chance_tests import CHANCE_LEVEL, fisher_p_value, holm_adjust, wilson_interval
from xl_salesflow.metrics.metric_declaration import MetricArray

NAMED_COMBINATIONS = 3
"""Pairs that are tested on the newer deals."""

FEWEST_FOUND_DEALS = 15
"""Closed deals that a pair needs among the older ones."""

FEWEST_HELD_DEALS = 5
"""Closed deals that a pair needs among the newer ones, or else it cannot be confirmed."""

_HELD_SHARE = 3
_SEARCHED = ("source", "product", "competitor", "region", "sales_channel", "size", "price_band")

Dimensions = Mapping[str, tuple[list[str], GroupNumbers]]


@dataclass(frozen=True)
class FoundCombinations:
    """The confirmed *combinations*, the number of pairs *tried*, and the first day of the deals that were held out."""

    combinations: tuple[WinCombination, ...]
    tried: int
    held_out_from: date | None


@dataclass(frozen=True)
class _Candidate:
    first: tuple[str, int]
    second: tuple[str, int]
    closed: int
    won: int
    clearness: float


def find_combinations(
    won: NDArray[np.bool_], closed: NDArray[np.datetime64], dimensions: Dimensions
) -> FoundCombinations:
    """Return the confirmed pairs of values; the deals are in the order in which they were closed."""
    older = len(won) - len(won) // _HELD_SHARE
    if older < 2 * FEWEST_FOUND_DEALS or older == len(won):
        return FoundCombinations((), 0, None)
    names = [name for name in _SEARCHED if name in dimensions]
    candidates = [
        each
        for pair in combinations(names, 2)
        for each in _search_pair(won[:older], {name: dimensions[name][1][:older] for name in pair}, pair)
    ]
    best = sorted(candidates, key=lambda each: (-abs(each.clearness), each.first, each.second))[:NAMED_COMBINATIONS]
    return FoundCombinations(
        tuple(_confirm(best, won[older:], dimensions, older)), len(candidates), closed[older].astype(object)
    )


def _search_pair(
    won: NDArray[np.bool_], codes: Mapping[str, GroupNumbers], pair: tuple[str, str]
) -> Iterator[_Candidate]:
    """Yield the pairs of values with enough deals that differ from all others more than each value alone does."""
    first, second = codes[pair[0]], codes[pair[1]]
    width = int(second.max()) + 1
    cells = first * width + second
    size = (int(first.max()) + 1) * width
    closed = np.bincount(cells, minlength=size)
    wins = np.bincount(cells, won, minlength=size).astype(np.float64)
    clear = _measure_clearness(wins, closed, float(won.sum()), len(won))
    alone = [
        _measure_rates_apart(np.bincount(each, won).astype(np.float64), np.bincount(each), float(won.sum()), len(won))
        for each in (first, second)
    ]
    apart = _measure_rates_apart(wins, closed, float(won.sum()), len(won))
    for cell in np.flatnonzero(closed >= FEWEST_FOUND_DEALS):
        one, other = int(cell) // width, int(cell) % width
        sign = np.sign(apart[cell])
        if sign and all(sign * apart[cell] > sign * each for each in (alone[0][one], alone[1][other])):
            yield _Candidate((pair[0], one), (pair[1], other), int(closed[cell]), int(wins[cell]), float(clear[cell]))


def _measure_rates_apart(won: MetricArray, closed: GroupNumbers, all_won: float, total: int) -> MetricArray:
    """Return the win rate of each group less that of all others."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(won / closed - (all_won - won) / (total - closed)))


def _measure_clearness(won: MetricArray, closed: GroupNumbers, all_won: float, total: int) -> MetricArray:
    """Return the difference of the rates in standard errors of the pooled rate."""
    rate = all_won / total
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(rate * (1 - rate) * (1 / closed + 1 / (total - closed)))
        return np.asarray(
            np.nan_to_num(_measure_rates_apart(won, closed, all_won, total) / error, posinf=0.0, neginf=0.0)
        )


def _confirm(
    best: list[_Candidate], won: NDArray[np.bool_], dimensions: Dimensions, older: int
) -> Iterator[WinCombination]:
    counted = [_count_held(each, won, dimensions, older) for each in best]
    p_values = [
        fisher_p_value((wins, closed), (int(won.sum()) - wins, len(won) - closed))
        if closed >= FEWEST_HELD_DEALS
        else 1.0
        for wins, closed in counted
    ]
    for each, (wins, closed), p_value in zip(best, counted, holm_adjust(p_values), strict=True):
        others = len(won) - closed
        interval = wilson_interval(wins, closed)
        if interval is None or not others or p_value >= CHANCE_LEVEL:
            continue
        others_rate = (int(won.sum()) - wins) / others
        if np.sign(wins / closed - others_rate) == np.sign(each.clearness):
            yield WinCombination(
                each.first[0], dimensions[each.first[0]][0][each.first[1]],
                each.second[0], dimensions[each.second[0]][0][each.second[1]],
                each.closed, each.won, closed, wins, *interval, others_rate, p_value,
            )  # fmt: skip


def _count_held(candidate: _Candidate, won: NDArray[np.bool_], dimensions: Dimensions, older: int) -> tuple[int, int]:
    """Return won and closed deals of a pair among the newer deals."""
    mine = np.ones(len(won), dtype=bool)
    for name, code in (candidate.first, candidate.second):
        mine &= dimensions[name][1][older:] == code
    return int((mine & won).sum()), int(mine.sum())
