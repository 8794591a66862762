"""Compute the values of all metric cells, cached for viewers that do not calculate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.bottleneck_line import compute_bottleneck_line
from xl_salesflow.metrics.day_comparison import compute_comparison_cells, find_comparison_day
from xl_salesflow.metrics.deal_cube import Cube, build_cube
from xl_salesflow.metrics.funnel_answers import compute_cube_funnel, metric_table_rows
from xl_salesflow.metrics.funnel_notes import compute_card_feet, compute_never_entered_line
from xl_salesflow.metrics.group_metrics import find_grouping_column
from xl_salesflow.metrics.metric_declaration import SMALL_SAMPLE_MARK
from xl_salesflow.metrics.metric_tables import METRIC_MARK, METRIC_TABLES, METRICS_BY_ID, is_estimated_metric
from xl_salesflow.metrics.plan_line import compute_plan_line
from xl_salesflow.metrics.start_values import compute_start_cells
from xl_salesflow.schema.choice_lists import CHOICES, choice_label
from xl_salesflow.schema.named_values import BOTTLENECK_LINE, NEVER_ENTERED_LINE, PLAN_LINE, QUERY_FILTERS
from xl_salesflow.schema.table_columns import Column
from xl_salesflow.schema.table_registry import TABLES

MetricTableRows = dict[Any, dict[str, Any]]


@dataclass(frozen=True)
class SheetValues:
    """Table → key of the row → column → value, and named cell → value; "" is a formula with a blank result."""

    tables: Mapping[str, MetricTableRows]
    cells: Mapping[str, Any]


def compute_sheet_values(pipeline: Pipeline) -> SheetValues:
    """Return the values of all formulas in the metric tables and the named cells."""
    cube = build_cube(pipeline)
    metrics = compute_metric_cells(cube)
    cells = compute_named_cells(pipeline)
    for metric, row in metrics.items():
        cells[metric] = cells[f"Card_{metric}"] = row["value"]
    cells |= (
        compute_start_cells(pipeline) | compute_comparison_cells(cube) | {"CompareTo": find_comparison_day(cube) or ""}
    )
    cells |= compute_card_feet(cube)
    lines = (
        (BOTTLENECK_LINE, compute_bottleneck_line),
        (NEVER_ENTERED_LINE, compute_never_entered_line),
        (PLAN_LINE, compute_plan_line),
    )
    cells |= {name: compute(cube) for name, compute in lines}
    return SheetValues({"Metrics": metrics, **{name: metric_table_cells(name, cube) for name in METRIC_TABLES}}, cells)


def compute_metric_cells(cube: Cube) -> MetricTableRows:
    """Return metric id → value, sample and mark, as the table Metrics shows them."""
    funnel = compute_cube_funnel(cube)
    rows: MetricTableRows = {}
    for metric in METRICS_BY_ID.values():
        row = {"value": funnel.metrics[metric.id], "sample": funnel.samples[metric.id]}
        is_marked = is_estimated_metric(metric) and METRIC_MARK.is_due(row, _sample_limit(cube))
        rows[metric.id] = {column: _blank_unknown(value) for column, value in row.items()} | _mark_cell(cube, is_marked)
    return rows


def metric_table_cells(name: str, cube: Cube) -> MetricTableRows:
    """Return position → column → value of a metric table; rows beyond the funnel are blank."""
    table, columns = METRIC_TABLES[name], TABLES[name].formulas
    rows = []
    for row in metric_table_rows(name, cube):
        if table.mark:
            row |= _mark_cell(cube, table.mark.is_due(row, _sample_limit(cube)))
        rows.append({column.id: _cell_value(column, row[column.id], cube) for column in columns})
    rows += [dict.fromkeys((column.id for column in columns), "") for _ in table.rows[len(rows) :]]
    return dict(zip(table.rows, rows, strict=True))


def _sample_limit(cube: Cube) -> float:
    return cube.pipeline.settings.number("small_sample")


def _mark_cell(cube: Cube, is_marked: bool) -> dict[str, str]:
    return {"mark": SMALL_SAMPLE_MARK.in_(cube.pipeline.language) if is_marked else ""}


def _cell_value(column: Column, value: Any, cube: Cube) -> Any:
    if column.options and column.options in CHOICES:
        return choice_label(column.options, value, cube.pipeline.language)
    return _blank_unknown(value)


def compute_named_cells(pipeline: Pipeline) -> dict[str, Any]:
    """Return the values of the formulas in the named cells."""
    query, settings = pipeline.query, pipeline.settings
    off = {f"Any{name[4:]}": int(not query.filters.get(column)) for name, column in QUERY_FILTERS.items()}
    return {
        "Today": pipeline.today,
        "BantTotal": sum(settings.number(f"bant_{part}") for part in ("budget", "authority", "need", "timeline")),
        "AsOf": pipeline.as_of,
        "IsToday": int(pipeline.as_of >= pipeline.today),
        "BegunFrom": int(pipeline.as_of < pipeline.today),
        "BegunTo": pipeline.as_of if pipeline.as_of < pipeline.today else date(9999, 12, 31),
        "PeriodFrom": query.start or 0,
        "PeriodTo": query.end or date(9999, 12, 31),
        "HasPeriod": int(query.has_period),
        **off,
        "ViewAll": int(all(off.values())),
        "StagePlaybook": query.filters.get("playbook", "") or pipeline.default_playbook,
        "IsCohort": int(query.reading == "cohort"),
        "IsEntered": int(query.reach == "entered"),
        "GroupNumber": 1 + list(QUERY_FILTERS.values()).index(find_grouping_column(pipeline)),
    }


def _blank_unknown(value: Any) -> Any:
    return "" if value is None else value
