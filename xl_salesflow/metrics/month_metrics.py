"""Month by month: the forecast of the next twelve months and the trend of the last twelve.

ForecastMonths shows what is expected to close, by category, against the target; Trend shows what was created, won and
lost up to the as-of date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    count_by_group,
    divide_or_unknown,
    round_array_to_cents,
    sum_by_group,
)
from xl_salesflow.metrics.deal_cube import Cube
from xl_salesflow.metrics.formula_criteria import (
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
    sum_formula,
)
from xl_salesflow.metrics.history_workings import TREND_MONTHS, working_lookup
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray, MetricFormula
from xl_salesflow.metrics.stage_metrics import SUM_WEIGHTED_VALUE
from xl_salesflow.metrics.target_metrics import target_formula, target_value_within

FORECAST_MONTH_ROWS = 12
"""Rows of ForecastMonths; row 0 is the month of the as-of date."""


@dataclass(frozen=True)
class ForecastMonths:
    """One row of ForecastMonths per month; every number is an array over the months."""

    cube: Cube

    @cached_property
    def firsts(self) -> MetricArray:
        """Return the first day of each month and of the one after the last, as days since 1970."""
        month = np.datetime64(self.cube.pipeline.as_of, "M")
        return (month + np.arange(FORECAST_MONTH_ROWS + 1)).astype("datetime64[D]").astype(np.float64)

    def month_of(self, days: MetricArray) -> GroupNumbers:
        """Return the row of every day; -1 is none of ours."""
        row = np.searchsorted(self.firsts, np.where(np.isnan(days), -np.inf, days), side="right") - 1
        return np.where(row < FORECAST_MONTH_ROWS, row, -1)

    @cached_property
    def expected(self) -> GroupNumbers:
        """Return the month every open deal is expected to close in."""
        return np.where(self.cube.open, self.month_of(self.cube.dates("expected_close")), -1)

    @cached_property
    def known(self) -> MetricMask:
        """Tell which deals closed in no month after the as-of date's, of which a past date knows nothing."""
        return np.asarray(self.cube.today | (self.cube.closed < self.firsts[1]))

    def category(self, id: str) -> MetricMask:
        """Tell which deals are in a forecast category."""
        return self.cube.is_("forecast", id)

    def total(self, values: MetricArray, also: MetricMask | None = None) -> MetricArray:
        """Sum what is expected, month by month; only today knows."""
        mask = self.expected >= 0
        return sum_by_group(values, mask if also is None else mask & also, self.expected, FORECAST_MONTH_ROWS)


def month_deal_count(asked: ForecastMonths) -> MetricArray:
    """Count the open deals expected to close in each month."""
    return count_by_group(asked.expected >= 0, asked.expected, FORECAST_MONTH_ROWS)


def month_open_value(asked: ForecastMonths) -> MetricArray:
    """Sum their amounts."""
    return asked.total(asked.cube.amount)


def month_weighted_value(asked: ForecastMonths) -> MetricArray:
    """Sum their weighted values."""
    return asked.total(asked.cube.weighted)


def month_commit_value(asked: ForecastMonths) -> MetricArray:
    """Sum the amounts in the category commit."""
    return asked.total(asked.cube.amount, asked.category("commit"))


def month_best_case_value(asked: ForecastMonths) -> MetricArray:
    """Sum the amounts in the category best case."""
    return asked.total(asked.cube.amount, asked.category("best_case"))


def month_pipeline_value(asked: ForecastMonths) -> MetricArray:
    """Sum the amounts that are neither commit nor best case nor omitted."""
    named = [asked.category(id) for id in ("commit", "best_case", "omitted")]
    return asked.total(asked.cube.amount, ~np.logical_or.reduce(named))


def month_closed_value(asked: ForecastMonths) -> MetricArray:
    """Sum what was won in each month, by the day of closing."""
    cube = asked.cube
    won = cube.is_("outcome", "won") & (cube.created_then if cube.view.reading == "cohort" else True)
    month = np.where(won & asked.known, asked.month_of(cube.closed), -1)
    return sum_by_group(cube.amount, month >= 0, month, FORECAST_MONTH_ROWS)


def month_cumulative_value(asked: ForecastMonths) -> MetricArray:
    """Sum closed, commit and best case: a best case includes what is surer."""
    return round_array_to_cents(month_closed_value(asked) + month_commit_value(asked) + month_best_case_value(asked))


def month_target_value(asked: ForecastMonths) -> MetricArray:
    """Sum the targets that begin in each month."""
    found = [_target_beginning_in(asked.cube, first, after) for first, after in pairwise(asked.firsts)]
    return np.array(found, dtype=np.float64)


def _target_beginning_in(cube: Cube, first: float, after: float) -> float:
    return float(target_value_within(cube, lambda start, end: np.asarray((start >= first) & (start < after)))[0])


def _compute_today_only(compute: Callable[[ForecastMonths], MetricArray]) -> Callable[[ForecastMonths], MetricArray]:
    # History does not hold what was expected then
    return lambda asked: compute(asked) if asked.cube.today else np.full(FORECAST_MONTH_ROWS, np.nan)


def _criteria_in_month(column: str) -> Criteria:
    return Criterion(column, ">=", "{month}"), Criterion(column, "<", "EDATE({month},1)")


def _month_category_criteria(id: str) -> Criteria:
    return (*_EXPECTED_IN_MONTH, Criterion("forecast", "=", f"{{forecast:{id}}}"))


def _month_sum_formula(aggregate: Aggregate, criteria: Criteria) -> str:
    return f'IF(IsToday=0,"",ROUND({formula_today_only(aggregate, "open", *criteria)},2))'


_EXPECTED_IN_MONTH = (OUTCOME_OPEN, *_criteria_in_month("expected_close"))
_SUM_MONTH_AMOUNT = sum_formula("amount")
_WON_IN_MONTH = (OUTCOME_WON, *_criteria_in_month("closed"))
_MONTH_OMITTED_VALUE = formula_today_only(_SUM_MONTH_AMOUNT, "open", *_month_category_criteria("omitted"))

FORECAST_MONTH_FORMULA: MetricFormula = MetricFormula("DATE(YEAR(AsOf),MONTH(AsOf)+{position},1)")
"""The first day of the row's month."""

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
        MetricFormula(f'IF(IsToday=0,"",ROUND({{open_value}}-{{commit}}-{{best_case}}-{_MONTH_OMITTED_VALUE},2))'),
        _compute_today_only(month_pipeline_value),
    ),
    ColumnMetric(
        "closed",
        # a past date knows of no later month, and is spared the question
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
    ColumnMetric("target", MetricFormula(target_formula(*_criteria_in_month("from"))), month_target_value),
)


@dataclass(frozen=True)
class TrendMonths:
    """One row of Trend per month; every number is an array over the months."""

    cube: Cube

    @cached_property
    def firsts(self) -> MetricArray:
        """Return the first day of each month and of the one after the last, as days since 1970."""
        month = np.datetime64(self.cube.pipeline.as_of, "M")
        return (month + np.arange(1 - TREND_MONTHS, 2)).astype("datetime64[D]").astype(np.float64)

    def month_of(self, days: MetricArray) -> GroupNumbers:
        """Return the row of every day; -1 is none of ours."""
        row = np.searchsorted(self.firsts, np.where(np.isnan(days), -np.inf, days), side="right") - 1
        return np.where(row < TREND_MONTHS, row, -1)

    def ended(self, outcome: str) -> GroupNumbers:
        """Return the month every deal of *outcome* closed in or, in the cohort reading, was created in."""
        cube = self.cube
        days = cube.created if cube.view.reading == "cohort" else cube.closed
        return np.where(cube.is_("outcome", outcome), self.month_of(days), -1)


def trend_created_count(asked: TrendMonths) -> MetricArray:
    """Count the deals created in each month."""
    known = np.where(asked.cube.is_("outcome", ""), -1, asked.month_of(asked.cube.created))
    return count_by_group(known >= 0, known, TREND_MONTHS)


def trend_won_count(asked: TrendMonths) -> MetricArray:
    """Count the deals won in each month."""
    won = asked.ended("won")
    return count_by_group(won >= 0, won, TREND_MONTHS)


def trend_lost_count(asked: TrendMonths) -> MetricArray:
    """Count the deals lost in each month."""
    lost = asked.ended("lost")
    return count_by_group(lost >= 0, lost, TREND_MONTHS)


def trend_win_rate(asked: TrendMonths) -> MetricArray:
    """Divide won by closed."""
    won = trend_won_count(asked)
    return divide_or_unknown(won, won + trend_lost_count(asked))


def trend_won_value(asked: TrendMonths) -> MetricArray:
    """Sum the amounts of the deals won in each month."""
    won = asked.ended("won")
    return sum_by_group(asked.cube.amount, won >= 0, won, TREND_MONTHS)


def _trend_dated_formula(aggregate: Aggregate, formula: SnapshotFormula, *criteria: Criterion) -> str:
    created, closed = (
        formula(aggregate, "always", *criteria, *_criteria_in_month(column)) for column in ("created", "closed")
    )
    return f"IF(IsCohort=1,{created},{closed})"


def _trend_past_formula(aggregate: Aggregate, when: PeriodRule, *criteria: Criterion) -> str:
    return deals_formula_past(aggregate, when, ONGOING_STAY, *criteria)


def _trend_count_formula(now: str, working: str) -> MetricFormula:
    return MetricFormula(f"IF(IsToday=1,{now},{working_lookup(working, 'EDATE({month},1)-1')})")


TREND_MONTH_FORMULA: MetricFormula = MetricFormula(f"DATE(YEAR(AsOf),MONTH(AsOf)-{TREND_MONTHS}+{{position}},1)")
"""The first day of the row's month."""

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
            # months without a won deal are spared the question
            f"IF({{won_count}}=0,0,ROUND(IF(IsToday=1,{_trend_dated_formula(_SUM_MONTH_AMOUNT, deals_formula_today, OUTCOME_WON)},{_trend_dated_formula(_SUM_MONTH_AMOUNT, _trend_past_formula, OUTCOME_WON)}),2))"
        ),
        trend_won_value,
    ),
)
