"""What people type over is recorded: an update notes amount, forecast and owner, and the Journal tells what they were."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pandas as pd
import pytest

from tests.tables import crm
from xl_salesflow.changelog.change_log import NOTED_COLUMNS
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.metrics.past_deals import read_deal_record
from xl_salesflow.metrics.readings.pipeline_flow import FlowRequest, answer_flow
from xl_salesflow.verbs import rename, undo, update

FIRST, SECOND, THIRD = date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)
DEAL = {
    "deal": "D-1", "stage": "Lead", "owner": "Mara", "amount": 100.0, "expected_close": date(2026, 3, 20),
}  # fmt: skip


def run_on(day: date) -> Run:
    return Run("Mara", datetime.combine(day, time(9)))


def updated(pipeline: Pipeline, day: date) -> Pipeline:
    now = replace(pipeline, today=day)
    return apply_change_set(now, update(now, run_on(day)))


def typed(pipeline: Pipeline, **cells: Any) -> Pipeline:
    deals = pipeline["Deals"].copy()
    for column_id, value in cells.items():
        deals.loc[deals["deal"] == "D-1", column_id] = value
    return pipeline.with_tables(Deals=deals)


def noted_lines(pipeline: Pipeline) -> list[tuple[str, str, str, str]]:
    """Return day, column, before and after of each line of the Journal about a noted value."""
    lines = pipeline["Journal"]
    lines = lines[lines["column"].isin([*NOTED_COLUMNS, "last_expected_close"])]
    return [
        (str(line.time.date()), str(line.column), str(line.before), str(line.after))
        for line in lines.itertuples(index=False)
    ]


@pytest.fixture(scope="module")
def first() -> Pipeline:
    """Return a deal after its first update."""
    people = [{"person": "Mara"}, {"person": "Tom"}]
    return updated(crm(Deals=[DEAL], Team=people), FIRST)


def test_the_first_update_notes_a_deal_and_logs_nothing_of_it(first: Pipeline) -> None:
    deal = first["Deals"].iloc[0]
    assert [deal[column] for column in NOTED_COLUMNS] == [100.0, "", "Mara", pd.Timestamp(FIRST)]
    assert noted_lines(first) == []


def test_an_update_logs_what_was_typed_since_the_last(first: Pipeline) -> None:
    day = pd.Timestamp("2026-04-30")
    now = updated(typed(first, amount=120.5, forecast="commit", owner="Tom", expected_close=day), SECOND)
    assert noted_lines(now) == [
        ("2026-03-09", "last_expected_close", "2026-03-20", "2026-04-30"),
        ("2026-03-09", "last_amount", "100", "120.5"),
        ("2026-03-09", "last_forecast", "", "commit"),
        ("2026-03-09", "last_owner", "Mara", "Tom"),
    ]
    again = replace(now, today=SECOND)
    second_run = update(again, run_on(SECOND))
    assert (second_run.edits, second_run.appends) == ((), ())


def test_the_record_knows_the_values_of_each_day(first: Pipeline) -> None:
    now = updated(typed(updated(typed(first, amount=120.0), SECOND), amount=90.0, owner="Tom"), THIRD)
    record = read_deal_record(now)
    days = (date(2026, 3, 2), date(2026, 3, 8), SECOND, date(2026, 3, 15), THIRD)
    rows = [record.on(day).iloc[0] for day in days]
    assert [row["amount"] for row in rows] == [100, 100, 120, 120, 90]
    assert [row["owner"] for row in rows] == ["Mara"] * 4 + ["Tom"]
    assert all(row["known"] for row in rows)
    answer = answer_flow(now, FlowRequest(date(2026, 3, 3), THIRD))
    assert (answer.steps.lowered.value, answer.known_since, answer.not_recorded) == (10, None, 0)


def test_undo_takes_a_note_back_and_the_record_keeps_what_was_typed(first: Pipeline) -> None:
    second = updated(typed(first, amount=120.0), SECOND)
    later = replace(second, today=date(2026, 3, 12))
    back = apply_change_set(later, undo(later, run_on(date(2026, 3, 12))))
    assert back["Deals"]["last_amount"].iloc[0] == 100
    record = read_deal_record(updated(back, THIRD))
    assert [record.on(day).iloc[0]["amount"] for day in (FIRST, SECOND, date(2026, 3, 13))] == [100, 120, 120]


def test_a_renamed_owner_is_the_same_owner(first: Pipeline) -> None:
    second = updated(typed(first, owner="Tom"), SECOND)
    later = replace(second, today=date(2026, 3, 12))
    renamed = apply_change_set(later, rename(later, "Mara", "Mara Keller", run_on(date(2026, 3, 12))))
    record = read_deal_record(renamed)
    assert [record.on(day).iloc[0]["owner"] for day in (FIRST, SECOND, date(2026, 3, 12))] == [
        "Mara Keller", "Tom", "Tom",
    ]  # fmt: skip


def test_an_older_workbook_is_recorded_from_its_first_update_on(first: Pipeline) -> None:
    older = first.with_tables(
        Deals=first["Deals"].assign(last_amount=float("nan"), last_owner="", recorded_since=pd.NaT)
    )
    now = updated(typed(older, amount=150.0), SECOND)
    assert noted_lines(now) == []
    record = read_deal_record(replace(now, today=THIRD))
    assert [(row["amount"], row["known"]) for row in (record.on(day).iloc[0] for day in (FIRST, SECOND))] == [
        (100, False), (150, True),
    ]  # fmt: skip
    answer = answer_flow(replace(now, today=THIRD), FlowRequest(date(2026, 3, 3), THIRD))
    assert (answer.steps.raised.value, answer.known_since, answer.not_recorded) == (50, SECOND, 1)
