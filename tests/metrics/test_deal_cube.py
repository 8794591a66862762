"""Events on the as-of date count: deals created and stages entered or left on that day are included."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import compute_funnel, compute_metrics_by, compute_move_matrix
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.schema.named_values import Query


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | owner | amount | visits
        D-1  | Ann   | 10     | Lead 03-10
        D-2  | Ann   | 20     | Lead 03-01, Demo 03-10
        D-3  | Bo    | 40     | Lead 03-01, Won 03-10
        D-4  | Bo    | 80     | Lead 03-11
        """,
        date(2026, 4, 1),
    )


def on(pipeline: Pipeline, day: int, **filters: str) -> Pipeline:
    """Return the pipeline as of a day of March, filtered."""
    return replace(pipeline, query=Query(as_of=date(2026, 3, day), filters=filters))


@pytest.mark.parametrize(
    ("day", "deals", "open_deals", "won", "in_lead", "in_demo", "finished_in_lead"),
    [
        (9, 2, 2, 0, 2, 0, 0),
        (10, 3, 2, 1, 1, 1, 2),
        (11, 4, 3, 1, 2, 1, 2),
    ],
)
def test_deals_as_of_a_day(
    pipeline: Pipeline,
    day: int,
    deals: int,
    open_deals: int,
    won: int,
    in_lead: int,
    in_demo: int,
    finished_in_lead: int,
) -> None:
    funnel = compute_funnel(on(pipeline, day))
    lead, _, demo, *_ = funnel.stages
    assert [funnel.metrics[metric] for metric in ("deal_count", "open_count", "won_count")] == [deals, open_deals, won]
    assert (lead["open_count"], demo["open_count"], lead["visits"]) == (in_lead, in_demo, finished_in_lead)


@pytest.mark.parametrize(
    ("day", "lead", "demo"),
    [
        # entries, skipped ahead, won, still there
        (9, (2, 0, 0, 2), (0, 0, 0, 0)),
        (10, (3, 1, 1, 1), (1, 0, 0, 1)),
        (11, (4, 1, 1, 2), (1, 0, 0, 1)),
    ],
)
def test_moves_as_of_a_day(pipeline: Pipeline, day: int, lead: tuple[int, ...], demo: tuple[int, ...]) -> None:
    rows = compute_sheet_values(on(pipeline, day)).tables["Moves"]
    columns = ("entries", "skip", "won", "there")
    assert tuple(rows[1][column] for column in columns) == lead
    assert tuple(rows[3][column] for column in columns) == demo
    assert {rows[row]["check"] for row in (1, 3)} == {0}


@pytest.mark.parametrize(
    ("day", "filters", "moves"),
    [
        (9, {}, {}),
        (10, {}, {("Lead", "Demo"): 20, ("Lead", "Won"): 40}),
        (10, {"owner": "ann"}, {("Lead", "Demo"): 20}),
        (10, {"owner": "Cora"}, {}),
    ],
)
def test_the_move_matrix_is_filtered_and_ends_with_the_as_of_date(
    pipeline: Pipeline, day: int, filters: dict[str, str], moves: dict[tuple[str, str], float]
) -> None:
    found = compute_move_matrix(on(pipeline, day, **filters))
    assert {(move.from_, move.to): move.value for move in found} == moves


def test_for_a_past_date_only_columns_of_history_make_groups(pipeline: Pipeline) -> None:
    assert build_cube(pipeline, "next_step").keys
    with pytest.raises(UsageError, match="Stage history, which is used for a past date"):
        build_cube(on(pipeline, 10), "next_step")


@pytest.mark.parametrize("column", ["owner", "Owner", "负责人"])
def test_a_column_is_found_by_id_and_by_header(pipeline: Pipeline, column: str) -> None:
    groups = compute_metrics_by(pipeline, column)
    assert {group.key: group.metrics["deal_count"] for group in groups} == {"Ann": 2, "Bo": 2}


@pytest.mark.parametrize("column", ["amount", "no such column"])
def test_only_a_text_column_makes_groups(pipeline: Pipeline, column: str) -> None:
    with pytest.raises(UsageError, match=f"grouped by “{column}”: the sheet Deals"):
        build_cube(pipeline, column)
