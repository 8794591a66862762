"""Undoing a run: the workbook is as it was, except for later changes by people; an undo can be undone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.examples import SCALE
from tests.tables import TODAY, crm
from xl_salesflow.changelog.change_log import (
    NOTED_COLUMNS,
    RUNNING_COUNT_COLUMNS,
    STAGE_MOVE_COLUMNS,
    format_log_value,
)
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError
from xl_salesflow.schema.table_columns import ColumnWriter
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import undo, update
from xl_salesflow.workbook.closed_book import ClosedBook

NOW = datetime.combine(TODAY, datetime.min.time())
STAGES = ("Lead", "Opportunity", "Proposal", "Negotiation", "Won", "Lost")


def at(minute: int) -> Run:
    return Run("Mara", NOW + timedelta(minutes=minute))


def updated(pipeline: Pipeline, minute: int) -> Pipeline:
    return apply_change_set(pipeline, update(pipeline, at(minute)))


def undone(pipeline: Pipeline, minute: int, **how: Any) -> Pipeline:
    return apply_change_set(pipeline, undo(pipeline, at(minute), **how))


def typed(pipeline: Pipeline, deal: str, **cells: Any) -> Pipeline:
    deals = pipeline["Deals"].copy()
    for column_id, value in cells.items():
        deals.loc[deals["deal"] == deal, column_id] = value
    return pipeline.with_tables(Deals=deals)


def held(pipeline: Pipeline) -> dict[str, list[tuple[str, ...]]]:
    """Return the cells that people own, numbers given to rows, values written by moves, continued counts, and History."""
    own = {}
    for table in TABLES.values():
        if table.generated or table.name == "Journal":
            continue
        columns = [
            c.id for c in table.columns
            if c.writer is ColumnWriter.PERSON
            or c.id in (*STAGE_MOVE_COLUMNS, *RUNNING_COUNT_COLUMNS, *NOTED_COLUMNS)
            or (table.name == "History" and not c.is_formula)
        ]  # fmt: skip
        own[table.name] = sorted(
            zip(*(map(format_log_value, pipeline[table.name][column_id]) for column_id in columns), strict=True)
        )
    return own


def stages(pipeline: Pipeline) -> list[str]:
    return list(pipeline["Deals"]["recorded_stage"])


def visits(pipeline: Pipeline) -> list[tuple[str, str, str]]:
    history = pipeline["History"]
    return [
        (format_log_value(row["visit"]), row["stage"], format_log_value(row["left"])[:4])
        for row in history.to_dict("records")
    ]


@pytest.fixture
def moved() -> Pipeline:
    """Return a pipeline with a deal that one run recorded and the next one moved."""
    first = updated(crm(Deals=[{"deal": "D-1", "stage": crm()["Stages"]["stage"].iloc[0], "owner": "Mara"}]), 1)
    return updated(typed(first, "D-1", stage=crm()["Stages"]["stage"].iloc[1], amount=500.0), 2)


def test_the_stays_of_an_undone_move_are_removed_and_the_previous_one_continues(moved: Pipeline) -> None:
    one, two = crm()["Stages"]["stage"].iloc[:2]
    assert stages(moved) == [two]
    back = undone(moved, 3)
    assert stages(back) == [one]
    assert visits(back) == [("V000001", one, "9999")]
    assert list(back["Deals"]["stage"]) == [two]  # the stage that the rep typed stays, and the move is pending again
    assert held(updated(back, 4)) == held(moved)


def test_two_runs_are_undone_one_after_the_other(moved: Pipeline) -> None:
    first = moved["Journal"]["run"].iloc[0]
    back = undone(undone(moved, 3), 4, which=first)
    assert stages(back) == [""]
    assert visits(back) == []
    assert format_log_value(back["Deals"]["since"].iloc[0]) == ""


def test_an_undo_can_be_undone_and_that_undo_can_be_undone_too(moved: Pipeline) -> None:
    back = undone(moved, 3)
    again = undone(back, 4)
    assert held(again) == held(moved)
    assert held(undone(again, 5)) == held(back)


def test_an_older_run_is_kept_unless_forced_if_its_deal_has_moved_since(moved: Pipeline) -> None:
    first = moved["Journal"]["run"].iloc[0]
    plan = undo(moved, at(3), first)
    assert [f.key for f in plan.findings if f.rule == "undo_changed" and f.table == "Deals"] == ["D-1"]
    assert stages(apply_change_set(moved, plan)) == stages(moved)
    forced = undone(moved, 3, which=first, force=True)
    assert (stages(forced), visits(forced)) == ([""], [])
    assert held(undone(forced, 4)) == held(moved)


def test_a_cell_that_somebody_has_changed_since_stays_and_is_reported() -> None:
    before = crm(Deals=[{"deal": "D-1", "stage": "Lead"}], Activities=[{"deal": "D-1", "date": TODAY}])
    after = updated(before, 1)
    edited = typed(after, "D-1", playbook="own")
    plan = undo(edited, at(2))
    messages = [finding.message for finding in plan.findings if finding.rule == "undo_changed"]
    assert ["Sales process" in messages[0] or "Playbook" in messages[0], len(messages)] == [True, 1]
    assert list(apply_change_set(edited, plan)["Deals"]["playbook"]) == ["own"]
    assert list(undone(edited, 2, force=True)["Deals"]["playbook"]) == [""]


def test_a_task_of_the_run_is_removed_unless_somebody_worked_on_it(moved: Pipeline) -> None:
    tasks = moved["Tasks"]
    assert len(tasks)
    new = tasks.index[-1]
    noted = tasks.copy()
    noted.loc[new, "due"] = pd.Timestamp("2026-12-24").to_datetime64()
    back = undone(moved.with_tables(Tasks=noted), 3)
    assert tasks.loc[new, "task_id"] in set(back["Tasks"]["task_id"])
    assert tasks.loc[new, "task_id"] not in set(undone(moved, 3)["Tasks"]["task_id"])


def test_two_runs_within_one_second_are_two_runs() -> None:
    pipeline = updated(crm(Deals=[{"deal": "D-1", "stage": "Lead"}]), 1)
    assert len(set(undone(pipeline, 1)["Journal"]["run"])) == 2


@pytest.mark.parametrize(("which", "says"), [(None, "has no run"), ("20260101-000000", "has no run")])
def test_an_empty_change_log_is_a_usage_error(which: str | None, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        undo(crm(), at(1), which)


def test_an_unknown_run_is_reported_with_the_last_one(moved: Pipeline) -> None:
    with pytest.raises(UsageError, match=r"no run 2020; the last one is 20260331-000200"):
        undo(moved, at(3), "2020")


def test_a_pushed_closing_and_a_given_number_are_undone_and_redone() -> None:
    """An activity without a number is identified by its contents; somebody may have given it a number in the meantime."""
    first = updated(crm(Deals=[{"deal": "D-1", "stage": "Lead", "expected_close": TODAY}]), 1)
    called = crm(Activities=[{"deal": "D-1", "date": TODAY, "summary": f"call {n % 2}"} for n in range(3)])[
        "Activities"
    ]
    before = typed(first, "D-1", expected_close=pd.Timestamp("2026-05-01").to_datetime64()).with_tables(
        Activities=called
    )
    after = updated(before, 2)
    assert list(after["Activities"]["activity"]) == ["A000001", "A000002", "A000003"]
    assert (after["Deals"]["pushes"].iloc[0], format_log_value(after["Deals"]["last_expected_close"].iloc[0])) == (
        1,
        "2026-05-01",
    )
    back = undone(after, 3)
    assert held(back) == held(before)
    assert list(back["Activities"]["activity"]) == ["", "", ""]
    again = undone(back, 4)
    assert held(again) == held(after)
    assert held(undone(updated(back, 5), 6)) == held(back)


DEALS = st.lists(
    st.fixed_dictionaries(
        {"stage": st.sampled_from(STAGES), "owner": st.sampled_from(["", "Mara"])},
        optional={
            "amount": st.integers(0, 10**6), "created": st.dates(date(2025, 1, 1), TODAY), "loss_reason": st.just("price"),
            "move_reason": st.just("why not"), "override_by": st.just("Boss"), "override_reason": st.just("known customer"),
            "contract_signed": st.just(TODAY), "need": st.integers(0, 3), "closed": st.just(date(2026, 1, 9)),
            "expected_close": st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        },
    ),
    min_size=1, max_size=5,
)  # fmt: skip


CALLS = st.lists(
    st.fixed_dictionaries({"deal": st.sampled_from(["D-0", "D-1"]), "date": st.dates(date(2026, 1, 1), TODAY)}),
    max_size=3,
)
LATER = st.lists(
    st.tuples(st.sampled_from(STAGES), st.dates(date(2026, 1, 1), date(2026, 12, 31))), min_size=5, max_size=5
)


@settings(
    max_examples=3 * SCALE, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)  # an update is slow
@given(DEALS, CALLS, LATER)
def test_undo_reverses_an_update_and_undoing_the_undo_restores_it(
    deals: list[Any], calls: list[Any], later: list[Any]
) -> None:
    names = list(crm()["Stages"]["stage"])
    translate = {old: names[min(place, len(names) - 1)] for place, old in enumerate(STAGES)}
    rows = [{**row, "deal": f"D-{n}", "stage": translate[row["stage"]]} for n, row in enumerate(deals)]
    before = crm(Deals=rows, Activities=calls)
    for minute in (1, 5):
        after = updated(before, minute)
        if len(after["Journal"]) > len(before["Journal"]):
            back = undone(after, minute + 1)
            assert held(back) == held(before)
            again = undone(back, minute + 2)
            assert held(again) == held(after)
        before = after
        for n, (stage, close) in zip(range(len(deals)), later, strict=False):
            before = typed(before, f"D-{n}", stage=translate[stage], expected_close=pd.Timestamp(close).to_datetime64())


def test_an_import_into_a_file_is_undone_and_redone(tmp_path: Path) -> None:
    book, deals, more = tmp_path / "b.xlsx", tmp_path / "deals.csv", tmp_path / "more.csv"
    lines = ["Deal,Account,Stage,Amount,Created,Owner"]
    lines += [
        f"D-{n},Firm {n % 7},{('Lead', 'Opportunity')[n % 2]},{n}.5,2026-01-0{n % 9 + 1},Mara" for n in range(1, 61)
    ]
    deals.write_text("\n".join(lines[:11]) + "\n", encoding="utf-8")
    more.write_text("\n".join([lines[0], *lines[11:]]) + "\n", encoding="utf-8")

    def run(*arguments: object) -> Pipeline:
        assert main([str(argument) for argument in (*arguments, "--today", TODAY)]) == 0
        return ClosedBook(book).read(TODAY)

    run("init", book, "--lang", "en")
    before = run("import", book, deals, "--yes", "--as-history")
    after = run("import", book, more, "--yes", "--as-history")
    assert (len(before["Deals"]), len(after["Deals"])) == (10, 60)
    assert held(run("undo", book, "--dry-run")) == held(after)
    assert held(run("undo", book)) == held(before)
    assert held(run("undo", book)) == held(after)
    assert held(run("undo", book)) == held(before)


@pytest.mark.parametrize(
    ("column", "value"), [("verb", "import"), ("by", "Eve"), ("time", pd.Timestamp("2026-01-01").to_datetime64())]
)
# attack: a Journal edited by hand
# outcome: the run is not undone, or the damaged value is left out and reported
def test_a_run_whose_lines_do_not_belong_together_is_not_undone(moved: Pipeline, column: str, value: object) -> None:
    """Anybody can edit the Journal, and undo would write what it says."""
    journal = moved["Journal"].copy()
    journal.loc[journal.index[-1], column] = value
    tampered = moved.with_tables(Journal=journal)
    run = str(journal["run"].iloc[-1])
    with pytest.raises(UsageError, match=f"The lines of run {run} in the Journal do not add up") as caught:
        undo(tampered, at(3), run)
    assert caught.value.in_("zh") != str(caught.value)
    assert undo(tampered, at(3), run, force=True).answer


@pytest.mark.parametrize("written", ["soon", "1e999", "nan", "2026-99-99"])
def test_a_value_that_the_column_never_had_is_reported_and_not_written(written: str) -> None:
    before = crm(Deals=[{"deal": "D-1", "stage": "Lead", "amount": 5.0, "expected_close": TODAY}])
    after = updated(before, 1)
    journal = after["Journal"].copy()
    dates = journal.index[(journal["table"] == "Deals") & (journal["column"] == "since")]
    line = journal.iloc[[-1]].assign(
        table="Deals", key="D-1", column="amount", operation="change", before=written, after="5"
    )
    tampered = after.with_tables(Journal=pd.concat([journal.drop(dates), line], ignore_index=True))
    plan = undo(tampered, at(2))
    assert [finding.rule for finding in plan.findings if finding.rule.startswith("undo")][-1] == "undo_damaged"
    assert list(apply_change_set(tampered, plan)["Deals"]["amount"]) == [5.0]


@pytest.mark.parametrize(
    "row",
    ["[1]", '{"amount": true}', '{"amount": "inf"}', '{"no such column": 1}', '{"deal": [1]}', '{"deal": "\\ud800"}'],
)
def test_a_removed_row_that_the_table_never_held_is_not_put_back(row: str) -> None:
    after = updated(crm(Deals=[{"deal": "D-1", "stage": "Lead"}]), 1)
    journal = after["Journal"]
    line = journal.iloc[[-1]].assign(table="Deals", key="D-9", column="", operation="remove", before=row, after="")
    tampered = after.with_tables(Journal=pd.concat([journal, line], ignore_index=True))
    plan = undo(tampered, at(2))
    assert "undo_damaged" in [finding.rule for finding in plan.findings]
    assert "D-9" not in list(apply_change_set(tampered, plan)["Deals"]["deal"])
