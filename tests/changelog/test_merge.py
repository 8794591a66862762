"""Merging two copies of one workbook: which changes are taken, which are conflicts, and that none is dropped."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from xl_salesflow import verbs
from xl_salesflow.changelog.copy_differences import index_by_identity, label_rows, list_merged_columns
from xl_salesflow.changelog.copy_merge import merge_copies
from xl_salesflow.changelog.merge_conflicts import resolve_conflicts
from xl_salesflow.changelog.three_way_merge import Ancestor, reconstruct_ancestor
from xl_salesflow.core.change_sets import apply_change_set, find_equal_cells
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update

TODAY = date(2026, 5, 4)


EMPTY = build_pipeline(TODAY)


def book(**tables: list[dict[str, Any]]) -> Pipeline:
    return EMPTY.with_tables(**{name: make_table_frame(TABLES[name], rows) for name, rows in tables.items()})


def deal(key: str = "D-1", **cells: Any) -> dict[str, Any]:
    return {"deal": key, "name": f"Offer {key}", "amount": 100.0, "owner": "Ann", **cells}


def merge(base: Pipeline, ours: Pipeline, theirs: Pipeline) -> Pipeline:
    return apply_change_set(ours, merge_copies(Ancestor(base.tables), ours, theirs))


def cells_by_key(pipeline: Pipeline, table: str = "Deals") -> dict[str, dict[str, Any]]:
    columns = [column.id for column in list_merged_columns(TABLES[table])]
    rows = pipeline[table].loc[index_by_identity(TABLES[table], pipeline[table]).to_numpy(), columns]
    key = TABLES[table].key or columns[0]
    records = rows.astype(object).where(rows.notna() & (rows != ""), None).to_dict("records")
    return {row[key]: {str(column_id): cell for column_id, cell in row.items() if cell is not None} for row in records}


CELLS = [
    # before, here, there → after, conflict?
    (100, 100, 100, 100, False),
    (100, 120, 100, 120, False),
    (100, 100, 130, 130, False),
    (100, 120, 120, 120, False),
    (100, 120, 130, 120, True),
    (None, None, 130, 130, False),
    (100, 120, None, 120, True),
    (100, 100, None, None, False),
]


@pytest.mark.parametrize(("before", "here", "there", "after", "conflict"), CELLS)
def test_a_cell(before: Any, here: Any, there: Any, after: Any, conflict: bool) -> None:
    base, ours, theirs = (book(Deals=[deal(amount=amount)]) for amount in (before, here, there))
    done = merge(base, ours, theirs)
    assert cells_by_key(done)["D-1"].get("amount") == after
    assert list(done["Conflicts"]["kind"]) == (["cell"] if conflict else [])


ROWS = [
    # rows before, here, there → rows after, kinds of conflict
    ("both add", [], [deal("D-1")], [deal("D-2")], {"D-1", "D-2"}, []),
    ("both add the same", [], [deal("D-1")], [deal("D-1")], {"D-1"}, []),
    ("one number, two deals", [], [deal("D-1")], [deal("D-1", name="Else")], {"D-1", "D-2"}, ["numbered"]),
    ("they remove", [deal()], [deal()], [], set(), []),
    ("they remove what we change", [deal()], [deal(amount=5.0)], [], {"D-1"}, ["removed_there"]),
    ("we remove", [deal()], [], [deal()], set(), []),
    ("we remove what they change", [deal()], [], [deal(amount=5.0)], {"D-1"}, ["removed_here"]),
]


@pytest.mark.parametrize(
    ("before", "here", "there", "after", "kinds"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_a_row(before: Any, here: Any, there: Any, after: set[str], kinds: list[str]) -> None:
    done = merge(*(book(Deals=rows) for rows in (before, here, there)))
    assert set(cells_by_key(done)) == after
    assert list(done["Conflicts"]["kind"]) == kinds


def test_references_to_a_row_follow_its_new_number() -> None:
    ours = book(Deals=[deal("D-1")], Answers=[{"deal": "D-1", "question": "B1", "points": 3}])
    theirs = book(Deals=[deal("D-1", name="Else")], Answers=[{"deal": "D-1", "question": "B1", "points": 1}])
    done = merge(book(), ours, theirs)
    assert dict(zip(done["Answers"]["deal"], done["Answers"]["points"], strict=True)) == {"D-1": 3, "D-2": 1}


def visit(number: int, deal: str, stage: str, **cells: Any) -> dict[str, Any]:
    left = date(9999, 12, 31)
    return {"visit": f"V{number:06d}", "deal": deal, "stage": stage, "entered": date(2026, 1, 1), "left": left, **cells}


def at(stage: str, *visits: dict[str, Any], key: str = "D-1") -> Pipeline:
    return book(Deals=[deal(key, stage=stage, recorded_stage=stage)], History=list(visits))


LEAD, OVER = visit(1, "D-1", "Lead"), visit(1, "D-1", "Lead", left=date(2026, 3, 1), days=59, moved_to="Offer")
OFFER, TALK = visit(2, "D-1", "Offer"), visit(2, "D-1", "Talk")


def test_a_move_of_the_other_copy_is_taken_with_its_stage_stays() -> None:
    done = merge(at("Lead", LEAD), at("Lead", LEAD), at("Offer", OVER, OFFER))
    assert cells_by_key(done)["D-1"]["recorded_stage"] == "Offer"
    assert list(done["History"]["stage"]) == ["Lead", "Offer"]
    assert list(done["History"]["moved_to"]) == ["Offer", ""]


def test_the_same_move_on_both_sides_is_one_move() -> None:
    done = merge(at("Lead", LEAD), at("Offer", OVER, OFFER), at("Offer", OVER, {**OFFER, "visit": "V000009"}))
    assert len(done["History"]) == 2
    assert done["Conflicts"].empty


def test_two_moves_of_one_deal_are_a_conflict_and_ours_stays() -> None:
    done = merge(at("Lead", LEAD), at("Offer", OVER, OFFER), at("Talk", {**OVER, "moved_to": "Talk"}, TALK))
    assert cells_by_key(done)["D-1"]["recorded_stage"] == "Offer"
    assert list(done["History"]["stage"]) == ["Lead", "Offer"]
    conflict = done["Conflicts"].iloc[0]
    assert (conflict["kind"], conflict["here"]) == ("move", "Offer")
    assert conflict["there"].startswith("Talk (")
    assert len(done["Conflicts"]) == 1


def test_stage_stays_added_under_the_same_number_get_different_numbers() -> None:
    base = book(Deals=[deal("D-1"), deal("D-2")])
    ours = replace(base.with_tables(History=book(History=[visit(1, "D-1", "Lead")])["History"]))
    theirs = replace(base.with_tables(History=book(History=[visit(1, "D-2", "Lead")])["History"]))
    done = merge(base, ours, theirs)
    assert dict(zip(done["History"]["visit"], done["History"]["deal"], strict=True)) == {
        "V000001": "D-1",
        "V000002": "D-2",
    }


TAKES = [
    # take → amount afterwards, conflicts left
    ("", 120.0, 1),
    ("yes", 130.0, 0),
    ("no", 120.0, 0),
]


@pytest.mark.parametrize(("take", "amount", "left"), TAKES)
def test_a_conflict_is_decided_on_its_sheet(take: str, amount: float, left: int) -> None:
    done = merge(*(book(Deals=[deal(amount=value)]) for value in (100.0, 120.0, 130.0)))
    done = done.with_tables(Conflicts=done["Conflicts"].assign(take=take))
    decided = apply_change_set(done, resolve_conflicts(done))
    assert cells_by_key(decided)["D-1"]["amount"] == amount
    assert len(decided["Conflicts"]) == left


DECIDED = [
    # table, before, here, there → the cell taken, and its value afterwards
    ("Answers", {"deal": "D-1", "question": "B1", "points": 1.0}, 2.0, 3.0, "points"),
    ("Deals", deal(forecast="pipeline"), "commit", "best_case", "forecast"),
    ("Deals", deal(expected_close=date(2026, 6, 1)), date(2026, 7, 1), date(2026, 8, 1), "expected_close"),
]


@pytest.mark.parametrize(("table", "row", "here", "there", "column"), DECIDED)
def test_yes_takes_the_other_cell_whatever_it_holds(table: str, row: Any, here: Any, there: Any, column: str) -> None:
    others = [{**row, "question": "N2"}] if table == "Answers" else []
    copies = (book(**{table: [row | {column: value}, *others]}) for value in (row[column], here, there))
    done = merge(*copies)
    done = done.with_tables(Conflicts=done["Conflicts"].assign(take="yes"))
    decided = apply_change_set(done, resolve_conflicts(done))
    expected = make_table_frame(TABLES[table], [row | {column: there}])[column].iloc[0]
    assert decided[table][column].iloc[0] == expected
    assert decided["Conflicts"].empty


STUCK = [
    # what somebody did in the meantime to the conflict or to its row
    lambda done: done.with_tables(Deals=done["Deals"].iloc[:0]),
    lambda done: done.with_tables(Conflicts=done["Conflicts"].assign(there="lots")),
    lambda done: done.with_tables(Conflicts=done["Conflicts"].assign(table="Deal")),
]


@pytest.mark.parametrize("meanwhile", STUCK, ids=["row gone", "no number", "no table"])
def test_a_decision_that_cannot_be_applied_stays_and_is_reported(meanwhile: Any) -> None:
    done = merge(*(book(Deals=[deal(amount=value)]) for value in (100.0, 120.0, 130.0)))
    done = meanwhile(done.with_tables(Conflicts=done["Conflicts"].assign(take="yes")))
    plan = resolve_conflicts(done)
    assert [finding.rule for finding in plan.findings] == ["conflict_stays"]
    assert len(apply_change_set(done, plan)["Conflicts"]) == 1


def test_a_removed_deal_is_removed_with_its_stage_stays() -> None:
    base = at("Lead", LEAD)
    ours = base.with_tables(Deals=base["Deals"].assign(amount=7.0))
    done = merge(base, ours, book())
    done = done.with_tables(Conflicts=done["Conflicts"].assign(take="yes"))
    decided = apply_change_set(done, resolve_conflicts(done))
    assert decided["Deals"].empty
    assert decided["History"].empty


def test_the_other_stage_is_typed_so_that_the_gates_judge_it() -> None:
    base, ours = at("Lead", LEAD), at("Offer", OVER, OFFER)
    done = merge(base, ours, at("Talk (new)", {**OVER, "moved_to": "Talk (new)"}, {**TALK, "stage": "Talk (new)"}))
    stages = make_table_frame(
        TABLES["Stages"], [{"playbook": "crm", "stage": stage} for stage in ("Talk", "Talk (new)")]
    )
    done = done.with_tables(Stages=stages, Conflicts=done["Conflicts"].assign(take="yes"))
    decided = apply_change_set(done, resolve_conflicts(done))
    assert list(decided["Deals"]["stage"]) == ["Talk (new)"]
    assert list(decided["Deals"]["recorded_stage"]) == ["Offer"]


def run(second: int) -> Run:
    return Run("Ann", datetime(2026, 5, 4, 9, 0, second))


def journaled(amount: float, second: int) -> Pipeline:
    entry = {
        "run": f"r{second}", "operation": "change", "table": "Deals", "key": "D-1", "column": "amount", "before": "100",
        "after": str(amount),
    }  # fmt: skip
    return book(Deals=[deal(amount=amount)], Journal=[entry] if second else [])


JOURNALS = [
    # which Journals contain the change → amount, conflict?
    (journaled(120.0, 1), journaled(100.0, 0), 120.0, False),
    (journaled(100.0, 0), journaled(120.0, 1), 120.0, False),
    (journaled(120.0, 1), journaled(130.0, 2), 120.0, True),
    (journaled(120.0, 0), journaled(100.0, 0), 120.0, True),
    (journaled(110.0, 0), journaled(120.0, 1), 110.0, True),  # typed here, not logged by a run yet
    (journaled(120.0, 1), journaled(110.0, 0), 120.0, True),  # typed there
]


@pytest.mark.parametrize(("ours", "theirs", "amount", "conflict"), JOURNALS)
def test_without_an_ancestor_the_journals_decide(
    ours: Pipeline, theirs: Pipeline, amount: float, conflict: bool
) -> None:
    done = apply_change_set(ours, merge_copies(reconstruct_ancestor(ours, theirs), ours, theirs))
    assert cells_by_key(done)["D-1"]["amount"] == amount
    assert len(done["Conflicts"]) == conflict


def test_workbooks_that_are_not_copies_are_refused_unless_an_ancestor_is_given() -> None:
    ours, theirs = journaled(120.0, 1), journaled(130.0, 2)
    with pytest.raises(UsageError, match="not a copy"):
        verbs.merge(ours, theirs, None, run(3))
    assert verbs.merge(ours, theirs, book(Deals=[deal()]), run(3)).answer.result.conflicts == 1


def test_a_merge_is_logged_and_a_second_one_changes_nothing() -> None:
    base, ours, theirs = (
        book(Deals=[deal(amount=amount)]).with_tables(**make_shipped_setup("crm", "en"))
        for amount in (100.0, 100.0, 130.0)
    )
    first = verbs.merge(ours, theirs, base, run(1))
    assert [(change.column, change.after) for change in first.changes] == [("amount", 130.0)]
    assert {append.table for append in first.appends} == {"Journal"}
    again = verbs.merge(apply_change_set(ours, first), theirs, base, run(2))
    assert not list(again.changes)
    assert not again.appends


def asked(pipeline: Pipeline) -> list[tuple[str, str]]:
    rows = pipeline["Conflicts"]
    return list(zip(rows["key"], rows["take"], strict=True))


@pytest.fixture
def in_conflict() -> Pipeline:
    """Return a copy whose last run is a merge with two new conflicts and no changes; an older conflict is still listed."""
    three = (
        book(Deals=[deal(f"D-{n}", amount=amount) for n in (1, 2, 3)], Conflicts=[{"table": "Deals", "key": "D-9"}])
        for amount in (100.0, 120.0, 130.0)
    )
    base, ours, theirs = (copy.with_tables(**make_shipped_setup("crm", "en")) for copy in three)
    ours = apply_change_set(ours, update(ours, run(0)))
    theirs = theirs.with_tables(Deals=theirs["Deals"].assign(amount=[130.0, 130.0, 120.0]))
    return apply_change_set(ours, verbs.merge(ours, theirs, base, run(1)))


def test_a_merge_with_conflicts_only_is_undone_and_not_the_run_before_it(in_conflict: Pipeline) -> None:
    assert asked(in_conflict) == [("D-9", ""), ("D-1", ""), ("D-2", "")]
    undo = verbs.undo(in_conflict, run(2))
    result = undo.answer.result
    assert (result.verb, result.undone, result.left) == ("merge", 2, 0)
    undone = apply_change_set(in_conflict, undo)
    assert asked(undone) == [("D-9", "")]
    assert cells_by_key(undone) == cells_by_key(in_conflict)
    assert sorted(asked(apply_change_set(undone, verbs.undo(undone, run(3))))) == sorted(asked(in_conflict))


def test_a_conflict_decided_since_stays_unless_forced(in_conflict: Pipeline) -> None:
    decided = in_conflict.with_tables(Conflicts=in_conflict["Conflicts"].assign(take=["", "yes", ""]))
    undo = verbs.undo(decided, run(2))
    assert asked(apply_change_set(decided, undo)) == [("D-9", ""), ("D-1", "yes")]
    assert [finding.message for finding in undo.findings if finding.rule == "undo_changed"] == [
        f"Conflicts Deals D-1 Amount was changed since run {undo.answer.result.run} and is left as it is: the row; --force "
        "undoes it anyway."
    ]
    assert asked(apply_change_set(decided, verbs.undo(decided, run(2), force=True))) == [("D-9", "")]


def test_an_undone_decision_is_on_the_sheet_again(in_conflict: Pipeline) -> None:
    decided = in_conflict.with_tables(Conflicts=in_conflict["Conflicts"].assign(take=["", "yes", "no"]))
    after = apply_change_set(decided, update(decided, run(2)))
    assert asked(after) == [("D-9", "")]
    undone = apply_change_set(after, undo(after, run(3)))
    assert cells_by_key(undone) == cells_by_key(decided)
    assert sorted(asked(undone)) == sorted(asked(decided))


# -- properties -----------------------------------------------------------------------------------------------------

_KEYS = st.sampled_from([f"D-{number}" for number in range(1, 7)])
_CELLS = st.fixed_dictionaries(
    {}, optional={
        "amount": st.sampled_from([None, 1.0, 2.0, 3.0]), "owner": st.sampled_from(["", "Ann", "Ben", "李雷"]),
        "expected_close": st.sampled_from([None, date(2026, 6, 1), date(2026, 7, 1)]), "source": st.sampled_from(["", "web"]),
    },
)  # fmt: skip
_DEALS = st.dictionaries(_KEYS, _CELLS, max_size=6)
_ANSWERS = st.dictionaries(
    st.tuples(_KEYS, st.sampled_from(["B1", "N2"])), st.sampled_from([0.0, 1.0, 3.0]), max_size=6
)


def written(deals: dict[str, dict[str, Any]], answers: dict[tuple[str, str], float]) -> Pipeline:
    return book(
        Deals=[{"deal": key, "name": key, **found} for key, found in deals.items()],
        Answers=[{"deal": key, "question": asked, "points": points} for (key, asked), points in answers.items()],
    )


BOOKS = st.builds(written, _DEALS, _ANSWERS)


def canonical(pipeline: Pipeline) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for table in map(TABLES.__getitem__, ("Deals", "Answers")):
        rows = index_by_identity(table, pipeline[table.name]).sort_index()
        held = pipeline[table.name].loc[rows.to_numpy(), [column.id for column in list_merged_columns(table)]]
        found[table.name] = (list(rows.index), held.astype(object).where(held.notna(), None).to_numpy().tolist())
    return found


@examples(4)
@given(BOOKS, BOOKS)
def test_merging_with_an_unchanged_copy_gives_the_other(base: Pipeline, changed: Pipeline) -> None:
    for ours, theirs in ((base, changed), (changed, base)):
        done = merge(base, ours, theirs)
        assert canonical(done) == canonical(changed)
        assert done["Conflicts"].empty


@examples(4)
@given(BOOKS, BOOKS, BOOKS)
def test_the_order_does_not_matter_without_conflicts(base: Pipeline, one: Pipeline, other: Pipeline) -> None:
    first, second = merge(base, one, other), merge(base, other, one)
    assert first["Conflicts"].empty == second["Conflicts"].empty
    if first["Conflicts"].empty:
        assert canonical(first) == canonical(second)


@examples(4)
@given(BOOKS, BOOKS, BOOKS)
def test_every_edit_is_in_the_result_or_on_the_sheet(base: Pipeline, one: Pipeline, other: Pipeline) -> None:
    done = merge(base, one, other)
    conflicts = {(row["table"], row["key"].casefold(), row["column"]) for row in done["Conflicts"].to_dict("records")}
    conflict_rows = {(table, key) for table, key, column in conflicts if not column}
    for table in map(TABLES.__getitem__, ("Deals", "Answers")):
        was, now = index_by_identity(table, base[table.name]), index_by_identity(table, done[table.name])
        for copy in (one, other):
            held = index_by_identity(table, copy[table.name])
            for identity in held.index:
                row = copy[table.name].loc[[held[identity]]]
                key = str(label_rows(table, row).iloc[0]).casefold()
                for column in list_merged_columns(table):
                    before = base[table.name].loc[[was[identity]]] if identity in was.index else None
                    if before is not None and _same(column, before, row):
                        continue  # not edited on this side
                    if before is None and _blank(row[column.id].iloc[0]):
                        continue
                    shown = identity in now.index and _same(column, done[table.name].loc[[now[identity]]], row)
                    header = column.header.in_("en")
                    assert shown or (table.name, key, header) in conflicts or (table.name, key) in conflict_rows


def _same(column: Any, one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return bool(
        find_equal_cells(column, one[column.id].reset_index(drop=True), other[column.id].reset_index(drop=True))[0]
    )


def _blank(value: Any) -> bool:
    return bool(value == "" or value is pd.NaT or value != value)
