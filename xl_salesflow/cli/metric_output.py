"""Print the funnel and the sales plan: what is won and needed first, then the stages, then the groups.

The words are those of the workbook's language, as on its sheets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import click

from xl_salesflow.cli.screen_layout import (
    draw_bar,
    format_round_value,
    format_screen_value,
    print_screen_table,
    print_wrapped_line,
    style_text,
)
from xl_salesflow.cli.screen_output import print_json
from xl_salesflow.core.metric_answers import (
    FunnelAnswer,
    FunnelStage,
    MetricChange,
    MetricGroup,
    SalesPlanAnswer,
    SalesPlanGroup,
    StageChange,
    describe_never_entered,
)
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import COMMA_SEPARATOR, LABEL_AND_VALUE, Language, Text
from xl_salesflow.metrics.metric_declaration import Unit
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_registry import TABLES

_FUNNEL_STAGE_HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "stage": Text("Stage"),
        "reached": Text("Reached"),
        "step_conversion": Text("To next"),
        "open_count": Text("Open"),
        "open_value": Text("Value", context="money"),
        "median_days": Text("Median days"),
        "day_limit": Text("Limit"),
        "over_limit": Text("Over limit"),
    }
)
_FUNNEL_GROUP_HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "key": Text("Name"),
        "open_count": Text("Open"),
        "open_value": Text("Value", context="money"),
        "won_count": Text("Won"),
        "lost_count": Text("Lost"),
        "won_value": Text("Won value"),
        "win_rate": Text("Win rate"),
    }
)
_OWNER_ACTIVITY_HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "key": Text("Name"),
        "activities": Text("In 7 days"),
        "calls": Text("Calls"),
        "visits": Text("Visits"),
        "demos": Text("Demos"),
        "first_meetings": Text("First meetings"),
        "satisfied": Text("Satisfaction"),
    }
)
_WITHOUT_VALUE = Text("(none)")
_COMPARED_STAGE_COLUMNS = ("reached", "open_value")
_FUNNEL_SUBJECT = Text("{book} · as of {day} · {filters} · {currency}")
_NOTHING_FILTERED = Text("all deals")
_WON_TOWARDS_TARGET: tuple[tuple[str, ...], Text] = (
    ("won_to_date", "target", "attainment"),
    Text("Won {won_to_date} of the target {target}  {bar} {attainment}"),
)
_WON_WITHOUT_TARGET: tuple[tuple[str, ...], Text] = (
    ("won_count", "won_value"),
    Text("Won {won_count} {won_count:deal|deals}, {won_value}"),
)
_WON_WITHOUT_AMOUNTS: tuple[tuple[str, ...], Text] = (
    ("won_count",),
    Text("Won {won_count} {won_count:deal, without an amount|deals, none with an amount}"),
)
_OPEN_WITH_AMOUNTS = (
    ("open_count", "open_value", "weighted_value"),
    Text("Open {open_count} {open_count:deal|deals}, {open_value}; weighted {weighted_value}"),
)
_OPEN_WITHOUT_AMOUNTS = (
    ("open_count",),
    Text("Open {open_count} {open_count:deal, without an amount|deals, none with an amount}"),
)
_WIN_RATE_AND_CYCLE = (
    ("win_rate", "cycle_days_won_median"),
    Text("Win rate {win_rate} of {closed} closed deals; median cycle {cycle_days_won_median} days"),
)

_UNVALUED_LABEL = Text("Without an amount")
_UNVALUED: Mapping[str, Text] = MappingProxyType(
    {
        "unvalued_open_count": Text("{count} open"),
        "unvalued_won_count": Text("{count} won"),
        "unvalued_lost_count": Text("{count} lost"),
    }
)
_ALARMS: Mapping[str, Text] = MappingProxyType(
    {
        "no_next_step_count": Text("{count} without a next step"),
        "close_past_count": Text("{count} past the expected close"),
        "over_limit_count": Text("{count} over the stage limit"),
        "idle_count": Text("{count} idle"),
    }
)
_MORE_NUMBERS = Text("Every number: salesflow funnel {book} --all")


def print_funnel(answer: FunnelAnswer, pipeline: Pipeline, wants_json: bool, wants_all: bool = False) -> None:
    """Print the headline, the stages and the groups of the funnel; *wants_all* adds every metric."""
    if wants_json:
        print_json(answer)
        return
    language, book = pipeline.language, Path(pipeline.source).name
    days = tuple(day.isoformat() for day in (answer.as_of, answer.compared_to) if day)
    _print_headline(answer, pipeline, book)
    if answer.comparison is not None:
        click.echo("")
        _print_metric_comparison(answer.comparison, days, language)
    elif wants_all:
        _print_every_metric(answer, language)
    if answer.stage_comparison is not None:
        _print_stage_comparison(answer.stage_comparison, days, language)
    else:
        _print_funnel_rows(answer.stages, _FUNNEL_STAGE_HEADS, language)
    if never_entered := describe_never_entered(answer.never_entered, language):
        print_wrapped_line(never_entered, 0)
    groups = [{"key": group.key or _WITHOUT_VALUE.in_(language), **group.metrics} for group in answer.by]
    _print_funnel_rows(groups, _FUNNEL_GROUP_HEADS, language)
    _print_owner_activity(answer.by, language)
    if not wants_all and answer.comparison is None:
        click.echo("")
        click.echo(style_text(_MORE_NUMBERS.in_(language, book=f'"{book}"' if " " in book else book), "dim"))


def _print_headline(answer: FunnelAnswer, pipeline: Pipeline, book: str) -> None:
    """Print whose numbers these are, what is won and open, and what needs attention."""
    language, metrics = pipeline.language, answer.metrics
    filters = COMMA_SEPARATOR.in_(language).join(map(str, pipeline.query.filters.values()))
    subject = {"book": book, "day": answer.as_of.isoformat(), "currency": pipeline.settings.text("currency")}
    title = _FUNNEL_SUBJECT.in_(language, filters=filters or _NOTHING_FILTERED.in_(language), **subject)
    click.echo(style_text(title, "head"))
    facts = {key: format_round_value(metrics[key], METRICS_BY_ID[key].unit) for key in metrics}
    closed = int(metrics["won_count"] or 0) + int(metrics["lost_count"] or 0)
    facts |= {"bar": draw_bar(float(metrics["attainment"] or 0)), "closed": f"{closed:,}"}
    untargeted = _WON_WITHOUT_AMOUNTS if metrics["won_value"] is None else _WON_WITHOUT_TARGET
    won = untargeted if metrics["attainment"] is None else _WON_TOWARDS_TARGET
    opened = _OPEN_WITHOUT_AMOUNTS if metrics["open_value"] is None else _OPEN_WITH_AMOUNTS
    for needed, words in (won, opened, _WIN_RATE_AND_CYCLE):  # a line is left out while one of its metrics is unknown
        if all(metrics[key] is not None for key in needed):
            print_wrapped_line(words.in_(language, **facts), 2)
    unvalued = [words.in_(language, count=facts[key]) for key, words in _UNVALUED.items() if metrics[key]]
    if unvalued:
        told = COMMA_SEPARATOR.in_(language).join(unvalued)
        print_wrapped_line(LABEL_AND_VALUE.in_(language, label=_UNVALUED_LABEL.in_(language), value=told), 2)
    if answer.bottleneck:
        value = format_round_value(answer.bottleneck.one_point_more)
        print_wrapped_line(answer.bottleneck.describe_value(value, language), 2)
        print_wrapped_line(answer.bottleneck.describe_action(language), 4)
    alarms = [words.in_(language, count=facts[key]) for key, words in _ALARMS.items() if metrics[key]]
    if alarms:
        click.echo(style_text("  ! ", "warning") + COMMA_SEPARATOR.in_(language).join(alarms))


def _print_every_metric(answer: FunnelAnswer, language: Language) -> None:
    rows = [
        (METRICS_BY_ID[metric_id].name.in_(language), format_screen_value(value, METRICS_BY_ID[metric_id].unit))
        for metric_id, value in answer.metrics.items()
    ]
    click.echo("")
    print_screen_table((Text("Metric").in_(language), Text("Value").in_(language)), rows)


def _print_funnel_rows(rows: Sequence[FunnelStage], heads: Mapping[str, Text], language: Language) -> None:
    if rows:
        click.echo("")
        print_screen_table(
            [head.in_(language) for head in heads.values()],
            [[format_round_value(row[column], _funnel_column_unit(column)) for column in heads] for row in rows],
        )


def _print_owner_activity(groups: Sequence[MetricGroup], language: Language) -> None:
    """Print what each owner did in the last seven days, and the mean and number of their customers' scores."""
    rows = [{"key": group.key or _WITHOUT_VALUE.in_(language), **group.activity} for group in groups if group.activity]
    if not any(row["activities"] or row["answers"] for row in rows):
        return
    scored = [
        {**row, "satisfied": f"{row['satisfaction']:.1f} ({row['answers']})" if row["answers"] else None}
        for row in rows
    ]
    _print_funnel_rows(scored, _OWNER_ACTIVITY_HEADS, language)


def _print_stage_comparison(stages: Sequence[StageChange], days: Sequence[str], language: Language) -> None:
    heads = {column: _FUNNEL_STAGE_HEADS[column].in_(language) for column in ("stage", *_COMPARED_STAGE_COLUMNS)}
    click.echo("")
    print_screen_table(
        (heads["stage"], *(f"{heads[column]} {day[5:]}" for column in _COMPARED_STAGE_COLUMNS for day in days)),
        [
            [str(stage["stage"]), *(cell for column in _COMPARED_STAGE_COLUMNS for cell in _both_days(stage, column))]
            for stage in stages
        ],
    )


def _both_days(stage: StageChange, column: str) -> Iterator[str]:
    change, unit = stage[column], _funnel_column_unit(column)
    if isinstance(change, MetricChange):
        yield from (format_round_value(value, unit) for value in (change.now, change.then))


def _funnel_column_unit(column: str) -> Unit | None:
    if column.endswith("conversion"):
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
    print_screen_table((Text("Metric").in_(language), *days, Text("Difference").in_(language)), rows)


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
_SALES_PLAN_STAGE_HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "stage": Text("Stage"),
        "conversion": Text("To next"),
        "deals_needed": Text("Needed"),
        "deals_now": Text("In hand"),
        "gap": Text("Missing"),
        "days": Text("Days"),
        "by_when": Text("By"),
    }
)
_SALES_PLAN_BASIS_HEADS: Mapping[str, Text] = MappingProxyType(
    {"stage": Text("Basis"), "conversion_basis": Text("To next"), "days_basis": Text("Days")}
)


def print_sales_plan(answer: SalesPlanAnswer, language: Language, wants_json: bool) -> None:
    """Print the totals, the stages, then everybody with a target of their own; with headers short enough for a screen."""
    if wants_json:
        print_json(answer)
        return
    rows = [
        (name.in_(language), format_screen_value(getattr(answer.figures, total_id)))
        for total_id, name in _SALES_PLAN_TOTALS.items()
    ]
    print_screen_table((Text("Plan").in_(language), Text("Value").in_(language)), rows)
    if answer.figures.basis:
        click.echo(answer.figures.basis.strip())
    for strategy in answer.figures.strategy:
        header = TABLES["Targets"].header("strategy", language)
        click.echo(LABEL_AND_VALUE.in_(language, label=header, value=strategy))
    _print_sales_plan_stages(answer.figures.stages, _SALES_PLAN_STAGE_HEADS, language)
    _print_sales_plan_stages(answer.figures.stages, _SALES_PLAN_BASIS_HEADS, language)
    _print_sales_plan_groups({group.key: group for group in answer.owners}, Text("Owner"), language)
    channels = {choice_label("sales_channel", group.key, language): group for group in answer.channels}
    _print_sales_plan_groups(channels, Text("Channel"), language)


def _print_sales_plan_stages(rows: Sequence[FunnelStage], heads: Mapping[str, Text], language: Language) -> None:
    click.echo("")
    print_screen_table(
        [head.in_(language) for head in heads.values()],
        [[format_screen_value(row[column], _funnel_column_unit(column)) for column in heads] for row in rows],
    )


_SALES_PLAN_GROUP_HEADS: Mapping[str, Text] = MappingProxyType(
    {
        "target": METRICS_BY_ID["target"].name,
        "won_to_date": Text("Won"),
        "gap": METRICS_BY_ID["target_gap"].name,
        "won_needed": Text("Deals to win"),
        "leads_needed": Text("Leads needed"),
    }
)


def _print_sales_plan_groups(groups: Mapping[str, SalesPlanGroup], name: Text, language: Language) -> None:
    if not groups:
        return
    click.echo("")
    print_screen_table(
        [name.in_(language), *(head.in_(language) for head in _SALES_PLAN_GROUP_HEADS.values())],
        [
            [key, *(format_round_value(getattr(group.figures, column)) for column in _SALES_PLAN_GROUP_HEADS)]
            for key, group in groups.items()
        ],
    )
