"""The version of the process, its review, and measures with the effect that the numbers show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest

from tests.metrics.stories import pipeline_from_table
from tests.tables import TODAY, crm
from xl_salesflow.changelog.change_decisions import list_change_lines
from xl_salesflow.changelog.change_log import is_recomputed
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update

RUN = Run("test", datetime.combine(TODAY, datetime.min.time()))
DEAL = {"deal": "D-1", "stage": "Lead", "amount": 100.0}


def updated(pipeline: Pipeline) -> Pipeline:
    return apply_change_set(pipeline, update(pipeline, RUN))


def setting(pipeline: Pipeline, name: str) -> Any:
    rows = pipeline["Settings"]
    return rows.loc[rows["setting"] == name, "value"].iloc[0]


def process(**values: str) -> Pipeline:
    rows = {"process_version": "1", "process_seal": "", "process_review": "", **values}
    pipeline = crm(Deals=[DEAL], Settings=[{"setting": name, "value": value} for name, value in rows.items()])
    return replace(pipeline, settings=Settings(rows))


@pytest.mark.parametrize(
    ("version", "expected"), [("1", "2"), ("9", "10"), ("2026-09", "2026-10"), ("draft", "draft 2")]
)
def test_a_change_of_the_process_counts_its_version_up_once(version: str, expected: str) -> None:
    """A first run only remembers the process; a change of stages, gates or tasks counts up, a second run does not."""
    begun = updated(process(process_version=version))
    assert setting(begun, "process_version") == version
    tasks = begun["StageTasks"]
    changed = begun.with_tables(StageTasks=tasks.assign(task=tasks["task"] + " in writing"))
    assert setting(updated(begun), "process_version") == version
    now = updated(changed)
    assert setting(now, "process_version") == expected
    assert setting(updated(now), "process_version") == expected
    assert setting(apply_change_set(now, undo(now, RUN)), "process_version") in (version, expected)


@pytest.mark.parametrize("table", ["Stages", "Gates", "StageTasks"])
def test_every_sheet_of_the_process_counts(table: str) -> None:
    begun = updated(process())
    shorter = begun.with_tables(**{table: begun[table].iloc[:-1]})
    assert setting(updated(shorter), "process_version") == "2"
    reordered = begun.with_tables(**{table: begun[table].iloc[::-1]})
    assert setting(updated(reordered), "process_version") == "1"


@pytest.mark.parametrize(("day", "found"), [("2026-03-30", 1), ("2026-03-31", 0), ("2026-06-01", 0), ("", 0)])
def test_a_past_review_is_a_finding(day: str, found: int) -> None:
    pipeline = process(process_review=day)
    findings = [f for f in check_pipeline(pipeline) if f.rule == "review_due"]
    assert len(findings) == found
    assert all("2026-03-30" in finding.message for finding in findings)


def funnel_with_measures(*measures: dict[str, Any], language: Language = "en") -> Pipeline:
    """
    deal | amount | visits
    D-1  | 100    | Lead 01-10, Qualified 01-20
    D-2  | 200    | Lead 01-10
    D-3  | 300    | Lead 02-10, Qualified 03-01, Won 03-20
    D-4  | 400    | Lead 02-10, Qualified 03-02
    """
    pipeline = pipeline_from_table(funnel_with_measures.__doc__ or "", date(2026, 3, 31))
    names = [{"metric": metric.id, "name": metric.name.in_(language)} for metric in METRICS_BY_ID.values()]
    return pipeline.with_tables(
        Metrics=make_table_frame(TABLES["Metrics"], names),
        Measures=make_table_frame(TABLES["Measures"], list(measures)),
    )


FEBRUARY = {"start": date(2026, 2, 1), "due": date(2026, 3, 31), "action": "Call within a day", "owner": "Ann"}


@pytest.mark.parametrize(
    ("named", "start", "now", "effect"),
    [
        ({"stage": "lead"}, 0.5, 0.75, 0.25),
        ({"metric": "Won value"}, 0.0, 300.0, 300.0),
        ({"metric": "won_count", "stage": "Lead"}, 0, 1, 1),
        ({"metric": "won_count", "closed": date(2026, 3, 10)}, 0, 0, 0),
        ({"metric": "won_count", "start": date(2027, 1, 1)}, None, 1, None),
        ({"stage": "Nowhere"}, None, None, None),
        ({}, None, None, None),
    ],
)
def test_the_effect_is_the_number_now_less_the_number_at_the_start(
    named: dict[str, Any], start: float | None, now: float | None, effect: float | None
) -> None:
    pipeline = recompute_formula_columns(funnel_with_measures({"measure": "M-0001", **FEBRUARY, **named}))
    after = updated(pipeline)
    row = after["Measures"].iloc[0]
    assert [None if pd.isna(row[name]) else row[name] for name in ("value_start", "value_now", "effect")] == [
        start, now, effect,
    ]  # fmt: skip
    assert not update(after, RUN).edits


def test_a_measure_without_number_and_start_gets_both() -> None:
    row = updated(recompute_formula_columns(funnel_with_measures({"stage": "Lead", "action": "Call"})))["Measures"]
    assert row["measure"].tolist() == ["M-0001"]
    assert row["start"].dt.date.tolist() == [date(2026, 3, 31)]
    assert row["effect"].tolist() == [0.0]


def test_a_due_measure_is_a_finding_with_its_numbers_until_it_is_closed() -> None:
    due = {"measure": "M-0001", **FEBRUARY, "metric": "won_count", "expected": 3.0}
    later = {"measure": "M-0002", **FEBRUARY, "due": date(2026, 4, 1), "stage": "Lead"}
    odd = {"measure": "M-0003", "metric": "Won valu"}
    closed = {"measure": "M-0004", **FEBRUARY, "stage": "Lead", "closed": date(2026, 3, 30)}
    after = updated(recompute_formula_columns(funnel_with_measures(due, later, odd, closed)))
    found = {f.rule: (f.key, f.message) for f in check_pipeline(after) if f.table == "Measures" and f.rule != "orphan"}
    assert {rule: key for rule, (key, _) in found.items()} == {"measure_due": "M-0001", "unmeasured": "M-0003"}
    assert "was 0 at the start and is 1 now, a change of 1 where 3 was expected" in found["measure_due"][1]
    assert "did you mean “Won value”" in found["unmeasured"][1]


def test_the_numbers_of_a_measure_are_no_decisions_and_no_changes_of_the_journal() -> None:
    """They follow from the deals; the effect of a gate, which a person chooses, is a decision."""
    before = recompute_formula_columns(funnel_with_measures({"measure": "M-0001", "stage": "Lead", **FEBRUARY}))
    lines = list_change_lines(before, update(before, RUN))
    assert not [line for line in lines if line.table == "Measures"]
    journal = updated(before)["Journal"]
    assert not journal["column"].isin(["value_start", "value_now"]).any()
    assert [name for name in ("Gates", "Measures") if not is_recomputed(TABLES[name]["effect"])] == ["Gates"]
