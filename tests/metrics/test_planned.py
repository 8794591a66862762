"""The answer of ``plan``: back from a target.

The pipeline has two owners and five deals; each owner won one deal of 100. Of Ann's three leads, one is lost at Lead, one at
Qualified, and one is won; of Bob's two, one is won and one is open.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.answers import JsonCell
from xl_salesflow.core.metric_answers import SalesPlanFigures
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.readings.report_facts import compute_sales_plan
from xl_salesflow.verbs import sales_plan

YEAR = {"from": date(2026, 1, 1), "to": date(2026, 12, 31)}
TODAY = date(2026, 2, 1)


def pipeline(*targets: dict[str, Any], activities: list[dict[str, Any]] | None = None) -> Pipeline:
    return pipeline_from_table(
        """
        deal | owner | sales_channel | amount | visits
        D-1  | Ann   | direct        | 100    | Lead 01-01, Qualified 01-05, Demo 01-15, Contract 01-18, Won 01-20
        D-2  | Ann   | direct        | 100    | Lead 01-01, Qualified 01-06, Lost 01-08
        D-3  | Ann   | agent         | 100    | Lead 01-01, Lost 01-03
        D-4  | Bob   | agent         | 300    | Lead 01-01, Qualified 01-05, Demo 01-15, Contract 01-18, Won 01-20
        D-5  | Bob   | agent         | 300    | Lead 01-01
        """,
        TODAY,
        Targets=[YEAR | target for target in targets],
        PlanStages=[{"position": row} for row in range(1, 13)],
        Activities=activities or [],
    )


def needed(plan: SalesPlanFigures) -> list[JsonCell]:
    return [row["deals_needed"] for row in plan.stages]


def test_a_typed_target_comes_back_as_deals_of_every_stage() -> None:
    plan = compute_sales_plan(pipeline(), 1400.0, date(2026, 6, 30)).figures
    # 400 of it is won this year. 1000 ÷ 200 is 5 won; two of three pass Qualified, three of five pass Lead:
    # 5 ÷ 2/3 and 5 ÷ 2/5, rounded up
    assert (plan.won_needed, plan.leads_needed, needed(plan)) == (5, 13, [13, 8, 5, 5, 5])
    assert (plan.target, plan.won_to_date, plan.gap, plan.value_to_win) == (1400, 400, 1000, 1000)
    assert plan.stages[-1]["by_when"] == plan.by.isoformat() == "2026-06-30"


def test_the_answer_is_what_the_sheet_plan_shows() -> None:
    asked = pipeline({"target": 1000.0})
    shown = compute_sheet_values(asked)
    plan = compute_sales_plan(asked).figures
    assert (plan.value_to_win, plan.won_needed) == (shown.cells["plan_value"], shown.cells["won_needed"])
    assert needed(plan) == [shown.tables["PlanStages"][row]["deals_needed"] for row in range(1, 6)]
    assert plan.by == date(2026, 12, 31)


def test_the_targets_sheet_decides_what_is_still_missing() -> None:
    plan = compute_sales_plan(pipeline({"target": 1000.0})).figures
    assert (plan.target, plan.won_to_date, plan.gap, plan.value_to_win) == (1000, 400, 600, 600)


def test_owners_and_channels_with_a_target_are_planned_from_their_own_numbers() -> None:
    answer = compute_sales_plan(
        pipeline(
            {"owner": "Bob", "target": 900.0},
            {"owner": "Ann", "target": 300.0},
            {"sales_channel": "agent", "target": 500.0},
            {"owner": "Ann", "product": "P", "target": 70.0},  # a target for one product is not the whole target
            {"owner": "Cid", "target": 50.0, "to": date(2027, 1, 31)},  # reaches beyond the year
        ),
        5000.0,
    )
    plans = {owner.key: owner.figures for owner in answer.owners}
    assert {owner: (plan.target, plan.gap, plan.won_needed, plan.leads_needed) for owner, plan in plans.items()} == {
        "Bob": (900, 600, 2, 4),
        "Ann": (300, 200, 2, 6),
    }
    assert [(channel.key, channel.figures.gap) for channel in answer.channels] == [("agent", 200)]


@pytest.mark.parametrize(
    ("by", "needed", "per_week"),
    [
        (date(2026, 3, 1), 20, 5),  # 8 activities for 2 won deals: 4 each, 5 deals, 4 weeks
        (date(2026, 2, 2), 20, 140),
        (TODAY, 20, None),  # no time is left to spread them over
    ],
)
def test_activities_a_week(by: date, needed: int, per_week: int | None) -> None:
    calls = [{"activity": f"A{number}", "deal": "D-1", "date": date(2026, 1, 10)} for number in range(8)]
    plan = compute_sales_plan(pipeline(activities=calls), 1400.0, by).figures
    assert (plan.activities_per_won, plan.activities_needed) == (4, needed)
    assert plan.activities_per_week == per_week


def test_without_activities_their_number_is_unknown() -> None:
    plan = compute_sales_plan(pipeline(), 1000.0).figures
    assert (plan.activities_needed, plan.activities_per_week) == (None, None)


def test_a_target_that_is_reached_needs_nothing_more() -> None:
    plan = compute_sales_plan(pipeline({"target": 300.0})).figures
    assert (plan.gap, plan.won_needed, plan.leads_needed) == (-100, 0, 0)


@pytest.mark.parametrize(
    ("target", "by", "says"), [(None, None, "No target"), (100.0, date(2026, 1, 1), "choose a later")]
)
def test_a_plan_that_cannot_be_made_says_why(target: float | None, by: date | None, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        sales_plan(pipeline(), target, by)
