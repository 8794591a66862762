"""What every metric cell of the workbook shows: cached values for viewers that do not calculate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from xl_salesflow.metrics.catalogue import LEAKS, METRICS, MOVE_VALUES, MOVES
from xl_salesflow.metrics.comparison import StageChanges, compared_cells, other_day
from xl_salesflow.metrics.cube import Cube, cube
from xl_salesflow.metrics.formulas import SMALL_SAMPLE
from xl_salesflow.metrics.funnel import (
    change_rows,
    funnel_of,
    group_rows,
    month_rows,
    plan_rows,
    reason_rows,
    stage_rows,
    step_rows,
    team_rows,
    trend_rows,
)
from xl_salesflow.metrics.groups import Grouping, grouped_by
from xl_salesflow.metrics.months import months
from xl_salesflow.metrics.plan import plan
from xl_salesflow.metrics.reasons import Reasons
from xl_salesflow.metrics.steps import steps
from xl_salesflow.metrics.team_plan import TeamPlan
from xl_salesflow.metrics.trend import Trend
from xl_salesflow.metrics.versus import segment_rows
from xl_salesflow.metrics.workings import ROWS
from xl_salesflow.model.choices import label
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.view import FILTERS

Rows = dict[Any, dict[str, Any]]


@dataclass(frozen=True)
class SheetValues:
    """Table → key of the row → column → value, and named cell → value; "" is a formula that shows nothing."""

    tables: Mapping[str, Rows]
    cells: Mapping[str, Any]


def sheet_values(pipeline: Pipeline) -> SheetValues:
    """Return what the formulas of the metric tables and the named cells come to."""
    asked = cube(pipeline)
    metrics = metric_rows(asked)
    cells = named_cells(pipeline)
    for id, row in metrics.items():
        cells[id] = cells[f"Card_{id}"] = row["value"]
    cells |= compared_cells(asked) | {"CompareTo": other_day(asked) or ""}
    grouping = Grouping(asked)
    tables = {
        "Metrics": metrics,
        "StageMetrics": stage_cells(asked),
        "StageChanges": _padded("StageChanges", change_rows(StageChanges(steps(asked)))),
        "Trend": _marked("Trend", trend_rows(Trend(asked)), asked),
        "Groups": _marked("Groups", group_rows(grouping), asked),
        "Segments": dict(enumerate(_table("Segments", segment_rows(grouping)), 1)),
        "ForecastMonths": month_cells(asked),
        "PlanStages": plan_cells(asked),
        "TeamPlan": team_cells(asked),
        "Leaks": _padded("Leaks", step_rows(steps(asked), LEAKS)),
        "LossReasons": dict(enumerate(_table("LossReasons", reason_rows(Reasons(asked))))),
        "Moves": _padded("Moves", step_rows(steps(asked), MOVES)),
        "MoveValues": _padded("MoveValues", step_rows(steps(asked), MOVE_VALUES)),
    }
    return SheetValues(tables, cells)


def metric_rows(asked: Cube) -> Rows:
    """Return metric id → value, sample and mark."""
    pipeline, found = asked.pipeline, funnel_of(asked)
    small = pipeline.settings.number("small_sample")
    rows: Rows = {}
    for id, metric in METRICS.items():
        sample = found.samples[id]
        marked = not metric.is_count and sample is not None and sample < small
        rows[id] = {
            "value": _cell(found.metrics[id]),
            "sample": _cell(sample),
            "mark": SMALL_SAMPLE.in_(pipeline.language) if marked else "",
        }
    return rows


def stage_cells(asked: Cube) -> Rows:
    """Return row number from 1 → column → value of StageMetrics; rows beyond the funnel show nothing."""
    found = stage_rows(steps(asked))
    for row in found:
        row["kind"] = label("kind", row["kind"], asked.pipeline.language)
    return _padded("StageMetrics", found)


def _marked(table: str, found: list[dict[str, Any]], asked: Cube) -> Rows:
    """Return row number from 1 → column → value, with a mark beside a win rate over few deals."""
    small, mark = asked.pipeline.settings.number("small_sample"), SMALL_SAMPLE.in_(asked.pipeline.language)
    for row in found:
        few = row["win_rate"] is not None and row["won_count"] + row["lost_count"] < small
        row["mark"] = mark if few else ""
    return dict(enumerate(_table(table, found), 1))


def month_cells(asked: Cube) -> Rows:
    """Return row number from 0 → column → value of ForecastMonths."""
    return dict(enumerate(_table("ForecastMonths", month_rows(months(asked)))))


def plan_cells(asked: Cube) -> Rows:
    """Return row number from 1 → column → value of PlanStages; rows beyond the funnel show nothing."""
    return _padded("PlanStages", plan_rows(plan(steps(asked))))


def team_cells(asked: Cube) -> Rows:
    """Return row number from 1 → column → value of TeamPlan, with a mark beside a plan that few won deals stand behind."""
    small, mark = asked.pipeline.settings.number("small_sample"), SMALL_SAMPLE.in_(asked.pipeline.language)
    rows = team_rows(TeamPlan(asked))
    for row in rows:
        row["mark"] = mark if row["won_count"] is not None and row["won_count"] < small else ""
    return dict(enumerate(_table("TeamPlan", rows), 1))


def _padded(table: str, found: list[dict[str, Any]]) -> Rows:
    rows = _table(table, found)
    blank = [{column.id: "" for column in TABLES[table].formulas} for _ in range(ROWS - len(rows))]
    return dict(enumerate(rows + blank, 1))


def _table(table: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{column.id: _cell(row[column.id]) for column in TABLES[table].formulas} for row in found]


def named_cells(pipeline: Pipeline) -> dict[str, Any]:
    """Return what the formulas of the named cells come to."""
    view, settings = pipeline.view, pipeline.settings
    off = {f"Any{name[4:]}": int(not view.filters.get(column)) for name, column in FILTERS.items()}
    return {
        "Today": pipeline.today,
        "BantTotal": sum(settings.number(f"bant_{part}") for part in ("budget", "authority", "need", "timeline")),
        "AsOf": pipeline.as_of,
        "IsToday": int(pipeline.as_of >= pipeline.today),
        "BegunFrom": int(pipeline.as_of < pipeline.today),
        "BegunTo": pipeline.as_of if pipeline.as_of < pipeline.today else date(9999, 12, 31),
        "PeriodFrom": view.start or 0,
        "PeriodTo": view.end or date(9999, 12, 31),
        "HasPeriod": int(view.has_period),
        **off,
        "ViewAll": int(all(off.values())),
        "StagePlaybook": view.filters.get("playbook", "") or pipeline.default_playbook,
        "IsCohort": int(view.reading == "cohort"),
        "IsEntered": int(view.reach == "entered"),
        "GroupNumber": 1 + list(FILTERS.values()).index(grouped_by(pipeline)),
    }


def _cell(value: Any) -> Any:
    return "" if value is None else value
