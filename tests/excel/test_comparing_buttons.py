"""Buttons that compare two days, two groups or two copies, in memory and in a running LibreOffice."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest

from tests.examples import dear_languages
from tests.excel.conftest import NOW
from tests.excel.engines.calc import open_in_calc
from tests.excel.engines.memory import open_in_memory
from tests.excel.rep import Rep
from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.engine import Run, run_steps
from xl_salesflow.excel.addin_declarations import COMPARISON_SPANS
from xl_salesflow.excel.open_tables import find_open_tables
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.process.playbook_files import list_playbook_names
from xl_salesflow.schema.table_frames import make_column_series
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import compare
from xl_salesflow.workbook.closed_book import ClosedBook

ENGINES = [
    *(("memory", language) for language in dear_languages("zh")),
    pytest.param(("calc", "en"), marks=pytest.mark.slow),
]


@pytest.fixture(params=ENGINES, ids=str)
def rep(request: pytest.FixtureRequest, workbook: Callable[[Language], Path]) -> Iterator[Rep]:
    engine, language = request.param
    path = workbook(language)
    memory = engine == "memory"
    book = open_in_memory(path) if memory else open_in_calc(request.getfixturevalue("calc"), path)
    yield Rep(book, language)
    book.close()


def test_another_copy_is_compared_merged_and_the_merge_undone(rep: Rep, tmp_path: Path) -> None:
    """The changes of a colleague in a copy are listed with links, then taken, then undone."""
    here = Path(rep.book.fullname)
    copy = Path(shutil.copy(here, tmp_path / "团队 copy.xlsx"))
    colleague(copy, {"amount": (0, 4321.5), "next_step": (1, "call")})

    message = rep.press("diff", file=copy)
    listed = rep.rows("Findings")
    assert ("differences from 团队 copy.xlsx" if rep.language == "en" else "与 团队 copy.xlsx 有") in message
    assert set(listed["rule"]) == {"difference"}
    assert [header in text for header, text in zip(_headers(rep), sorted(listed["message"]), strict=True)] == [True] * 2
    sheet = find_open_tables(rep.book)["Deals"].sheet
    assert [cell.partition("!")[0] for cell in listed["cell"]] == [sheet, sheet]
    assert rep.book.sheets.active.name == find_open_tables(rep.book)["Findings"].sheet

    before = rep.rows("Deals")
    rep.press("merge", file=copy)
    merged = rep.rows("Deals")
    assert (merged["amount"].iloc[0], merged["next_step"].iloc[1]) == (4321.5, "call")
    rep.press("undo")
    assert rep.rows("Deals")["amount"].equals(before["amount"])


def _headers(rep: Rep) -> list[str]:
    return sorted(TABLES["Deals"].header(column_id, rep.language) for column_id in ("amount", "next_step"))


def test_a_conflict_is_shown_on_its_sheet(rep: Rep, tmp_path: Path) -> None:
    """Both typed a different amount, and no Journal shows which was first, so a person decides."""
    copy = Path(shutil.copy(rep.book.fullname, tmp_path / "copy.xlsx"))
    workbook = Workbook.open(copy)
    deal, amount = (TABLES["Deals"].header(column, rep.language) for column in ("deal", "amount"))
    row = workbook.tables["Deals"].first_row + workbook.read_table("Deals")[deal].index("D-00001")
    workbook.set_column("Deals", amount, {row: 10.0})
    copy.write_bytes(workbook.to_bytes())
    rep.type("D-00001", "amount", 20.0)
    message = rep.press("merge", file=copy)
    assert ("1 conflict to decide" if rep.language == "en" else "1 处冲突待定") in message
    assert rep.book.sheets.active.name == find_open_tables(rep.book)["Conflicts"].sheet
    assert rep.deal("D-00001")["amount"] == 20.0


def colleague(copy: Path, changes: dict[str, tuple[int, object]]) -> None:
    """Change deals of a copy (column → position of the row and value) and update it."""
    book = ClosedBook(copy)
    pipeline = book.read(NOW.date())
    deals = pipeline["Deals"]
    edits = []
    for column_id, (at, value) in changes.items():
        rows = deals.index[[at]]
        after = make_column_series(TABLES["Deals"][column_id], [value], rows)
        edits.append(Edit("Deals", column_id, deals.loc[rows, "deal"], deals.loc[rows, column_id], after, "typed"))
    run = Run("Bob", NOW + timedelta(hours=1))
    book.write(run_steps(pipeline, (lambda _: ChangeSet(edits=tuple(edits)),), "update", run))


@pytest.mark.parametrize("choice", [2, 5])
def test_the_funnel_is_compared_with_an_earlier_day(rep: Rep, choice: int) -> None:
    days = list(COMPARISON_SPANS)[choice - 1]
    message = rep.press("dates", choice)
    wanted = NOW.date() - timedelta(days=days) if days else None
    assert rep.read().named["CompareInput"] == wanted
    assert str(wanted) in message if wanted else message
    assert rep.book.sheets.active.name == find_open_tables(rep.book)["StageChanges"].sheet


def test_two_groups_are_compared_by_their_win_rates(rep: Rep) -> None:
    owners = [str(owner) for owner in dict.fromkeys(rep.rows("Deals")["owner"]) if owner][:2]
    message = rep.press("compare")
    assert rep.alerts[-1:] == [message]  # no groups chosen yet
    for name, owner in zip(("SegmentA", "SegmentB"), owners, strict=True):
        rep.book.names[name].refers_to_range.value = owner
    message = rep.press("compare")
    answer = compare(rep.read(), "owner", *owners).answer
    assert f"{owners[0]} {answer.first_rate:.1%}" in message
    assert f"{owners[1]} {answer.second_rate:.1%}" in message


def test_open_deals_change_over_to_another_process_and_back(rep: Rep) -> None:
    before = rep.rows("Deals")
    message = rep.press("playbook", list_playbook_names().index("b2b") + 1)
    after = rep.rows("Deals")
    moved = after[(before["outcome"] == "open").to_numpy() & (after["playbook"] == "b2b").to_numpy()]
    assert str(len(moved)) in message
    assert len(moved) > 10
    assert set(moved["recorded_stage"]) <= {stage.name for stage in rep.playbooks["b2b"].funnel}
    rep.press("undo")
    put_back = rep.rows("Deals")
    pd.testing.assert_series_equal(put_back["recorded_stage"], before["recorded_stage"])


@pytest.mark.parametrize("rep", ENGINES[:2], indirect=True, ids=str)  # nothing is written to the cells
@pytest.mark.parametrize("verb", ["diff", "merge", "dates", "playbook"])
def test_without_a_choice_one_sentence_says_what_to_do(rep: Rep, verb: str) -> None:
    message = rep.press(verb)
    assert rep.alerts[-1:] == [message]
    assert "\n" not in message
