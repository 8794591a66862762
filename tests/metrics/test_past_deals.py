"""What the record says about the deals on any day: who was there, in which stage, with which amount and expected close."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.past_deals import read_deal_record

TODAY = date(2026, 6, 30)
DEALS = """
deal | owner | amount | expected_close | forecast | visits
D-1  | Anna  | 150    | 2026-07-31     | commit   | Lead 01-10, Demo 03-01
D-2  | Ben   | 200    | 2026-05-01     |          | Lead 02-01, Won 04-15
D-3  | Ben   | 50     |                |          | Lead 06-20, Lost 06-20
"""


def logged(day: str, key: str, column: str, before: str, after: str, verb: str = "update") -> dict[str, Any]:
    """Return a line of the Journal about a cell of Deals."""
    return {
        "run": day, "time": f"{day}T09:00:00", "verb": verb, "operation": "change", "table": "Deals", "key": key,
        "column": column, "before": before, "after": after,
    }  # fmt: skip


JOURNAL = [
    logged("2026-02-10", "D-1", "last_amount", "100", "120"),
    logged("2026-03-10", "D-1", "last_amount", "120", "130"),
    logged("2026-03-20", "D-1", "last_amount", "130", "120", "undo"),
    logged("2026-05-05", "D-1", "amount", "130", "150"),
    logged("2026-05-06", "D-1", "last_expected_close", "2026-06-30", "2026-07-31"),
    logged("2026-05-07", "D-1", "last_owner", "Ben", "Anna"),
    logged("2026-05-08", "D-1", "last_forecast", "", "commit"),
]


def pipeline() -> Pipeline:
    """Return the deals with their Journal; what the stays of D-1 carry is that of the day."""
    made = pipeline_from_table(DEALS, TODAY, Journal=JOURNAL)
    history = made["History"].copy()
    history.loc[history["deal"] == "D-1", "amount"] = [100.0, 120.0]
    history.loc[history["deal"] == "D-1", "owner"] = "Ben"
    return made.with_tables(History=history)


@pytest.mark.parametrize(
    ("day", "deal", "stage", "outcome", "amount", "expected", "forecast", "owner"),
    [
        ("2026-01-10", "D-1", "Lead", "open", 100, "2026-06-30", "", "Ben"),
        ("2026-02-09", "D-1", "Lead", "open", 100, "2026-06-30", "", "Ben"),
        ("2026-02-10", "D-1", "Lead", "open", 120, "2026-06-30", "", "Ben"),
        ("2026-03-01", "D-1", "Demo", "open", 120, "2026-06-30", "", "Ben"),
        ("2026-03-25", "D-1", "Demo", "open", 130, "2026-06-30", "", "Ben"),  # undo takes back only what was noted
        ("2026-05-05", "D-1", "Demo", "open", 150, "2026-06-30", "", "Ben"),
        ("2026-05-08", "D-1", "Demo", "open", 150, "2026-07-31", "commit", "Anna"),
        ("2026-06-30", "D-1", "Demo", "open", 150, "2026-07-31", "commit", "Anna"),
        ("2026-04-14", "D-2", "Lead", "open", 200, "2026-05-01", "", "Ben"),
        ("2026-04-15", "D-2", "Won", "won", 200, "2026-05-01", "", "Ben"),
        ("2026-06-20", "D-3", "Lost", "lost", 50, None, "", "Ben"),
    ],
)
def test_a_deal_is_as_recorded_on_that_day(
    day: str, deal: str, stage: str, outcome: str, amount: float, expected: str | None, forecast: str, owner: str
) -> None:
    row = read_deal_record(pipeline()).on(date.fromisoformat(day)).set_index("deal").loc[deal]
    assert [row[each] for each in ("stage", "outcome", "amount", "forecast", "owner")] == [
        stage, outcome, amount, forecast, owner,
    ]  # fmt: skip
    assert (None if pd.isna(row["expected_close"]) else str(row["expected_close"].date())) == expected


def test_only_deals_that_had_begun_are_there() -> None:
    record = read_deal_record(pipeline())
    days = ("2026-01-09", "2026-01-31", "2026-02-01", "2026-06-19", "2026-06-30", "2027-01-01")
    assert {day: sorted(record.on(date.fromisoformat(day))["deal"]) for day in days} == {
        "2026-01-09": [],
        "2026-01-31": ["D-1"],
        "2026-02-01": ["D-1", "D-2"],
        "2026-06-19": ["D-1", "D-2"],
        "2026-06-30": ["D-1", "D-2", "D-3"],
        "2027-01-01": ["D-1", "D-2", "D-3"],
    }


def test_a_removed_deal_is_there_until_its_removal() -> None:
    now = pipeline()
    row = now["Deals"].set_index("deal", drop=False).loc["D-2"]
    cells = {"deal": "D-2", "outcome": "won", "recorded_stage": "Won", "amount": 200.0, "created": "2026-02-01"}
    line = {
        **logged("2026-05-20", "D-2", "", "", ""), "operation": "remove", "before": json.dumps(cells),
    }  # fmt: skip
    journal = pipeline_from_table(DEALS, TODAY, Journal=[*JOURNAL, line])["Journal"]
    record = read_deal_record(now.with_tables(Deals=now["Deals"][now["Deals"]["deal"] != row["deal"]], Journal=journal))
    there = {day: "D-2" in set(record.on(date(2026, 5, day))["deal"]) for day in (19, 20)}
    assert there == {19: True, 20: False}


def test_a_row_that_a_person_deleted_is_missed_today() -> None:
    now = pipeline()
    record = read_deal_record(now.with_tables(Deals=now["Deals"][now["Deals"]["deal"] != "D-1"]))
    assert "D-1" in set(record.on(date(2026, 6, 29))["deal"])
    assert "D-1" not in set(record.on(TODAY)["deal"])


def test_a_typed_amount_counts_from_today() -> None:
    now = pipeline()
    deals = now["Deals"].copy()
    deals.loc[deals["deal"] == "D-1", "amount"] = 175.0
    record = read_deal_record(now.with_tables(Deals=deals))
    amounts = [float(record.on(day).set_index("deal").at["D-1", "amount"]) for day in (date(2026, 6, 29), TODAY)]
    assert amounts == [150, 175]


def test_a_deal_that_no_update_has_recorded_is_known_only_today() -> None:
    record = read_deal_record(pipeline())
    assert not record.on(date(2026, 6, 29))["known"].any()
    assert record.on(TODAY)["known"].all()
