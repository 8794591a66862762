"""Month by month: the forecast of the next twelve months and the trend of the last twelve.

The table ForecastMonths compares what is expected to close, by category, with the target; Trend counts what was
created, won and lost up to the as-of date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import ClassVar

import numpy as np

from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    count_by_group,
    divide_or_unknown,
    round_array_to_cents,
    sum_by_group,
    sum_known_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    ONGOING_STAY,
    OUTCOME_LOST,
    OUTCOME_OPEN,
    OUTCOME_RECORDED,
    OUTCOME_WON,
    Aggregate,
    Criteria,
    Criterion,
    PeriodRule,
    SnapshotFormula,
    count_formula,
    deals_formula_past,
    deals_formula_today,
    formula_today_only,
    known_sum_formula,
    sum_formula,
)
from xl_salesflow.metrics.history_workings import TREND_MONTHS, working_lookup
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray, MetricColumn, MetricFormula
from xl_salesflow.metrics.stage_metrics import SUM_WEIGHTED_VALUE
from xl_salesflow.metrics.target_metrics import target_share_formula, target_value_of_days

FORECAST_MONTH_ROWS = 12
"""Number of rows of ForecastMonths; row 0 is the month of the as-of date."""


@dataclass(frozen=True)
class MonthRows:
    """One row per month; every number is an array over the months. *first* counts from the month of the as-of date."""

    cube: Cube
    first: ClassVar[int]
    length: ClassVar[int]

    @cached_property
    def firsts(self) -> MetricArray:
        """Return the first day of each month and of the one after the last, as days since 1970."""
        offsets = np.arange(self.first, self.first + self.length + 1).astype("timedelta64[M]")
        return (np.datetime64(self.cube.pipeline.as_of, "M") + offsets).astype("datetime64[D]").astype(np.float64)

    def month_of(self, days: MetricArray) -> GroupNumbers:
        """Return the row of every day; -1 for a day in none of the months."""
        row = np.searchsorted(self.firsts, np.where(np.isnan(days), -np.inf, days), side="right") - 1
        return np.where(row < self.length, row, -1)


class ForecastMonths(MonthRows):
    """The rows of ForecastMonths: the month of the as-of date and those that follow."""

    first = 0
    length = FORECAST_MONTH_ROWS

    @cached_property
    def expected(self) -> GroupNumbers:
        """Return the month in which every open deal is expected to close."""
        return np.where(self.cube.open, self.month_of(self.cube.dates("expected_close")), -1)

    @cached_property
    def known(self) -> MetricMask:
        """Return which deals count as closed: for a past date, none after the month of the as-of date."""
        return np.asarray(self.cube.today | (self.cube.closed < self.firsts[1]))

    def in_category(self, category: str) -> MetricMask:
        """Return which deals are in a forecast category."""
        return self.cube.has_value("forecast", category)

    def total(self, values: MetricArray, also: MetricMask | None = None) -> MetricArray:
        """Sum the deals expected to close, month by month."""
        mask = self.expected >= 0
        return sum_by_group(values, mask if also is None else mask & also, self.expected, FORECAST_MONTH_ROWS)


def month_deal_count(months: ForecastMonths) -> MetricArray:
    """Count the open deals expected to close in each month."""
    return count_by_group(months.expected >= 0, months.expected, FORECAST_MONTH_ROWS)


def month_open_value(months: ForecastMonths) -> MetricArray:
    """Sum the amounts of the open deals expected to close in each month."""
    return months.total(months.cube.amount)


def month_weighted_value(months: ForecastMonths) -> MetricArray:
    """Sum the weighted values of the open deals expected to close in each month."""
    return months.total(months.cube.weighted)


def month_commit_value(months: ForecastMonths) -> MetricArray:
    """Sum the amounts in the category commit."""
    return months.total(months.cube.amount, months.in_category("commit"))


def month_best_case_value(months: ForecastMonths) -> MetricArray:
    """Sum the amounts in the category best case."""
    return months.total(months.cube.amount, months.in_category("best_case"))


def month_pipeline_value(months: ForecastMonths) -> MetricArray:
    """Sum the amounts that are not commit, best case or omitted."""
    named = [months.in_category(category) for category in ("commit", "best_case", "omitted")]
    return months.total(months.cube.amount, ~np.logical_or.reduce(named))


def month_closed_value(months: ForecastMonths) -> MetricArray:
    """Sum the won amounts of each month, by closing date."""
    cube = months.cube
    won = cube.has_value("outcome", "won") & (cube.created_in_period if cube.query.reading == "cohort" else True)
    month = np.where(won & months.known, months.month_of(cube.closed), -1)
    return sum_by_group(cube.amount, month >= 0, month, FORECAST_MONTH_ROWS)


def month_cumulative_value(months: ForecastMonths) -> MetricArray:
    """Sum closed, commit and best case: the best case includes the more certain categories."""
    return round_array_to_cents(month_closed_value(months) + month_commit_value(months) + month_best_case_value(months))


def month_target_value(months: ForecastMonths) -> MetricArray:
    """Sum the share of each target that falls on the days of each month; unknown without a target."""
    found = [target_value_of_days(months.cube, first, after - 1)[0] for first, after in pairwise(months.firsts)]
    return np.array(found, dtype=np.float64)


def _compute_today_only(compute: Callable[[ForecastMonths], MetricArray]) -> Callable[[ForecastMonths], MetricArray]:
    # History does not record what was expected at the time
    return lambda months: compute(months) if months.cube.today else np.full(FORECAST_MONTH_ROWS, np.nan)


def _criteria_in_month(column: str) -> Criteria:
    return Criterion(column, ">=", "{month}"), Criterion(column, "<", "EDATE({month},1)")


def _month_category_criteria(category: str) -> Criteria:
    return (*_EXPECTED_IN_MONTH, Criterion("forecast", "=", f"{{forecast:{category}}}"))


def _month_sum_formula(aggregate: Aggregate, criteria: Criteria) -> str:
    return f'IF(IsToday=0,"",ROUND({formula_today_only(aggregate, "open", *criteria)},2))'


_EXPECTED_IN_MONTH = (OUTCOME_OPEN, *_criteria_in_month("expected_close"))
_SUM_MONTH_AMOUNT = sum_formula("amount")
_WON_IN_MONTH = (OUTCOME_WON, *_criteria_in_month("closed"))
_MONTH_PIPELINE_VALUE = "-".join(
    formula_today_only(_SUM_MONTH_AMOUNT, "open", *criteria)
    for criteria in (_EXPECTED_IN_MONTH, *map(_month_category_criteria, ("commit", "best_case", "omitted")))
)

FORECAST_MONTH_NAMING: tuple[MetricColumn[ForecastMonths], ...] = (
    ColumnMetric(
        "month", MetricFormula("DATE(YEAR(AsOf),MONTH(AsOf)+{position},1)"), lambda months: months.firsts[:-1]
    ),
)
"""The column that identifies the month of a row by its first day."""

FORECAST_MONTH_COLUMNS: tuple[ColumnMetric[ForecastMonths], ...] = (
    ColumnMetric(
        "deals",
        MetricFormula(formula_today_only(count_formula, "open", *_EXPECTED_IN_MONTH)),
        _compute_today_only(month_deal_count),
    ),
    ColumnMetric(
        "open_value",
        MetricFormula(_month_sum_formula(_SUM_MONTH_AMOUNT, _EXPECTED_IN_MONTH)),
        _compute_today_only(month_open_value),
    ),
    ColumnMetric(
        "weighted_value",
        MetricFormula(_month_sum_formula(SUM_WEIGHTED_VALUE, _EXPECTED_IN_MONTH)),
        _compute_today_only(month_weighted_value),
    ),
    ColumnMetric(
        "commit",
        MetricFormula(_month_sum_formula(_SUM_MONTH_AMOUNT, _month_category_criteria("commit"))),
        _compute_today_only(month_commit_value),
    ),
    ColumnMetric(
        "best_case",
        MetricFormula(_month_sum_formula(_SUM_MONTH_AMOUNT, _month_category_criteria("best_case"))),
        _compute_today_only(month_best_case_value),
    ),
    ColumnMetric(
        "pipeline",
        MetricFormula(f'IF(IsToday=0,"",ROUND({_MONTH_PIPELINE_VALUE},2))'),
        _compute_today_only(month_pipeline_value),
    ),
    ColumnMetric(
        "closed",
        # for a past date, later months are 0 without reading History
        MetricFormula(
            f"ROUND(IF(IsToday=1,{deals_formula_today(_SUM_MONTH_AMOUNT, 'open', *_WON_IN_MONTH)},"
            f"IF({{month}}>AsOf,0,{deals_formula_past(_SUM_MONTH_AMOUNT, 'open', ONGOING_STAY, *_WON_IN_MONTH)})),2)"
        ),
        month_closed_value,
    ),
    ColumnMetric(
        "cumulative",
        MetricFormula('IF(IsToday=0,"",ROUND({closed}+{commit}+{best_case},2))'),
        _compute_today_only(month_cumulative_value),
    ),
    ColumnMetric("target", MetricFormula(target_share_formula("{month}", "(EDATE({month},1)-1)")), month_target_value),
)


class TrendMonths(MonthRows):
    """The rows of Trend: the months up to that of the as-of date."""

    first = 1 - TREND_MONTHS
    length = TREND_MONTHS

    def ended(self, outcome: str) -> GroupNumbers:
        """Return the month in which every deal of *outcome* closed or, in the cohort reading, was created."""
        cube = self.cube
        days = cube.created if cube.query.reading == "cohort" else cube.closed
        return np.where(cube.has_value("outcome", outcome), self.month_of(days), -1)


def trend_created_count(months: TrendMonths) -> MetricArray:
    """Count the deals created in each month."""
    known = np.where(months.cube.has_value("outcome", ""), -1, months.month_of(months.cube.created))
    return count_by_group(known >= 0, known, TREND_MONTHS)


def trend_won_count(months: TrendMonths) -> MetricArray:
    """Count the deals won in each month."""
    won = months.ended("won")
    return count_by_group(won >= 0, won, TREND_MONTHS)


def trend_lost_count(months: TrendMonths) -> MetricArray:
    """Count the deals lost in each month."""
    lost = months.ended("lost")
    return count_by_group(lost >= 0, lost, TREND_MONTHS)


def trend_win_rate(months: TrendMonths) -> MetricArray:
    """Divide won by closed."""
    won = trend_won_count(months)
    return divide_or_unknown(won, won + trend_lost_count(months))


def trend_won_value(months: TrendMonths) -> MetricArray:
    """Sum the amounts of the deals won in each month; unknown if there are some and none has an amount."""
    won = months.ended("won")
    return sum_known_by_group(months.cube.amount, won >= 0, won, TREND_MONTHS)


def _trend_dated_formula(aggregate: Aggregate, formula: SnapshotFormula, *criteria: Criterion) -> str:
    created, closed = (
        formula(aggregate, "always", *criteria, *_criteria_in_month(column)) for column in ("created", "closed")
    )
    return f"IF(IsCohort=1,{created},{closed})"


def _won_in_month_formula(aggregate: Aggregate, *also: Criterion) -> str:
    now, then = (
        _trend_dated_formula(aggregate, snapshot, OUTCOME_WON, *also)
        for snapshot in (deals_formula_today, _trend_past_formula)
    )
    return f"IF(IsToday=1,{now},{then})"


def _trend_past_formula(aggregate: Aggregate, when: PeriodRule, *criteria: Criterion) -> str:
    return deals_formula_past(aggregate, when, ONGOING_STAY, *criteria)


def _trend_count_formula(now: str, working: str) -> MetricFormula:
    return MetricFormula(f"IF(IsToday=1,{now},{working_lookup(working, 'EDATE({month},1)-1')})")


TREND_NAMING: tuple[MetricColumn[TrendMonths], ...] = (
    ColumnMetric(
        "month",
        MetricFormula(f"DATE(YEAR(AsOf),MONTH(AsOf)-{TREND_MONTHS}+{{position}},1)"),
        lambda months: months.firsts[:-1],
    ),
)
"""The column that identifies the month of a row by its first day."""

TREND_COLUMNS: tuple[ColumnMetric[TrendMonths], ...] = (
    ColumnMetric(
        "created",
        _trend_count_formula(
            deals_formula_today(count_formula, "always", OUTCOME_RECORDED, *_criteria_in_month("created")),
            "MonthCreated",
        ),
        trend_created_count,
    ),
    ColumnMetric(
        "won_count",
        _trend_count_formula(_trend_dated_formula(count_formula, deals_formula_today, OUTCOME_WON), "MonthWon"),
        trend_won_count,
    ),
    ColumnMetric(
        "lost_count",
        _trend_count_formula(_trend_dated_formula(count_formula, deals_formula_today, OUTCOME_LOST), "MonthLost"),
        trend_lost_count,
    ),
    ColumnMetric(
        "win_rate",
        MetricFormula('IF({won_count}+{lost_count}=0,"",{won_count}/({won_count}+{lost_count}))'),
        trend_win_rate,
    ),
    ColumnMetric(
        "won_value",
        MetricFormula(
            # a month without won deals is 0 without reading the deals
            known_sum_formula(
                "{won_count}",
                _won_in_month_formula(count_formula, HAS_AMOUNT),
                _won_in_month_formula(_SUM_MONTH_AMOUNT),
            )
        ),
        trend_won_value,
    ),
)
