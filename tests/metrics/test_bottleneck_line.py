"""The line on the sheet Funnel about the bottleneck; that its formula shows the same is in tests/test_template_agreement.py."""

from __future__ import annotations

from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.schema.named_values import BOTTLENECK_LINE
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


@pytest.mark.parametrize(
    ("people", "action", "expected"),
    [
        (["Ann"], "Call twice", ". What to do: Call twice – who can: Ann"),
        (["Ann", "Bob"], "", " – who can: Sales rep"),
        ([], "", " – who can: Sales rep"),
    ],
)
def test_the_line_names_step_worth_action_and_who(people: list[str], action: str, expected: str) -> None:
    """
    deal | amount | visits
    D-1  | 1000   | Lead 01-10, Qualified 01-20, Won 02-10
    D-2  | 500    | Lead 01-10, Qualified 01-20, Won 02-20
    D-3  | 300    | Lead 02-10
    D-4  | 300    | Lead 02-10
    """
    pipeline = pipeline_from_table(test_the_line_names_step_worth_action_and_who.__doc__ or "", date(2026, 3, 31))
    stages = pipeline["Stages"].assign(action=action, role="rep")
    team = make_table_frame(TABLES["Team"], [{"person": person, "role": "rep"} for person in people])
    assert compute_sheet_values(pipeline.with_tables(Stages=stages, Team=team)).cells[BOTTLENECK_LINE] == (
        f"Bottleneck: Lead. One point more of conversion is worth 30{expected}"
    )
    assert (
        compute_sheet_values(
            pipeline.with_tables(Deals=pipeline["Deals"].iloc[:0], History=pipeline["History"].iloc[:0])
        ).cells[BOTTLENECK_LINE]
        == ""
    )
