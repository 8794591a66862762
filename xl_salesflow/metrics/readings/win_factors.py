"""Won, lost, why: which values of the deals go with winning, what that is worth, and whether it is more than chance.

Considered are the deals won or lost in the period of the query (by default, ever) that its filters select. The deals of a
value are compared with all others that were closed: the worth of a value is the difference of the two win rates times its
closed deals times their mean amount. An amount of 0 is not known; where lost deals hardly ever have one, bands of amounts
would only tell who was won, and are left out. Every value with enough deals is tested by Fisher's exact test, and all
tests are corrected together by the method of Holm.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xl_salesflow.core.insight_answers import WinFactor, WinsAnswer
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import GroupNumbers, column_numbers
from xl_salesflow.metrics.chance_tests import CHANCE_LEVEL, fisher_p_value, holm_adjust, wilson_interval
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.readings.loss_reason_quarters import count_loss_reasons
from xl_salesflow.metrics.readings.win_combinations import find_combinations
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_registry import TABLES

FEWEST_TESTED_DEALS = 10
"""Closed deals that a value needs to be tested."""

_COLUMNS = ("source", "product", "competitor", "region", "sales_channel")
_SIZE_STARTS = (1, 10, 50, 250)
"""The smallest number of employees of each band: micro, small, medium-sized and large enterprises as the EU has them."""

_PRICE_BANDS = 4
_FACTOR_MONTHS = 12


@dataclass(frozen=True)
class ClosedDeals:
    """Won and lost deals as arrays: *won*, *amounts*, and for each dimension the *values* by number and of each deal."""

    won: NDArray[np.bool_]
    amounts: MetricArray
    closed: NDArray[np.datetime64]
    dimensions: dict[str, tuple[list[str], GroupNumbers]]


def compute_wins(pipeline: Pipeline) -> WinsAnswer:
    """Return the values that go with winning and losing, those worth most first, and confirmed combinations of them."""
    deals = _read_closed_deals(pipeline)
    factors = [each for name in deals.dimensions for each in _measure_factors(deals, name)]
    tested = [place for place, each in enumerate(factors) if each.p_value is not None]
    adjusted = dict(zip(tested, holm_adjust([factors[place].p_value or 0.0 for place in tested]), strict=True))
    corrected = [_correct_factor(each, adjusted.get(place)) for place, each in enumerate(factors)]
    corrected.sort(key=lambda each: -abs(_rank_factor(each)))
    found = find_combinations(deals.won, deals.closed, deals.dimensions)
    return WinsAnswer(
        len(deals.won), int(deals.won.sum()), tuple(corrected), len(tested), found.combinations, found.tried, found.held_out_from,
        *count_loss_reasons(pipeline),
    )  # fmt: skip


def _read_closed_deals(pipeline: Pipeline) -> ClosedDeals:
    cube = build_cube(pipeline)
    frame = cube.frame[cube.won | cube.lost]
    order = np.lexsort((frame["deal"].to_numpy(dtype=str), frame["closed"].to_numpy("datetime64[D]")))
    frame = frame.iloc[order]
    current = pipeline["Deals"].drop_duplicates("deal").set_index("deal").reindex(frame["deal"])
    amounts, won = column_numbers(frame["amount"]), (frame["outcome"] == "won").to_numpy(dtype=bool)
    amounts = np.where(amounts > 0, amounts, np.nan)
    dimensions = {}
    for column in _COLUMNS:
        texts = current[column].fillna("").astype(object)
        codes, keys = pd.factorize(texts)
        options = TABLES["Deals"][column].options
        dimensions[column] = (
            [choice_label(options, str(key), pipeline.language) for key in keys],
            codes.astype(np.int64),
        )
    closed = frame["closed"].to_numpy("datetime64[D]")
    dimensions["size"] = _band_sizes(pipeline, current["account"].fillna(""))
    if _have_lost_deals_amounts(amounts, won):
        dimensions["price_band"] = _band_prices(amounts)
    dimensions["closed_month"] = _number_closing_months(closed, pipeline.as_of)
    kept = {name: each for name, each in dimensions.items() if len(np.unique(each[1])) > 1}
    return ClosedDeals(won, amounts, closed, kept)


def _have_lost_deals_amounts(amounts: MetricArray, won: NDArray[np.bool_]) -> bool:
    """Return whether lost deals have an amount at least half as often as won ones."""
    shares = [float((~np.isnan(amounts[mine])).mean()) if mine.any() else 0.0 for mine in (~won, won)]
    return shares[0] >= shares[1] / 2


def _band_sizes(pipeline: Pipeline, accounts: pd.Series) -> tuple[list[str], GroupNumbers]:
    customers = pipeline["Accounts"].drop_duplicates("account").set_index("account")["employees"]
    employees = column_numbers(customers.reindex(accounts))
    ends = [f"–{after - 1:,}" for after in _SIZE_STARTS[1:]]
    names = [f"{start:,}{end}" for start, end in zip(_SIZE_STARTS, [*ends, "+"], strict=True)]
    return _number_bands(["", *names], employees, np.array(_SIZE_STARTS, dtype=np.float64))


def _band_prices(amounts: MetricArray) -> tuple[list[str], GroupNumbers]:
    """Cut the amounts into four bands of about as many deals, at round numbers."""
    known = amounts[~np.isnan(amounts)]
    if not len(known):
        return [""], np.zeros(len(amounts), dtype=np.int64)
    shares = np.arange(1, _PRICE_BANDS) / _PRICE_BANDS
    starts = np.unique([_round_band_start(float(each)) for each in np.quantile(known, shares)])
    names = [f"<{starts[0]:,.0f}", *(f"{low:,.0f}–{high:,.0f}" for low, high in pairwise(starts))]
    return _number_bands(["", *names, f"{starts[-1]:,.0f}+"], amounts, np.concatenate([[-np.inf], starts]))


def _round_band_start(number: float) -> float:
    return float(f"{number:.2g}")


def _number_bands(names: list[str], numbers: MetricArray, starts: MetricArray) -> tuple[list[str], GroupNumbers]:
    """Return *names* and the band of each number by the *starts* of the bands; the first name is of unknown ones."""
    bands = np.searchsorted(starts, np.where(np.isnan(numbers), -np.inf, numbers), side="right")
    return names, np.where(np.isnan(numbers), 0, bands).astype(np.int64)


def _number_closing_months(closed: NDArray[np.datetime64], as_of: date) -> tuple[list[str], GroupNumbers]:
    """Return the last twelve months and the month in which each deal was closed; -1 for an earlier one."""
    last = np.datetime64(as_of, "M")
    names = [str(last - np.timedelta64(back, "M")) for back in range(_FACTOR_MONTHS)][::-1]
    place = (closed.astype("datetime64[M]") - last).astype(np.int64) + _FACTOR_MONTHS - 1
    return names, np.where(place >= 0, place, -1)


def _measure_factors(deals: ClosedDeals, column: str) -> Iterator[WinFactor]:
    names, codes = deals.dimensions[column]
    total, all_won = len(codes), int(deals.won.sum())
    for place, name in enumerate(names):
        mine = codes == place
        closed, won = int(mine.sum()), int((mine & deals.won).sum())
        interval = wilson_interval(won, closed)
        if interval is None:
            continue
        others = total - closed
        others_rate = (all_won - won) / others if others else None
        amounts = deals.amounts[mine]
        worth = None
        if others_rate is not None and not np.isnan(amounts).all():
            worth = round((won / closed - others_rate) * closed * float(np.nanmean(amounts)), 2)
        is_tested = closed >= FEWEST_TESTED_DEALS and others >= FEWEST_TESTED_DEALS
        chance = fisher_p_value((won, closed), (all_won - won, others)) if is_tested else None
        yield WinFactor(column, name, closed, won, won / closed, *interval, others_rate, worth, chance, False)


def _correct_factor(factor: WinFactor, p_value: float | None) -> WinFactor:
    return WinFactor(
        factor.column, factor.value, factor.closed, factor.won, factor.rate, factor.low, factor.high, factor.others_rate,
        factor.worth, p_value, p_value is not None and p_value < CHANCE_LEVEL,
    )  # fmt: skip


def _rank_factor(factor: WinFactor) -> float:
    """Return what orders factors: their worth; without amounts, the deals that the difference won or lost."""
    if factor.worth is not None:
        return factor.worth
    return 0.0 if factor.others_rate is None else (factor.rate - factor.others_rate) * factor.closed
