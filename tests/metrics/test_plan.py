from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.plan_assumptions import ASSUMPTION_COLUMNS
from xl_salesflow.metrics.readings.report_facts import build_report_document, compute_sales_plan
from xl_salesflow.schema.named_values import PLAN_LINE, Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


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


def test_a_team_without_history_plans_with_assumptions() -> None:
    """30 deals are a small sample: what is based on fewer is assumed, and says so.

    To won: 0.5 × 0.4 × 1 × 0.5 = 0.1 at Lead. Activities: 2 ÷ 0.1 + 1 ÷ 0.5 = 22 per won deal.
    """
    asked = assume(
        pipeline_from_table("deal | amount | visits\nD-1 | 100 | Lead 01-31", TODAY, PlanStages=POSITIONS),
        {
            "Lead": (0.5, 10.0, 2.0),
            "Qualified": (0.4, 5.5, None),
            "Demo": (1.0, None, None),
            "Contract": (0.5, 3.0, 1.0),
        },
        size=1000.0,
    )
    cells = compute_sheet_values(asked).cells
    assert (cells["plan_deal_size"], cells["won_needed"], cells["plan_activities"]) == (1000, 10, 22)
    assert cells[PLAN_LINE] == "Deal size: 1000 (assumed, n = 0). Activities per won deal: 22 (assumed, n = 0). "
    assert build_report_document(asked).facts["result"]["basis"] == cells[PLAN_LINE]
    assert rows(asked, "stage", "conversion", "conversion_basis", "deals_needed", "days", "days_basis", "by_when") == [
        ("Lead", 0.5, "assumed, n = 1", 100, 10, "assumed, n = 0", date(2026, 6, 11)),
        ("Qualified", 0.4, "assumed, n = 0", 50, 5.5, "assumed, n = 0", date(2026, 6, 21)),
        ("Demo", 1.0, "assumed, n = 0", 20, "", "", date(2026, 6, 27)),
        ("Contract", 0.5, "assumed, n = 0", 20, 3, "assumed, n = 0", date(2026, 6, 27)),
        ("Won", "", "", 10, "", "", date(2026, 6, 30)),
    ]


@pytest.mark.parametrize(
    ("limit", "lead", "qualified", "size", "needed"),
    [
        (2, "own, n = 5", "own, n = 3", "assumed, n = 1", 10),
        (1, "own, n = 5", "own, n = 3", "own, n = 1", 95),
        (5, "own, n = 5", "assumed, n = 3", "assumed, n = 1", 10),
        (6, "assumed, n = 5", "assumed, n = 3", "assumed, n = 1", 10),
    ],
)
def test_own_numbers_replace_assumptions_one_by_one(
    pipeline: Pipeline, limit: int, lead: str, qualified: str, size: str, needed: int
) -> None:
    asked = assume(
        pipeline, {"Lead": (0.9, 1.0, 1.0), "Qualified": (0.9, 1.0, 1.0)}, size=1000.0, limit=limit, target=9600.0
    )
    plan = rows(asked, "conversion", "conversion_basis")
    assert [basis for _, basis in plan[:2]] == [lead, qualified]
    assert [value for value, _ in plan[:2]] == [
        0.9 if lead.startswith("assumed") else 0.6,
        0.9 if qualified.startswith("assumed") else pytest.approx(2 / 3),
    ]
    cells = compute_sheet_values(asked).cells
    assert (size in cells[PLAN_LINE], cells["won_needed"]) == (True, needed)


def test_a_what_if_comes_before_an_assumption(pipeline: Pipeline) -> None:
    plan = pipeline["PlanStages"].copy()
    plan.loc[plan["position"] == 1, "what_if"] = 0.3
    asked = assume(pipeline.with_tables(PlanStages=plan), {"Lead": (0.9, None, None)})
    assert rows(asked, "conversion", "conversion_basis")[0] == (0.3, "what-if")


def test_the_plan_of_a_group_is_its_own(pipeline: Pipeline) -> None:
    deals = pipeline["Deals"].assign(owner="Ann")
    targets = make_table_frame(
        TABLES["Targets"], [{"from": date(2026, 1, 1), "to": date(2026, 12, 31), "owner": "Ann", "target": 500.0}]
    )
    asked = assume(pipeline.with_tables(Deals=deals, Targets=targets), {"Lead": (0.9, 1.0, 1.0)}, size=1000.0)
    answer = compute_sales_plan(asked)
    assert (answer.figures.deal_size, answer.figures.deal_size_basis) == (1000, "assumed")
    assert [(one.key, one.figures.deal_size, one.figures.deal_size_basis) for one in answer.owners] == [
        ("Ann", 100, "own")
    ]


def test_the_plan_says_how_its_target_is_to_be_reached(pipeline: Pipeline) -> None:
    year = {"from": date(2026, 1, 1), "to": date(2026, 12, 31), "target": 500.0}
    targets = [{**year, "strategy": "Fairs first"}, {**year, "owner": "Ann", "strategy": "Old customers"}]
    asked = pipeline.with_tables(Targets=make_table_frame(TABLES["Targets"], targets))
    answer = compute_sales_plan(asked)
    assert answer.figures.strategy == ("Fairs first",)
    assert [one.figures.strategy for one in answer.owners] == [("Old customers",)]


TODAY = date(2026, 2, 1)
POSITIONS = [{"position": row} for row in range(1, 13)]


def assume(
    pipeline: Pipeline,
    stages: dict[str, tuple[float | None, float | None, float | None]],
    size: float = 0.0,
    limit: int = 30,
    target: float = 9999.0,
) -> Pipeline:
    """Return *pipeline* with a target and assumptions: conversion, days and activities of *stages*, the deal size."""
    typed = pipeline["Stages"]["stage"].map(stages).map(lambda row: row if isinstance(row, tuple) else (None,) * 3)
    columns = {column: pd.to_numeric(typed.str[place]) for place, column in enumerate(ASSUMPTION_COLUMNS)}
    values = {**pipeline.settings.values, "assumed_deal_size": size, "small_sample": float(limit)}
    return replace(
        pipeline.with_tables(Stages=pipeline["Stages"].assign(**columns)),
        settings=Settings(values),
        named={"PlanTarget": target, "PlanBy": date(2026, 6, 30)},
    )
