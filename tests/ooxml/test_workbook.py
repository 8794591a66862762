"""End to end: open a workbook, collect edits, write, and check the result with independent readers."""

from __future__ import annotations

import io
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table, TableColumn, TableFormula

from xl_salesflow.errors import MissingColumn, MissingTable, UnsupportedEdit
from xl_salesflow.ooxml.cell_contents import CachedValue, CellFormula
from xl_salesflow.ooxml.workbook_editor import Workbook


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a sheet Deals with a table of three rows: Deal, Amount, Closed, and Double = Amount * 2."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Deals"
    sheet.append(["Deal", "Amount", "Closed", "Double"])
    for number in range(1, 4):
        sheet.append([f"D-{number}", number * 10, date(2026, 1, number), "=Deals[[#This Row],[Amount]]*2"])
        sheet.cell(number + 1, 3).number_format = "yyyy-mm-dd"
    table = Table(displayName="Deals", ref="A1:D4")
    table._initialise_columns()
    for column, header in zip(table.tableColumns, ["Deal", "Amount", "Closed", "Double"], strict=True):
        column.name = header
    last: TableColumn = table.tableColumns[3]
    last.calculatedColumnFormula = TableFormula(attr_text="Deals[[#This Row],[Amount]]*2")
    sheet.add_table(table)
    path = tmp_path / "book.xlsx"
    made.save(path)
    return path


def seen(workbook: Workbook) -> list[list[object]]:
    """Return every row of the first sheet as openpyxl reads it after writing."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook.to_bytes())).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_a_table_is_read_by_column(book: Path) -> None:
    assert Workbook.open(book).read_table("deals") == {
        "Deal": ["D-1", "D-2", "D-3"],
        "Amount": [10, 20, 30],
        "Closed": [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)],
        "Double": [None, None, None],
    }


def test_cells_of_a_column_are_set_by_sheet_row(book: Path) -> None:
    workbook = Workbook.open(book)
    workbook.set_column("Deals", "Amount", {3: 21.5, 4: None})
    workbook.set_column("Deals", "Double", {2: CachedValue(20), 3: CellFormula("1+1", 2)})
    assert [row[1:] for row in seen(workbook)[1:]] == [
        [10, datetime(2026, 1, 1), "=Deals[[#This Row],[Amount]]*2"],
        [21.5, datetime(2026, 1, 2), "=1+1"],
        [None, datetime(2026, 1, 3), "=Deals[[#This Row],[Amount]]*2"],
    ]
    again = Workbook(book, workbook.to_bytes())
    assert again.read_table("Deals")["Double"] == [20, 2, None]


def test_appended_rows_get_formula_and_format_of_the_last(book: Path) -> None:
    workbook = Workbook.open(book)
    workbook.append_rows("Deals", {"Deal": ["D-4"], "Closed": [date(2026, 2, 1)], "Double": [80]})
    assert seen(workbook)[-1] == ["D-4", None, datetime(2026, 2, 1), "=Deals[[#This Row],[Amount]]*2"]
    again = Workbook(book, workbook.to_bytes())
    assert again.tables["Deals"].last_row == 5
    assert again.read_table("Deals")["Closed"][-1] == date(2026, 2, 1)


@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_a_replaced_table_has_the_given_rows_and_at_least_one(book: Path, count: int) -> None:
    workbook = Workbook.open(book)
    workbook.replace_rows("Deals", {"Deal": [f"N-{i}" for i in range(count)]})
    again = Workbook(book, workbook.to_bytes())
    assert again.read_table("Deals")["Deal"] == ([f"N-{i}" for i in range(count)] or [None])


def test_unknown_tables_and_columns_are_named(book: Path) -> None:
    workbook = Workbook.open(book)
    with pytest.raises(MissingTable, match="Accounts"):
        workbook.read_table("Accounts")
    with pytest.raises(MissingColumn, match="Stage"):
        workbook.set_column("Deals", "Stage", {2: "Won"})
    with pytest.raises(UnsupportedEdit, match="Deals!B5"):
        workbook.set_column("Deals", "Amount", {5: 1})
