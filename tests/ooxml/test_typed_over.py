"""Overwritten cells of calculated columns."""

from __future__ import annotations

import pytest

from tests.ooxml.packages import opened, package, sheet, table

EXPECTED = {"Twice": "Deals[[#This Row],[Amount]]*2", "Late": '_xlfn.IFS(1<2,"a & b",TRUE,1)'}
TWICE = "<f>Deals[[#This Row],[Amount]]*2</f><v>2</v>"
LATE = '<f>_xlfn.IFS(1&lt;2,"a &amp; b",TRUE,1)</f><v>1</v>'


def found(*rows: str, last: int | None = None) -> dict[str, list[int]]:
    """Search a table B1:D* with the columns Amount, Twice and Late and the given rows."""
    body = "".join(f'<row r="{number}">{row.replace("@", str(number))}</row>' for number, row in enumerate(rows, 2))
    header = '<row r="1"><c r="C1" t="str"><v>Twice</v></c></row>'
    made = table("Deals", f"B1:D{last or len(rows) + 1}", {"Amount": None, "Twice": None, "Late": None})
    workbook = opened(package({"S": sheet(header + body, tables=1)}, {"S": [made]}))
    return workbook.find_overwritten_formulas("deals", EXPECTED)


RIGHT = f'<c r="B@"><v>1</v></c><c r="C@">{TWICE}</c><c r="D@" s="3">{LATE}</c>'


@pytest.mark.parametrize(
    ("row", "twice", "late"),
    [
        pytest.param(RIGHT, [], [], id="as it should be"),
        pytest.param(RIGHT.replace(TWICE, "<v>2</v>"), [3], [], id="a number"),
        pytest.param(RIGHT.replace(TWICE, "<f>1+1</f><v>2</v>"), [3], [], id="another formula"),
        pytest.param(f'<c r="C@"/><c r="D@">{LATE}</c>', [3], [], id="emptied"),
        pytest.param(f'<c r="C@">{TWICE}</c>', [], [3], id="no cell at all"),
        pytest.param("", [3], [3], id="an empty row"),
        pytest.param(RIGHT.replace("]]*2", "]] * 2").replace("_xlfn.", ""), [], [], id="spelled another way"),
        pytest.param(f'<c r="D@">{LATE}</c><c r="AC@"/>', [3], [], id="a column whose name ends the same"),
    ],
)
def test_cells_without_their_formula_are_found(row: str, twice: list[int], late: list[int]) -> None:
    assert found(RIGHT, row, RIGHT) == {"Twice": twice, "Late": late}


def test_a_column_may_have_a_different_formula_in_every_row() -> None:
    rows = "".join(f'<row r="{row}"><c r="B{row}"><f>{row}*1000000</f></c></row>' for row in (2, 3, 4, 5))
    header = '<row r="1"><c r="B1" t="str"><v>Times</v></c></row>'
    made = table("T", "B1:B5", {"Times": None})
    workbook = opened(package({"S": sheet(header + rows, tables=1)}, {"S": [made]}))
    wanted = {2: "2*1E+6", 3: "2*1000000", 4: "4*1E6"}  # row 5 is not checked
    assert workbook.find_overwritten_formulas("T", {"Times": wanted}) == {"Times": [3]}


def test_an_array_formula_is_compared_by_its_text() -> None:
    master = '<f t="array" ref="C@">Deals[[#This Row],[Amount]]*2</f>'
    assert found(RIGHT.replace(TWICE, master), RIGHT) == {"Twice": [], "Late": []}


def test_rows_that_the_sheet_does_not_store_are_found() -> None:
    assert found(RIGHT, last=4) == {"Twice": [3, 4], "Late": [3, 4]}


def test_shared_formulas_are_compared_by_their_text() -> None:
    master = '<f t="shared" ref="C2:C4" si="0">Deals[[#This Row],[Amount]]*2</f>'
    rows = [RIGHT.replace(TWICE, master), RIGHT.replace(TWICE, '<f t="shared" si="0"/>'), RIGHT]
    assert found(*rows) == {"Twice": [], "Late": []}
