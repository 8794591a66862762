"""Blank cells that a column's format already describes are not written; new cells take the column's format."""

from __future__ import annotations

import pytest

from tests.ooxml.packages import opened, package, part, rows_of, sheet, table
from xl_salesflow.ooxml.column_looks import leave_blanks_to_columns
from xl_salesflow.ooxml.package_draft import PackageDraft
from xl_salesflow.ooxml.row_splicer import read_column_styles
from xl_salesflow.ooxml.workbook_editor import Workbook

COLUMNS = '<cols><col min="1" max="1" width="9"/><col style="3" min="2" max="3" width="9"/></cols>'
PLAIN = '<cols><col min="1" max="1" width="9"/><col width="9" min="2" max="2"/><col width="9" min="3" max="3"/></cols>'


def book(rows: str, columns: str = COLUMNS) -> Workbook:
    xml = sheet(rows, tables=1).replace("<sheetData>", f"{columns}<sheetData>")
    return opened(package({"S": xml}, {"S": [table("T", "A1:C2", {"a": None, "b": None, "c": None})]}))


HEAD = '<row r="1"><c r="A1"/></row>'


@pytest.mark.parametrize(
    ("row", "edit", "after"),
    [
        pytest.param('<c r="B2" s="3"><v>1</v></c>', None, "", id="cleared"),
        pytest.param('<c r="B2" s="1"><v>1</v></c>', None, '<c r="B2" s="1"/>', id="cleared, another format"),
        pytest.param('<c r="C2" s="3"/>', None, '<c r="C2" s="3"/>', id="cleared, and was not there"),
        pytest.param('<c r="C2" s="3"/>', 5, '<c r="B2" s="3"><v>5</v></c><c r="C2" s="3"/>', id="filled, and was not there"),
    ],
)  # fmt: skip
def test_a_cell_of_a_row(row: str, edit: object, after: str) -> None:
    workbook = book(f'{HEAD}<row r="2">{row}</row>')
    workbook.set_cell("S", 2, 2, edit)
    assert rows_of(workbook.to_bytes()) == f'{HEAD}<row r="2">{after}</row>'


def test_the_format_of_a_row_comes_first() -> None:
    workbook = book(f'{HEAD}<row r="2" s="2" customFormat="1"><c r="B2" s="3"><v>1</v></c></row>')
    workbook.set_cell("S", 2, 2, None)
    assert '<c r="B2" s="3"/>' in rows_of(workbook.to_bytes())


def test_new_rows_leave_blanks_to_the_columns() -> None:
    workbook = book(f'{HEAD}<row r="2"><c r="A2" s="3"><v>1</v></c><c r="C2" s="1"><v>1</v></c></row>')
    workbook.append_rows("T", {"a": [2, None], "b": [None, 7], "c": [None, None]})
    assert rows_of(workbook.to_bytes()).split('<row r="3">')[1] == (
        '<c r="A3" s="3"><v>2</v></c><c r="C3" s="1"/></row>'
        '<row r="4"><c r="A4" s="3"/><c r="B4" s="3"><v>7</v></c><c r="C4" s="1"/></row>'
    )


def test_the_columns_of_a_sheet_without_formats_have_none() -> None:
    assert read_column_styles(COLUMNS.encode(), [1, 2, 3, 4]) == {2: b' s="3"', 3: b' s="3"'}
    assert read_column_styles(b"<sheetPr/>", [1, 2]) == {}


def test_an_earlier_sheet_gives_its_columns_the_format_of_the_first_row() -> None:
    cells = '<c r="B{0}" s="3"/><c r="C{0}" s="3"/>'
    workbook = book(
        f'{HEAD}<row r="2">{cells.format(2)}</row><row r="3"><c r="B3" s="1"/><c r="C3" s="3"><v>4</v></c></row>', PLAIN
    )
    draft, name = PackageDraft(workbook.package), workbook.sheets["S"].part
    pieces = leave_blanks_to_columns(workbook.package, name, workbook.tables["T"], [2, 3])
    assert pieces is not None
    draft.replace(name, pieces)
    data = draft.to_bytes()
    assert part(data, name).count('<col style="3" ') == 2
    assert rows_of(data) == f'{HEAD}<row r="2"></row><row r="3"><c r="B3" s="1"/><c r="C3" s="3"><v>4</v></c></row>'
    assert leave_blanks_to_columns(opened(data).package, name, workbook.tables["T"], [2, 3]) is None
