"""Print the funnel and the sales plan as aligned tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import click

from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE, terminal_text
from xl_salesflow.cli.screen_output import format_screen_value, print_json, print_screen_table
from xl_salesflow.core.metric_answers import (
    FunnelAnswer,
    FunnelStage,
    MetricChange,
    SalesPlanAnswer,
    SalesPlanGroup,
    StageChange,
)
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


def print_funnel(answer: FunnelAnswer, language: Language, wants_json: bool) -> None:
    """Print the funnel: every metric, then the stages, then the groups."""
    if wants_json:
        print_json(answer)
        return
    days = tuple(day.isoformat() for day in (answer.as_of, answer.compared_to) if day)
    if answer.comparison is not None:
        _print_metric_comparison(answer.comparison, days, language)
    else:
        rows = [
            (METRICS_BY_ID[metric_id].name.in_(language), format_screen_value(value, METRICS_BY_ID[metric_id].unit))
            for metric_id, value in answer.metrics.items()
        ]
        print_screen_table((terminal_text("Metric"), terminal_text("Value")), rows)
    if answer.stage_comparison is not None:
        _print_stage_comparison(answer.stage_comparison, days)
    else:
        _print_funnel_rows(answer.stages, _FUNNEL_STAGE_COLUMNS)
    _print_funnel_rows([{"key": group.key, **group.metrics} for group in answer.by], _FUNNEL_GROUP_COLUMNS)


def _print_funnel_rows(rows: Sequence[FunnelStage], columns: Sequence[str]) -> None:
    if rows:
        click.echo("")
        print_screen_table(
            columns,
            [[format_screen_value(row[column], _funnel_column_unit(column)) for column in columns] for row in rows],
        )


def _print_stage_comparison(stages: Sequence[StageChange], days: Sequence[str]) -> None:
    click.echo("")
    print_screen_table(
        ("stage", *(f"{column} {day}" for column in _COMPARED_STAGE_COLUMNS for day in days)),
        [
            [str(stage["stage"]), *(cell for column in _COMPARED_STAGE_COLUMNS for cell in _both_days(stage, column))]
            for stage in stages
        ],
    )


def _both_days(stage: StageChange, column: str) -> Iterator[str]:
    change, unit = stage[column], _funnel_column_unit(column)
    if isinstance(change, MetricChange):
        yield from (format_screen_value(value, unit) for value in (change.now, change.then))


def _funnel_column_unit(column: str) -> Unit | None:
    if column.endswith("_conversion"):
        return Unit.RATIO
    return METRICS_BY_ID[column].unit if column in METRICS_BY_ID else None


def _print_metric_comparison(changes: Mapping[str, MetricChange], days: Sequence[str], language: Language) -> None:
    rows = [
        (
            METRICS_BY_ID[metric_id].name.in_(language),
            *(
                format_screen_value(value, METRICS_BY_ID[metric_id].unit)
                for value in (change.now, change.then, change.difference)
            ),
        )
        for metric_id, change in changes.items()
    ]
    print_screen_table((terminal_text("Metric"), *days, terminal_text("Difference")), rows)


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


def print_sales_plan(answer: SalesPlanAnswer, language: Language, wants_json: bool) -> None:
    """Print the totals, the stages, then everybody with a target of their own; the headers are those of the sheet."""
    if wants_json:
        print_json(answer)
        return
    rows = [
        (name.in_(language), format_screen_value(getattr(answer.figures, total_id)))
        for total_id, name in _SALES_PLAN_TOTALS.items()
    ]
    print_screen_table((terminal_text("Plan"), terminal_text("Value")), rows)
    _print_sales_plan_stages(answer.figures.stages, language)
    for groups, name in ((answer.owners, Text("Owner")), (answer.channels, Text("Channel"))):
        if groups:
            _print_sales_plan_groups(groups, name)


def _print_sales_plan_stages(rows: Sequence[FunnelStage], language: Language) -> None:
    declared = TABLES["PlanStages"]
    columns = _SALES_PLAN_STAGE_COLUMNS
    ratios = {"step_conversion": Unit.RATIO}
    click.echo("")
    print_screen_table(
        [declared.header(column_id, language) for column_id in columns],
        [[format_screen_value(row[column_id], ratios.get(column_id)) for column_id in columns] for row in rows],
    )


def _print_sales_plan_groups(groups: Sequence[SalesPlanGroup], name: Text) -> None:
    columns = [total_id for total_id in _SALES_PLAN_TOTALS if total_id not in ("by", "activities_per_week")]
    click.echo("")
    print_screen_table(
        [name.in_(TERMINAL_LANGUAGE), *(_SALES_PLAN_TOTALS[total_id].in_(TERMINAL_LANGUAGE) for total_id in columns)],
        [
            [group.key, *(format_screen_value(getattr(group.figures, total_id)) for total_id in columns)]
            for group in groups
        ],
    )
