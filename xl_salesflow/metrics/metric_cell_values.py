"""Compute what every metric cell shows: cached values for viewers that do not calculate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.day_comparison import StageChanges, compute_comparison_cells, find_comparison_day
from xl_salesflow.metrics.deal_cube import Cube, build_cube
from xl_salesflow.metrics.funnel_answers import (
    compute_cube_funnel,
    forecast_month_rows,
    group_metric_rows,
    loss_reason_rows,
    plan_stage_rows,
    stage_change_rows,
    stage_metric_rows,
    step_metric_rows,
    team_plan_rows,
    trend_month_rows,
)
from xl_salesflow.metrics.funnel_steps import build_funnel_steps
from xl_salesflow.metrics.group_metrics import Grouping, compare_segment_rows, find_grouping_column
from xl_salesflow.metrics.history_workings import STEP_ROWS
from xl_salesflow.metrics.loss_metrics import LossReasons
from xl_salesflow.metrics.metric_tables import (
    LEAKS_BY_ID,
    METRICS_BY_ID,
    MOVE_VALUES_BY_ID,
    MOVES_BY_ID,
    SMALL_SAMPLE_MARK,
)
from xl_salesflow.metrics.month_metrics import ForecastMonths, TrendMonths
from xl_salesflow.metrics.plan_metrics import SalesPlan
from xl_salesflow.metrics.team_plan_metrics import TeamPlan
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import QUERY_FILTERS
from xl_salesflow.schema.table_registry import TABLES

MetricTableRows = dict[Any, dict[str, Any]]


@dataclass(frozen=True)
class SheetValues:
    """Table → key of the row → column → value, and named cell → value; "" is a formula that shows nothing."""

    tables: Mapping[str, MetricTableRows]
    cells: Mapping[str, Any]


def compute_sheet_values(pipeline: Pipeline) -> SheetValues:
    """Return what the formulas of the metric tables and the named cells come to."""
    asked = build_cube(pipeline)
    metrics = metric_table_cells(asked)
    cells = compute_named_cells(pipeline)
    for id, row in metrics.items():
        cells[id] = cells[f"Card_{id}"] = row["value"]
    cells |= compute_comparison_cells(asked) | {"CompareTo": find_comparison_day(asked) or ""}
    grouping = Grouping(asked)
    tables = {
        "Metrics": metrics,
        "StageMetrics": stage_metric_cells(asked),
        "StageChanges": _pad_step_rows("StageChanges", stage_change_rows(StageChanges(build_funnel_steps(asked)))),
        "Trend": _mark_small_samples("Trend", trend_month_rows(TrendMonths(asked)), asked),
        "Groups": _mark_small_samples("Groups", group_metric_rows(grouping), asked),
        "Segments": dict(enumerate(_metric_table_values("Segments", compare_segment_rows(grouping)), 1)),
        "ForecastMonths": forecast_month_cells(asked),
        "PlanStages": plan_stage_cells(asked),
        "TeamPlan": team_plan_cells(asked),
        "Leaks": _pad_step_rows("Leaks", step_metric_rows(build_funnel_steps(asked), LEAKS_BY_ID)),
        "LossReasons": dict(enumerate(_metric_table_values("LossReasons", loss_reason_rows(LossReasons(asked))))),
        "Moves": _pad_step_rows("Moves", step_metric_rows(build_funnel_steps(asked), MOVES_BY_ID)),
        "MoveValues": _pad_step_rows("MoveValues", step_metric_rows(build_funnel_steps(asked), MOVE_VALUES_BY_ID)),
    }
    return SheetValues(tables, cells)


def metric_table_cells(asked: Cube) -> MetricTableRows:
    """Return metric id → value, sample and mark."""
    pipeline, found = asked.pipeline, compute_cube_funnel(asked)
    small = pipeline.settings.number("small_sample")
    rows: MetricTableRows = {}
    for id, metric in METRICS_BY_ID.items():
        sample = found.samples[id]
        marked = not metric.is_count and sample is not None and sample < small
        rows[id] = {
            "value": _blank_unknown(found.metrics[id]),
            "sample": _blank_unknown(sample),
            "mark": SMALL_SAMPLE_MARK.in_(pipeline.language) if marked else "",
        }
    return rows


def stage_metric_cells(asked: Cube) -> MetricTableRows:
    """Return row number from 1 → column → value of StageMetrics; rows beyond the funnel show nothing."""
    found = stage_metric_rows(build_funnel_steps(asked))
    for row in found:
        row["kind"] = choice_label("kind", row["kind"], asked.pipeline.language)
    return _pad_step_rows("StageMetrics", found)


def _mark_small_samples(table: str, found: list[dict[str, Any]], asked: Cube) -> MetricTableRows:
    """Return row number from 1 → column → value, with a mark beside a win rate over few deals."""
    small, mark = asked.pipeline.settings.number("small_sample"), SMALL_SAMPLE_MARK.in_(asked.pipeline.language)
    for row in found:
        few = row["win_rate"] is not None and row["won_count"] + row["lost_count"] < small
        row["mark"] = mark if few else ""
    return dict(enumerate(_metric_table_values(table, found), 1))


def forecast_month_cells(asked: Cube) -> MetricTableRows:
    """Return row number from 0 → column → value of ForecastMonths."""
    return dict(enumerate(_metric_table_values("ForecastMonths", forecast_month_rows(ForecastMonths(asked)))))


def plan_stage_cells(asked: Cube) -> MetricTableRows:
    """Return row number from 1 → column → value of PlanStages; rows beyond the funnel show nothing."""
    return _pad_step_rows("PlanStages", plan_stage_rows(SalesPlan(build_funnel_steps(asked))))


def team_plan_cells(asked: Cube) -> MetricTableRows:
    """Return row number from 1 → column → value of TeamPlan, with a mark beside a plan that few won deals stand behind."""
    small, mark = asked.pipeline.settings.number("small_sample"), SMALL_SAMPLE_MARK.in_(asked.pipeline.language)
    rows = team_plan_rows(TeamPlan(asked))
    for row in rows:
        row["mark"] = mark if row["won_count"] is not None and row["won_count"] < small else ""
    return dict(enumerate(_metric_table_values("TeamPlan", rows), 1))


def _pad_step_rows(table: str, found: list[dict[str, Any]]) -> MetricTableRows:
    rows = _metric_table_values(table, found)
    blank = [{column.id: "" for column in TABLES[table].formulas} for _ in range(STEP_ROWS - len(rows))]
    return dict(enumerate(rows + blank, 1))


def _metric_table_values(table: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{column.id: _blank_unknown(row[column.id]) for column in TABLES[table].formulas} for row in found]


def compute_named_cells(pipeline: Pipeline) -> dict[str, Any]:
    """Return what the formulas of the named cells come to."""
    view, settings = pipeline.view, pipeline.settings
    off = {f"Any{name[4:]}": int(not view.filters.get(column)) for name, column in QUERY_FILTERS.items()}
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
        "GroupNumber": 1 + list(QUERY_FILTERS.values()).index(find_grouping_column(pipeline)),
    }


def _blank_unknown(value: Any) -> Any:
    return "" if value is None else value
