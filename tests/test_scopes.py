"""The engine with the scope of some deals: other deals stay as they are; seals, run numbers and the change log work as usual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pandas as pd
import pytest

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, apply_change_set
from xl_salesflow.core.history_seal import find_broken_seals
from xl_salesflow.core.lazy_frames import LazyFrames, LoadedFrames
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.engine import Run, Step, make_deal_scope, recompute_formula_columns, run_steps
from xl_salesflow.process.move_judging import judge_stage_moves
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update

RUN = Run("Mara", datetime.combine(TODAY, datetime.min.time()))
DEALS = """
    deal | account | contact | stage | amount | budget
    D-1  | Acme    | Wu      | Lead  | 100    | 1
    D-2  | Acme    | Wu      | Lead  | 200    | 2
    D-3  | Acme    | Wu      | Lead  | 300    | 3
"""


@pytest.fixture
def before() -> Pipeline:
    """Return three recorded deals, each with a pending move to the next stage."""
    pipeline = crm(Deals=rows(DEALS), Accounts=[{"account": "Acme"}], Contacts=[{"contact": "Wu", "account": "Acme"}])
    pipeline = apply_change_set(pipeline, update(pipeline, Run("Mara", RUN.now - timedelta(days=1))))
    return pipeline.with_tables(Deals=pipeline["Deals"].assign(stage="Qualified"))


def everywhere(column: str, value: float) -> Step:
    """Return a step that writes *value* into a column of every deal, and one activity for each."""

    def step(pipeline: Pipeline) -> ChangeSet:
        deals = pipeline["Deals"]
        after = pd.Series(value, deals.index)
        added = make_table_frame(TABLES["Activities"], [{"deal": deal, "type": "call"} for deal in deals["deal"]])
        return ChangeSet(
            edits=(Edit("Deals", column, deals["deal"], deals[column], after, "test"),),
            appends=(Append("Activities", added, "test"),),
        )

    return step


def test_changes_of_a_step_to_other_deals_are_left_out(before: Pipeline) -> None:
    plan = run_steps(before, (everywhere("amount", 7.0),), "test", RUN, make_deal_scope("d-2 "))
    assert [(change.key, change.column, change.after) for change in plan.changes] == [("D-2", "amount", 7.0)]
    assert [list(append.rows["deal"]) for append in plan.appends if append.table == "Activities"] == [["D-2"]]
    assert {edit.table: list(edit.keys) for edit in plan.caches} == {"Deals": ["D-2"]}
    (log,) = (append.rows for append in plan.appends if append.table == "Journal")
    assert list(log[["table", "operation", "key"]].itertuples(index=False, name=None)) == [
        ("Deals", "change", "D-2"),
        ("Activities", "add", ""),
    ]


def test_formula_columns_are_recomputed_in_the_rows_of_the_deal_only(before: Pipeline) -> None:
    fresh = recompute_formula_columns(before)
    stale = fresh.with_tables(Deals=fresh["Deals"].assign(bant_score=1.0, weighted_value=2.0))
    plan = run_steps(stale, (), "test", RUN, make_deal_scope("D-1", "D-3"))
    assert {edit.column: list(edit.keys) for edit in plan.caches} == {
        "bant_score": ["D-1", "D-3"],
        "weighted_value": ["D-1", "D-3"],
    }
    assert plan.edits == plan.appends == ()
    assert run_steps(apply_caches(stale, plan), (), "test", RUN, make_deal_scope("D-1", "D-3")).caches == ()


def apply_caches(pipeline: Pipeline, plan: ChangeSet) -> Pipeline:
    return apply_change_set(pipeline, ChangeSet(edits=plan.caches))


def test_a_move_in_scope_is_sealed_and_the_moves_of_others_stay_pending(before: Pipeline) -> None:
    plan = run_steps(before, (partial(judge_stage_moves, by="Mara"),), "move", RUN, make_deal_scope("D-2"))
    after = apply_change_set(before, plan)
    assert list(after["Deals"]["recorded_stage"]) == ["Lead", "Qualified", "Lead"]
    began = after["History"].loc[~after["History"].index.isin(before["History"].index)]
    assert list(began["deal"]) == ["D-2"]
    assert (began["seal"] != "").all()
    assert began["step"].notna().all()
    assert not any(map(len, broken_seals(after)))
    assert {edit.table for edit in plan.edits} <= {"Deals", "History", "Tasks"}


def broken_seals(pipeline: Pipeline) -> tuple[pd.Index, ...]:
    found = find_broken_seals(pipeline["History"])
    return tuple(getattr(found, name) for name in found.__dataclass_fields__)


def test_an_update_after_a_scoped_run_does_the_rest_and_a_second_one_nothing(before: Pipeline) -> None:
    step = partial(judge_stage_moves, by="Mara")
    now = apply_change_set(before, run_steps(before, (step,), "move", RUN, make_deal_scope("D-2")))
    rest = update(now, Run("Mara", RUN.now + timedelta(minutes=1)))
    moved = {change.key for change in rest.changes if (change.table, change.column) == ("Deals", "recorded_stage")}
    assert moved == {"D-1", "D-3"}
    now = apply_change_set(now, rest)
    again = update(now, Run("Mara", RUN.now + timedelta(minutes=2)))
    assert again.edits == again.appends == again.fills == ()


def test_two_scoped_runs_within_one_second_have_different_numbers_and_are_undone_separately(before: Pipeline) -> None:
    now = before
    for deal in ("D-1", "D-2"):
        plan = run_steps(now, (everywhere("amount", 7.0),), "test", RUN, make_deal_scope(deal))
        now = apply_change_set(now, plan)
    assert list(now["Journal"]["run"].unique()[-2:]) == ["20260331-000000", "20260331-000000-2"]
    back = apply_change_set(now, undo(now, Run("Mara", RUN.now + timedelta(minutes=1)), "20260331-000000-2"))
    assert list(back["Deals"]["amount"]) == [7.0, 200.0, 300.0]


def lazily(pipeline: Pipeline) -> tuple[Pipeline, list[str]]:
    """Return *pipeline* with tables that are read on demand, and the list of the tables read."""
    read = list[str]()

    def table(name: str) -> pd.DataFrame:
        if name not in read:
            read.append(name)
        return pipeline[name]

    return Pipeline(LazyFrames(table), pipeline.today, settings=pipeline.settings), read


def test_a_scoped_run_reads_few_tables(before: Pipeline) -> None:
    pipeline, read = lazily(before)
    run_steps(pipeline, (everywhere("amount", 7.0),), "test", RUN, make_deal_scope("D-2"))
    assert set(read) == {"Deals", "Stages", "Activities", "Journal", "FollowUps"}


FINDINGS = {
    "of the deal": (Finding("not_a_number", "warn", "a", "Deals", "D-2", "amount"), True),
    "of its activity": (Finding("not_a_date", "warn", "b", "Activities", "A2", "date"), True),
    "of another deal": (Finding("not_a_number", "warn", "c", "Deals", "D-1", "amount"), False),
    "of a setting": (Finding("not_a_number", "warn", "d", "Settings", "tax_rate", "value"), True),
    "of a product": (Finding("not_a_number", "warn", "e", "Products", "Pump", "price"), False),
    "of the workbook": (Finding("missing_name", "warn", "f"), False),
}


@pytest.mark.parametrize("which", FINDINGS)
def test_findings_are_those_of_the_deal_and_of_the_settings(before: Pipeline, which: str) -> None:
    finding, is_told = FINDINGS[which]
    activities = make_table_frame(TABLES["Activities"], rows("activity|deal\nA1|D-1\nA2|D-2", "Activities"))
    pipeline = Pipeline(
        LoadedFrames({**before.tables, "Activities": activities}),
        before.today,
        settings=before.settings,
        cell_findings=(finding,),
    )
    plan = run_steps(pipeline, (), "test", RUN, make_deal_scope("D-2"))
    named = replace(finding, deal_name="Acme" if finding.table in ("Deals", "Activities") else "")
    assert plan.findings == ((named,) if is_told else ())


def test_a_pipeline_cannot_be_written_to(before: Pipeline) -> None:
    changes: tuple[Callable[[], object], ...] = (
        lambda: setattr(before, "today", TODAY),
        lambda: setattr(before, "remembered", 1),
        lambda: before.__dict__,
    )
    for change in changes:
        with pytest.raises((AttributeError, TypeError)):
            change()


def test_playbooks_are_read_once_per_run_unless_the_set_up_changes(before: Pipeline) -> None:
    known = before.playbooks
    assert before.with_tables(Deals=before["Deals"].head(1)).playbooks is known
    stages = before["Stages"].assign(probability=0.5)
    other = before.with_tables(Stages=stages)
    assert {stage.probability for stage in other.playbooks["crm"].stages} == {0.5}
    assert {stage.probability for stage in before.playbooks["crm"].stages} != {0.5}
