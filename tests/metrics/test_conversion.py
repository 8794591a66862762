from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Literal

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.schema.named_values import Query


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | amount | visits
        D-1  | 100    | Lead 01-01, Won 01-05
        D-2  | 200    | Lead 01-02, Demo 01-06, Qualified 01-09, Lost 01-20
        D-3  | 300    | Lead 01-03, Qualified 01-08
        D-4  | 400    | Lead 02-01
        D-5  | 500    | Lead 02-02, Qualified 02-04, Demo 02-09, Contract 02-12, Won 02-20, Care 02-25
        """,
        date(2026, 3, 1),
    )


@pytest.mark.parametrize(
    ("reach", "lead", "qualified", "demo", "contract", "won"),
    [
        ("implied", 5, 4, 3, 2, 2),  # the won deal passed every stage; the lost one reached Demo
        ("entered", 5, 3, 2, 1, 2),
    ],
)
def test_reached(
    pipeline: Pipeline,
    reach: Literal["implied", "entered"],
    lead: int,
    qualified: int,
    demo: int,
    contract: int,
    won: int,
) -> None:
    stages = compute_funnel(replace(pipeline, query=Query(reach=reach))).stages
    assert [stage["reached"] for stage in stages] == [lead, qualified, demo, contract, won]


def test_conversions_multiply_to_the_cumulative_one(pipeline: Pipeline) -> None:
    stages = compute_funnel(pipeline).stages
    assert [stage["step_conversion"] for stage in stages] == [4 / 5, 3 / 4, 2 / 3, 1, None]
    assert [stage["cumulative_conversion"] for stage in stages] == [1, 4 / 5, 3 / 5, 2 / 5, 2 / 5]


@pytest.mark.parametrize(
    ("reading", "reached"),
    [
        ("snapshot", [2, 2, 2, 1, 1]),  # D-1 and D-2 closed in January
        ("cohort", [3, 3, 2, 1, 1]),  # D-1, D-2 and D-3 created in it
    ],
)
def test_a_period_applies_to_closing_or_to_creation(
    pipeline: Pipeline, reading: Literal["snapshot", "cohort"], reached: list[int]
) -> None:
    january = Query(start=date(2026, 1, 1), end=date(2026, 1, 31), reading=reading)
    assert [stage["reached"] for stage in compute_funnel(replace(pipeline, query=january)).stages] == reached


def test_a_past_date_shows_what_was_reached_then(pipeline: Pipeline) -> None:
    stages = compute_funnel(replace(pipeline, query=Query(as_of=date(2026, 1, 8)))).stages
    assert [stage["reached"] for stage in stages] == [3, 3, 2, 1, 1]
