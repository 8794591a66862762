"""The columns of the table StageMetrics: conversion, open value and days of each stage."""

from __future__ import annotations

import numpy as np

from xl_salesflow.metrics.array_arithmetic import (
    MetricMask,
    column_numbers,
    count_by_group,
    divide_or_unknown,
    mean_by_group,
    percentile_by_group,
    sum_by_group,
    sum_known_by_group,
)
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    OUTCOME_OPEN,
    Aggregate,
    Criterion,
    count_formula,
    deals_formula,
    deals_formula_today,
    known_sum_formula,
    sum_formula,
)
from xl_salesflow.metrics.funnel_steps import (
    DAY_LIMIT_COLUMN,
    IN_STAGE_PLAYBOOK,
    FunnelSteps,
    ended_stays_formula,
    formula_if_open_stage,
    formula_if_step,
)
from xl_salesflow.metrics.history_workings import (
    OUTCOME_HUNDREDS,
    ongoing_stays_formula,
    stay_percentile_formula,
    working_lookup,
)
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray, MetricFormula, cache_on_argument


@cache_on_argument
def deals_reached(steps: FunnelSteps) -> MetricArray:
    """Count the deals that reached each step: by entering it, or by getting at least that far, as the query chooses."""
    return _reached_by_entry(steps) if steps.cube.query.reach == "entered" else _reached_by_order(steps)


def step_conversion(steps: FunnelSteps) -> MetricArray:
    """Divide the next step's deals by this one's; unknown at the last step."""
    found = deals_reached(steps)
    return divide_or_unknown(np.append(found, np.nan)[1:], found)


def cumulative_conversion(steps: FunnelSteps) -> MetricArray:
    """Divide each step's deals by the first one's."""
    found = deals_reached(steps)
    return divide_or_unknown(found, np.full(steps.size, found[0] if steps.size else np.nan))


def _reached_by_order(steps: FunnelSteps) -> MetricArray:
    # a won deal's furthest stage is Won, so it counts for every step; a lost one counts up to its furthest stage
    cube = steps.cube
    furthest = column_numbers(cube.frame["furthest"])[cube.has_value("playbook", steps.playbook) & cube.stage_deals]
    return np.array([np.count_nonzero(furthest >= order) for order in steps.order], dtype=np.float64)


def _reached_by_entry(steps: FunnelSteps) -> MetricArray:
    cube, query = steps.cube, steps.cube.query
    mask = (column_numbers(cube.pipeline["History"]["first"]) == 1) & (steps.step_of_stays >= 0)
    entered, created = steps.stay_dates("entered"), steps.stay_dates("created")
    if not cube.today:
        mask &= (entered <= cube.as_of) & (created <= cube.as_of)
    if query.has_period:
        mask &= cube.within(created if query.reading == "cohort" else entered)
    return count_by_group(mask, steps.step_of_stays, steps.size)


_REACHED_TODAY = deals_formula_today(count_formula, "closed", IN_STAGE_PLAYBOOK, Criterion("furthest", ">=", "{order}"))
_REACHED_BY_ORDER = f'IF(IsToday=1,{_REACHED_TODAY},SUMIFS(ReachedFound,ReachedStep,">="&{{position}}))'
_REACHED_FORMULA = f"IF(IsEntered=1,{working_lookup('Entered', '{position}')},{_REACHED_BY_ORDER})"


def _reached_at_position(position: str) -> str:
    return f"INDEX({{StageMetrics.reached}},MATCH({position},{{StageMetrics.position}},0))"


_REACHED_NEXT, _REACHED_FIRST = _reached_at_position("{position}+1"), _reached_at_position("1")

STAGE_CONVERSION_COLUMNS: tuple[ColumnMetric[FunnelSteps], ...] = (
    ColumnMetric("reached", MetricFormula(formula_if_step(_REACHED_FORMULA)), deals_reached),
    ColumnMetric(
        "step_conversion",
        # Won has no next step; neither has the last row of the table
        MetricFormula(
            formula_if_open_stage(
                f'IF(OR({{reached}}=0,{{position}}=12),"",IF({_REACHED_NEXT}="","",{_REACHED_NEXT}/{{reached}}))'
            )
        ),
        step_conversion,
    ),
    ColumnMetric(
        "cumulative_conversion",
        MetricFormula(formula_if_step(f'IF({_REACHED_FIRST}=0,"",{{reached}}/{_REACHED_FIRST})')),
        cumulative_conversion,
    ),
)


def stage_open_count(steps: FunnelSteps) -> MetricArray:
    """Count the open deals in each stage."""
    return steps.blank_unless_open(count_by_group(open_in_steps(steps), steps.step_of_deals, steps.size))


def stage_open_value(steps: FunnelSteps) -> MetricArray:
    """Sum the amounts of the open deals in each stage; unknown if there are some and none has an amount."""
    return steps.blank_unless_open(
        sum_known_by_group(steps.cube.amount, open_in_steps(steps), steps.step_of_deals, steps.size)
    )


def stage_weighted_value(steps: FunnelSteps) -> MetricArray:
    """Sum the weighted values of the open deals in each stage; unknown where their value is."""
    total = sum_by_group(steps.cube.weighted, open_in_steps(steps), steps.step_of_deals, steps.size)
    return np.where(np.isnan(stage_open_value(steps)), np.nan, total)


def open_in_steps(steps: FunnelSteps) -> MetricMask:
    """Return which deals are open and in one of the steps."""
    return steps.cube.open & (steps.step_of_deals >= 0)


SUM_WEIGHTED_VALUE = sum_formula("weighted_value")

_OPEN_IN_STAGE = (IN_STAGE_PLAYBOOK, Criterion("recorded_stage", "=", "{stage}"), OUTCOME_OPEN)
_OPEN_IN_STAGE_THEN = (Criterion("state", "=", "(101+{position})"),)


def open_in_stage_formula(aggregate: Aggregate, *criteria: Criterion) -> str:
    """Return the formula of *aggregate* over the open deals in the row's stage, selected like `open_in_steps`."""
    return deals_formula(aggregate, "open", *_OPEN_IN_STAGE, *criteria, then=(*_OPEN_IN_STAGE_THEN, *criteria))


_OPEN_COHORT_THEN = working_lookup("Standing", "{position}")
_STAGE_OPEN_THEN = f"IF(HasPeriod*IsCohort=1,{_OPEN_COHORT_THEN},{ongoing_stays_formula(OUTCOME_HUNDREDS['open'])})"
_STAGE_OPEN_TODAY = deals_formula_today(count_formula, "open", *_OPEN_IN_STAGE)

STAGE_VALUE_COLUMNS: tuple[ColumnMetric[FunnelSteps], ...] = (
    ColumnMetric(
        "open_count",
        MetricFormula(formula_if_open_stage(f"IF(IsToday=1,{_STAGE_OPEN_TODAY},{_STAGE_OPEN_THEN})")),
        stage_open_count,
    ),
    ColumnMetric(
        "open_value",
        MetricFormula(
            formula_if_open_stage(
                known_sum_formula(
                    "{open_count}",
                    open_in_stage_formula(count_formula, HAS_AMOUNT),
                    open_in_stage_formula(sum_formula("amount")),
                )
            )
        ),
        stage_open_value,
    ),
    ColumnMetric(
        "weighted_value",
        MetricFormula(f'IF({{open_value}}="","",ROUND({open_in_stage_formula(SUM_WEIGHTED_VALUE)},2))'),
        stage_weighted_value,
    ),
)


@cache_on_argument
def finished_stays(steps: FunnelSteps) -> MetricMask:
    """Return which ended stays have known days."""
    return np.asarray(steps.ended & (steps.stay_days >= 0))


def finished_stay_count(steps: FunnelSteps) -> MetricArray:
    """Count the finished stays in each stage."""
    return steps.blank_unless_open(count_by_group(finished_stays(steps), steps.step_of_stays, steps.size))


def stage_mean_days(steps: FunnelSteps) -> MetricArray:
    """Find the mean days of the finished stays in each stage."""
    return steps.blank_unless_open(
        mean_by_group(steps.stay_days, finished_stays(steps), steps.step_of_stays, steps.size)
    )


@cache_on_argument
def stage_median_days(steps: FunnelSteps) -> MetricArray:
    """Find the median days of the finished stays in each stage."""
    return _stage_days_percentile(steps, 0.5)


def stage_p90_days(steps: FunnelSteps) -> MetricArray:
    """Find the days that nine of ten finished stays in each stage do not exceed."""
    return _stage_days_percentile(steps, 0.9)


def stage_over_limit_count(steps: FunnelSteps) -> MetricArray:
    """Count the open deals that have been in each stage for longer than its limit; unknown without a limit."""
    since = steps.cube.dates("since" if steps.cube.today else "entered")
    limit = np.append(steps.limit, np.nan)[steps.step_of_deals]
    late = open_in_steps(steps) & (since < steps.cube.as_of - limit)
    found = count_by_group(late, steps.step_of_deals, steps.size)
    return steps.blank_unless_open(np.where(np.isnan(steps.limit), np.nan, found))


def _stage_days_percentile(steps: FunnelSteps, share: float) -> MetricArray:
    found = percentile_by_group(steps.stay_days, finished_stays(steps), steps.step_of_stays, steps.size, share)
    return steps.blank_unless_open(found)


_STAGE_DAYS_KNOWN = Criterion("days", ">=", "0")


def _formula_if_stays(formula: str) -> MetricFormula:
    return MetricFormula(f'IF(OR({{visits}}="",{{visits}}=0),"",{formula})')


_OVER_LIMIT_COUNT = open_in_stage_formula(count_formula, Criterion("since", "<", "(AsOf-{day_limit})"))

STAGE_TIME_COLUMNS: tuple[ColumnMetric[FunnelSteps], ...] = (
    ColumnMetric(
        "visits", MetricFormula(formula_if_open_stage(working_lookup("Ended", "{position}"))), finished_stay_count
    ),
    ColumnMetric(
        "mean_days",
        _formula_if_stays(f"({ended_stays_formula(sum_formula('days'), _STAGE_DAYS_KNOWN)})/{{visits}}"),
        stage_mean_days,
    ),
    ColumnMetric(
        "median_days", _formula_if_stays(stay_percentile_formula("median_days", "{visits}")), stage_median_days
    ),
    ColumnMetric("p90_days", _formula_if_stays(stay_percentile_formula("p90_days", "{visits}")), stage_p90_days),
    DAY_LIMIT_COLUMN,
    ColumnMetric("over_limit", MetricFormula(f'IF({{day_limit}}="","",{_OVER_LIMIT_COUNT})'), stage_over_limit_count),
)
