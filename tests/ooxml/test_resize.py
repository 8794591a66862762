"""Tables that grow, shrink and lose rows, and the references that are adjusted."""

from __future__ import annotations

import re

import pytest

from tests.ooxml.packages import opened, package, part, rows_of, sheet, table
from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.ooxml.workbook_editor import Workbook

HEADER = '<row r="1"><c r="A1" t="str"><v>Deal</v></c><c r="B1" t="str"><v>Amount</v></c><c r="C1" t="str"><v>Twice</v></c></row>'


def line(row: int, style: int = 3) -> str:
    return (
        f'<row r="{row}"><c r="A{row}" t="str"><v>D-{row}</v></c><c r="B{row}" s="{style}"><v>{row}</v></c>'
        f'<c r="C{row}"><f>B{row}*2</f><v>{row * 2}</v></c></row>'
    )


def deals(below: str = "", after: str = "", rows: int = 3, totals: bool = False, **more: str) -> Workbook:
    """Return a workbook with the table Deals on S, A1:C4: Deal, Amount, Twice = B*2; and a sheet Other with rows `other`."""
    body = HEADER + "".join(map(line, range(2, rows + 2)))
    made = table(
        "Deals",
        f"A1:C{rows + 1 + totals}",
        {"Deal": None, "Amount": None, "Twice": "Deals[[#This Row],[Amount]]*2"},
        totals,
    )
    sheets = {"S": sheet(body + below, after, 1), "Other": sheet(more.get("other", ""), more.get("tail", ""))}
    parts = {folder + "/a1.xml": more["chart"] for folder in ("xl/charts", "xl/shapes") if "chart" in more}
    parts |= {folder + "/b1.xml": more["pivot"] for folder in ("xl/pivotCache", "xl/cache") if "pivot" in more}
    return opened(package(sheets, {"S": [made]}, more.get("workbook", ""), parts))


def column(workbook: Workbook, header: str) -> list[object]:
    return opened(workbook.to_bytes()).read_table("Deals")[header]


def test_new_rows_look_like_the_last() -> None:
    workbook = deals()
    workbook.append_rows("Deals", {"Deal": ["new"], "Twice": [7]})
    assert rows_of(workbook.to_bytes()).endswith(
        '<row r="5"><c r="A5" t="inlineStr"><is><t>new</t></is></c><c r="B5" s="3"/>'
        '<c r="C5"><f>Deals[[#This Row],[Amount]]*2</f><v>7</v></c></row>'
    )


def test_rows_are_appended_repeatedly() -> None:
    workbook = deals()
    for number in range(3):
        workbook.append_rows("Deals", {"Deal": [f"n{number}"]})
    assert column(workbook, "Deal") == ["D-2", "D-3", "D-4", "n0", "n1", "n2"]


def test_an_empty_starter_row_is_filled_first() -> None:
    made = table("Deals", "A1:B2", {"Deal": None, "Twice": "1+1"})
    rows = '<row r="1"/><row r="2"><c r="A2" s="1"/><c r="B2"><f>1+1</f><v>2</v></c></row>'
    workbook = opened(package({"S": sheet(rows, tables=1)}, {"S": [made]}))
    workbook.append_rows("Deals", {"Deal": ["a", "b"]})
    assert column(workbook, "Deal") == ["a", "b"]


def test_the_row_that_excel_shows_in_an_empty_table_is_used() -> None:
    made = table("Deals", "A1:A2", {"Deal": None}).replace("displayName", 'insertRow="1" displayName')
    data = package({"S": sheet('<row r="1"/>', tables=1)}, {"S": [made]})
    for fill in (
        lambda workbook: workbook.append_rows("Deals", {"Deal": ["a"]}),
        lambda workbook: workbook.set_column("Deals", "Deal", {2: "a"}),
    ):
        workbook = opened(data)
        fill(workbook)
        assert "insertRow" not in part(workbook.to_bytes(), "xl/tables/table11.xml")
        assert column(workbook, "Deal") == ["a"]


@pytest.mark.parametrize(
    ("below", "place"),
    [
        ('<row r="6"><c r="B6"><v>1</v></c></row>', "S!B6"),
        ('<row r="5"><c r="C5" t="s"><v>0</v></c></row>', "S!C5"),
        ('<row r="5"><c r="A5"><f>1+1</f></c></row>', "S!A5"),
    ],
)
def test_a_cell_in_the_way_is_named(below: str, place: str) -> None:
    workbook = deals(below)
    workbook.append_rows("Deals", {"Deal": ["a", "b"]})
    with pytest.raises(UnsupportedEdit, match=place):
        workbook.to_bytes()


def test_cells_beside_and_far_below_a_table_stay() -> None:
    below = '<row r="5"><c r="A5" s="2"/><c r="E5"><v>1</v></c></row><row r="9"><c r="A9"><v>2</v></c></row>'
    workbook = deals(below)
    workbook.append_rows("Deals", {"Deal": ["a"]})
    after = opened(workbook.to_bytes())
    assert after.read_range("S", "A5:E5") == [["a", None, None, None, 1]]
    assert after.read_range("S", "A9") == [[2]]


def test_another_table_in_the_way_is_named() -> None:
    first, second = table("Deals", "A1:A2", {"Deal": None}), table("Below", "A4:A5", {"Other": None})
    workbook = opened(package({"S": sheet(HEADER + line(2), tables=2)}, {"S": [first, second]}))
    workbook.append_rows("Deals", {"Deal": ["a"]})
    with pytest.raises(UnsupportedEdit, match=r"S!A4.*Below"):
        workbook.append_rows("Deals", {"Deal": ["b"]})


TOTALS = (
    '<row r="5"><c r="A5" t="str"><v>Total</v></c><c r="B5" s="2"><f>SUBTOTAL(109,B2:B4)</f><v>9</v></c>'
    '<c r="E5"><v>1</v></c></row>'
)


def test_the_totals_row_moves_down_and_up() -> None:
    workbook = deals(TOTALS, totals=True, other='<row r="1"><c r="A1"><f>S!B5</f></c></row>')
    workbook.append_rows("Deals", {"Deal": ["a"]})
    workbook.append_rows("Deals", {"Deal": ["b"]})
    data = workbook.to_bytes()
    assert '<c r="B7" s="2"><f>SUBTOTAL(109,B2:B6)</f><v>9</v></c>' in rows_of(data)
    assert '<c r="B5" s="3"/>' in rows_of(data), "its old place takes the body's format"
    assert '<c r="E5"><v>1</v></c>' in rows_of(data), "what stands beside the table stays"
    assert "<f>S!B7</f>" in rows_of(data, 2)
    assert 'ref="A1:C7"' in part(data, "xl/tables/table11.xml")
    shrunk = opened(data)
    shrunk.replace_rows("Deals", {"Deal": ["only"]})
    assert opened(shrunk.to_bytes()).read_range("S", "A2:A7") == [["only"], ["Total"], [None], [None], [None], [None]]


FOLLOWERS = [
    ("S!$B$2:$B$4", "S!$B$2:$B$6", "a column of the body"),
    ("S!$B$1:$B$4", "S!$B$1:$B$6", "with its header"),
    ("S!$A$2:$C$4", "S!$A$2:$C$6", "several columns"),
    ("S!B2:B4", "S!B2:B6", "without dollars"),
    ("'S'!$B$2:$B$4", "'S'!$B$2:$B$6", "a quoted sheet"),
    ("S!$B$3:$B$4", "S!$B$3:$B$4", "part of the body stays"),
    ("S!$B$2:$B$3", "S!$B$2:$B$3", "a range that ends before stays"),
    ("S!$B$2:$B$9", "S!$B$2:$B$9", "a range that goes on stays"),
    ("S!$B$2:$D$4", "S!$B$2:$D$4", "a range wider than the table stays"),
    ("S!$B$4", "S!$B$4", "a cell stays"),
    ("Other!$B$2:$B$4", "Other!$B$2:$B$4", "another sheet stays"),
    ("[1]S!$B$2:$B$4", "[1]S!$B$2:$B$4", "another workbook stays"),
]


@pytest.mark.parametrize(("before", "after", "why"), FOLLOWERS, ids=[row[2] for row in FOLLOWERS])
def test_references_are_extended_with_a_table(before: str, after: str, why: str) -> None:
    workbook = deals(
        chart=f'<c:chart xmlns:c="c"><c:f>{before}</c:f></c:chart>',
        workbook=f'<definedNames><definedName name="N">{before}</definedName></definedNames>',
        other=f'<row r="1"><c r="A1"><f>SUM({before})</f><v>1</v></c></row>',
        tail=f'<dataValidations><dataValidation sqref="A1"><formula1>{before}</formula1></dataValidation></dataValidations>',
    )
    workbook.append_rows("Deals", {"Deal": ["a", "b"]})
    data = workbook.to_bytes()
    for chart in ("xl/charts/a1.xml", "xl/shapes/a1.xml"):
        assert f"<c:f>{after}</c:f>" in part(data, chart)
    assert f">{after}</definedName>" in part(data, "xl/workbook.xml")
    assert f"<f>SUM({after})</f>" in rows_of(data, 2)
    assert f"<formula1>{after}</formula1>" in part(data, "xl/worksheets/sheet2.xml")


@pytest.mark.parametrize(
    ("before", "grown", "shrunk"),
    [
        ("B2:B4", "B2:B6", "B2"),
        ("A1 B2:B4 D2:D4", "A1 B2:B6 D2:D4", "A1 B2 D2:D4"),
        ("B4", "B4:B6", "B4"),
        ("B2:B1048576", "B2:B1048576", "B2:B1048576"),
    ],
)
def test_validations_and_formats_are_extended(before: str, grown: str, shrunk: str) -> None:
    after = (
        f'<conditionalFormatting sqref="{before}"/><dataValidations><dataValidation sqref="{before}"/></dataValidations>'
        f'<extLst><x14:cf xmlns:x14="x" xmlns:xm="m"><xm:sqref>{before}</xm:sqref></x14:cf></extLst>'
    )
    for count, expected in ((5, grown), (1, shrunk)):
        workbook = deals(after=after)
        workbook.replace_rows("Deals", {"Deal": ["x"] * count})
        xml = part(workbook.to_bytes(), "xl/worksheets/sheet1.xml")
        found = set(re.findall(r'(?:sqref="|<xm:sqref>)([^"<]*)', xml))
        assert {ref.replace("B2:B2", "B2") for ref in found} == {expected}


def test_pivot_sources_are_extended() -> None:
    workbook = deals(
        pivot='<p><worksheetSource ref="A1:C4" sheet="S"/><worksheetSource ref="A1:C4" sheet="Other"/></p>'
    )
    workbook.append_rows("Deals", {"Deal": ["a"]})
    for name in ("xl/pivotCache/b1.xml", "xl/cache/b1.xml"):
        pivot = part(workbook.to_bytes(), name)
        assert pivot == '<p><worksheetSource ref="A1:C5" sheet="S"/><worksheetSource ref="A1:C4" sheet="Other"/></p>'


def test_sheets_that_do_not_refer_to_the_table_stay_as_they_are() -> None:
    workbook = deals(other='<row r="1"><c r="A1"><f>SUM(B2:B4)</f></c></row>')
    workbook.append_rows("Deals", {"Deal": ["a"]})
    assert "SUM(B2:B4)" in rows_of(workbook.to_bytes(), 2)


DELETIONS = [
    ([4], ["D-2", "D-3"], "the last"),
    ([2], ["D-3", "D-4"], "the first"),
    ([3, 3], ["D-2", "D-4"], "one in the middle, named twice"),
    ([2, 4], ["D-3"], "two"),
    ([2, 3, 4], [None], "all: one empty row stays"),
    ([], ["D-2", "D-3", "D-4"], "none"),
]


@pytest.mark.parametrize(("rows", "left", "why"), DELETIONS, ids=[row[2] for row in DELETIONS])
def test_deleted_rows_close_the_gap(rows: list[int], left: list[str | None], why: str) -> None:
    workbook = deals('<row r="9"><c r="A9"><v>1</v></c></row>')
    workbook.delete_rows("Deals", rows)
    after = opened(workbook.to_bytes())
    assert after.read_table("Deals")["Deal"] == left
    assert after.read_range("S", "A9") == [[1]], "what is far below stays"
    formulas = re.findall(r"<f>([^<]*)</f>", rows_of(workbook.to_bytes()))
    expected = [f"B{row}*2" for row in range(2, 2 + len(left))] if left != [None] else ["Deals[[#This Row],[Amount]]*2"]
    assert formulas == expected


def test_references_are_adjusted_to_deleted_rows() -> None:
    other = "".join(
        f'<row r="{at}"><c r="A{at}"><f>{text}</f></c></row>'
        for at, text in enumerate(["S!B4", "SUM(S!B2:B4)", "S!B3", "S!B9"], 1)
    )
    workbook = deals(other=other)
    workbook.delete_rows("Deals", [3])
    assert re.findall(r"<f>([^<]*)</f>", rows_of(workbook.to_bytes(), 2)) == ["S!B3", "SUM(S!B2:B3)", "S!#REF!", "S!B9"]


def shared(cell: str, master: str, texts: int) -> str:
    """Return rows with a shared formula from *cell* down: the text, and then followers."""
    column, first = cell[0], int(cell[1:])
    last = first + texts - 1
    inside = [
        f'<f t="shared" ref="{column}{first}:{column}{last}" si="0">{master}</f>',
        *['<f t="shared" si="0"/>'] * (texts - 1),
    ]
    return "".join(
        f'<row r="{row}"><c r="{column}{row}">{formula}<v>1</v></c></row>' for row, formula in enumerate(inside, first)
    )


def texts_of_shared(xml: str) -> list[str]:
    """Return every formula of a column; shared formulas are expanded."""
    sheets = opened(package({"S": sheet(xml)})).formulas()
    return [text for _, text in sorted(sheets.items())]


@pytest.mark.parametrize(
    ("master", "before", "grown", "deleted"),
    [
        ("S!B2", ["S!B2", "S!B3", "S!B4"], ["S!B2", "S!B3", "S!B4"], ["S!B2", "S!#REF!", "S!B3"]),
        (
            "SUM(S!B2:B3)",
            ["SUM(S!B2:B3)", "SUM(S!B3:B4)", "SUM(S!B4:B5)"],
            ["SUM(S!B2:B3)", "SUM(S!B3:B4)", "SUM(S!B4:B5)"],
            ["SUM(S!B2:B2)", "SUM(S!B3:B3)", "SUM(S!B4:B5)"],
        ),
        (
            "SUM(S!B2:B4)",
            ["SUM(S!B2:B4)", "SUM(S!B3:B5)"],
            ["SUM(S!B2:B6)", "SUM(S!B3:B5)"],
            ["SUM(S!B2:B3)", "SUM(S!B3:B5)"],
        ),
        (
            "SUM(S!B$2:B$4)+A1",
            ["SUM(S!B$2:B$4)+A1", "SUM(S!B$2:B$4)+A2"],
            ["SUM(S!B$2:B$6)+A1", "SUM(S!B$2:B$6)+A2"],
            ["SUM(S!B$2:B$3)+A1", "SUM(S!B$2:B$3)+A2"],
        ),
        ("A1*2", ["A1*2", "A2*2"], ["A1*2", "A2*2"], ["A1*2", "A2*2"]),
    ],
    ids=["cells", "parts of the body", "the body", "the body, fixed", "another sheet"],
)
def test_every_cell_of_a_shared_formula_is_adjusted_by_itself(
    master: str, before: list[str], grown: list[str], deleted: list[str]
) -> None:
    """Deals is S!A1:C4; it grows by two rows or loses row 3."""
    other = shared("D1", master, len(before))
    assert texts_of_shared(other) == before
    workbook = deals(other=other)
    workbook.append_rows("Deals", {"Deal": ["a", "b"]})
    assert texts_of_shared(rows_of(workbook.to_bytes(), 2)) == grown
    workbook = deals(other=other)
    workbook.delete_rows("Deals", [3])
    assert texts_of_shared(rows_of(workbook.to_bytes(), 2)) == deleted


def test_a_shared_formula_that_changes_equally_in_all_cells_stays_shared() -> None:
    workbook = deals(other=shared("D1", "SUM(S!B$2:B$4)+A1", 3))
    workbook.append_rows("Deals", {"Deal": ["a", "b"]})
    xml = rows_of(workbook.to_bytes(), 2)
    assert xml.count('<f t="shared" si="0"/>') == 2
    assert "SUM(S!B$2:B$6)+A1" in xml


def test_earlier_edits_move_with_their_rows() -> None:
    workbook = deals()
    workbook.set_column("Deals", "Deal", {2: "two", 3: "three", 4: "four"})
    workbook.delete_rows("Deals", [3])
    assert column(workbook, "Deal") == ["two", "four"]


def test_shared_formulas_survive_when_their_rows_move() -> None:
    master = '<row r="2"><c r="C2"><f t="shared" ref="C2:C4" si="0">B2*2</f></c></row>'
    rows = HEADER + master + "".join(f'<row r="{row}"><c r="C{row}"><f t="shared" si="0"/></c></row>' for row in (3, 4))
    made = table("Deals", "A1:C4", {"Deal": None, "Amount": None, "Twice": None})
    workbook = opened(package({"S": sheet(rows, tables=1)}, {"S": [made]}))
    workbook.delete_rows("Deals", [2])
    assert re.findall(r"<f>([^<]*)</f>", rows_of(workbook.to_bytes())) == ["B2*2", "B3*2"]


def test_appending_and_deleting_again_restores_the_sheet() -> None:
    before = deals()
    grown = deals()
    grown.append_rows("Deals", {"Deal": ["a", "b"]})
    again = opened(grown.to_bytes())
    again.delete_rows("Deals", [5, 6])
    data = again.to_bytes()
    assert rows_of(data).replace('<row r="5"></row><row r="6"></row>', "") == rows_of(before.to_bytes())
    assert part(data, "xl/tables/table11.xml") == part(before.to_bytes(), "xl/tables/table11.xml")


def test_a_long_table_loses_rows_from_its_start() -> None:
    workbook = deals(rows=2500)
    workbook.delete_rows("Deals", [2, 1000, 2501])
    expected = [f"D-{row}" for row in range(2, 2502) if row not in (2, 1000, 2501)]
    for _ in range(2):  # writing again reads the rows again
        after = opened(workbook.to_bytes())
        assert after.read_table("Deals")["Deal"] == expected
        assert after.read_table("Deals")["Amount"] == [int(deal[2:]) for deal in expected]
    assert len(re.findall(r"<f>B(\d+)\*2</f>", rows_of(workbook.to_bytes()))) == len(expected)


def test_a_long_table_grows_and_is_replaced() -> None:
    workbook = deals(rows=2500)
    workbook.append_rows("Deals", {"Deal": [f"n{number}" for number in range(2500)]})
    assert column(workbook, "Deal") == [f"D-{row}" for row in range(2, 2502)] + [f"n{number}" for number in range(2500)]
    workbook.replace_rows("Deals", {"Deal": ["only"]})
    assert column(workbook, "Deal") == ["only"]


def test_a_cell_written_in_the_same_run_is_not_overwritten() -> None:
    for totals in (False, True):
        workbook = deals(totals=totals)
        workbook.set_cell("S", 6 + totals, 2, None)
        workbook.append_rows("Deals", {"Deal": ["one"]})
        workbook.set_cell("S", 6 + totals, 2, "mine")
        with pytest.raises(UnsupportedEdit, match=f"S!B{6 + totals}: was set in this run"):
            workbook.append_rows("Deals", {"Deal": ["two"]})


def test_lists_are_copied_when_they_are_given() -> None:
    workbook, names = deals(), ["n0"]
    workbook.append_rows("Deals", {"Deal": names})
    names[0] = "changed since"
    assert column(workbook, "Deal")[-1] == "n0"
