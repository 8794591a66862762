"""How a button is called: from which workbook, one at a time, whatever is selected and hidden; a refusal is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.excel.engines.com import application, open_in_com, workbook_of
from tests.excel.engines.com_modules import ComError
from tests.excel.engines.com_objects import Cells
from tests.excel.rep import Rep
from tests.workbook.desk import make
from xl_salesflow.errors import UsageError
from xl_salesflow.excel import press_calls
from xl_salesflow.excel.open_tables import find_open_tables
from xl_salesflow.excel.press_calls import find_calling_book, hold_press_lock
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_registry import TABLES

MakeWorkbook = Callable[[Language], Path]


@pytest.fixture
def rep(workbook: MakeWorkbook) -> Rep:
    return Rep(open_in_com(workbook("en")))


@pytest.mark.parametrize("name", ["plan.xlsx", "a=b.xlsx", "q=1=2.xlsx", "Q4 $5M (x).xlsx"])
def test_a_workbook_is_found_by_its_whole_name(tmp_path: Path, name: str) -> None:
    """`Book.caller` cuts the name at an equals sign."""
    book = open_in_com(make(tmp_path / name))
    open_in_com(make(tmp_path / "another.xlsx"))
    assert called(f"--wb={name}", "--from_xl=1", "--hwnd=1").fullname == book.fullname


def test_of_two_workbooks_of_one_name_the_one_in_the_calling_excel_is_found(tmp_path: Path) -> None:
    folders = [tmp_path / folder for folder in ("one", "two")]
    books = []
    for hwnd, folder in enumerate(folders, start=1):
        folder.mkdir()
        books.append(open_in_com(make(folder / "a=b.xlsx"), hwnd))
    assert called("--wb=a=b.xlsx", "--from_xl=1", "--hwnd=2").fullname == books[1].fullname


def test_a_name_that_the_command_line_changed_is_the_active_workbook(tmp_path: Path) -> None:
    """cmd.exe replaces %NAME% by a variable, if there is one."""
    open_in_com(make(tmp_path / "another.xlsx"))
    book = open_in_com(make(tmp_path / "up %TEMP% 5%.xlsx"))
    assert called("--wb=up C:\\Temp 5%.xlsx", "--from_xl=1", "--hwnd=1").fullname == book.fullname


def called(*arguments: str) -> xw.Book:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.argv", ["-c", *arguments])
        patched.setattr("sys.platform", "win32")
        return find_calling_book()


def test_a_second_press_waits_for_the_first_and_then_is_told() -> None:
    waits: list[float] = []
    with hold_press_lock("Plan.xlsx"):
        with (
            pytest.raises(UsageError, match=r"Another button is still running in plan\.xlsx"),
            hold_press_lock("plan.xlsx", waits.append),
        ):
            pytest.fail("two presses run at once")
        with hold_press_lock("other.xlsx"):
            pass
    assert sum(waits) == press_calls.PRESS_PATIENCE
    with hold_press_lock("plan.xlsx", waits.append):
        pass


def test_a_whole_sheet_that_is_selected_is_no_row(rep: Rep) -> None:
    """Its cells are more than Excel counts: Range.Count overflows."""
    rep.book.sheets["Deals"].activate()
    application().selected = workbook_of(rep.book).ActiveSheet.Cells
    rep.press("won")
    assert rep.alerts == ["Select a row first: of Deals, or of any list with the column Deal."]


@pytest.mark.parametrize("visible", [0, 2])
def test_a_hidden_sheet_is_shown_before_it_is_activated(rep: Rep, visible: int) -> None:
    sheet = find_open_tables(rep.book)["Findings"].sheet
    workbook_of(rep.book).visibility[sheet] = visible
    rep.press("check")
    assert rep.alerts == []
    assert rep.book.sheets.active.name == sheet


def test_a_refusal_is_one_sentence_with_the_words_of_excel(rep: Rep, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Cells) -> None:
        raise ComError(-2147352567, "Exception occurred.", (0, "Microsoft Excel", "Not\nnow.", None, 0, -2146827284))

    monkeypatch.setattr(Cells, "Formula", property(refuse))
    rep.press("check")
    assert rep.alerts[0].startswith("team-en.xlsx: Excel refused (Not now.); ")


def test_the_excels_of_others_are_left_running(rep: Rep, monkeypatch: pytest.MonkeyPatch) -> None:
    """xlwings ends every Excel without a window when Python exits."""
    ended: list[Any] = []
    monkeypatch.setattr("atexit.unregister", ended.append)
    rep.press("help")
    assert [one.__module__ for one in ended] == ["xlwings._xlwindows"]


def test_what_a_gate_asks_for_is_opened_where_it_stands(rep: Rep) -> None:
    deals = find_open_tables(rep.book)["Deals"]
    hidden = workbook_of(rep.book).hidden_columns[deals.sheet]
    at = {column.id: deals.column_of(column.header.in_("en")) for column in TABLES["Deals"].columns}
    hidden.update(at.values())
    open_deals = rep.deals(outcome="open")
    rep.select_deal(str(open_deals[open_deals["contract_signed"].isna()]["deal"].iloc[0]))
    rep.press("won")
    shown = {column for column, number in at.items() if number not in hidden}
    assert {"contract_signed", "account", "source"} <= shown, "what it asks for, and the heads of the other groups"
    assert shown.isdisjoint({"region", "score_trail"})
