from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | amount | visits
        D-1  | 100    | Lead 01-01, Qualified 01-05, Demo 01-15, Contract 01-18, Won 01-20
        D-2  | 100    | Lead 01-01, Qualified 01-07, Demo 01-17, Contract 01-20, Lost 01-22
        D-3  | 100    | Lead 01-01, Qualified 01-06, Lost 01-08
        D-4  | 100    | Lead 01-01, Lost 01-03
        D-5  | 100    | Lead 01-01
        """,
        date(2026, 2, 1),
        PlanStages=[{"position": row} for row in range(1, 13)],
    )


def rows(pipeline: Pipeline, *columns: str) -> list[tuple[object, ...]]:
    plan = compute_sheet_values(pipeline).tables["PlanStages"]
    return [tuple(plan[row][column] for column in columns) for row in range(1, 6)]


def test_back_from_the_target_to_leads(pipeline: Pipeline) -> None:
    asked = replace(pipeline, named={"PlanTarget": 1050.0, "PlanBy": date(2026, 6, 30)})
    assert compute_sheet_values(asked).cells["plan_value"] == 950  # 100 of the target is won this year
    assert compute_sheet_values(asked).cells["won_needed"] == 10
    assert rows(asked, "stage", "deals_needed", "deals_now", "gap", "by_when") == [
        ("Lead", 50, 1, 49, date(2026, 6, 10)),  # 4.5, 10, 3 and 2 days
        ("Qualified", 30, 0, 30, date(2026, 6, 15)),
        ("Demo", 20, 0, 20, date(2026, 6, 25)),
        ("Contract", 20, 0, 20, date(2026, 6, 28)),
        ("Won", 10, 0, 10, date(2026, 6, 30)),
    ]


def test_what_if_a_conversion_were_another(pipeline: Pipeline) -> None:
    plan = pipeline["PlanStages"].copy()
    plan.loc[plan["position"] == 1, "what_if"] = 0.9
    asked = replace(pipeline.with_tables(PlanStages=plan), named={"PlanTarget": 1050.0})
    assert [needed for (needed,) in rows(asked, "deals_needed")] == [34, 30, 20, 20, 10]


@pytest.mark.parametrize(("target", "value", "won_needed"), [(100.0, 0, 0), (50.0, 0, 0), (101.0, 1, 1)])
def test_a_reached_target_needs_nothing(pipeline: Pipeline, target: float, value: float, won_needed: float) -> None:
    cells = compute_sheet_values(replace(pipeline, named={"PlanTarget": target})).cells
    assert (cells["plan_value"], cells["won_needed"]) == (value, won_needed)


def test_returns_that_make_the_mean_negative_give_no_plan(pipeline: Pipeline) -> None:
    deals = pipeline["Deals"].assign(amount=-5.0)
    asked = replace(pipeline.with_tables(Deals=deals), named={"PlanTarget": 1000.0})
    assert compute_sheet_values(asked).cells["won_needed"] == ""


def test_without_a_target_the_sheet_targets_decides(pipeline: Pipeline) -> None:
    assert [needed for (needed,) in rows(pipeline, "deals_needed")] == [""] * 5


def test_the_last_day_is_the_end_of_the_year_by_default(pipeline: Pipeline) -> None:
    assert rows(pipeline, "by_when")[-1] == (date(2026, 12, 31),)
