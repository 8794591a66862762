"""A change sheet: ticked changes are made if the verb still proposes them; others, and outdated ones, are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from tests.tables import TODAY, crm, rows
from tests.test_undo import at, held, typed, undone
from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_MESSAGES, ChangeSheet
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.verbs import apply, change_sheet, update

STAGES = list(crm()["Stages"]["stage"])


@pytest.fixture
def worked() -> Pipeline:
    """Return three recorded deals, two with a pending move and one with a pushed closing, and a call without a number."""
    later = TODAY + timedelta(days=40)
    deals = [
        {"deal": f"D-{n}", "stage": STAGES[0], "owner": "Mara", "amount": 100.0 * n, "expected_close": later}
        for n in (1, 2, 3)
    ]
    before = crm(Deals=deals, Activities=[{"deal": "D-1", "date": TODAY, "type": "call"}])
    before = apply_change_set(before, update(before, at(1)))
    before = typed(typed(before, "D-1", stage=STAGES[1]), "D-2", stage=STAGES[1])
    return typed(before, "D-3", expected_close=pd.Timestamp(later + timedelta(days=9)).to_datetime64())


def sheet(pipeline: Pipeline, *ticks: tuple[str, str]) -> ChangeSheet:
    """Return a change sheet of an update with ticks for the given (key, column) pairs, by default for all rows."""
    made = change_sheet(pipeline, update(pipeline, at(2)), "update", at(2))
    lines = [replace(line, apply=not ticks or (line.key, line.column) in ticks) for line in made.lines]
    assert {(line.key, line.column) for line in lines if line.apply} >= set(ticks), "no such line to tick"
    return replace(made, lines=tuple(lines))


def done(pipeline: Pipeline, asked: ChangeSheet) -> tuple[Pipeline, ChangeSet]:
    plan = apply(pipeline, asked, at(3))
    return apply_change_set(pipeline, plan), plan


def recorded(pipeline: Pipeline) -> list[int]:
    return [STAGES.index(stage) for stage in pipeline["Deals"]["recorded_stage"]]


def refusals(plan: ChangeSet) -> dict[str, str]:
    return {finding.rule: finding.message for finding in plan.findings if finding.rule in CHANGE_SHEET_MESSAGES}


def test_a_decision_is_one_row_and_a_move_is_one_decision(worked: Pipeline) -> None:
    """The cells of a move, its stage stays and its tasks are named in its row and are applied with its tick."""
    lines = {(line.key, line.column): line for line in sheet(worked).lines}
    assert set(lines) == {("D-1", "Recorded stage"), ("D-2", "Recorded stage"), ("D-3", "Close last seen")}
    move = lines["D-1", "Recorded stage"]
    assert (move.table, move.before, move.after, move.held) == ("Deals", STAGES[0], STAGES[1], STAGES[0])
    assert "Stage history: +1 row" in move.follows


def test_ticking_everything_is_the_same_as_the_update(worked: Pipeline) -> None:
    after, plan = done(worked, sheet(worked))
    assert held(after) == held(apply_change_set(worked, update(worked, at(3))))
    assert (plan.answer.applied, plan.answer.refused) == (3, 0)


def test_without_ticks_nothing_that_a_person_decides_changes(worked: Pipeline) -> None:
    asked = sheet(worked)
    after, plan = done(worked, replace(asked, lines=tuple(replace(line, apply=False) for line in asked.lines)))
    assert recorded(after) == [0, 0, 0]
    assert len(after["History"]) == len(worked["History"])
    assert plan.answer.applied == 0


def test_one_ticked_move_is_made_and_undone_as_a_whole(worked: Pipeline) -> None:
    after, _ = done(worked, sheet(worked, ("D-2", "Recorded stage")))
    assert recorded(after) == [0, 1, 0]
    assert sorted(after["History"]["deal"]) == ["D-1", "D-2", "D-2", "D-3"]
    assert set(after["Journal"]["verb"]) == {"update", "apply"}
    assert held(undone(after, 4)) == held(worked)


@pytest.mark.parametrize(
    ("change", "tick", "rule", "says"),
    [
        pytest.param({"recorded_stage": STAGES[2]}, "Recorded stage", "change_overtaken", STAGES[2], id="another value now"),
        pytest.param({"stage": STAGES[0]}, "Recorded stage", "change_off", "update would no longer write", id="no longer wanted"),
        pytest.param({"deal": "D-9"}, "Recorded stage", "change_gone", "no longer there", id="the row is gone"),
    ],
)  # fmt: skip
def test_outdated_rows_are_refused_one_by_one_and_the_rest_is_done(
    worked: Pipeline, change: dict[str, Any], tick: str, rule: str, says: str
) -> None:
    asked = sheet(worked, ("D-1", tick), ("D-2", tick))
    deals = worked["Deals"].copy()
    deals.loc[deals["deal"] == "D-1", list(change)] = list(change.values())
    after, plan = done(worked.with_tables(Deals=deals), asked)
    assert list(refusals(plan)) == [rule]
    assert says in refusals(plan)[rule]
    assert recorded(after)[1] == 1
    assert (plan.answer.applied, plan.answer.refused) == (1, 1)


def test_the_gates_apply_when_a_change_sheet_is_applied() -> None:
    """The amount that the gate requires was there when the sheet was made, and is missing when the sheet is applied."""
    gate = rows(f"gate | stage | subject | check | active\nG-1 | {STAGES[1]} | amount | filled | yes", "Gates")
    gates = build_pipeline(TODAY, Gates=gate)["Gates"]
    first = crm(Deals=[{"deal": "D-1", "stage": STAGES[0], "amount": 10.0}]).with_tables(Gates=gates)
    moved = typed(apply_change_set(first, update(first, at(1))), "D-1", stage=STAGES[1])
    asked = sheet(moved, ("D-1", "Recorded stage"))
    assert recorded(done(moved, asked)[0]) == [1]
    after, plan = done(typed(moved, "D-1", amount=float("nan")), asked)
    assert list(refusals(plan)) == ["change_off"]
    assert recorded(after) == [0]


def test_a_refused_move_shows_the_reasons_of_the_gates() -> None:
    gate = rows(f"gate | stage | subject | check | active\nG-1 | {STAGES[1]} | amount | filled | yes", "Gates")
    first = crm(Deals=[{"deal": "D-1", "stage": STAGES[0]}]).with_tables(
        Gates=build_pipeline(TODAY, Gates=gate)["Gates"]
    )
    moved = typed(apply_change_set(first, update(first, at(1))), "D-1", stage=STAGES[1])
    (line,) = sheet(moved).lines
    assert (line.column, line.after) == ("Move", "Refused")
    assert "Amount" in line.because
