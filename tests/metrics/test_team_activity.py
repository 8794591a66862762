"""Activities of each person against their goals, the satisfaction of their customers, and what winning costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import compute_funnel, compute_metrics_by
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.process.record_marks import mark_records
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

TODAY = date(2026, 3, 31)


def march(day: int) -> date:
    return date(2026, 3, day)


def team() -> Pipeline:
    """
    deal | amount | owner | sales_channel | visits
    D-1  | 100    | Ann   | direct        | Lead 01-10, Won 03-20
    D-2  | 200    | Ann   | agent         | Lead 01-10
    D-3  | 300    | Bob   | agent         | Lead 02-10, Won 03-25
    """
    activities = [
        {"deal": "D-1", "by": "Ann", "type": "call", "date": march(25)},
        {"deal": "D-1", "by": "ann", "type": "call", "date": march(31)},
        {"deal": "D-1", "by": "Ann", "type": "call", "date": march(24)},  # eight days ago
        {"deal": "D-2", "by": "Ann", "type": "meeting", "date": march(26), "cost": 40.0},
        {"deal": "D-2", "by": "Ann", "type": "meeting", "date": march(27)},
        {"deal": "D-3", "by": "Bob", "type": "visit", "date": march(30), "cost": 30.25},
        {"deal": "D-3", "by": "Bob", "type": "demo", "date": march(30), "cost": 10.0},
        {"deal": "D-3", "by": "Bob", "type": "call", "date": date(2025, 12, 31), "cost": 500.0},  # last year
    ]
    feedback = [
        {"deal": "D-1", "satisfaction": 5.0}, {"deal": "D-2", "satisfaction": 2.0}, {"deal": "D-3"},
        {"account": "Acme", "satisfaction": 4.0},
    ]  # fmt: skip
    year = {"from": date(2026, 1, 1), "to": date(2026, 12, 31), "target": 1.0}
    rows: dict[str, list[dict[str, Any]]] = {
        "Activities": activities,
        "Feedback": feedback,
        "Accounts": [{"account": "Acme", "owner": "Bob"}],
        "Team": [
            {"person": "Ann", "goal_calls": 10.0, "goal_meetings": 2.0, "goal_first_meetings": 3.0},
            {"person": "Bob", "goal_demos": 1.0},
        ],
        "Lists": [{"sales_channel": "direct"}, {"sales_channel": "agent"}],
        "Targets": [{**year, "owner": "Ann", "cost": 90.0}, {**year, "sales_channel": "agent", "cost": 20.0}],
    }
    pipeline = pipeline_from_table(team.__doc__ or "", TODAY)
    return mark_records(
        pipeline.with_tables(**{name: make_table_frame(TABLES[name], cells) for name, cells in rows.items()})
    )


def shown(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    rows = compute_sheet_values(pipeline).tables["TeamActivity"].values()
    return {row["name"]: {column: value for column, value in row.items() if value != ""} for row in rows if row["name"]}


def test_each_person_has_a_week_against_the_goal() -> None:
    rows = shown(team())
    assert rows["Ann"] == {
        **{"part": "Owner", "name": "Ann", "activities": 4, "calls": 2, "calls_goal": 10, "visits": 0, "demos": 0},
        **{"meetings": 2, "meetings_goal": 2, "first_meetings": 1, "first_meetings_goal": 3},
        **{"answers": 2, "satisfaction": 3.5},
        **{"spent": 40.0, "budget": 90.0, "won_count": 1, "cost_per_won": 40.0},
    }
    assert rows["Bob"] == {
        **{"part": "Owner", "name": "Bob", "activities": 2, "calls": 0, "visits": 1, "demos": 1, "demos_goal": 1},
        **{
            "meetings": 0,
            "first_meetings": 1,
            "answers": 1,
            "satisfaction": 4.0,
            "spent": 40.25,
            "won_count": 1,
            "cost_per_won": 40.25,
        },
    }


def test_a_channel_has_its_cost_and_budget() -> None:
    rows = shown(team())
    assert {name: rows[name] for name in ("Direct", "Agent")} == {
        "Direct": {"part": "Channel", "name": "Direct", "spent": 0.0, "won_count": 1},
        "Agent": {
            "part": "Channel", "name": "Agent", "spent": 80.25, "budget": 20.0, "won_count": 1, "cost_per_won": 80.25,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), (80.25, 90.0, 40.13)),
        (Query(as_of=march(26)), (40.0, 90.0, 20.0)),
        (Query(start=march(27), end=march(31)), (40.25, None, None)),
        (Query(filters={"owner": "Ann"}), (None, None, None)),
    ],
)
def test_the_team_spends_against_a_budget(query: Query, expected: tuple[float | None, ...]) -> None:
    metrics = compute_funnel(replace(team(), query=query)).metrics
    assert tuple(metrics[name] for name in ("sales_spent", "sales_budget", "cost_per_won")) == expected


def test_the_first_meeting_with_a_customer_counts_once() -> None:
    """
    deal | account | visits
    D-1  | Acme    | Lead 01-10
    D-2  | ACME    | Lead 01-10
    D-3  |         | Lead 01-10
    D-4  | Beta    | Lead 01-10
    """
    met = [
        ("D-1", "visit", march(27), "", None),  # a day later than the first
        ("D-2", "meeting", march(26), "", 1),
        ("D-2", "meeting", march(26), "", None),  # the second row of the same day
        ("D-1", "call", march(20), "", None),
        ("D-3", "visit", march(28), "postponed", None),
        ("D-3", "visit", march(29), "", 1),  # a deal without a customer stands for itself
        ("D-4", "meeting", march(2), "", 1),  # before the week
        ("D-4", "visit", march(31), "", None),
    ]
    columns = ("deal", "type", "date", "outcome")
    rows = [{"by": "Ann", **dict(zip(columns, row[:4], strict=True))} for row in met]
    pipeline = pipeline_from_table(test_the_first_meeting_with_a_customer_counts_once.__doc__ or "", TODAY)
    tables = {"Activities": rows, "Team": [{"person": "Ann"}]}
    marked = mark_records(
        pipeline.with_tables(**{name: make_table_frame(TABLES[name], cells) for name, cells in tables.items()})
    )
    assert [None if mark != mark else mark for mark in marked["Activities"]["first_meeting"]] == [row[4] for row in met]
    assert {shown(marked)["Ann"][column] for column in ("visits", "first_meetings")} == {4, 2}


def test_each_owner_has_the_same_numbers_in_the_funnel() -> None:
    """With --by owner, and for satisfaction with --owner; the other groups know no activities."""
    pipeline = team()
    sheet = shown(pipeline)
    groups = {group.key: group for group in compute_metrics_by(pipeline, "owner")}
    for name in ("Ann", "Bob"):
        known = {column: value for column, value in (groups[name].activity or {}).items() if value is not None}
        assert known == {column: value for column, value in sheet[name].items() if column not in ("part", "name")}
        alone = compute_funnel(replace(pipeline, query=Query(filters={"owner": name.upper()}))).metrics
        assert groups[name].metrics["satisfaction"] == alone["satisfaction"] == sheet[name]["satisfaction"]
        assert groups[name].metrics["response_count"] == alone["response_count"]
    assert [group.activity for group in compute_metrics_by(pipeline, "sales_channel")] == [None, None]
    assert compute_funnel(replace(pipeline, query=Query(filters={"product": "Plus"}))).metrics["satisfaction"] is None
