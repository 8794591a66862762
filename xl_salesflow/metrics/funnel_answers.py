"""Compute every metric of a query, by group, by month, or compared between two queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.day_comparison import StageChanges
from xl_salesflow.metrics.deal_cube import Cube, build_cube
from xl_salesflow.metrics.funnel_steps import FunnelSteps, build_funnel_steps
from xl_salesflow.metrics.group_metrics import Grouping, RateComparison, compare_win_rates
from xl_salesflow.metrics.loss_metrics import LossReasons
from xl_salesflow.metrics.metric_declaration import ColumnMetric, MetricArray
from xl_salesflow.metrics.metric_tables import (
    FORECAST_MONTHS_BY_ID,
    GROUPS_BY_ID,
    LEAKS_BY_ID,
    LOSS_REASONS_BY_ID,
    METRICS_BY_ID,
    PLAN_STAGES_BY_ID,
    STAGE_CHANGES_BY_ID,
    STAGE_METRICS_BY_ID,
    TEAM_PLAN_BY_ID,
    TREND_BY_ID,
)
from xl_salesflow.metrics.month_metrics import ForecastMonths, TrendMonths
from xl_salesflow.metrics.plan_metrics import SalesPlan
from xl_salesflow.metrics.stage_move_metrics import cube_move_matrix
from xl_salesflow.metrics.team_plan_metrics import TeamPlan
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.table_registry import TABLES


def compare_segments(pipeline: Pipeline, column: str, first: str, second: str) -> RateComparison:
    """Compare the win rates of the closed deals of two values of *column*, as the pipeline's view asks.

    Raises:
        UsageError: no deal has one of the values.
    """
    rows = {str(row["key"]).casefold(): row for row in compute_metrics_by(pipeline, column)}
    sides = [_find_segment(rows, column, name, _segment_label(pipeline, column, name)) for name in (first, second)]
    won, closed = zip(*((side["won_count"], side["won_count"] + side["lost_count"]) for side in sides), strict=True)
    return compare_win_rates((won[0], won[1]), (closed[0], closed[1]), pipeline.settings.number("small_sample"))


def _segment_label(pipeline: Pipeline, column: str, name: str) -> str:
    labels = LISTS.get(TABLES["Deals"][column].options or "", {})
    id = identify_choice(labels, name)
    return labels[id].in_(pipeline.language) if id else name


def _find_segment(rows: dict[str, dict[str, Any]], column: str, typed: str, name: str) -> dict[str, Any]:
    if name.casefold() not in rows:
        there = [str(row["key"]) for row in rows.values() if row["key"]]
        if not there:
            header = TABLES["Deals"][column].header
            raise UsageError(
                f"No deal in view has a value of “{header.en}”; fill it in, or compare by another column.",
                f"筛选范围内的商机均未填写“{header.zh}”；请先填写，或改按其他列比较。",
            )
        raise UsageError(
            f"No deal in view has “{typed}”; there are {', '.join(there)}.",
            f"没有商机属于“{typed}”；现有：{'、'.join(there)}。",
        )
    return rows[name.casefold()]


MetricValue = float | int | None


@dataclass(frozen=True)
class Funnel:
    """Every metric of one view: ratios are fractions, money has two decimals, days are numbers, None is unknown.

    *samples* says how many deals stand behind each metric; *stages* holds one row per step with the ids of StageMetrics.
    """

    as_of: date
    period: tuple[date | None, date | None]
    metrics: Mapping[str, MetricValue]
    samples: Mapping[str, MetricValue]
    stages: tuple[Mapping[str, Any], ...]

    def to_json(self, by: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        """Return what ``funnel --json`` prints."""
        start, end = (day.isoformat() if day else None for day in self.period)
        return {
            "as_of": self.as_of.isoformat(),
            "period": {"from": start, "to": end},
            "metrics": dict(self.metrics),
            "samples": dict(self.samples),
            "stages": [dict(stage) for stage in self.stages],
            "by": by or [],
        }


def compute_funnel(pipeline: Pipeline) -> Funnel:
    """Return every metric of the pipeline's view."""
    return compute_cube_funnel(build_cube(pipeline))


def compute_cube_funnel(asked: Cube) -> Funnel:
    """Return every metric of the deals of one view."""
    view = asked.view
    return Funnel(
        asked.pipeline.as_of,
        (view.start, view.end),
        {id: _metric_value(metric.compute(asked), 0) for id, metric in METRICS_BY_ID.items()},
        {id: _metric_value(metric.sample(asked), 0) for id, metric in METRICS_BY_ID.items()},
        tuple(stage_metric_rows(build_funnel_steps(asked))),
    )


def compute_metrics_by(pipeline: Pipeline, column: str) -> list[dict[str, Any]]:
    """Return every metric for each value of *column*, as ``{"key": …, id: value, …}``; most deals first.

    Raises:
        UsageError: the table that knows the date has no such column of words.
    """
    asked = build_cube(pipeline, column)
    found = {id: metric.compute(asked) for id, metric in METRICS_BY_ID.items()}
    order = sorted(range(asked.size), key=lambda row: (-found["deal_count"][row], asked.keys[row].casefold()))
    return [
        {
            "key": _group_label(asked, row, pipeline.language),
            **{id: _metric_value(found[id], row) for id in METRICS_BY_ID},
        }
        for row in order
    ]


def compare_metrics(now: Pipeline, then: Pipeline) -> dict[str, dict[str, MetricValue]]:
    """Return every metric of two views as ``{id: {"now", "then", "difference"}}``, such as this week and last week."""
    first, second = compute_funnel(now).metrics, compute_funnel(then).metrics
    return {id: _compare_values(first[id], second[id]) for id in METRICS_BY_ID}


def compare_stage_metrics(now: Pipeline, then: Pipeline) -> list[dict[str, Any]]:
    """Return every number of every stage of two views as ``{"stage", …, id: {"now", "then", "difference"}}``."""
    said = ("stage", "order", "kind")
    return [
        {
            id: value if id in said else _compare_values(value, was[id])
            for id, value in row.items()
        }
        for row, was in zip(compute_funnel(now).stages, compute_funnel(then).stages, strict=True)
    ]  # fmt: skip


def compute_move_matrix(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return every move by the as-of date as ``{"playbook", "from", "to", "move", "count", "value"}``, most first."""
    return cube_move_matrix(build_cube(pipeline))


def stage_metric_rows(asked: FunnelSteps) -> list[dict[str, Any]]:
    """Return one row per step: its name, its position in the playbook and every number of StageMetrics and Leaks."""
    rows = step_metric_rows(asked, {**STAGE_METRICS_BY_ID, **LEAKS_BY_ID})
    return [
        {"stage": stage.name, "order": stage.position, "kind": stage.kind} | row
        for stage, row in zip(asked.stages, rows, strict=True)
    ]


def step_metric_rows(asked: FunnelSteps, columns: Mapping[str, ColumnMetric[FunnelSteps]]) -> list[dict[str, Any]]:
    """Return one row per step: its name and the numbers of *columns*."""
    found = {id: column.compute(asked) for id, column in columns.items()}
    return [
        {"stage": stage.name} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row, stage in enumerate(asked.stages)
    ]


def stage_change_rows(asked: StageChanges) -> list[dict[str, Any]]:
    """Return one row per step: its name and every number of StageChanges."""
    found = {id: column.compute(asked) for id, column in STAGE_CHANGES_BY_ID.items()}
    return [
        {"stage": stage.name} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row, stage in enumerate(asked.steps.stages)
    ]


def loss_reason_rows(asked: LossReasons) -> list[dict[str, Any]]:
    """Return one row per reason of the sheet Lists, the first for none given."""
    found = {id: column.compute(asked) for id, column in LOSS_REASONS_BY_ID.items()}
    return [
        {"reason": asked.label(row)} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row in range(len(asked.names))
    ]


def compute_trend(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return one row for each of the twelve months up to the as-of date, as the table Trend shows them."""
    return trend_month_rows(TrendMonths(build_cube(pipeline)))


def trend_month_rows(asked: TrendMonths) -> list[dict[str, Any]]:
    """Return one row per month up to the as-of date's: its first day and every number of Trend."""
    found = {id: column.compute(asked) for id, column in TREND_BY_ID.items()}
    return [
        {"month": _date_of_days(first)} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row, first in enumerate(asked.firsts[:-1])
    ]


def group_metric_rows(asked: Grouping) -> list[dict[str, Any]]:
    """Return one row per group of the sheet Trends: its name and every number of Groups."""
    found = {id: column.compute(asked) for id, column in GROUPS_BY_ID.items()}
    return [
        {"name": name} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row, name in enumerate(asked.labels)
    ]


def forecast_month_rows(asked: ForecastMonths) -> list[dict[str, Any]]:
    """Return one row per month: its first day and every number of ForecastMonths."""
    found = {id: column.compute(asked) for id, column in FORECAST_MONTHS_BY_ID.items()}
    return [
        {"month": _date_of_days(first)} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row, first in enumerate(asked.firsts[:-1])
    ]


def plan_stage_rows(asked: SalesPlan) -> list[dict[str, Any]]:
    """Return one row per step: its name and every number of PlanStages, dates as dates."""
    found = {id: column.compute(asked) for id, column in PLAN_STAGES_BY_ID.items()}
    rows = [
        {"stage": stage.name} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row, stage in enumerate(asked.steps.stages)
    ]
    return [row | {"by_when": _date_of_days(found["by_when"][place])} for place, row in enumerate(rows)]


def team_plan_rows(asked: TeamPlan) -> list[dict[str, Any]]:
    """Return one row per owner and channel of the lists: its name and every number of TeamPlan."""
    found = {id: column.compute(asked) for id, column in TEAM_PLAN_BY_ID.items()}
    return [
        {"part": part, "name": name} | {id: _metric_value(numbers, row) for id, numbers in found.items()}
        for row, (part, name) in enumerate(asked.labels)
    ]


def _group_label(asked: Cube, row: int, language: Language) -> str:
    column = TABLES["Deals"].by_id[asked.column]
    names = {**CHOICES, **LISTS}.get(column.options or "", {})
    text = names.get(asked.keys[row])
    return text.in_(language) if text else asked.keys[row]


def _metric_value(found: MetricArray, row: int) -> MetricValue:
    value = float(found[row])
    if value != value:
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _date_of_days(days: float) -> date:
    return date(1970, 1, 1) + timedelta(days=float(days))


def _compare_values(first: MetricValue, second: MetricValue) -> dict[str, MetricValue]:
    return {"now": first, "then": second, "difference": _subtract_known(first, second)}


def _subtract_known(first: MetricValue, second: MetricValue) -> MetricValue:
    return None if first is None or second is None else round(first - second, 10)
