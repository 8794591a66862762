"""Cohorts: how many of the deals created in a month were won how many months later, and what is still to be expected.

A month since counts calendar months: 0 is the month of creation itself. A number is known once that month is over. The
projection goes on from the last known number of a cohort: of its deals that are not won yet, each month brings the share
(and the value a deal) that it brought of the older deals that were not won before, those lost and still open included.
Only months since that were observed on a sample that is not small are projected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xl_salesflow.core.insight_answers import CohortMonth, CohortsAnswer
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import GroupNumbers, column_days, column_numbers
from xl_salesflow.metrics.deal_cube import days_since_1970, match_view_filters
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.schema.forecast_tables import COHORT_MONTHS

LEARNED_MONTHS = 24
"""Months of creation that the projection learns from."""


@dataclass(frozen=True)
class _Triangle:
    """What was won of the deals created in each of the last months, by month of creation and months since.

    *won* and *cents* are those of the month itself, not summed up; *known* says which months are over.
    """

    deals: GroupNumbers
    won: MetricArray
    cents: MetricArray
    known: NDArray[np.bool_]


def compute_cohorts(pipeline: Pipeline) -> CohortsAnswer:
    """Return the cohorts of the last twelve months up to the as-of date, of the deals that the query's filters select."""
    frame = pipeline["Deals"]
    frame = frame[(frame["outcome"] != "").to_numpy(dtype=bool)]
    if pipeline.query.filters:
        frame = frame[match_view_filters(frame, pipeline.query.filters)]
    created, closed = column_days(frame["created"]), column_days(frame["closed"])
    last = days_since_1970(pipeline.as_of)
    won = (frame["outcome"] == "won").to_numpy(dtype=bool) & (closed <= last)
    this_month = pipeline.as_of.year * 12 + pipeline.as_of.month - 1
    cohort = _number_months(created) - (this_month - LEARNED_MONTHS + 1)
    there = ~np.isnan(created) & (created <= last) & (cohort >= 0)
    since = np.maximum(_number_months(closed) - _number_months(created), 0)
    triangle = _count_triangle(
        cohort, since, there, won, column_numbers(frame["amount"]), _is_month_end(pipeline.as_of)
    )
    months = [date((this_month - back) // 12, (this_month - back) % 12 + 1, 1) for back in range(COHORT_MONTHS)][::-1]
    rates = _learn_rates(triangle, pipeline.settings.number("small_sample"))
    return CohortsAnswer(
        tuple(_describe_cohorts(triangle, rates, months)),
        tuple(rate.deals for rate in rates),
        int(np.isnan(created).sum()),
    )


@dataclass(frozen=True)
class _MonthRates:
    """What one month since creation brings of the deals not won before: the share won, and cents a deal.

    *deals* were observed; *won* is None if they are a small sample.
    """

    deals: int
    won: float | None
    cents: float


def _learn_rates(triangle: _Triangle, small_sample: float) -> list[_MonthRates]:
    before = triangle.deals[:, None] - np.cumsum(triangle.won, axis=1) + triangle.won
    observed, won, cents = ((each * triangle.known).sum(axis=0) for each in (before, triangle.won, triangle.cents))
    return [
        _MonthRates(
            int(deals), float(wins / deals) if deals >= max(small_sample, 1) else None, float(value / max(deals, 1))
        )
        for deals, wins, value in zip(observed, won, cents, strict=True)
    ]


def _number_months(days: MetricArray) -> GroupNumbers:
    """Return the number of the month of each day, counted from the year 0; far in the past for an unknown day."""
    stamps = np.where(np.isnan(days), 0, days).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(np.isnan(days), -(10**6), stamps + 1970 * 12)


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _count_triangle(
    cohort: GroupNumbers, since: GroupNumbers, there: NDArray[Any], won: NDArray[Any], amount: MetricArray, over: bool
) -> _Triangle:
    shape = (LEARNED_MONTHS, COHORT_MONTHS)
    deals = np.bincount(cohort[there], minlength=LEARNED_MONTHS).astype(np.int64)
    chosen = there & won & (since < COHORT_MONTHS)
    cell = cohort[chosen] * COHORT_MONTHS + since[chosen]
    cents = np.rint(np.nan_to_num(amount[chosen]) * 100)
    observed = LEARNED_MONTHS - 1 - np.arange(LEARNED_MONTHS)[:, None] + (1 if over else 0)
    return _Triangle(
        deals,
        np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64),
        np.bincount(cell, cents, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64),
        np.arange(COHORT_MONTHS)[None, :] < observed,
    )


def _describe_cohorts(
    triangle: _Triangle, rates: Sequence[_MonthRates], months: Sequence[date]
) -> Iterator[CohortMonth]:
    is_begun = False
    for place, month in enumerate(months, LEARNED_MONTHS - COHORT_MONTHS):
        deals, known = int(triangle.deals[place]), triangle.known[place] & bool(triangle.deals[place])
        is_begun |= bool(deals)
        if not is_begun:
            continue  # months before the first deal say nothing
        won, cents = triangle.won[place].cumsum(), triangle.cents[place].cumsum()
        later_won, later_cents = _project_cohort(deals, won, cents, triangle.known[place], rates)
        yield CohortMonth(
            month, deals, int(won[-1]), float(cents[-1]) / 100,
            _list_numbers(won / max(deals, 1), known, 4), _list_numbers(cents / 100, known, 2),
            _list_numbers(later_won / max(deals, 1), ~np.isnan(later_won), 4),
            _list_numbers(later_cents / 100, ~np.isnan(later_cents), 2),
        )  # fmt: skip


def _project_cohort(
    deals: int, won: MetricArray, cents: MetricArray, known: NDArray[np.bool_], rates: Sequence[_MonthRates]
) -> tuple[MetricArray, MetricArray]:
    """Return the deals and the cents won by the end of each month that is not over; NaN where it is, or nothing is known."""
    later_won, later_cents = np.full(COHORT_MONTHS, np.nan), np.full(COHORT_MONTHS, np.nan)
    over = int(known.sum())
    at_won, at_cents = (float(each[over - 1]) if over else 0.0 for each in (won, cents))
    for month in range(over, COHORT_MONTHS if deals else over):
        rate = rates[month]
        if rate.won is None:
            break
        left = deals - at_won
        # what is won already of the month under way is the least that it can end with
        at_won, at_cents = max(at_won + left * rate.won, won[month]), max(at_cents + left * rate.cents, cents[month])
        later_won[month], later_cents[month] = at_won, at_cents
    return later_won, later_cents


def _list_numbers(numbers: MetricArray, shown: NDArray[np.bool_], digits: int) -> tuple[float | None, ...]:
    """Return the numbers that are *shown* and known, the others as None."""
    return tuple(
        round(float(number), digits) if is_shown and not np.isnan(number) else None
        for number, is_shown in zip(numbers, shown, strict=True)
    )
