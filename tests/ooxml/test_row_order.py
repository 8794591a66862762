"""Rows of a table in another order: cells take their look, formulas, comments and links along; all else stays."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.ooxml.workbook_editor import Workbook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a table B2:D5 with a formula, a comment, a link and a filled cell in its rows; cells beside and below."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row, name in enumerate(("Name", "ann", "bob", "cy"), 2):
        sheet.cell(row, 2, name)
        sheet.cell(row, 3, "Double" if row == 2 else f"=E{row}*2+$E$3")
        sheet.cell(row, 4, "Site" if row == 2 else name)
        sheet.cell(row, 5, row)
    sheet.add_table(Table(displayName="T", ref="B2:D5"))
    sheet["B3"].comment = Comment("about ann", "Ann")
    sheet["D5"].hyperlink = "https://cy.example"
    sheet["B4"].fill = PatternFill("solid", fgColor="FFCC00")
    sheet["B7"], sheet["E8"] = "below", "=B3"
    made.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def _ordered(path: Path, rows: list[int]) -> Worksheet:
    workbook = Workbook.open(path)
    workbook.order_rows("T", rows)
    return openpyxl.load_workbook(io.BytesIO(workbook.to_bytes())).worksheets[0]


def test_cells_move_with_their_formulas_comments_links_and_looks(path: Path) -> None:
    sheet = _ordered(path, [5, 3, 4])
    assert [[cell.value for cell in row] for row in sheet["B3:E5"]] == [
        ["cy", "=E3*2+$E$3", "cy", 3],
        ["ann", "=E4*2+$E$3", "ann", 4],
        ["bob", "=E5*2+$E$3", "bob", 5],
    ]
    assert {cell.coordinate for row in sheet for cell in row if cell.comment} == {"B4"}
    assert {cell.coordinate for row in sheet for cell in row if cell.hyperlink} == {"D3"}
    assert [sheet[f"B{row}"].fill.fgColor.rgb for row in (3, 4, 5)] == ["00000000", "00000000", "00FFCC00"]
    assert (sheet["B7"].value, sheet["E8"].value, sheet.tables["T"].ref) == ("below", "=B3", "B2:D5")


def test_rows_that_are_not_named_follow(path: Path) -> None:
    assert [row[0].value for row in _ordered(path, [4])["B3:B5"]] == ["bob", "ann", "cy"]


def test_a_table_with_hidden_rows_is_refused(path: Path) -> None:
    made = openpyxl.load_workbook(path)
    made.worksheets[0].row_dimensions[4].hidden = True
    made.save(path)
    with pytest.raises(UnsupportedEdit, match=r"Sheet!4.* hidden"):
        _ordered(path, [5, 3, 4])


@pytest.mark.parametrize("rows", [[3, 3], [2], [6]])
def test_an_order_names_rows_of_the_table_once(path: Path, rows: list[int]) -> None:
    with pytest.raises(ValueError, match="each once"):
        _ordered(path, rows)
