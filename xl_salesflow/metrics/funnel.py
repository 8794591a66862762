"""The answers: every metric of a view, slice by slice, between two views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xl_salesflow.metrics.catalogue import (
    FORECAST_MONTHS,
    GROUPS,
    LEAKS,
    LOSS_REASONS,
    METRICS,
    PLAN_STAGES,
    STAGE_CHANGES,
    STAGE_METRICS,
    TEAM_PLAN,
    TREND,
)
from xl_salesflow.metrics.comparison import StageChanges
from xl_salesflow.metrics.cube import Cube, cube
from xl_salesflow.metrics.declaration import ColumnMetric, Floats
from xl_salesflow.metrics.groups import Grouping
from xl_salesflow.metrics.months import Months
from xl_salesflow.metrics.moves import matrix
from xl_salesflow.metrics.plan import Plan
from xl_salesflow.metrics.reasons import Reasons
from xl_salesflow.metrics.steps import Steps, steps
from xl_salesflow.metrics.team_plan import TeamPlan
from xl_salesflow.metrics.trend import Trend
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language

Value = float | int | None


@dataclass(frozen=True)
class Funnel:
    """Every metric of one view: ratios are fractions, money has two decimals, days are numbers, None is unknown.

    *samples* says how many deals stand behind each metric; *stages* holds one row per step with the ids of StageMetrics.
    """

    as_of: date
    period: tuple[date | None, date | None]
    metrics: Mapping[str, Value]
    samples: Mapping[str, Value]
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


def funnel(pipeline: Pipeline) -> Funnel:
    """Return every metric of the pipeline's view."""
    return funnel_of(cube(pipeline))


def funnel_of(asked: Cube) -> Funnel:
    """Return every metric of the deals of one view."""
    view = asked.view
    return Funnel(
        asked.pipeline.as_of,
        (view.start, view.end),
        {id: _value(metric.compute(asked), 0) for id, metric in METRICS.items()},
        {id: _value(metric.sample(asked), 0) for id, metric in METRICS.items()},
        tuple(stage_rows(steps(asked))),
    )


def by(pipeline: Pipeline, column: str) -> list[dict[str, Any]]:
    """Return every metric for each value of *column*, as ``{"key": …, id: value, …}``; most deals first.

    Raises:
        UsageError: the table that knows the date has no such column of words.
    """
    asked = cube(pipeline, column)
    found = {id: metric.compute(asked) for id, metric in METRICS.items()}
    order = sorted(range(asked.size), key=lambda row: (-found["deal_count"][row], asked.keys[row].casefold()))
    return [
        {"key": _shown(asked, row, pipeline.language), **{id: _value(found[id], row) for id in METRICS}}
        for row in order
    ]


def compare(now: Pipeline, then: Pipeline) -> dict[str, dict[str, Value]]:
    """Return every metric of two views as ``{id: {"now", "then", "difference"}}``, such as this week and last week."""
    first, second = funnel(now).metrics, funnel(then).metrics
    return {id: _beside(first[id], second[id]) for id in METRICS}


def compare_stages(now: Pipeline, then: Pipeline) -> list[dict[str, Any]]:
    """Return every number of every stage of two views as ``{"stage", …, id: {"now", "then", "difference"}}``."""
    said = ("stage", "order", "kind")
    return [
        {
            id: value if id in said else _beside(value, was[id])
            for id, value in row.items()
        }
        for row, was in zip(funnel(now).stages, funnel(then).stages, strict=True)
    ]  # fmt: skip


def move_matrix(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return every move by the as-of date as ``{"playbook", "from", "to", "move", "count", "value"}``, most first."""
    return matrix(cube(pipeline))


def stage_rows(asked: Steps) -> list[dict[str, Any]]:
    """Return one row per step: its name, its position in the playbook and every number of StageMetrics and Leaks."""
    rows = step_rows(asked, {**STAGE_METRICS, **LEAKS})
    return [
        {"stage": stage.name, "order": stage.position, "kind": stage.kind} | row
        for stage, row in zip(asked.stages, rows, strict=True)
    ]


def step_rows(asked: Steps, columns: Mapping[str, ColumnMetric[Steps]]) -> list[dict[str, Any]]:
    """Return one row per step: its name and the numbers of *columns*."""
    found = {id: column.compute(asked) for id, column in columns.items()}
    return [
        {"stage": stage.name} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row, stage in enumerate(asked.stages)
    ]


def change_rows(asked: StageChanges) -> list[dict[str, Any]]:
    """Return one row per step: its name and every number of StageChanges."""
    found = {id: column.compute(asked) for id, column in STAGE_CHANGES.items()}
    return [
        {"stage": stage.name} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row, stage in enumerate(asked.steps.stages)
    ]


def reason_rows(asked: Reasons) -> list[dict[str, Any]]:
    """Return one row per reason of the sheet Lists, the first for none given."""
    found = {id: column.compute(asked) for id, column in LOSS_REASONS.items()}
    return [
        {"reason": asked.label(row)} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row in range(len(asked.names))
    ]


def trend(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return one row for each of the twelve months up to the as-of date, as the table Trend shows them."""
    return trend_rows(Trend(cube(pipeline)))


def trend_rows(asked: Trend) -> list[dict[str, Any]]:
    """Return one row per month up to the as-of date's: its first day and every number of Trend."""
    found = {id: column.compute(asked) for id, column in TREND.items()}
    return [
        {"month": _date(first)} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row, first in enumerate(asked.firsts[:-1])
    ]


def group_rows(asked: Grouping) -> list[dict[str, Any]]:
    """Return one row per group of the sheet Trends: its name and every number of Groups."""
    found = {id: column.compute(asked) for id, column in GROUPS.items()}
    return [
        {"name": name} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row, name in enumerate(asked.labels)
    ]


def month_rows(asked: Months) -> list[dict[str, Any]]:
    """Return one row per month: its first day and every number of ForecastMonths."""
    found = {id: column.compute(asked) for id, column in FORECAST_MONTHS.items()}
    return [
        {"month": _date(first)} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row, first in enumerate(asked.firsts[:-1])
    ]


def plan_rows(asked: Plan) -> list[dict[str, Any]]:
    """Return one row per step: its name and every number of PlanStages, dates as dates."""
    found = {id: column.compute(asked) for id, column in PLAN_STAGES.items()}
    rows = [
        {"stage": stage.name} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row, stage in enumerate(asked.steps.stages)
    ]
    return [row | {"by_when": _date(found["by_when"][place])} for place, row in enumerate(rows)]


def team_rows(asked: TeamPlan) -> list[dict[str, Any]]:
    """Return one row per owner and channel of the lists: its name and every number of TeamPlan."""
    found = {id: column.compute(asked) for id, column in TEAM_PLAN.items()}
    return [
        {"part": part, "name": name} | {id: _value(numbers, row) for id, numbers in found.items()}
        for row, (part, name) in enumerate(asked.labels)
    ]


def _shown(asked: Cube, row: int, language: Language) -> str:
    column = TABLES["Deals"].by_id[asked.column]
    names = {**CHOICES, **LISTS}.get(column.options or "", {})
    text = names.get(asked.keys[row])
    return text.in_(language) if text else asked.keys[row]


def _value(found: Floats, row: int) -> Value:
    value = float(found[row])
    if value != value:
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _date(days: float) -> date:
    return date(1970, 1, 1) + timedelta(days=float(days))


def _beside(first: Value, second: Value) -> dict[str, Value]:
    return {"now": first, "then": second, "difference": _difference(first, second)}


def _difference(first: Value, second: Value) -> Value:
    return None if first is None or second is None else round(first - second, 10)
