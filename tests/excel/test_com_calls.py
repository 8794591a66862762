"""How many calls a press makes to Excel for Windows, counted under xlwings' own Windows layer.

A property takes about ten milliseconds (xlwings #1086), so these numbers are what a person waits for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.excel.engines.com import application, open_in_com
from tests.excel.rep import Rep
from tests.parts import ROOT
from tests.workbook.book_contract import TODAY
from tests.workbook.desk import make
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.open_tables import (
    _is_keyed_to_the_end,
    _is_numbered_to_the_end,
    locate_by_name,
    locate_open_table,
)
from xl_salesflow.excel.table_reading import _join_nearest
from xl_salesflow.locale.texts import Language

MakeWorkbook = Callable[[Language], Path]

FOR_ONE_DEAL, FOR_ALL, FOR_MANY_TABLES = 300, 600, 790
ONE_DEAL = ("explain", "won", "lost", "activity", "bant", "prepare", "new_quote")
ALL_DEALS = ("check", "update", "score", "followups", "funnel", "assign")


@pytest.fixture
def rep(workbook: MakeWorkbook) -> Rep:
    rep = Rep(open_in_com(workbook("en")))
    rep.select_deal(str(rep.deals(outcome="open")["deal"].iloc[3]))
    return rep


def count(rep: Rep, verb: str, choice: int = 0, typed: Sequence[str] = ()) -> int:
    application().calls.clear()
    rep.press(verb, choice, typed=typed)
    assert rep.alerts == []
    return sum(application().calls.values())


@pytest.mark.parametrize("verb", ONE_DEAL)
def test_a_press_about_one_deal(rep: Rep, verb: str) -> None:
    choices = {"lost": ("Lists", "loss_reason", "price"), "activity": ("Lists", "activity_type", "call")}
    assert count(rep, verb, rep.choice(*choices[verb]) if verb in choices else 0) <= FOR_ONE_DEAL


@pytest.mark.parametrize("verb", ALL_DEALS)
def test_a_press_about_the_whole_workbook(rep: Rep, verb: str) -> None:
    assert count(rep, verb) <= FOR_ALL


def test_an_undo_of_an_update(rep: Rep) -> None:
    deal = rep.deals(outcome="open").iloc[3]
    stages = [stage.name for stage in rep.playbooks["crm"].open_stages]
    rep.type(str(deal["deal"]), "stage", stages[stages.index(deal["recorded_stage"]) - 1])
    rep.press("update")
    assert count(rep, "undo") <= FOR_ALL


@pytest.mark.parametrize(("verb", "choice"), [("playbook", 2), ("undo", 0)])
def test_a_press_that_changes_ten_tables_and_more(rep: Rep, verb: str, choice: int) -> None:
    """A switch of the process, and an undo of the run that made the demo's day of work."""
    assert count(rep, verb, choice) <= FOR_MANY_TABLES


def test_a_new_deal_changes_seven_tables(rep: Rep) -> None:
    """Its customer, its person and what is open with them are looked for in the whole workbook."""
    typed = ("Zeta Ltd", "Zoe Lund", "zoe@zeta.example", "Two pumps", "12,500", "", "")
    assert count(rep, "new_deal", typed=typed) <= FOR_MANY_TABLES


def test_rows_make_no_difference(tmp_path: Path) -> None:
    counted = []
    for number in (600, 900):
        deals = [{"deal": f"D-{at}", "stage": "Lead", "amount": at + 0.5} for at in range(number)]
        book = open_in_com(make(tmp_path / f"{number}.xlsx", "en", {"Deals": deals}))
        application().calls.clear()
        OpenBook(book).read(TODAY)
        counted.append(sum(application().calls.values()))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("has_totals", [False, True])
def test_a_table_is_the_same_by_its_name_as_in_the_list(workbook: MakeWorkbook, has_totals: bool) -> None:
    sheet = open_in_com(workbook("en")).sheets["Deals"]
    listed = sheet.tables["Deals"]
    if has_totals:
        listed.show_totals = True
    application().calls.clear()
    by_name = locate_by_name(sheet, "Deals", "Deals", with_cells=True)
    assert by_name is not None
    assert sum(application().calls.values()) == 4
    by_list = locate_open_table(sheet, listed, "Deals", with_cells=True)
    assert (by_name, by_name.cells, by_name.has_totals_row) == (by_list, by_list.cells, has_totals)


def test_a_name_that_is_no_table_here_leaves_it_to_the_list(workbook: MakeWorkbook) -> None:
    book = open_in_com(workbook("en"))
    assert locate_by_name(book.sheets["Start"], "Start", "Deals") is None  # it is on another sheet
    book.sheets["Deals"].range("B1").value = None  # as where people hide the headers, and write nothing above
    assert locate_by_name(book.sheets["Deals"], "Deals", "Deals") is None


@pytest.mark.parametrize(
    ("stretches", "joined"),
    [
        ([], []),
        ([(1, 2)], [(1, 2)]),
        ([(1, 2), (5, 5), (100, 101)], [(1, 5), (100, 101)]),
        ([(1, 1), (50, 50), (52, 52), (90, 99)], [(1, 1), (50, 99)]),
    ],
)
def test_scattered_rows_are_read_in_a_few_blocks(
    stretches: list[tuple[int, int]], joined: list[tuple[int, int]]
) -> None:
    assert _join_nearest(stretches, 2) == joined


def test_the_page_says_the_numbers() -> None:
    page = (ROOT / "docs" / "excel.md").read_text(encoding="utf-8")
    said = re.search(r"at most (\d+) calls for a button about one deal, (\d+) for any other and (\d+) for one", page)
    assert said
    assert tuple(map(int, said.groups())) == (FOR_ONE_DEAL, FOR_ALL, FOR_MANY_TABLES)


@pytest.mark.parametrize(
    ("table", "numbers", "certain"),
    [
        ("Leaks", [1, 2, 3, 4], True),
        ("Leaks", [1, 2, 3, 4, 4], False),  # a totals row with the count, the largest, …
        ("Leaks", [1, 2, 3, 4, 10], False),  # the sum, …
        ("Leaks", [1, 2, 3, 4, 2.5], False),  # the mean, …
        ("Leaks", [1, 2, 3, 4, None], False),  # nothing, …
        ("Leaks", [1, 2, 3, 4, "Total"], False),  # or a word
        ("Segments", [1, 2, 3], False),  # 3 may be the sum of two rows
        ("ForecastMonths", [0, 1, 2, 3, 4], False),  # 4 may be the count of four rows
        ("Deals", [1, 2, 3, 4], False),
    ],
)
def test_numbered_rows_to_the_end_need_no_question_about_a_totals_row(
    table: str, numbers: list[object], certain: bool
) -> None:
    assert _is_numbered_to_the_end(table, [["Position"], *([number] for number in numbers)]) is certain


@pytest.mark.parametrize(
    ("keys", "certain"),
    [
        (["D-00051", "D-00052"], True),
        (["B4", "T3", "T4"], True),
        (["D-00052", "D-00051"], False),  # a person sorted the rows
        (["D-00051", "Total"], False),
        (["D-00051", "Total 2"], False),
        (["D-00051", 2], False),
        (["D-00051", None], False),
        (["D-00051"], False),
        (["1", "2"], False),  # a count typed as text
    ],
)
def test_keys_counted_to_the_end_need_no_question_about_a_totals_row(keys: list[object], certain: bool) -> None:
    assert _is_keyed_to_the_end([["Deal"], *([key] for key in keys)]) is certain
