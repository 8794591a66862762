"""Everybody's plan side by side: the sheet Team plan shows the same as ``plan`` for owners and channels."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.generated import generated
from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.readings.report_facts import compute_sales_plan
from xl_salesflow.schema.named_values import Query

TARGET_YEAR = {"from": date(2026, 1, 1), "to": date(2026, 12, 31)}
YEAR = {"start": date(2026, 1, 1), "end": date(2026, 12, 31)}
VIEWS = {
    "this year": Query(),
    "a year as a period": Query(**YEAR),
    "a past day": Query(as_of=date(2026, 2, 1)),
    "a cohort": Query(start=date(2025, 1, 1), end=date(2026, 12, 31), reading="cohort"),
    "really entered": Query(reach="entered"),
}
SAME = ("target", "won_to_date", "gap", "mean_won_value", "won_needed", "leads_needed")


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return generated(150)


def rows(pipeline: Pipeline) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the rows of the sheet that have a name."""
    return {
        (row["part"], row["name"]): row
        for row in compute_sheet_values(pipeline).tables["TeamPlan"].values()
        if row["name"]
    }


@pytest.mark.parametrize("view", VIEWS)
def test_sheet_and_command_line_make_the_same_plan(view: str, pipeline: Pipeline) -> None:
    asked = replace(pipeline, query=VIEWS[view])
    answer, shown = compute_sales_plan(asked), rows(asked)
    listed = {
        (part, group.key): group.figures
        for part, groups in (("Owner", answer.owners), ("Channel", answer.channels))
        for group in groups
    }
    wanted = {who for who, row in shown.items() if row["target"] != ""}
    assert wanted == {who for who in listed if who in shown and listed[who].target is not None}
    assert wanted
    for who in wanted:
        for column in SAME:
            expected = getattr(listed[who], column)
            assert shown[who][column] == ("" if expected is None else pytest.approx(expected, rel=1e-12)), (who, column)


def test_values_typed_for_the_team_do_not_apply_to_one_person(pipeline: Pipeline) -> None:
    plan = pipeline["PlanStages"].assign(what_if=0.5)
    typed = replace(pipeline.with_tables(PlanStages=plan), named={"PlanTarget": 1.0})
    assert rows(typed) == rows(pipeline)
    assert compute_sales_plan(typed).owners == compute_sales_plan(pipeline).owners
    assert compute_sales_plan(typed).figures.target == 1.0


def test_a_row_without_a_target_has_no_other_numbers(pipeline: Pipeline) -> None:
    shown = rows(pipeline)
    blank = [row for row in shown.values() if row["target"] == ""]
    assert blank
    assert {value for row in blank for column, value in row.items() if column not in ("part", "name")} == {""}


def test_a_chosen_owner_is_the_only_one_listed(pipeline: Pipeline) -> None:
    shown = rows(replace(pipeline, query=Query(filters={"owner": "ANN"})))
    assert [name for part, name in shown if part == "Owner"] == ["Ann"]


def test_a_target_that_is_passed_needs_nothing_more() -> None:
    """
    owner | target | won_to_date | attainment | gap | won_needed | leads_needed
    Ann   | 50     | 100         | 2          | -50 | 0          | 0
    Bo    | 500    | 100         | 0.2        | 400 | 4          | 8
    """
    pipeline = pipeline_from_table(
        """
        deal | owner | amount | visits
        D-1  | Ann   | 100    | Lead 01-01, Won 01-05
        D-2  | Bo    | 100    | Lead 01-01, Won 01-05
        D-3  | Bo    | 100    | Lead 01-01, Lost 01-05
        """,
        date(2026, 2, 1),
        Team=[{"person": "Ann"}, {"person": "Bo"}],
        Targets=[{**TARGET_YEAR, "owner": "Ann", "target": 50.0}, {**TARGET_YEAR, "owner": "Bo", "target": 500.0}],
    )
    text = (test_a_target_that_is_passed_needs_nothing_more.__doc__ or "").strip()
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    for name, *numbers in lines:
        row = rows(pipeline)["Owner", name]
        assert [row[column] for column in header[1:]] == [float(number) for number in numbers], name
    entered = rows(replace(pipeline, query=Query(reach="entered")))["Owner", "Bo"]
    assert [entered[column] for column in ("reached_first", "reached_won", "conversion")] == [2, 1, 0.5]
