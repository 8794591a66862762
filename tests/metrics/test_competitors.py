"""The sheet Competitors: how often deals are won against each, and names that the list does not have."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 3, 31)


def rivalry() -> Pipeline:
    """
    deal | amount | owner | competitor | visits
    D-1  | 100    | Ann   | Rival      | Lead 01-10, Won 03-20
    D-2  | 200.10 | Ann   | RIVAL      | Lead 01-10, Lost 03-01
    D-3  | 300.15 | Bob   | Rival      | Lead 01-10, Lost 02-01
    D-4  | 400    | Bob   | Rival      | Lead 01-10
    D-5  | 500    | Bob   | Rivall     | Lead 01-10, Won 03-01
    D-6  | 600    | Bob   |            | Lead 01-10, Lost 03-01
    """
    return pipeline_from_table(rivalry.__doc__ or "", TODAY).with_tables(
        Lists=make_table_frame(TABLES["Lists"], [{"competitor": "Rival"}, {"competitor": "Quiet Ltd"}])
    )


def rows_of(pipeline: Pipeline) -> dict[str, tuple[Any, ...]]:
    rows = compute_sheet_values(pipeline).tables["Competitors"].values()
    columns = ("open_count", "won_count", "lost_count", "win_rate", "won_value", "lost_value", "mark")
    return {row["competitor"]: tuple(row[column] for column in columns) for row in rows if row["competitor"]}


def test_deals_are_won_and_lost_against_competitors() -> None:
    """Every closed deal is in one row, so that the rows add up to the won and lost deals of the Funnel."""
    assert rows_of(rivalry()) == {
        "(none named)": (0, 0, 1, 0.0, 0.0, 600.0, "Small sample"),
        "Rival": (1, 1, 2, 1 / 3, 100.0, 500.25, "Small sample"),
        "Quiet Ltd": (0, 0, 0, "", 0.0, 0.0, ""),
        "(everything else)": (0, 1, 0, 1.0, 500.0, 0.0, "Small sample"),
    }


def test_the_dropdowns_of_the_funnel_apply_and_a_past_date_is_unknown() -> None:
    assert rows_of(replace(rivalry(), query=Query(filters={"owner": "Ann"})))["Rival"][:4] == (0, 1, 1, 0.5)
    assert set(rows_of(replace(rivalry(), query=Query(as_of=date(2026, 3, 2))))["Rival"]) == {""}


def test_a_name_outside_the_list_is_a_finding_once_there_is_a_list() -> None:
    found = [finding for finding in check_pipeline(rivalry()) if finding.rule == "off_list"]
    assert [(finding.column, finding.key) for finding in found] == [("competitor", "D-5")]
    assert "Rival" in str(found[0].message)
    unlisted = rivalry().with_tables(Lists=make_table_frame(TABLES["Lists"]))
    assert not [finding for finding in check_pipeline(unlisted) if finding.rule == "off_list"]
