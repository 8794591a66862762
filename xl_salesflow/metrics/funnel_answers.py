"""Compute every metric of a query, by group, by metric table, or compared between two queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from xl_salesflow.core.deal_slices import find_slice, spread_slices
from xl_salesflow.core.metric_answers import (
    Bottleneck,
    ComparisonAnswer,
    FunnelAnswer,
    FunnelPeriod,
    MetricChange,
    MetricGroup,
    MetricValue,
    StageChange,
    StageMoveCount,
)
from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language, fold_text
from xl_salesflow.metrics.deal_cube import Cube, build_cube, date_of_days
from xl_salesflow.metrics.funnel_notes import list_never_entered
from xl_salesflow.metrics.funnel_steps import build_funnel_steps
from xl_salesflow.metrics.metric_declaration import ColumnMetric, ColumnText, MetricArray, MetricColumn
from xl_salesflow.metrics.metric_tables import METRIC_TABLES, METRICS_BY_ID
from xl_salesflow.metrics.segment_metrics import RateComparison, compare_win_rates
from xl_salesflow.metrics.stage_move_metrics import cube_move_matrix
from xl_salesflow.metrics.team_activity_metrics import OwnerActivity
from xl_salesflow.schema.choice_lists import choice_label, identify_choice, list_options
from xl_salesflow.schema.plain_values import plain_value
from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


@dataclass(frozen=True)
class Funnel:
    """Every metric of one query: ratios are fractions, money has two decimals, days are numbers, None is unknown.

    *samples* holds the number of deals that each metric is based on; *stages* has one row per step with the columns of
    all metric tables that are declared for it.
    """

    as_of: date
    period: tuple[date | None, date | None]
    metrics: Mapping[str, MetricValue]
    samples: Mapping[str, MetricValue]
    stages: tuple[Mapping[str, Any], ...]


def answer_funnel(pipeline: Pipeline, by: str | None, then: date | None) -> FunnelAnswer:
    """Return the funnel of the pipeline's query, by the values of the column *by*, compared with the day *then*."""
    pipeline = spread_slices(pipeline) if by else pipeline
    figures = compute_funnel(pipeline)
    answer = FunnelAnswer(
        figures.as_of,
        FunnelPeriod(*figures.period),
        figures.metrics,
        figures.samples,
        figures.stages,
        by=tuple(compute_metrics_by(pipeline, by)) if by else (),
        moves=tuple(compute_move_matrix(pipeline)),
        bottleneck=find_bottleneck(pipeline, figures.stages),
        never_entered=tuple(list_never_entered(build_funnel_steps(build_cube(pipeline)))),
    )
    if not then:
        return answer
    past = compute_funnel(replace(pipeline, query=replace(pipeline.query, as_of=then)))
    return replace(
        answer,
        compared_to=then,
        comparison=_compare_metrics(figures, past),
        stage_comparison=tuple(_compare_stage_metrics(figures, past)),
    )


def answer_comparison(pipeline: Pipeline, column: str, first: str, second: str) -> ComparisonAnswer:
    """Return whether deals of one value of *column* are won significantly more often than those of another."""
    found = compare_segments(pipeline, column, first, second)
    low, high = found.interval or (None, None)
    return ComparisonAnswer(
        column, first, second, *found.tried, found.first_rate, found.second_rate, found.difference, low, high, found.p_value,
        found.verdict,
    )  # fmt: skip


def compute_funnel(pipeline: Pipeline) -> Funnel:
    """Return every metric of the pipeline's query."""
    return compute_cube_funnel(build_cube(pipeline))


def compute_cube_funnel(cube: Cube) -> Funnel:
    """Return every metric of the deals of one query."""
    query = cube.query
    return Funnel(
        cube.pipeline.as_of,
        (query.start, query.end),
        {metric.id: _metric_value(metric.compute(cube), 0) for metric in METRICS_BY_ID.values()},
        {metric.id: _metric_value(metric.sample(cube), 0) for metric in METRICS_BY_ID.values()},
        tuple(_compute_stages(cube)),
    )


def _compute_stages(cube: Cube) -> list[dict[str, Any]]:
    tables = (metric_table_rows(table.name, cube) for table in METRIC_TABLES.values() if table.in_stages)
    stages: list[dict[str, Any]] = []
    for parts in zip(*tables, strict=True):
        stage: dict[str, Any] = {}
        for part in parts:
            stage |= part
        stages.append(stage)
    return stages


def find_bottleneck(pipeline: Pipeline, stages: Iterable[Mapping[str, Any]]) -> Bottleneck | None:
    """Return the step among *stages* (rows of Funnel.stages) with the highest value of one point more, the first of equals."""
    valued = [row for row in stages if row["one_point_more"]]
    if not valued:
        return None
    worst = max(valued, key=lambda row: float(row["one_point_more"]))
    setup, team = pipeline["Stages"], pipeline["Team"]
    playbook = pipeline.query.filters.get("playbook", "") or pipeline.default_playbook
    mine = (fold_keys(setup["playbook"]) == fold_text(playbook)) & (
        fold_keys(setup["stage"]) == fold_text(worst["stage"])
    )
    stage = setup[mine].iloc[0]
    can = team[(fold_keys(team["role"]) == fold_text(stage["role"])) & (team["person"] != "") & (stage["role"] != "")]
    people, skills = tuple(can["person"]), tuple(can["skills"])
    return Bottleneck(worst["stage"], worst["one_point_more"], stage["action"], stage["role"], people, skills)


def metric_table_rows(name: str, cube: Cube) -> list[dict[str, Any]]:
    """Return the rows of a metric table as column → value: numbers, dates and texts; None is unknown.

    A table of steps has as many rows as the playbook has steps.
    """
    table = METRIC_TABLES[name]
    source = table.of(cube)
    columns = {column.id: _column_values(name, column, source) for column in (*table.naming, *table.columns)}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _column_values(table: str, column: MetricColumn[Any], source: Any) -> list[Any]:
    if isinstance(column, ColumnText):
        return list(column.read(source))
    numbers = column.compute(source)
    if TABLES[table][column.id].type is ColumnType.DATE:
        return [date_of_days(number) for number in numbers]
    return [_metric_value(numbers, row) for row in range(len(numbers))]


def compute_metrics_by(pipeline: Pipeline, column: str) -> list[MetricGroup]:
    """Return every metric for each value of *column*; most deals first.

    Raises:
        UsageError: the table for the as-of date (Deals, or History for a past date) has no such column of words.
    """
    cube = build_cube(pipeline, column)
    found = {metric.id: metric.compute(cube) for metric in METRICS_BY_ID.values()}
    activity = _compute_owner_activity(cube) if cube.column == "owner" else [None] * cube.size
    order = sorted(range(cube.size), key=lambda row: (-found["deal_count"][row], cube.keys[row].casefold()))
    return [
        MetricGroup(
            _group_label(cube, row, pipeline.language),
            {metric: _metric_value(numbers, row) for metric, numbers in found.items()},
            activity[row],
        )
        for row in order
    ]


def _compute_owner_activity(cube: Cube) -> list[dict[str, MetricValue]]:
    """Return the numbers of the sheet Team activity for each owner of the cube."""
    table, source = METRIC_TABLES["TeamActivity"], OwnerActivity(cube)
    columns = {column.id: column.compute(source) for column in table.columns if isinstance(column, ColumnMetric)}
    return [
        {column: _metric_value(numbers, row) for column, numbers in columns.items()} for row in range(len(cube.keys))
    ]


def _compare_metrics(now: Funnel, then: Funnel) -> dict[str, MetricChange]:
    return {metric: _compare_values(now.metrics[metric], then.metrics[metric]) for metric in METRICS_BY_ID}


def _compare_stage_metrics(now: Funnel, then: Funnel) -> list[StageChange]:
    # the columns that name a stage are as they are now
    naming = {column.id for column in METRIC_TABLES["StageMetrics"].naming}
    return [
        {column: value if column in naming else _compare_values(value, past[column]) for column, value in stage.items()}
        for stage, past in zip(now.stages, then.stages, strict=True)
    ]


def compute_move_matrix(pipeline: Pipeline) -> list[StageMoveCount]:
    """Return every kind of move by the as-of date, the most frequent first."""
    return cube_move_matrix(build_cube(pipeline))


def compute_trend(pipeline: Pipeline) -> list[dict[str, Any]]:
    """Return one row for each of the twelve months up to the as-of date, as the table Trend shows them."""
    return metric_table_rows("Trend", build_cube(pipeline))


def compare_segments(pipeline: Pipeline, column: str, first: str, second: str) -> RateComparison:
    """Compare the win rates of the closed deals of two values of *column*, as the pipeline's query asks.

    Raises:
        UsageError: no deal has one of the values.
    """
    pipeline = spread_slices(pipeline)
    groups = {fold_text(group.key): group for group in compute_metrics_by(pipeline, column)}
    sides = [_find_segment(groups, column, name, _segment_label(pipeline, column, name)) for name in (first, second)]
    won, lost = ([int(side.metrics[count] or 0) for side in sides] for count in ("won_count", "lost_count"))
    closed = [one + other for one, other in zip(won, lost, strict=True)]
    return compare_win_rates((won[0], won[1]), (closed[0], closed[1]), pipeline.settings.number("small_sample"))


def _segment_label(pipeline: Pipeline, column: str, name: str) -> str:
    own = find_slice(pipeline, column)
    labels = list_options((own.column if own else TABLES["Deals"][column]).options)
    choice = identify_choice(labels, name)
    return labels[choice].in_(pipeline.language) if choice else name


def _find_segment(groups: dict[str, MetricGroup], column: str, typed: str, name: str) -> MetricGroup:
    if fold_text(name) not in groups:
        there = [group.key for group in groups.values() if group.key]
        if not there:
            found = TABLES["Deals"].find_column(column)
            header = found.header if found else column
            raise UsageError(
                "No deal in view has a value of “{header}”; fill it in, or compare by another column.", header=header
            )
        raise UsageError("No deal in view has “{value}”; {hint}", value=typed, hint=suggest_names(typed, there))
    return groups[fold_text(name)]


def _group_label(cube: Cube, row: int, language: Language) -> str:
    return choice_label(TABLES["Deals"][cube.column].options, cube.keys[row], language)


def _metric_value(numbers: MetricArray, row: int) -> MetricValue:
    value: MetricValue = plain_value(numbers[row])
    return value


def _compare_values(first: MetricValue, second: MetricValue) -> MetricChange:
    return MetricChange(first, second, _subtract_known(first, second))


def _subtract_known(first: MetricValue, second: MetricValue) -> MetricValue:
    return None if first is None or second is None else round(first - second, 10)
