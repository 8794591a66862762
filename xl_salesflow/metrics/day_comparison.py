"""Headline numbers and stages on another day, for comparison with those on the as-of date.

The other day is typed on the sheet Funnel (`CompareInput`); the period and the dropdowns apply to both. Without a day,
or with one after the as-of date, all numbers of the other day are blank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

import numpy as np

from xl_salesflow.metrics.deal_cube import Cube, build_cube
from xl_salesflow.metrics.forecast_metrics import WEIGHTED_METRICS
from xl_salesflow.metrics.formula_criteria import (
    HAS_AMOUNT,
    OUTCOME_LOST,
    OUTCOME_OPEN,
    OUTCOME_RECORDED,
    OUTCOME_WON,
    Aggregate,
    Criterion,
    PeriodRule,
    count_formula,
    criterion_is_number,
    deals_formula_past,
    known_sum_formula,
    period_criteria,
    sum_formula,
)
from xl_salesflow.metrics.funnel_steps import (
    IN_STAGE_PLAYBOOK,
    FunnelSteps,
    build_funnel_steps,
    criteria_at_step,
    stage_metric_formula,
)
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray, MetricFormula, cache_on_argument
from xl_salesflow.metrics.outcome_metrics import CYCLE_METRICS, OUTCOME_METRICS
from xl_salesflow.metrics.stage_metrics import deals_reached, stage_open_count, stage_open_value
from xl_salesflow.schema.plain_values import is_missing

_OTHER_DAY = "CompareTo"
# stays that match the dropdowns and began by the other day
_BEGUN_BY_OTHER_DAY = (
    Criterion("state", "<>", "0"),
    Criterion("entered", "<=", _OTHER_DAY),
    Criterion("created", "<=", _OTHER_DAY),
)
_ONGOING_ON_OTHER_DAY = (*_BEGUN_BY_OTHER_DAY, Criterion("left", ">", _OTHER_DAY))


def _other_day_formula(aggregate: Aggregate, when: PeriodRule, *criteria: Criterion) -> str:
    return deals_formula_past(aggregate, when, *_ONGOING_ON_OTHER_DAY, *criteria)


def _other_day_known_money(column: str, when: PeriodRule, *criteria: Criterion) -> str:
    counts = (_other_day_formula(count_formula, when, *criteria, *also) for also in ((), (HAS_AMOUNT,)))
    every, valued = counts
    return known_sum_formula(every, valued, _other_day_formula(sum_formula(column), when, *criteria))


def _quotient_formula(part: str, whole: str) -> str:
    return f'IFERROR({part}/({whole}),"")'


_OTHER_DAY_WON, _OTHER_DAY_LOST = (
    _other_day_formula(count_formula, "closed", outcome) for outcome in (OUTCOME_WON, OUTCOME_LOST)
)
_OTHER_DAY_FORMULAS: dict[str, str] = {
    "open_count": _other_day_formula(count_formula, "open", OUTCOME_OPEN),
    "open_value": _other_day_known_money("amount", "open", OUTCOME_OPEN),
    "weighted_value": _other_day_known_money("weighted_value", "open", OUTCOME_OPEN),
    "won_count": _OTHER_DAY_WON,
    "won_value": _other_day_known_money("amount", "closed", OUTCOME_WON),
    "win_rate": _quotient_formula(_OTHER_DAY_WON, f"{_OTHER_DAY_WON}+{_OTHER_DAY_LOST}"),
    "win_rate_of_all": _quotient_formula(
        _OTHER_DAY_WON, _other_day_formula(count_formula, "created", OUTCOME_RECORDED)
    ),
    "cycle_days_won_mean": _quotient_formula(
        _other_day_formula(sum_formula("cycle_days"), "closed", OUTCOME_WON),
        _other_day_formula(count_formula, "closed", OUTCOME_WON, criterion_is_number("cycle_days")),
    ),
}

COMPARED_METRICS: tuple[str, ...] = tuple(_OTHER_DAY_FORMULAS)
"""The metrics that the Funnel compares with the other day."""

_COMPARABLE_METRICS = {metric.id: metric for metric in (*OUTCOME_METRICS, *WEIGHTED_METRICS, *CYCLE_METRICS)}


def _formula_if_other_day(now: str, past: str) -> str:
    # from today on, the numbers of the other day are those of today
    return f'IF({_OTHER_DAY}="","",IF({_OTHER_DAY}>=Today,{now},{past}))'


def _change_formula(now: str, then: str) -> str:
    return f'IF(OR({then}="",{now}=""),"",ROUND({now}-{then},10))'


COMPARISON_CELLS: Mapping[str, str] = MappingProxyType(
    {f"Then_{metric}": _formula_if_other_day(metric, past) for metric, past in _OTHER_DAY_FORMULAS.items()}
    | {f"Change_{metric}": _change_formula(metric, f"Then_{metric}") for metric in _OTHER_DAY_FORMULAS}
)
"""Named cell → its formula template."""


def find_comparison_day(cube: Cube) -> date | None:
    """Return the day to compare with; None if it is blank or after the as-of date."""
    typed = cube.pipeline.named.get("CompareInput")
    return typed if isinstance(typed, date) and typed <= cube.pipeline.as_of else None


@cache_on_argument
def _comparison_cube(cube: Cube) -> Cube | None:
    day = find_comparison_day(cube)
    if day is None:
        return None
    return build_cube(replace(cube.pipeline, query=replace(cube.query, as_of=day)))


def compute_comparison_cells(cube: Cube) -> dict[str, Any]:
    """Return the values of the named cells Then_… and Change_…; "" means unknown."""
    other, cells = _comparison_cube(cube), dict[str, Any]()
    for metric in COMPARED_METRICS:
        compute = _COMPARABLE_METRICS[metric].compute
        now = float(compute(cube)[0])
        then = float("nan") if other is None else float(compute(other)[0])
        change = round(now - then, 10)
        cells[f"Then_{metric}"] = "" if is_missing(then) else then
        cells[f"Change_{metric}"] = "" if is_missing(change) else change
    return cells


@dataclass(frozen=True)
class StageChanges:
    """One row of StageChanges per step; every number is an array over the steps.

    Without another day its numbers and the changes are unknown.
    """

    steps: FunnelSteps

    def on_other_day(self, compute: Callable[[FunnelSteps], MetricArray]) -> MetricArray:
        """Return the result of *compute* for the steps on the other day."""
        other = _comparison_cube(self.steps.cube)
        return np.full(self.steps.size, np.nan) if other is None else compute(build_funnel_steps(other))


_REACHED_BY_OTHER_DAY = _other_day_formula(
    count_formula, "closed", IN_STAGE_PLAYBOOK, Criterion("furthest", ">=", stage_metric_formula("order"))
)
_AT_ROW_STEP = criteria_at_step("{position}")


def _entered_by_other_day() -> str:
    first = (*_BEGUN_BY_OTHER_DAY, Criterion("first", "=", "1"), *_AT_ROW_STEP)
    without_cohort, created, entered = (
        count_formula("History", (*first, *window)) for window in period_criteria("created", "entered")
    )
    return f"IF(HasPeriod=0,{without_cohort},IF(IsCohort=1,{created},{entered}))"


_STAGE_CHANGE_SOURCES = {
    "reached": (deals_reached, f"IF(IsEntered=1,{_entered_by_other_day()},{_REACHED_BY_OTHER_DAY})"),
    "open_count": (stage_open_count, _other_day_formula(count_formula, "open", OUTCOME_OPEN, *_AT_ROW_STEP)),
    "open_value": (stage_open_value, _other_day_known_money("amount", "open", OUTCOME_OPEN, *_AT_ROW_STEP)),
}


def _stage_change_columns(column: str) -> tuple[ColumnMetric[StageChanges], ...]:
    compute, past = _STAGE_CHANGE_SOURCES[column]
    then = _formula_if_other_day(f"{{{column}}}", past)
    count = "open_count" if column == "open_value" else column  # a value may be unknown now and known then
    return (
        ColumnMetric(column, MetricFormula(stage_metric_formula(column)), lambda changes: compute(changes.steps)),
        ColumnMetric(
            f"{column}_then", MetricFormula(f'IF({{{count}}}="","",{then})'), lambda changes: changes.on_other_day(compute)
        ),
        ColumnMetric(
            f"{column}_change",
            MetricFormula(_change_formula(f"{{{column}}}", f"{{{column}_then}}")),
            lambda changes: np.round(compute(changes.steps) - changes.on_other_day(compute), 10),
        ),
    )  # fmt: skip


STAGE_CHANGE_COLUMNS: tuple[ColumnMetric[StageChanges], ...] = tuple(
    change for column in _STAGE_CHANGE_SOURCES for change in _stage_change_columns(column)
)
