"""Plain rows are read as blocks, other rows cell by cell, and both ways give the same result."""

# ruff: noqa: E501 -- a row of a sheet reads best on one line
from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.ooxml.packages import opened, package, part, sheet
from tests.ooxml.test_corpus import workbooks
from xl_salesflow.errors import WorkbookError
from xl_salesflow.ooxml import workbook_reader
from xl_salesflow.ooxml.cell_references import Area
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.vectorized_rows import parse_regular_rows
from xl_salesflow.ooxml.workbook_editor import Workbook

STRINGS = "<sst>" + "".join(f"<si><t>{text}</t></si>" for text in ("Lead", "", "Süd &amp; Co", "成交")) + "</sst>"
STRINGS_LINK = '<Relationship Id="rId91" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'


def book(rows: str) -> Workbook:
    """Return a workbook with one sheet and four shared strings."""
    rels = part(package({"S": ""}), "xl/_rels/workbook.xml.rels").replace("</Relationships>", STRINGS_LINK)
    return opened(
        package({"S": sheet(rows)}, parts={"xl/sharedStrings.xml": STRINGS, "xl/_rels/workbook.xml.rels": rels})
    )


def careful(workbook: Workbook, name: str, area: str) -> list[list[object]]:
    """Read an area cell by cell."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workbook_reader, "parse_regular_rows", lambda block, area: None)
        return workbook.read_range(name, area)


def exactly(rows: list[list[object]]) -> list[list[tuple[type, str]]]:
    """Return values with their types: 1, 1.0 and True are three values, 0.0 and -0.0 two."""
    return [[(type(value), repr(value)) for value in row] for row in rows]


NUMBER = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(0, 1e6).map("{:.17g}".format),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(["", "-0", "-0.0", "007", "1.", ".5", "1E5", "1.5E-3", " 5", "5 ", "+3", "1_0", "nan", "-inf", "x", "1.2.3", "9" * 30]),
)  # fmt: skip
TEXT = st.sampled_from(
    ["Lead", "", "  two  ", "a &amp; b", "&#x41;", "_x0041_", "成交", "line\nline", "x" * 40, "a > b"]
)
VALUES = {
    "": NUMBER,
    "n": NUMBER,
    "s": st.integers(0, 5).map(str) | NUMBER,
    "b": st.sampled_from(["0", "1", "true", "false", "", "2"]),
    "e": st.sampled_from(["#N/A", "#DIV/0!", ""]),
    "d": st.sampled_from(["2026-06-30", "2026-06-30T08:30:00Z", "x"]),
}


@st.composite
def attributes(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["", "", "n", "s", "s", "b", "e", "str", "inlineStr", "d"]))
    style = draw(st.sampled_from(["", "", ' s="0"', ' s="1"', ' s="2"', ' s="99"', ' s="1" cm="1"']))
    return f'{style} t="{kind}"' if kind else style


def content(draw: st.DrawFn, attributes: str, odd: bool) -> str:
    """Draw the content of a cell, in a usual or in an odd form."""
    kind = attributes.partition('t="')[2].rstrip('"')
    text = draw(VALUES.get(kind, TEXT))
    plain = [
        f"<v>{text}</v>",
        f"<f>A1+1</f><v>{text}</v>",
        f'<f t="shared" si="0"/><v>{text}</v>',
        "<v/>",
        "",
        "<f>1</f>",
    ]
    if kind == "inlineStr":
        plain = [f"<is><t>{text}</t></is>", f'<is><t xml:space="preserve">{text}</t></is>']
    if odd:
        plain += [
            f'<v xml:space="preserve">{text}</v>',
            f"<is><r><t>{text}</t></r><r><t>!</t></r></is>",
            f"\n <v>{text}</v>\n",
        ]
    return draw(st.sampled_from(plain))


@st.composite
def rows(draw: st.DrawFn) -> str:
    """Draw rows of a few columns, with gaps and few formats, as on most sheets; odd ones may have a late address."""
    out, number, odd = [], 0, draw(st.booleans())
    formats = draw(st.lists(attributes(), min_size=1, max_size=3))
    for _ in range(draw(st.integers(1, 6))):
        number += draw(st.sampled_from([1, 1, 1, 2, 9]))
        inside = ""
        for column in sorted(draw(st.sets(st.sampled_from([1, 2, 3, 26, 27, 703]), min_size=1))):
            place, shown = f' r="{column_letters(column)}{number}"', draw(st.sampled_from(formats))
            start = f"<c{shown}{place}" if odd and draw(st.booleans()) else f"<c{place}{shown}"
            held = content(draw, shown, odd)
            inside += f"{start}>{held}</c>" if held else draw(st.sampled_from([f"{start}/>", f"{start}></c>"]))
        spans = odd and draw(st.booleans())
        start = f'<row spans="1:9" r="{number}"' if spans else f'<row r="{number}"'
        out.append(draw(st.sampled_from([f"{start}>{inside}</row>"] * 9 + [f"{start}/>"])))
    return "".join(out)


@given(rows(), st.sampled_from(["A1:AAA60", "A1:AAA60", "B2:AA3", "AA1:AA9", "C50:D60"]))
@example('<row r="1"><c r="A1"><v>0.1</v></c><c r="B1"><v>81848.76999999999</v></c></row>', "A1:B1")
def test_both_ways_give_the_same_result(xml: str, area: str) -> None:
    workbook = book(xml)
    assert exactly(workbook.read_range("S", area)) == exactly(careful(workbook, "S", area))


COLUMNS = (*range(1, 80), 702, 703, 728, 729, 16_383, 16_384)


@given(st.integers(1, 25), st.integers(0, 5), st.sampled_from(COLUMNS), st.integers(0, 30))
@example(1, 30, 1, 16_383)
@example(3, 2, 727, 3)
def test_any_part_of_a_sheet(row: int, more_rows: int, column: int, more_columns: int) -> None:
    area = Area(row, column, row + more_rows, min(column + more_columns, 16_384))
    asked = [range(area.first_row, area.last_row + 1), range(area.first_col, area.last_col + 1)]
    found = GRID.read_range("S", str(area))
    assert found == [
        [at * 16_384 + c if c in COLUMNS and at % 7 and at < 25 else None for c in asked[1]] for at in asked[0]
    ]


def grid() -> Workbook:
    """Return numbers that encode their position, in some columns and all rows up to 24 except every seventh."""
    lines = {
        at: [f'<c r="{column_letters(c)}{at}"><v>{at * 16_384 + c}</v></c>' for c in COLUMNS]
        for at in range(1, 25)
        if at % 7
    }
    return book("".join(f'<row r="{at}">{"".join(cells)}</row>' for at, cells in lines.items()))


GRID = grid()

PLAIN = {
    "a number": '<row r="1"><c r="A1"><v>1</v></c></row>',
    "a format, a type, other attributes": '<row r="1" spans="1:3" ht="15"><c r="A1" s="3" t="s" cm="1"><v>1</v></c></row>',
    "formulas": '<row r="1"><c r="A1"><f>1</f><v>1</v></c><c r="B1"><f t="shared" si="0"/><v>1</v></c><c r="C1"><f>1</f><v/></c></row>',
    "inline text": '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t xml:space="preserve"> a</t></is></c></row>',
    "nothing in cells": '<row r="1"><c r="A1" s="1"/><c r="B1" s="1" /><c r="C1"></c></row>',
    "nothing in rows": '<row r="1" ht="15"/><row r="2"></row><row r="9"/>',
    "distant columns": '<row r="1048576"><c r="Z1048576"/><c r="AA1048576"/><c r="XFD1048576"/></row>',
    "indented rows": '\n <row r="1"><c r="A1"/></row>\n <row r="2"><c r="A2"/></row>\n',
}  # fmt: skip
NOT_PLAIN = {
    "nothing": "",
    "a row that does not say where it is": "<row><c r='A1'/></row>",
    "nor a cell": '<row r="1"><c><v>1</v></c></row>',
    "a cell of another row": '<row r="2"><c r="A1"><v>1</v></c></row>',
    "the place later": '<row r="1"><c s="1" r="A1"><v>1</v></c></row>',
    "rows upside down": '<row r="2"><c r="A2"/></row><row r="1"><c r="A1"/></row>',
    "rich text": '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r></is></c></row>',
    "an unknown element": '<row r="1"><c r="A1"><v>1</v><extLst/></c></row>',
    "two values": '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
    "an attribute of a value": '<row r="1"><c r="A1"><v a="b">1</v></c></row>',
    "a cell that never closes": '<row r="1"><c r="A1"><c r="B1"/></row>',
    "a cell cut short": '<row r="1"><c r="A1"</r',
}  # fmt: skip


@pytest.mark.parametrize("block", PLAIN.values(), ids=PLAIN)
def test_plain(block: str) -> None:
    assert parse_regular_rows(block.encode(), Area.parse("A1:XFD1048576")) is not None


@pytest.mark.parametrize("block", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_not_plain(block: str) -> None:
    assert parse_regular_rows(block.encode(), Area.parse("A1:XFD1048576")) is None


def test_one_odd_row_slows_down_only_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    row = (
        '<row r="{0}"><c r="A{0}"><v>{0}</v></c><c r="B{0}" t="inlineStr"><is><t>' + "x" * 1000 + "</t></is></c></row>"
    )
    lines = [row.format(number) for number in range(1, 5001)]
    lines[2500] = lines[2500].replace('<row r="2501"', '<row spans="1:2" r="2501"')
    found = []
    monkeypatch.setattr(
        workbook_reader, "parse_regular_rows", lambda *given: found.append(parse_regular_rows(*given)) or found[-1]
    )
    assert [value for (value,) in book("".join(lines)).read_range("S", "A1:A5000")] == list(range(1, 5001))
    assert found.count(None) == 1
    assert len(found) > 4


def test_rows_that_are_far_apart() -> None:
    xml = '<row r="2"><c r="A2"><v>1</v></c></row><row r="5"><c r="A5"><v>2</v></c></row>'
    assert [value for (value,) in book(xml).read_range("S", "A1:A7")] == [None, 1, None, None, 2, None, None]
    assert book(xml).read_range("S", "A3:A4") == [[None], [None]]


def test_every_sheet_of_other_people_reads_the_same_both_ways(shared: Path) -> None:
    """Compare the first 2,000 rows and sixty columns of every eighth workbook, or of all with SALESFLOW_CORPUS=all."""
    sheets, step = 0, 1 if os.environ.get("SALESFLOW_CORPUS") == "all" else 8
    for path in islice(workbooks(shared), 0, None, step):
        try:
            workbook = Workbook.open(path)
            for name in workbook.sheets:
                assert exactly(workbook.read_range(name, "A1:BH2000")) == exactly(
                    careful(workbook, name, "A1:BH2000")
                ), path
                sheets += 1
        except WorkbookError:
            continue
    assert sheets > 300 / step
