"""What a person has done to the sheets in Excel: filters, protection, currency formats, errors, and typing meanwhile.

Each runs in xlwings' own Windows layer over a stand-in for Excel (tests/excel/engines/com_objects.py). A press either does all
that it does in an unfiltered workbook, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.excel.conftest import NOW
from tests.excel.engines.com import com_desk, open_in_com, workbook_of
from tests.excel.engines.com_modules import ComError
from tests.excel.engines.com_objects import Cells, Workbook
from tests.excel.engines.memory import open_in_memory
from tests.excel.open_desk import OpenDesk
from tests.excel.rep import Rep
from tests.workbook.book_contract import OWN, ROWS, TODAY, edit
from tests.workbook.desk import make
from xl_salesflow.core.change_sets import Append, ChangeSet, Fill
from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.excel.buttons import BUTTONS
from xl_salesflow.excel.excel_refusals import ChangedMeanwhile, WriteRefused
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.open_tables import find_open_tables
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

MakeWorkbook = Callable[[Language], Path]


@pytest.fixture
def com(tmp_path: Path) -> OpenDesk:
    """Return a person at a small workbook in the stand-in."""
    return com_desk(make(tmp_path / "book.xlsx", "en", ROWS, OWN))


@pytest.fixture
def rep(workbook: MakeWorkbook) -> Rep:
    return Rep(open_in_com(workbook("en")))


def book_of(rep: Rep) -> Workbook:
    return workbook_of(rep.book)


def cells_of(rep: Rep) -> dict[str, dict[tuple[int, int], Any]]:
    return {name: dict(cells) for name, cells in rep.grid.cells.items()}


def test_the_stand_in_does_what_users_report_of_filters(com: OpenDesk) -> None:
    """An array over filtered rows gives every visible cell its first element (xlwings #747); one row is written."""
    workbook_of(com.xw).filter("Deals", "Stage", "Lead", "Won")
    place = find_open_tables(com.xw)["Deals"]
    body = place.cell_range(2, 4, place.column_of("Amount"), place.column_of("Amount"))
    body.value = [[1.0], [2.0], [3.0]]
    assert [row["Amount"] for row in com.rows("Deals")] == [1, 300, 1]
    body[1, 0].value = 7.0
    assert com.rows("Deals")[1]["Amount"] == 7


def test_the_stand_in_refuses_like_excel(com: OpenDesk) -> None:
    workbook_of(com.xw).protected.add("Deals")
    place = find_open_tables(com.xw)["Deals"]
    with pytest.raises(ComError, match="protected sheet"):
        place.cell_range(2, 2, 1, 1).value = "x"
    whole = com.xw.sheets["Deals"].api.Cells
    with pytest.raises(ComError, match="Overflow"):
        whole.Count  # noqa: B018 - reading it is the call


# -- filters ------------------------------------------------------------------------------------------------------

PRESSES = [
    ("playbook", 2, {"Deals": ("Owner", 1), "FollowUps": ("Owner", 1)}),
    ("update", 0, {"Deals": ("Owner", 1), "Activities": ("Type", 1)}),
    ("check", 0, {"Findings": ("Severity", 1), "Deals": ("Stage", 1)}),
    ("score", 0, {"Deals": ("Stage", 1), "Accounts": ("Industry", 0)}),
    ("followups", 0, {"FollowUps": ("Owner", 1), "Activities": ("Deal", 1), "Deals": ("Stage", 2)}),
    ("undo", 0, {"Deals": ("Owner", 1), "History": ("Deal", 1), "Journal": ("Column", 1)}),
    ("assign", 0, {"Deals": ("Owner", 1)}),
    ("won", 0, {"Deals": ("Owner", 1), "History": ("Deal", 1), "Journal": ("Table", 1)}),
    ("bant", 0, {"Answers": ("Deal", 1), "Deals": ("Owner", 1)}),
    ("new_quote", 0, {"Quotes": ("Deal", 1), "QuoteLines": ("Quote", 1)}),
    ("repair", 0, {"Deals": ("Owner", 1)}),
]


def sell(rep: Rep) -> None:
    """Do some work, so that every press has something to write."""
    open_deals = rep.deals(outcome="open")
    rep.type(str(open_deals["deal"].iloc[0]), "stage", "Qualified")
    rep.type(str(open_deals["deal"].iloc[1]), "need", None)
    listed = rep.rows("FollowUps")
    if len(listed):
        rep.fill_in("FollowUps", "done", {int(listed.index[0]): "Yes"})
    rep.select_deal(str(open_deals["deal"].iloc[2]))


def filter_by_first(rep: Rep, filters: dict[str, tuple[str, int]]) -> None:
    """Filter each table by the text that stands in some row of a column."""
    for table, (header, row) in filters.items():
        place = find_open_tables(rep.book)[table]
        shown = place.values(place.column_of(header), place.column_of(header))[0]
        book_of(rep).filter(place.name, header, str(shown[min(row, len(shown) - 1)] or ""))


@pytest.mark.parametrize(("verb", "choice", "filters"), PRESSES, ids=[verb for verb, *_ in PRESSES])
def test_a_press_behind_filters_leaves_what_it_leaves_without_them(
    workbook: MakeWorkbook, verb: str, choice: int, filters: dict[str, tuple[str, int]]
) -> None:
    now = NOW.replace(hour=11)
    left = []
    for opened in (open_in_memory, open_in_com):
        rep = Rep(opened(workbook("en")))
        sell(rep)
        if opened is open_in_com:
            filter_by_first(rep, filters)
        BUTTONS[verb](ButtonContext(rep.book, choice, "en", now))
        left.append(cells_of(rep))
    assert {name: differences(left[0][name], left[1][name]) for name in left[0]} == {name: {} for name in left[0]}
    assert set(book_of(rep).filters) == {find_open_tables(rep.book)[table].name for table in filters}


def differences(one: dict[Any, Any], other: dict[Any, Any]) -> dict[Any, Any]:
    places = {place for place in one.keys() | other.keys() if plain(one.get(place)) != plain(other.get(place))}
    return {place: (one.get(place), other.get(place)) for place in places}


def plain(cell: Any) -> Any:
    return None if cell is None else tuple("" if part is None else part for part in cell)


def test_a_button_for_one_deal_leaves_the_view_as_it_is(rep: Rep) -> None:
    deal = str(rep.deals(outcome="open")["deal"].iloc[0])
    filter_by_first(rep, {"Deals": ("Deal", 3)})
    before = dict(book_of(rep).hidden)
    rep.select_deal(deal)
    rep.press("won")
    assert {sheet: rows for sheet, rows in book_of(rep).hidden.items() if rows} == before


@pytest.mark.parametrize(("verb", "choice"), [("playbook", 2), ("undo", 0)])
def test_a_write_that_fails_behind_a_filter_leaves_nothing(
    rep: Rep, monkeypatch: pytest.MonkeyPatch, verb: str, choice: int
) -> None:
    """Excel does not show the rows, so arrays go wrong: they are put back a row at a time, not through the filter."""
    sell(rep)
    filter_by_first(rep, {"Deals": ("Owner", 1)})
    before = cells_of(rep)
    monkeypatch.setattr("tests.excel.engines.com_objects._Lines.Hidden", property(lambda self: None, lambda *_: None))
    rep.press(verb, choice)
    assert "the workbook is as it was before" in rep.alerts[-1]
    after = cells_of(rep)
    assert {name: differences(before[name], after[name]) for name in before} == {name: {} for name in before}


# -- protection ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "table"), [("update", "Findings"), ("followups", "FollowUps"), ("won", "Journal"), ("check", "Findings")]
)
def test_a_protected_sheet_is_named_before_the_first_write(rep: Rep, verb: str, table: str) -> None:
    sell(rep)
    sheet = find_open_tables(rep.book)[table].sheet
    book_of(rep).protected.add(sheet)
    before = cells_of(rep)
    rep.press(verb)
    assert rep.alerts[-1].startswith(f"team-en.xlsx: the sheet {sheet} is protected")
    assert cells_of(rep) == before


def test_unlocked_cells_of_a_protected_sheet_are_written(com: OpenDesk) -> None:
    area = workbook_of(com.xw).grid.table("Deals")
    workbook_of(com.xw).protected.add("Deals")
    book = com.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    with pytest.raises(WriteRefused, match="the sheet Deals is protected"):
        book.write(plan)
    headers = [column.header.in_("en") for column in TABLES["Deals"].columns]
    workbook_of(com.xw).unlocked.add(("Deals", area.left + headers.index("Amount")))
    book.read(TODAY)
    book.write(plan)
    assert com.rows("Deals")[0]["Amount"] == 5


@pytest.mark.parametrize("goes_back", [True, False])
def test_an_undo_runs_every_step_and_names_what_it_could_not_restore(
    com: OpenDesk, monkeypatch: pytest.MonkeyPatch, goes_back: bool
) -> None:
    """Excel refuses the third of three columns; and then, in the second case, that the second one is put back."""
    write, first_row = Cells._write, com.grid.table("Deals").top + 1
    refusing = False

    def refuse_some(self: Cells, value: Any, arrays: bool = False) -> None:
        nonlocal refusing
        refusing = refusing or self.area.left == 6
        if self.area.left == 6 or (refusing and not goes_back and self.area.left == 4):
            raise ComError(-2147352567, "Exception occurred.", (0, "Microsoft Excel", "No.", None, 0, -2146827284))
        write(self, value, arrays)

    book = com.book()
    pipeline = book.read(TODAY)
    before = {name: dict(cells) for name, cells in com.grid.cells.items()}
    columns = [TABLES["Deals"].columns[at] for at in (1, 3, 5)]
    plan = ChangeSet()
    for column in columns:
        new = pd.Timestamp("2026-01-01") if column.type.is_date else "another" if column.type.is_text else 7.0
        plan += edit(pipeline, "Deals", column.id, {"D-1": new})
    monkeypatch.setattr(Cells, "_write", refuse_some)
    left = "the workbook is as it was before" if goes_back else f"could not be put back: Deals!D{first_row};"
    with pytest.raises(WriteRefused, match=left):
        book.write(plan)
    changed = {place for place in before["Deals"] if com.grid.cells["Deals"].get(place) != before["Deals"][place]}
    changed |= com.grid.cells["Deals"].keys() - before["Deals"].keys()
    assert changed == (set() if goes_back else {(first_row, 4)})


# -- what comes back ----------------------------------------------------------------------------------------------

ERRORS = ["#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#N/A", "#DIV/0!"]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_of_excel_is_a_finding_and_no_amount(com: OpenDesk, error: str) -> None:
    """xlwings names seven error numbers; the others arrive as integers."""
    area = com.grid.table("Deals")
    col = area.left + [column.id for column in TABLES["Deals"].columns].index("amount")
    com.grid.cells["Deals"][3, col] = (error, "=SORT(A1:A3)")
    pipeline = com.book().read(TODAY)
    assert pipeline["Deals"]["amount"].sum() == pytest.approx(1200.5 + 99.99)
    assert [finding.rule for finding in pipeline.cell_findings if finding.column == "amount"] == ["error_value"]


@pytest.mark.parametrize("amount", [1234.56789, 0.1, 33.333333, 1e9 + 0.25, 3])
def test_numbers_in_a_currency_format_are_written_and_left_exactly(com: OpenDesk, amount: float) -> None:
    """They arrive as decimals with four places (xlwings #65, #640, #2634)."""
    area = com.grid.table("Deals")
    col = area.left + [column.id for column in TABLES["Deals"].columns].index("amount")
    workbook_of(com.xw).currency.add(("Deals", col))
    com.type("Deals", 2, "Amount", amount)
    book = com.book()
    book.write(edit(book.read(TODAY), "Deals", "amount", {"D-1": amount, "D-3": 2 * amount}))
    assert [row["Amount"] for row in com.rows("Deals", values=False)] == [amount, amount, 2 * amount]


def test_numbers_in_a_currency_format_are_restored_exactly(com: OpenDesk) -> None:
    area = com.grid.table("Deals")
    col = area.left + [column.id for column in TABLES["Deals"].columns].index("amount")
    workbook_of(com.xw).currency.add(("Deals", col))
    com.type("Deals", 1, "Amount", 1234.56789)
    com.grid.put(area._replace(top=area.bottom + 1, bottom=area.bottom + 1, right=area.left), [["my notes"]])
    book = com.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    more = make_table_frame(TABLES["Deals"], [{"deal": "D-4"}])
    with pytest.raises(UnsupportedEdit):
        book.write(plan + ChangeSet(appends=(Append("Deals", more, ""),)))
    assert com.rows("Deals")[0]["Amount"] == 1234.56789


@pytest.mark.parametrize("text", ["#N/A", "#SPILL!", "n" * 9000, "=1+1", "x\ny"])
def test_text_is_written_as_text(com: OpenDesk, text: str) -> None:
    """An "#N/A" would become an error (xlwings #776), and an array takes no text of more than 8,203 characters."""
    book = com.book()
    pipeline = book.read(TODAY)
    book.write(edit(pipeline, "Deals", "next_step", {"D-1": text, "D-2": "call", "D-3": "visit"}))
    assert com.book().read(TODAY)["Deals"]["next_step"].tolist() == [text, "call", "visit"]


# -- other hands --------------------------------------------------------------------------------------------------


def test_a_row_typed_between_reading_and_writing_is_kept(com: OpenDesk) -> None:
    book = com.book()
    book.read(TODAY)
    com.type("Activities", 1, "Activity", "A-MINE")
    added = make_table_frame(TABLES["Activities"], [{"activity": "A-OURS"}])
    book.write(ChangeSet(appends=(Append("Activities", added, ""),)))
    assert [row["Activity"] for row in com.rows("Activities")] == ["A-MINE", "A-OURS"]


def test_the_second_of_two_presses_on_the_same_state_is_told(com: OpenDesk) -> None:
    one, other = com.book(), com.book()
    added = ChangeSet(
        appends=(Append("Activities", make_table_frame(TABLES["Activities"], [{"activity": "A-1"}]), ""),)
    )
    one.read(TODAY)
    other.read(TODAY)
    one.write(added)
    with pytest.raises(ChangedMeanwhile, match="Activities A-1 was changed while the button ran"):
        other.write(added)
    assert [row["Activity"] for row in com.rows("Activities")] == ["A-1"]


@pytest.mark.parametrize(
    ("column", "mine", "ours"),
    [("amount", 77.0, 5.0), ("stage", "Quote", "Won"), ("created", date(2026, 2, 2), date(2026, 2, 3))],
)
def test_a_cell_typed_between_reading_and_writing_is_not_overwritten(
    com: OpenDesk, column: str, mine: Any, ours: Any
) -> None:
    header = TABLES["Deals"].header(column, "en")
    book = com.book()
    plan = edit(book.read(TODAY), "Deals", column, {"D-1": ours})
    com.type("Deals", 1, header, mine)
    before = {name: dict(cells) for name, cells in com.grid.cells.items()}
    with pytest.raises(ChangedMeanwhile, match="Deals D-1 was changed"):
        book.write(plan)
    assert com.grid.cells == before


def test_done_chosen_while_the_button_runs_is_not_cleared(rep: Rep) -> None:
    book = OpenBook(rep.book)
    listed = book.read(NOW.date())["FollowUps"]
    rep.fill_in("FollowUps", "done", {int(listed.index[0]): "Yes"})
    with pytest.raises(ChangedMeanwhile):
        book.write(ChangeSet(fills=(Fill("FollowUps", listed.iloc[:1]),)))
    assert "Yes" in {str(done) for done in [cell for (row, _), (cell, _) in rep.grid.cells["Follow-ups"].items()]}
