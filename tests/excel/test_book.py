"""The open workbook keeps the contract of every Book, in as many calls for a thousand rows as for ten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlwings as xw

from tests.excel.engines.calc import Office, open_in_calc
from tests.excel.engines.impl import App, Area, Refused, letters
from tests.excel.engines.memory import MemoryGrid, open_in_memory
from tests.excel.engines.real import ExcelGrid, open_in_excel
from tests.workbook.book_contract import DEALS, OWN, ROWS, TODAY, ADesk, BookContract, LayDesk, edit, same_tables
from tests.workbook.desk import make
from xl_salesflow.errors import CannotSave, MissingTable, UnsupportedEdit, WorkbookChanged
from xl_salesflow.excel import quiet
from xl_salesflow.excel.book import OpenBook
from xl_salesflow.excel.quiet import StillEditing
from xl_salesflow.model.apply import applied
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Cell, Fill, Plan, Remove
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language


class OpenDesk:
    """A person at a workbook that is open: looks at the cells and types into them, past xlwings."""

    def __init__(self, book: xw.Book, grid: Any = None) -> None:
        self.xw, self.grid = book, grid or book.impl.grid

    def book(self) -> OpenBook:
        return OpenBook(self.xw)

    def rows(self, table: str, values: bool = True) -> list[dict[str, Any]]:
        area = self.grid.table(table)
        lines = self.grid.values(area) if values else self.grid.formulas(area)
        headers = [str(header) for header in self.grid.values(area._replace(bottom=area.top))[0]]
        return [dict(zip(headers, map(_plain, line), strict=True)) for line in lines[1:]]

    def type(self, table: str, row: int, header: str, value: Any) -> str:
        area = self.grid.table(table)
        headers = self.grid.values(area._replace(bottom=area.top))[0]
        at = (area.top + row, area.left + headers.index(header))
        self.grid.put(area._replace(top=at[0], bottom=at[0], left=at[1], right=at[1]), [[value]])
        return f"{area.sheet}!{letters(at[1])}{at[0]}"

    def fill_in(self, name: str, value: Any) -> str:
        block = self.xw.names[name].refers_to_range
        here = Area(block.sheet.name, block.row, block.column, block.row, block.column)
        self.grid.put(here, [[value]])
        return f"'{block.sheet.name}'!{block.address.replace('$', '')}"

    def reverse(self, table: str) -> None:
        """Columns of formulas stay: each speaks of its own row."""
        area = self.grid.table(table)
        for col in range(area.left, area.right + 1):
            body = area._replace(top=area.top + 1, left=col, right=col)
            if not any(str(row[0]).startswith("=") for row in self.grid.formulas(body)):
                self.grid.put(body, self.grid.values(body)[::-1])

    def rename(self, table: str, header: str, new: str) -> None:
        area = self.grid.table(table)
        headers = self.grid.values(area._replace(bottom=area.top))[0]
        self.grid.put(area._replace(bottom=area.top), [[new if one == header else one for one in headers]])


def _plain(cell: Any) -> Any:
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell


class OpenContract(BookContract):
    """The contract where it differs: what formulas come to is the application's own doing."""

    def test_nothing_is_left_to_do_after_writing(self, desk: ADesk) -> None:
        book = desk.book()
        before = book.read(TODAY)
        after = before.with_tables(Deals=before["Deals"].assign(amount=[1.0, 2.0, 3.25]))
        assert difference(before, after).writes
        book.write(difference(before, after))
        formulas = {column.id: before["Deals"][column.id] for column in TABLES["Deals"].formulas}
        again = desk.book().read(TODAY)
        again = again.with_tables(Deals=again["Deals"].assign(**formulas))
        assert not difference(again, after).writes

    def test_new_rows_have_live_formulas_with_what_they_come_to(self, desk: ADesk) -> None:
        book = desk.book()
        book.read(TODAY)
        deal = frame(TABLES["Deals"], [{"deal": "D-4", "weighted_value": 12.5}])
        book.write(Plan(appends=(Append("Deals", deal, ""),)))
        first, *_, last = desk.rows("Deals", values=False)
        assert last["Weighted value"].startswith("=")
        assert last["Weighted value"].count("Amount") == first["Weighted value"].count("Amount")
        assert desk.book().read(TODAY).faults == ()

    def test_named_cells_take_values_and_keep_formulas(self, desk: ADesk) -> None:
        book = desk.book()
        before = book.read(TODAY).named["ViewAll"]
        book.write(
            Plan(
                cells=(
                    Cell("AsOfInput", None, date(2026, 2, 1), cached=False),
                    Cell("ViewAll", None, 7.0),
                    Cell("NotThere", 1, 2),
                )
            )
        )
        named = desk.book().read(TODAY).named
        assert named["AsOfInput"] == date(2026, 2, 1)
        assert named["ViewAll"] == before


class TestOpenBookInMemory(OpenContract):
    @pytest.fixture
    def lay(self, tmp_path: Path) -> LayDesk:
        return lambda language, rows, own: OpenDesk(open_in_memory(make(tmp_path / "book.xlsx", language, rows, own)))


@pytest.mark.slow
class TestOpenBookInLibreOffice(OpenContract):
    @pytest.fixture
    def lay(self, tmp_path: Path, calc: Office) -> Iterator[LayDesk]:
        books: list[xw.Book] = []

        def lay(language: Language, rows: Any, own: str) -> OpenDesk:
            books.append(open_in_calc(calc, make(tmp_path / f"book{len(books)}.xlsx", language, rows, own)))
            return OpenDesk(books[-1])

        yield lay
        for book in books:
            book.close()


@pytest.mark.excel
class TestOpenBookInExcel(OpenContract):
    @pytest.fixture
    def lay(self, tmp_path: Path) -> Iterator[LayDesk]:
        books: list[xw.Book] = []

        def lay(language: Language, rows: Any, own: str) -> OpenDesk:
            books.append(open_in_excel(make(tmp_path / f"book{len(books)}.xlsx", language, rows, own)))
            return OpenDesk(books[-1], ExcelGrid(books[-1]))

        yield lay
        for book in books:
            book.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[OpenDesk]:
    desk = OpenDesk(open_in_memory(make(tmp_path / "book.xlsx", "en", ROWS, OWN)))
    yield desk
    desk.xw.impl.app.__init__(desk.xw.impl.app.engine)


def app(desk: OpenDesk) -> App:
    return desk.xw.impl.app


def many(count: int) -> dict[str, list[dict[str, Any]]]:
    return {"Deals": [{"deal": f"D-{at}", "stage": "Lead", "amount": at + 0.5} for at in range(count)]}


def calls(tmp_path: Path, count: int) -> dict[str, int]:
    """Count what reading, changing every second deal, adding as many and listing findings asks of Excel."""
    desk = OpenDesk(open_in_memory(make(tmp_path / f"{count}.xlsx", "en", many(count))))
    book = desk.book()
    desk.grid.calls.clear()
    pipeline = book.read(TODAY)
    every_second = list(pipeline["Deals"]["deal"])[::2]
    plan = edit(pipeline, "Deals", "amount", dict.fromkeys(every_second, 1.25))
    plan += edit(pipeline, "Deals", "warnings", dict.fromkeys(every_second, "= text, no formula"))
    plan += Plan(
        appends=(
            Append("Activities", frame(TABLES["Activities"], [{"activity": f"A-{at}"} for at in range(count)]), ""),
        )
    )
    plan += Plan(fills=(Fill("Findings", frame(TABLES["Findings"], [{"rule": "r", "cell": "Deals!A2"}] * count)),))
    book.write(plan)
    return dict(desk.grid.calls)


def test_the_number_of_calls_does_not_depend_on_the_number_of_rows(tmp_path: Path) -> None:
    assert calls(tmp_path, 10) == calls(tmp_path, 1000)


def test_switches_and_selection_are_as_before_even_when_a_write_fails(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    before = (dict(app(desk).switched), app(desk).selected, desk.xw.sheets.active.name)
    monkeypatch.setattr(MemoryGrid, "put", _broken(MemoryGrid.put))
    with pytest.raises(OSError, match="gone"):
        book.write(plan)
    assert (dict(app(desk).switched), app(desk).selected, desk.xw.sheets.active.name) == before
    assert {name for name, _ in app(desk).history} == set(App.SWITCHES)


def _broken(put: Any) -> Any:
    def broken(*arguments: Any) -> None:
        raise OSError("Excel is gone")

    return broken


def test_a_write_that_fails_half_way_leaves_nothing(desk: OpenDesk) -> None:
    """The rows to be added have no room: the amount, written before, is put back."""
    area = desk.grid.table("Deals")
    desk.grid.put(area._replace(top=area.bottom + 1, bottom=area.bottom + 1, right=area.left), [["my notes"]])
    before = {name: dict(cells) for name, cells in desk.grid.cells.items()}
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    more = frame(TABLES["Deals"], [{"deal": "D-4"}])
    with pytest.raises(UnsupportedEdit, match=r"Deals!5: something stands below the table Deals"):
        book.write(plan + Plan(appends=(Append("Deals", more, ""),)))
    assert desk.grid.cells == before
    assert desk.grid.table("Deals") == area


def test_rows_sorted_between_reading_and_writing_are_found_again(desk: OpenDesk) -> None:
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "next_step", {"D-1": "call"})
    desk.reverse("Deals")
    book.write(plan)
    assert [(row["Deal"], row["Next step"]) for row in desk.rows("Deals")] == [
        ("D-3", None),
        ("D-2", None),
        ("D-1", "call"),
    ]


def removal(pipeline: Pipeline, *keys: str) -> Plan:
    deals = pipeline["Deals"]
    return Plan(removes=(Remove("Deals", deals[deals["deal"].isin(keys)], "test"),))


def test_rows_sorted_between_reading_and_removing_are_found_again(desk: OpenDesk) -> None:
    book = desk.book()
    plan = removal(book.read(TODAY), "D-1")
    desk.reverse("Deals")
    book.write(plan)
    assert [(row["Deal"], row[OWN]) for row in desk.rows("Deals")] == [("D-3", "three"), ("D-2", "two")]


@pytest.mark.parametrize(("keys", "calls"), [(range(40), 1), (range(10, 30), 1), ([1, 2, 3, 8, 9, 20], 3)])
def test_neighbouring_rows_are_deleted_in_one_call(tmp_path: Path, keys: Sequence[int], calls: int) -> None:
    desk = OpenDesk(open_in_memory(make(tmp_path / "many.xlsx", "en", many(41))))
    book = desk.book()
    plan = removal(book.read(TODAY), *(f"D-{key}" for key in keys))
    book.write(plan)
    assert desk.grid.calls["delete"] == calls
    assert len(desk.rows("Deals")) == 41 - len(keys)


def test_what_stands_below_a_table_moves_up_with_it(desk: OpenDesk) -> None:
    area = desk.grid.table("Deals")
    below = area._replace(top=area.bottom + 2, bottom=area.bottom + 2, right=area.left)
    desk.grid.put(below, [["my notes"]])
    book = desk.book()
    book.write(removal(book.read(TODAY), "D-1", "D-3"))
    assert desk.grid.values(below._replace(top=below.top - 2, bottom=below.bottom - 2)) == [["my notes"]]


@pytest.mark.parametrize("deletes", [None, 1, 2], ids=["nothing", "the visible rows only", "other rows"])
def test_rows_that_excel_does_not_delete_are_all_put_back(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, deletes: int | None
) -> None:
    """Behind a filter Excel deletes what it shows, or refuses."""
    delete = MemoryGrid.delete

    def filtered(self: MemoryGrid, area: Area) -> None:
        if deletes == 1:
            delete(self, area._replace(bottom=area.top))
        elif deletes == 2:
            delete(self, area._replace(top=area.top + 1, bottom=area.bottom + 1))

    book = desk.book()
    pipeline = book.read(TODAY)
    before, area = {name: dict(cells) for name, cells in desk.grid.cells.items()}, desk.grid.table("Deals")
    monkeypatch.setattr(MemoryGrid, "delete", filtered)
    with pytest.raises(CannotSave, match="rows of the table Deals could not be deleted; clear its filter"):
        book.write(edit(pipeline, "Deals", "amount", {"D-3": 5.0}) + removal(pipeline, "D-1", "D-2"))
    assert desk.grid.cells == before
    assert desk.grid.table("Deals") == area


def test_a_row_deleted_meanwhile_stops_the_write(desk: OpenDesk) -> None:
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    desk.type("Deals", 2, "Deal", "another")
    with pytest.raises(WorkbookChanged):
        book.write(plan)
    assert desk.rows("Deals")[0]["Amount"] == 1200.5


TEXTS = [
    "=1+1",
    "+49 30 1234",
    "-5",
    "@home",
    "00123",
    "1/2",
    "5 May",
    "2026-05-01",
    "TRUE",
    "'quoted",
    "1e5",
    "5%",
    "3月1日",
]


@pytest.mark.parametrize("text", TEXTS)
def test_text_stays_text_whatever_excel_would_make_of_it(desk: OpenDesk, text: str) -> None:
    book = desk.book()
    pipeline = book.read(TODAY)
    plan = edit(pipeline, "Deals", "next_step", {"D-2": text})
    book.write(plan)
    assert desk.rows("Deals")[1]["Next step"] == text
    assert not str(desk.rows("Deals", values=False)[1]["Next step"]).startswith("==")
    same_tables(desk.book().read(TODAY), applied(pipeline, plan))


def test_what_stands_between_two_changed_cells_is_left_alone(desk: OpenDesk) -> None:
    desk.type("Deals", 2, "Amount", "=100+200")
    book = desk.book()
    book.write(edit(book.read(TODAY), "Deals", "amount", {"D-1": 1.0, "D-3": 3.0}))
    assert [row["Amount"] for row in desk.rows("Deals", values=False)] == [1, "=100+200", 3]


def test_somebody_editing_a_cell_is_waited_for(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "refusals", lambda: (Refused,))
    waits: list[float] = []
    app(desk).busy = 3
    with quiet.still(desk.xw, waits.append):
        assert app(desk).switched["calculation"] == "manual"
    assert len(waits) == 3
    assert app(desk).switched["calculation"] == "automatic"


def test_somebody_who_goes_on_editing_is_told(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "refusals", lambda: (Refused,))
    app(desk).busy = 1000
    with pytest.raises(StillEditing, match="finish it"), quiet.still(desk.xw, lambda seconds: None):
        pytest.fail("nothing may be written")
    assert app(desk).history == []


def test_a_cell_that_takes_no_value_is_named(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Excel does behind a filter or on a protected sheet."""
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    monkeypatch.setattr(MemoryGrid, "put", lambda *arguments: None)
    with pytest.raises(CannotSave, match=r"Deals!F2 did not take what was written; clear the filter"):
        book.write(plan)


def test_findings_link_to_their_cells(desk: OpenDesk) -> None:
    book = desk.book()
    book.read(TODAY)
    book.write(Plan(fills=(Fill("Findings", frame(TABLES["Findings"], [{"rule": "r", "cell": "'My deals'!F12"}])),)))
    (row,) = desk.rows("Findings", values=False)
    assert row["Cell"] == "=HYPERLINK(\"#'My deals'!F12\",\"'My deals'!F12\")"
    assert desk.rows("Findings")[0]["Cell"] == "'My deals'!F12"


def test_only_the_tables_that_are_needed_are_read(desk: OpenDesk) -> None:
    book = desk.book()
    desk.grid.calls.clear()
    pipeline = book.read(TODAY, only=("Deals",))
    narrow = desk.grid.calls["read"]
    book.read(TODAY)
    assert list(pipeline["Deals"]["deal"]) == [row["deal"] for row in DEALS]
    assert len(pipeline["History"]) == 0
    assert narrow < desk.grid.calls["read"] - narrow


def test_a_missing_table_is_named(desk: OpenDesk) -> None:
    del desk.grid._tables["Activities"]
    with pytest.raises(MissingTable, match=r"book\.xlsx has no table Activities"):
        desk.book().read(TODAY)


def test_a_plan_needs_the_book_it_was_made_for(desk: OpenDesk) -> None:
    pipeline = desk.book().read(TODAY)
    with pytest.raises(ValueError, match="read the workbook before"):
        desk.book().write(edit(pipeline, "Deals", "name", {"D-1": "ours"}))


def test_dates_are_whole_days_and_moments_keep_their_time(desk: OpenDesk) -> None:
    book = desk.book()
    pipeline = book.read(TODAY)
    moment = pd.Timestamp("2026-03-02 09:30:15")
    run = frame(TABLES["Journal"], [{"run": "20260302-093015", "time": moment, "operation": "change"}])
    book.write(
        edit(pipeline, "Deals", "created", {"D-3": pd.Timestamp("2026-03-01")})
        + Plan(appends=(Append("Journal", run, ""),))
    )
    again = desk.book().read(TODAY)
    assert again["Deals"]["created"].iloc[2] == pd.Timestamp("2026-03-01")
    assert (again["Journal"]["time"].iloc[0], again["Journal"]["run"].iloc[0]) == (moment, "20260302-093015")
