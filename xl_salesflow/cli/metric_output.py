"""Print the funnel and the sales plan as aligned tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE, terminal_text
from xl_salesflow.cli.screen_output import format_screen_value, print_json, print_screen_table
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.metrics.metric_declaration import Unit
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.schema.table_registry import TABLES

_FUNNEL_STAGE_COLUMNS = (
    "stage", "reached", "step_conversion", "cumulative_conversion", "open_count", "open_value", "weighted_value",
    "median_days", "p90_days", "day_limit", "over_limit",
)  # fmt: skip
_FUNNEL_GROUP_COLUMNS = (
    "key", "deal_count", "open_count", "open_value", "weighted_value", "won_count", "lost_count", "won_value", "win_rate",
)  # fmt: skip
_COMPARED_STAGE_COLUMNS = ("reached", "open_count", "open_value", "median_days")


def print_funnel(plan: ChangeSet, pipeline: Pipeline, wants_json: bool) -> None:
    """Print the funnel: every metric, then the stages, then the groups."""
    if wants_json:
        print_json(plan.answer)
        return
    language = pipeline.language
    if "comparison" in plan.answer:
        _print_metric_comparison(plan.answer, language)
    else:
        rows = [
            (METRICS_BY_ID[metric_id].name.in_(language), format_screen_value(value, METRICS_BY_ID[metric_id].unit))
            for metric_id, value in plan.answer["metrics"].items()
        ]
        print_screen_table((terminal_text("Metric"), terminal_text("Value")), rows)
    for part, columns in (("stages", _FUNNEL_STAGE_COLUMNS), ("by", _FUNNEL_GROUP_COLUMNS)):
        if part == "stages" and "stage_comparison" in plan.answer:
            _print_stage_comparison(plan.answer)
        elif plan.answer[part]:
            click.echo("")
            print_screen_table(
                columns,
                [
                    [format_screen_value(row[column], _funnel_column_unit(column)) for column in columns]
                    for row in plan.answer[part]
                ],
            )


def _print_stage_comparison(answer: Mapping[str, Any]) -> None:
    click.echo("")
    heads = [
        f"{column} {day}" for column in _COMPARED_STAGE_COLUMNS for day in (answer["as_of"], answer["compared_to"])
    ]
    rows = [
        [
            row["stage"],
            *(
                format_screen_value(row[c][when], _funnel_column_unit(c))
                for c in _COMPARED_STAGE_COLUMNS
                for when in ("now", "then")
            ),
        ]
        for row in answer["stage_comparison"]
    ]
    print_screen_table(("stage", *heads), rows)


def _funnel_column_unit(column: str) -> Unit | None:
    if column.endswith("_conversion"):
        return Unit.RATIO
    return METRICS_BY_ID[column].unit if column in METRICS_BY_ID else None


def _print_metric_comparison(answer: Mapping[str, Any], language: Language) -> None:
    rows = [
        (
            METRICS_BY_ID[metric_id].name.in_(language),
            *(format_screen_value(value, METRICS_BY_ID[metric_id].unit) for value in found.values()),
        )
        for metric_id, found in answer["comparison"].items()
    ]
    print_screen_table(
        (terminal_text("Metric"), answer["as_of"], answer["compared_to"], terminal_text("Difference")),
        rows,
    )


_SALES_PLAN_TOTALS = {
    "target": METRICS_BY_ID["target"].name,
    "won_to_date": METRICS_BY_ID["won_to_date"].name,
    "gap": METRICS_BY_ID["target_gap"].name,
    "value_to_win": METRICS_BY_ID["plan_value"].name,
    "by": Text("By"),
    "won_needed": METRICS_BY_ID["won_needed"].name,
    "leads_needed": Text("Leads needed"),
    "activities_per_week": Text("Activities per week"),
}
_SALES_PLAN_STAGE_COLUMNS = ("stage", "step_conversion", "deals_needed", "deals_now", "gap", "median_days", "by_when")
_SALES_PLAN_GROUPS = {"owners": Text("Owner"), "channels": Text("Channel")}


def print_sales_plan(plan: ChangeSet, language: Language, wants_json: bool) -> None:
    """Print the totals, the stages, then everybody with a target of their own; the headers are those of the sheet."""
    if wants_json:
        print_json(plan.answer)
        return
    rows = [
        (name.in_(language), format_screen_value(plan.answer[total_id]))
        for total_id, name in _SALES_PLAN_TOTALS.items()
    ]
    print_screen_table((terminal_text("Plan"), terminal_text("Value")), rows)
    _print_sales_plan_stages(plan.answer["stages"], language)
    for part, name in _SALES_PLAN_GROUPS.items():
        if plan.answer[part]:
            _print_sales_plan_parts(plan.answer[part], name)


def _print_sales_plan_stages(rows: Sequence[Mapping[str, Any]], language: Language) -> None:
    declared = TABLES["PlanStages"]
    columns = _SALES_PLAN_STAGE_COLUMNS
    ratios = {"step_conversion": Unit.RATIO}
    click.echo("")
    print_screen_table(
        [declared.header(column_id, language) for column_id in columns],
        [[format_screen_value(row[column_id], ratios.get(column_id)) for column_id in columns] for row in rows],
    )


def _print_sales_plan_parts(rows: Sequence[Mapping[str, Any]], name: Text) -> None:
    columns = [total_id for total_id in _SALES_PLAN_TOTALS if total_id not in ("by", "activities_per_week")]
    click.echo("")
    print_screen_table(
        [name.in_(TERMINAL_LANGUAGE), *(_SALES_PLAN_TOTALS[total_id].in_(TERMINAL_LANGUAGE) for total_id in columns)],
        [[row["key"], *(format_screen_value(row[total_id]) for total_id in columns)] for row in rows],
    )
