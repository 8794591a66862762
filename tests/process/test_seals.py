"""Findings about History: changed or removed rows, and rows without a seal."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.process.history_rules import check_seals
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update

NOW = datetime.combine(TODAY, datetime.min.time())
SEALS = ("broken_seal", "missing_visits", "unsealed_visit", "unsigned_visit")


def run(minute: int) -> Run:
    return Run("Mara", NOW + timedelta(minutes=minute))


def typed(pipeline: Pipeline, **stages: str) -> Pipeline:
    deals = pipeline["Deals"].copy()
    deals["stage"] = deals["deal"].map(stages).fillna(deals["stage"])
    return pipeline.with_tables(Deals=deals)


@pytest.fixture
def moved() -> Pipeline:
    """Return three deals: V000001 to V000003 are entries, V000004 moves D2 to Qualified."""
    known = {"account": "Acme", "contact": "Wu"}
    first = crm(Deals=[{"deal": f"D{n}", "stage": "Lead", **known} for n in (1, 2, 3)], Accounts=[{"account": "Acme"}])
    first = apply_change_set(first, update(first, run(1)))
    second = typed(first, D2="Qualified")
    return apply_change_set(second, update(second, run(2)))


def found(pipeline: Pipeline) -> list[tuple[str, str, str]]:
    return [(f.rule, f.severity, f.key) for f in check_pipeline(pipeline) if f.rule in SEALS]


def test_moves_are_sealed_as_they_are_recorded(moved: Pipeline) -> None:
    assert list(moved["History"]["visit"]) == ["V000001", "V000002", "V000003", "V000004"]
    assert (moved["History"]["seal"] != "").all()
    assert found(moved) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_changed_stage_stay_is_reported_with_row_and_cell(moved: Pipeline, language: Language) -> None:
    history = moved["History"].copy()
    row = history.index[history["visit"] == "V000002"][0]
    history.loc[row, "left"] = pd.Timestamp("2026-03-01").to_datetime64()
    history.loc[row, "owner"] = "Somebody"
    pipeline = crm(language).with_tables(**{**moved.tables, "History": history})
    findings = [f for f in check_pipeline(pipeline) if f.rule == "broken_seal"]
    assert [(f.key, f.severity) for f in findings] == [("V000002", "block"), ("V000004", "block")]
    what = {"en": ("the row was changed after it was written", "previous visit"), "zh": ("与写入时不同", "上一条记录")}[
        language
    ]
    assert [part in f.message for part, f in zip(what, findings, strict=True)] == [True, True]


def test_a_removed_stage_stay_is_noticed(moved: Pipeline) -> None:
    """In the middle, its number is missing; for the last one, the Journal shows that it was added."""
    history = moved["History"]
    for gone in ("V000001", "V000003", "V000004"):
        left = moved.with_tables(History=history[history["visit"] != gone])
        if gone != "V000001":
            assert next(f.message for f in check_pipeline(left) if f.rule == "missing_visits").count(gone) == 1


def test_an_undone_move_is_not_reported_as_missing(moved: Pipeline) -> None:
    back = apply_change_set(moved, undo(moved, run(3)))
    assert len(back["History"]) == 3
    assert found(back) == []
    again = apply_change_set(back, undo(back, run(4)))
    assert (len(again["History"]), found(again)) == (4, [])
    other = apply_change_set(typed(back, D3="Lost"), update(typed(back, D3="Lost"), run(5)))
    assert found(other) == []


def test_an_older_workbook_is_sealed_by_the_next_run_with_a_finding(moved: Pipeline) -> None:
    old = moved.with_tables(History=moved["History"].assign(seal=""))
    assert found(old) == [("unsealed_visit", "note", "V000001")]
    plan = update(old, run(3))
    assert [finding.rule for finding in plan.findings if finding.rule in SEALS] == ["unsealed_visit"]
    now = apply_change_set(old, plan)
    assert list(now["History"]["seal"]) == list(moved["History"]["seal"])
    assert not any(entry.column == "seal" for entry in plan.changes if entry.table == "Journal")
    again = update(now, run(4))
    assert [again.edits, again.appends, again.removes] == [(), (), ()]


def test_a_key_signs_what_runs_write_and_nothing_else(moved: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows from before the key are not complained about; later ones without a signature are."""
    monkeypatch.setenv("SALESFLOW_KEY", "a long key that nobody guesses")
    typed_on = typed(moved, D1="Qualified")
    signed = apply_change_set(typed_on, update(typed_on, run(3)))
    assert signed["History"]["seal"].str.count("-").tolist() == [2, 2, 2, 2, 3]
    assert found(signed) == []
    monkeypatch.delenv("SALESFLOW_KEY")
    typed_again = typed(signed, D3="Qualified")
    unsigned = apply_change_set(typed_again, update(typed_again, run(4)))
    assert found(unsigned) == []
    monkeypatch.setenv("SALESFLOW_KEY", "a long key that nobody guesses")
    assert found(unsigned) == [("unsigned_visit", "warn", "V000006")]
    assert found(apply_change_set(unsigned, update(unsigned, run(5)))) == [("unsigned_visit", "warn", "V000006")]
    monkeypatch.setenv("SALESFLOW_KEY", "another key that nobody guesses")
    assert found(signed) == [("broken_seal", "block", "V000005")]


# attack: changed stays whose seals are cleared, so that a run with the key seals them
# outcome: sealed, but not signed, and reported
def test_a_person_clears_seals_and_a_run_with_the_key_does_not_sign_them(
    moved: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESFLOW_KEY", "a long key that nobody guesses")
    typed_on = typed(moved, D1="Qualified")
    signed = apply_change_set(typed_on, update(typed_on, run(3)))
    history = signed["History"].assign(seal=signed["History"]["seal"].where(signed["History"]["deal"] != "D1", ""))
    cleared = signed.with_tables(History=history.assign(amount=1.0))
    again = apply_change_set(cleared, update(cleared, run(4)))
    assert again["History"]["seal"].str.count("-").max() == 2
    counts, findings = check_seals(again)
    assert (counts.stays, counts.sealed, counts.signed, counts.key_known) == (5, 5, 0, True)
    assert {finding.key for finding in findings} == {"V000002", "V000003", "V000004"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_seals_names_the_cells_that_were_changed(moved: Pipeline, language: Language) -> None:
    history = moved["History"].copy()
    row = history.index[history["visit"] == "V000002"][0]
    history.loc[row, ["owner", "reason", "days"]] = ["Somebody", "none", 99.0]
    _, findings = check_seals(crm(language).with_tables(**{**moved.tables, "History": history}))
    columns = [TABLES["History"][name].header.in_(language) for name in ("owner", "reason", "days")]
    assert [[name in finding.message for name in columns] for finding in findings] == [
        [True, True, False],
        [False, False, True],
    ]
