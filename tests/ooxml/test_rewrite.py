"""Replacing cells in rows as other programs write them."""

# ruff: noqa: E501 -- a row of a table reads best on one line
from __future__ import annotations

import pytest

from tests.ooxml.packages import MAIN, opened, package, part, rows_of, sheet
from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.ooxml.cell_contents import CachedValue, CellFormula


def edited(rows: str, *edits: tuple[int, int, object], after: str = "") -> str:
    workbook = opened(package({"S": sheet(rows, after)}))
    for row, column, value in edits:
        workbook.set_cell("S", row, column, value)
    return rows_of(workbook.to_bytes())


@pytest.mark.parametrize(
    ("rows", "edit", "after"),
    [
        pytest.param('<row r="1"><c r="A1" s="3"><v>1</v></c></row>', (1, 1, 2), '<row r="1"><c r="A1" s="3"><v>2</v></c></row>', id="the format stays"),
        pytest.param('<row r="1"><c r="A1" s="3" t="s"><v>1</v></c></row>', (1, 1, None), '<row r="1"><c r="A1" s="3"/></row>', id="clearing keeps the format"),
        pytest.param('<row r="1" spans="1:1"><c r="A1"/></row>', (1, 3, True), '<row r="1" spans="1:3"><c r="A1"/><c r="C1" t="b"><v>1</v></c></row>', id="spans widen"),
        pytest.param('<row r="1"><c r="C1"><v>3</v></c></row>', (1, 2, 2), '<row r="1"><c r="B1"><v>2</v></c><c r="C1"><v>3</v></c></row>', id="cells stay in order"),
        pytest.param('<row r="1"/><row r="3"/>', (2, 1, 2), '<row r="1"/><row r="2"><c r="A2"><v>2</v></c></row><row r="3"/>', id="rows stay in order"),
        pytest.param('<row r="1"/>', (1, 1, 2), '<row r="1"><c r="A1"><v>2</v></c></row>', id="a row without cells"),
        pytest.param("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", (2, 1, 4), '<row><c><v>1</v></c><c><v>2</v></c></row><row><c r="A2"><v>4</v></c></row>', id="neither rows nor cells say where"),
        pytest.param("<row><c><v>1</v></c><c><v>2</v></c></row>", (1, 2, 4), '<row><c><v>1</v></c><c r="B1"><v>4</v></c></row>', id="cells do not say where"),
        pytest.param('<row r="1"><c s="3" r="A1"><v>1</v></c></row>', (1, 1, 2), '<row r="1"><c r="A1" s="3"><v>2</v></c></row>', id="attributes in another order"),
        pytest.param('<row r="1"><c r="A1"><f>1+1</f><v>1</v></c></row>', (1, 1, CachedValue(2)), '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c></row>', id="a cached value is replaced"),
        pytest.param('<row r="1"><c r="A1"><f>1+1</f><v>1</v></c></row>', (1, 1, CachedValue("x")), '<row r="1"><c r="A1" t="str"><f>1+1</f><v>x</v></c></row>', id="by text"),
        pytest.param('<row r="1"><c r="A1"><v>1</v></c></row>', (1, 1, CachedValue(2)), '<row r="1"><c r="A1"><v>1</v></c></row>', id="not where somebody typed"),
        pytest.param("", (1, 1, CachedValue(2)), "", id="nor where nothing is"),
        pytest.param('<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>', (1, 1, CellFormula("1<2", True)), '<row r="1"><c r="A1" t="b"><f>1&lt;2</f><v>1</v></c></row>', id="a formula is replaced"),
        pytest.param('<row r="1"><c r="A1" t="s" vm="1" cm="2"><v>1</v></c></row>', (1, 1, 2), '<row r="1"><c r="A1"><v>2</v></c></row>', id="rich data goes with its value"),
    ],
)  # fmt: skip
def test_only_the_cell_is_replaced(rows: str, edit: tuple[int, int, object], after: str) -> None:
    assert edited(rows, edit) == after


def test_an_empty_sheet_takes_rows() -> None:
    xml = sheet("").replace("<sheetData></sheetData>", "<sheetData/>")
    workbook = opened(package({"S": xml}))
    workbook.set_cell("S", 2, 2, 5)
    assert rows_of(workbook.to_bytes()) == '<row r="2"><c r="B2"><v>5</v></c></row>'


def test_prefixed_elements_stay_prefixed() -> None:
    xml = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>2</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    workbook = opened(package({"S": xml}))
    assert workbook.read_range("S", "A1:B1") == [[2, None]]
    workbook.set_cell("S", 1, 1, CachedValue(3))
    workbook.set_cell("S", 1, 2, "a")
    assert rows_of(workbook.to_bytes()) == (
        '<x:row r="1"><x:c r="A1"><x:f>1+1</x:f><x:v>3</x:v></x:c>'
        '<x:c r="B1" t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row>'
    )


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("<row r='1'><c r='A1'><v>1</v></c></row>", id="single quotes"),
        pytest.param('<row r="1"><c r="A1"><v><![CDATA[1]]></v></c></row>', id="CDATA"),
        pytest.param(
            '<!-- <row r="1"/> --><row r="1"><c r="A1"><v>1</v></c></row>', id="a comment that looks like a row"
        ),
        pytest.param('<row r="1">\n  <c r="A1">\n    <v>1</v>\n  </c>\n</row>\n', id="indented"),
    ],
)
def test_unusual_spellings_are_understood(rows: str) -> None:
    workbook = opened(package({"S": sheet(rows)}))
    assert workbook.read_range("S", "A1:B1") == [[1, None]]
    workbook.set_cell("S", 1, 2, 5)
    assert opened(workbook.to_bytes()).read_range("S", "A1:B1") == [[1, 5]]


def test_another_encoding_is_understood() -> None:
    rows = '<row r="1"><c r="A1" t="inlineStr"><is><t>é</t></is></c></row>'
    xml = sheet(rows).replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1")
    workbook = opened(package({"S": ""}, parts={"xl/worksheets/sheet1.xml": xml}))
    workbook.set_cell("S", 2, 1, "ü")
    assert opened(workbook.to_bytes()).read_range("S", "A1:A2") == [["é"], ["ü"]]


def test_followers_of_an_overwritten_shared_formula_become_plain_formulas() -> None:
    rows = (
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1&amp;$C$1</f><v>1</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'
        '<row r="3"><c r="B3"><f t="shared" si="0"/><v>3</v></c></row>'
    )
    assert edited(rows, (1, 2, 9)) == (
        '<row r="1"><c r="B1"><v>9</v></c></row>'
        '<row r="2"><c r="B2"><f>A2&amp;$C$1</f><v>2</v></c></row>'
        '<row r="3"><c r="B3"><f>A3&amp;$C$1</f><v>3</v></c></row>'
    )
    assert edited(rows, (2, 2, 9)).count("shared") == 2, "a follower can be replaced alone"
    assert edited(rows, (1, 2, CachedValue(9))).count("shared") == 3, "so can a cached value"


def test_part_of_an_array_formula_is_refused_with_its_address() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:A2">B1:B2</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>2</v></c></row><row r="3"><c r="A3"><f t="array" ref="A3">1</f><v>1</v></c></row>'
    )
    for row in (1, 2):
        with pytest.raises(UnsupportedEdit, match=rf"S!A{row}.*A1:A2"):
            edited(rows, (row, 1, 9))
    assert '<c r="A3"><v>9</v></c>' in edited(rows, (3, 1, 9)), "an array of one cell can go"
    assert '<f t="array" ref="A1:A2">B1:B2</f><v>9</v>' in edited(rows, (1, 1, CachedValue(9)))


def test_a_covered_cell_of_a_merge_is_refused_with_its_anchor() -> None:
    after = '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'
    with pytest.raises(UnsupportedEdit, match=r"S!B2.*A1"):
        edited('<row r="1"/>', (2, 2, 9), after=after)
    assert "<v>9</v>" in edited('<row r="1"/>', (1, 1, 9), after=after)


@pytest.mark.parametrize(("row", "column"), [(0, 1), (1, 0), (1_048_577, 1), (1, 16_385)])
def test_cells_outside_the_sheet_are_refused(row: int, column: int) -> None:
    with pytest.raises(UnsupportedEdit):
        edited("", (row, column, 1))


@pytest.mark.parametrize("value", [float("inf"), "x" * 32_768, "😀" * 16_384, object()])
def test_values_no_cell_can_hold_are_refused_with_the_address(value: object) -> None:
    with pytest.raises(UnsupportedEdit, match="S!B7"):
        edited("", (7, 2, value))


def test_the_dimension_widens() -> None:
    xml = sheet('<row r="2"/>').replace("<sheetData>", '<dimension ref="B2:C3"/><sheetData>')
    workbook = opened(package({"S": xml}))
    workbook.set_cell("S", 5, 1, 1)
    assert '<dimension ref="A2:C5"/>' in part(workbook.to_bytes(), "xl/worksheets/sheet1.xml")


def test_a_formula_that_goes_takes_the_calculation_chain_along() -> None:
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>1</v></c></row>'
    data = package({"S": sheet(rows)}, parts={"xl/calcChain.xml": "<calcChain/>"})
    rels = part(data, "xl/_rels/workbook.xml.rels")
    chained = rels.replace(
        "</Relationships>", '<Relationship Id="rId77" Type="x/calcChain" Target="calcChain.xml"/></Relationships>'
    )
    data = package(
        {"S": sheet(rows)}, parts={"xl/calcChain.xml": "<calcChain/>", "xl/_rels/workbook.xml.rels": chained}
    )
    for column, value, stays in (
        (2, 5, True),
        (1, CachedValue(5), True),
        (1, 5, False),
        (1, CellFormula("2"), False),
        (3, CellFormula("2"), False),
    ):
        workbook = opened(data)
        workbook.set_cell("S", 1, column, value)
        after = workbook.to_bytes()
        assert ("calcChain" in part(after, "xl/_rels/workbook.xml.rels")) == stays
