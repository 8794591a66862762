"""The small parts: sheets and their state, names, date systems, strings."""

from __future__ import annotations

from datetime import date

import pytest

from tests.ooxml.packages import MAIN, opened, package, part, relationship, sheet
from xl_salesflow.ooxml.cell_contents import ErrorValue
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import DefinedName

ROWS = '<row r="1"><c r="A1" s="1"><v>100</v></c><c r="B1"><v>7</v></c></row>'


def test_sheets_are_found_by_name_whatever_the_case() -> None:
    workbook = opened(package({"Deals": sheet(ROWS), "数据": sheet("")}))
    assert list(workbook.sheets) == ["Deals", "数据"]
    assert workbook.sheets["DEALS"].part == "xl/worksheets/sheet1.xml"
    with pytest.raises(KeyError):
        workbook.sheets["Other"]


def test_hidden_and_protected_sheets_are_recognized() -> None:
    data = package({"A": sheet("", '<sheetProtection sheet="1"/>'), "B": sheet("")})
    main = part(data, "xl/workbook.xml").replace('name="B"', 'name="B" state="veryHidden"')
    workbook = opened(
        package({"A": sheet("", '<sheetProtection sheet="1"/>'), "B": sheet("")}, parts={"xl/workbook.xml": main})
    )
    assert [(sheet.state, sheet.protected) for sheet in workbook.sheets.values()] == [
        ("visible", True),
        ("veryHidden", False),
    ]


NAMES = {
    "AsOf": "Deals!$B$1",
    "Quoted": "'It''s'!$B$2:$C$9",
    "Constant": "5",
    "Moving": "OFFSET(Deals!$A$1,0,0)",
    "Lost": "Deals!#REF!",
    "Gone": "Nowhere!$A$1",
}


def named() -> Workbook:
    listed = "".join(f'<definedName name="{name}">{text}</definedName>' for name, text in NAMES.items())
    return opened(package({"Deals": sheet(ROWS), "It's": sheet("")}, workbook=f"<definedNames>{listed}</definedNames>"))


def test_names_that_refer_to_cells_are_read_and_set() -> None:
    workbook = named()
    assert dict(workbook.names) == {
        "AsOf": DefinedName("AsOf", "Deals", 1, 2, 1, 2),
        "Quoted": DefinedName("Quoted", "It's", 2, 2, 9, 3),
    }
    assert workbook.read_name("asof") == 7
    workbook.set_name("AsOf", 8)
    assert opened(workbook.to_bytes()).read_name("AsOf") == 8


@pytest.mark.parametrize(("system", "day"), [("0", date(1900, 4, 9)), ("1", date(1904, 4, 10))])
def test_both_date_systems(system: str, day: date) -> None:
    data = package({"Deals": sheet(ROWS)})
    main = part(data, "xl/workbook.xml").replace("<sheets>", f'<workbookPr date1904="{system}"/><sheets>')
    workbook = opened(package({"Deals": sheet(ROWS)}, parts={"xl/workbook.xml": main}))
    assert workbook.read_range("Deals", "A1") == [[day]]
    workbook.set_cell("Deals", 1, 1, day)
    assert "<v>100</v>" in part(workbook.to_bytes(), "xl/worksheets/sheet1.xml")


def test_strict_workbooks_are_read_and_edited() -> None:
    strict = sheet(ROWS).replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    data = package({"Deals": strict})
    main = part(data, "xl/workbook.xml").replace(MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main")
    workbook = opened(package({"Deals": strict}, parts={"xl/workbook.xml": main}))
    assert workbook.strict
    workbook.set_cell("Deals", 1, 2, 8)
    assert opened(workbook.to_bytes()).read_range("Deals", "B1") == [[8]]


SHARED = (
    f'<sst xmlns="{MAIN}"><si><t>plain &amp; simple</t></si><si><t xml:space="preserve"> _x0041__x005F_x0041_</t></si>'
    "<si><r><rPr><b/></rPr><t>rich </t></r><r><t>text</t></r></si>"
    '<si><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/></si><si><t/></si><si/></sst>'
)


def test_strings_are_read_as_people_see_them() -> None:
    cells = "".join(f'<c r="{letter}1" t="s"><v>{at}</v></c>' for at, letter in enumerate("ABCDEFG"))
    data = package({"Deals": sheet(f'<row r="1">{cells}</row>')})
    rels = part(data, "xl/_rels/workbook.xml.rels").replace(
        "</Relationships>", relationship(91, "sharedStrings", "sharedStrings.xml") + "</Relationships>"
    )
    parts = {"xl/_rels/workbook.xml.rels": rels, "xl/sharedStrings.xml": SHARED}
    workbook = opened(package({"Deals": sheet(f'<row r="1">{cells}</row>')}, parts=parts))
    assert workbook.read_range("Deals", "A1:G1") == [
        ["plain & simple", " A_x0041_", "rich text", "東京", None, None, None]
    ]
    workbook.set_cell("Deals", 1, 1, "new")
    assert part(workbook.to_bytes(), "xl/sharedStrings.xml") == SHARED


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1" t="e"><v>#N/A</v></c>', ErrorValue("#N/A")),
        ('<c r="A1" t="str"><f>A2</f><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="d"><v>2026-11-22T00:00:00Z</v></c>', None),
        ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
        ('<c r="A1"><f>1+1</f></c>', None),
        ('<c r="A1"><v>1e3</v></c>', 1000.0),
        ('<c r="A1"><v>x</v></c>', "x"),
        ('<c r="A1" s="99"><v>1</v></c>', 1),
    ],
)
def test_cells_of_every_kind(cell: str, value: object) -> None:
    read = opened(package({"S": sheet(f'<row r="1">{cell}</row>')})).read_range("S", "A1")[0][0]
    if value is not None or "<f>" in cell:
        assert read == value
    else:
        assert str(read) == "2026-11-22 00:00:00"


def test_recalculation_is_requested_once() -> None:
    for settings in ("", '<calcPr calcId="191029" fullCalcOnLoad="0"/>', "<calcPr calcId='1'></calcPr>"):
        workbook = opened(package({"S": sheet("")}, workbook=settings))
        workbook.require_recalculation()
        main = part(workbook.to_bytes(), "xl/workbook.xml")
        assert main.count("fullCalcOnLoad") == 1
        assert 'fullCalcOnLoad="1"' in main
        assert main.index("</sheets>") < main.index("calcPr")
