"""The open workbook fulfils the contract of every Book, with as many calls for a thousand rows as for ten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlwings as xw

from tests.excel.engines.calc import Office, open_in_calc
from tests.excel.engines.com import com_desk
from tests.excel.engines.memory import open_in_memory
from tests.excel.engines.real import ExcelGrid, open_in_excel
from tests.excel.open_desk import OpenDesk, laid, many
from tests.workbook.book_contract import DEALS, OWN, TODAY, ADesk, BookContract, LayDesk, edit, same_tables
from tests.workbook.desk import make
from xl_salesflow.core.change_sets import Append, ChangeSet, Fill, NamedCellChange, apply_change_set, diff_pipelines
from xl_salesflow.core.own_columns import describe_own_column
from xl_salesflow.errors import MissingTable, WorkbookChanged
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


class OpenContract(BookContract):
    """The differences in the contract: the application itself calculates formulas."""

    def test_nothing_is_left_to_write_after_writing(self, desk: ADesk) -> None:
        book = desk.book()
        before = book.read(TODAY)
        after = before.with_tables(Deals=before["Deals"].assign(amount=[1.0, 2.0, 3.25]))
        assert diff_pipelines(before, after).writes
        book.write(diff_pipelines(before, after))
        formulas = {column.id: before["Deals"][column.id] for column in TABLES["Deals"].formulas}
        again = desk.book().read(TODAY)
        again = again.with_tables(Deals=again["Deals"].assign(**formulas))
        assert not diff_pipelines(again, after).writes

    def test_new_rows_have_live_formulas_with_cached_values(self, desk: ADesk) -> None:
        book = desk.book()
        book.read(TODAY)
        deal = make_table_frame(TABLES["Deals"], [{"deal": "D-4", "weighted_value": 12.5}])
        book.write(ChangeSet(appends=(Append("Deals", deal, ""),)))
        first, *_, last = desk.rows("Deals", values=False)
        assert last["Weighted value"].startswith("=")
        assert last["Weighted value"].count("Amount") == first["Weighted value"].count("Amount")
        assert desk.book().read(TODAY).cell_findings == ()

    def test_named_cells_take_values_and_keep_formulas(self, desk: ADesk) -> None:
        book = desk.book()
        before = book.read(TODAY).named["ViewAll"]
        book.write(
            ChangeSet(
                named_cells=(
                    NamedCellChange("AsOfInput", None, date(2026, 2, 1), cached=False),
                    NamedCellChange("ViewAll", None, 7.0),
                    NamedCellChange("NotThere", 1, 2),
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


class TestOpenBookInComStandIn(OpenContract):
    """The same through xlwings' own Windows layer."""

    @pytest.fixture
    def lay(self, tmp_path: Path) -> LayDesk:
        return lambda language, rows, own: com_desk(make(tmp_path / "book.xlsx", language, rows, own))


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


def calls(tmp_path: Path, count: int) -> dict[str, int]:
    """Count the calls for reading, changing every second deal, adding as many and listing findings."""
    desk = laid(tmp_path / f"{count}.xlsx", many(count))
    book = desk.book()
    desk.grid.calls.clear()
    pipeline = book.read(TODAY)
    every_second = list(pipeline["Deals"]["deal"])[::2]
    plan = edit(pipeline, "Deals", "amount", dict.fromkeys(every_second, 1.25))
    plan += edit(pipeline, "Deals", "warnings", dict.fromkeys(every_second, "= text, no formula"))
    plan += ChangeSet(
        appends=(
            Append(
                "Activities",
                make_table_frame(TABLES["Activities"], [{"activity": f"A-{at}"} for at in range(count)]),
                "",
            ),
        )
    )
    plan += ChangeSet(
        fills=(Fill("Findings", make_table_frame(TABLES["Findings"], [{"rule": "r", "cell": "Deals!A2"}] * count)),)
    )
    book.write(plan)
    return dict(desk.grid.calls)


def test_the_number_of_calls_does_not_depend_on_the_number_of_rows(tmp_path: Path) -> None:
    """Of small tables, cells in between are read too, which saves a few calls."""
    some = calls(tmp_path, 1000)
    assert calls(tmp_path, 1500) == some
    few = calls(tmp_path, 10)
    assert few.keys() == some.keys()
    assert all(few[name] <= times <= few[name] + 10 for name, times in some.items())


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


def test_a_row_deleted_in_the_meantime_stops_the_write(desk: OpenDesk) -> None:
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
def test_text_stays_text_even_if_excel_would_convert_it(desk: OpenDesk, text: str) -> None:
    book = desk.book()
    pipeline = book.read(TODAY)
    plan = edit(pipeline, "Deals", "next_step", {"D-2": text})
    book.write(plan)
    assert desk.rows("Deals")[1]["Next step"] == text
    assert not str(desk.rows("Deals", values=False)[1]["Next step"]).startswith("==")
    same_tables(desk.book().read(TODAY), apply_change_set(pipeline, plan))


def test_findings_link_to_their_cells(desk: OpenDesk) -> None:
    book = desk.book()
    book.read(TODAY)
    book.write(
        ChangeSet(
            fills=(Fill("Findings", make_table_frame(TABLES["Findings"], [{"rule": "r", "cell": "'My deals'!F12"}])),)
        )
    )
    (row,) = desk.rows("Findings", values=False)
    assert row["Cell"] == "=HYPERLINK(\"#'My deals'!F12\",\"'My deals'!F12\")"
    assert desk.rows("Findings")[0]["Cell"] == "'My deals'!F12"


def test_only_the_tables_that_are_needed_are_read(desk: OpenDesk) -> None:
    book = desk.book()
    desk.grid.calls.clear()
    pipeline = book.read_as_needed(TODAY)
    assert list(pipeline["Deals"]["deal"]) == [row["deal"] for row in DEALS]
    few = desk.grid.calls["read"]
    assert list(pipeline["Deals"]["deal"]) == [row["deal"] for row in DEALS]
    assert desk.grid.calls["read"] == few  # a table is read once
    desk.grid.calls.clear()
    whole = book.read(TODAY)
    assert few < desk.grid.calls["read"] * 2 / 3
    assert pipeline["History"].equals(whole["History"])


def test_a_run_on_one_deal_reads_the_cells_of_an_added_column_in_its_rows(desk: OpenDesk) -> None:
    pipeline = desk.book().read_as_needed(TODAY, "D-2")
    cells = pipeline.own_columns.read("Deals", describe_own_column(OWN))
    deals = pipeline["Deals"]
    assert cells[deals.index[deals["deal"] == "D-2"]].tolist() == ["two"]


def test_a_missing_table_is_named(desk: OpenDesk) -> None:
    del desk.grid._tables["Activities"]
    with pytest.raises(MissingTable, match=r"book\.xlsx has no table Activities"):
        desk.book().read(TODAY)


def test_a_change_set_needs_the_book_it_was_made_for(desk: OpenDesk) -> None:
    pipeline = desk.book().read(TODAY)
    with pytest.raises(ValueError, match="read the workbook before"):
        desk.book().write(edit(pipeline, "Deals", "name", {"D-1": "ours"}))


def test_dates_are_whole_days_and_moments_keep_their_time(desk: OpenDesk) -> None:
    book = desk.book()
    pipeline = book.read(TODAY)
    moment = pd.Timestamp("2026-03-02 09:30:15")
    run = make_table_frame(TABLES["Journal"], [{"run": "20260302-093015", "time": moment, "operation": "change"}])
    book.write(
        edit(pipeline, "Deals", "created", {"D-3": pd.Timestamp("2026-03-01")})
        + ChangeSet(appends=(Append("Journal", run, ""),))
    )
    again = desk.book().read(TODAY)
    assert again["Deals"]["created"].iloc[2] == pd.Timestamp("2026-03-01")
    assert (again["Journal"]["time"].iloc[0], again["Journal"]["run"].iloc[0]) == (moment, "20260302-093015")
