"""References to rows of a team's sheet are adjusted, wherever their part is and however it is written."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table

from tests.documents.sheet_templates import CONTEXT, LINES, REPEATED, column, filled, repacked, template
from tests.libreoffice import LibreOffice
from xl_salesflow.documents.excel_templates import prepare_excel_template
from xl_salesflow.documents.template_safety import unpack_template


def test_all_references_to_rows_are_adjusted() -> None:
    def more(sheet: Any) -> None:
        sheet.merge_cells("A4:A5")
        sheet.merge_cells("D3:E3")
        sheet.conditional_formatting.add(
            "B3:B3", CellIsRule("greaterThan", ["$B$4"], fill=PatternFill("solid", bgColor="FF0000"))
        )
        choice = DataValidation("list", formula1='"a,b"')
        choice.add("F3")
        sheet.add_data_validation(choice)
        sheet.add_table(Table(displayName="Lines", ref="H2:I3"))
        sheet["H2"], sheet["I2"] = "Name", "Net"
        sheet.parent.defined_names["Total"] = DefinedName("Total", attr_text="Offer!$B$4")
        sheet.print_area = "A1:I4"
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=3))
        sheet.add_chart(chart, "A10")

    content = template(REPEATED, more=more)
    sheet = filled(content)
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["A6:A7", "D3:E3", "D4:E4", "D5:E5"]
    assert [str(rule.sqref) for rule in sheet.conditional_formatting] == ["B3:B5"]
    assert [rule.formula for rules in sheet.conditional_formatting for rule in rules.rules] == [["$B$6"]]
    assert str(sheet.data_validations.dataValidation[0].sqref) == "F3:F5"
    assert sheet.tables["Lines"].ref == "H2:I5"
    assert sheet.parent.defined_names["Total"].attr_text == "Offer!$B$6"
    assert sheet.print_area == "'Offer'!$A$1:$I$6"
    parts = unpack_template(prepare_excel_template(content, "t.xlsx").fill(CONTEXT), "t")
    assert b"$B$3:$B$5" in parts["xl/charts/chart1.xml"]
    assert b"<xdr:row>11</xdr:row>" in parts["xl/drawings/drawing1.xml"].replace(b"<row>", b"<xdr:row>").replace(
        b"</row>", b"</xdr:row>"
    )


def test_other_sheets_and_parts_stay_as_they_were() -> None:
    def more(sheet: Any) -> None:
        other = sheet.parent.create_sheet("Other")
        other["A1"], other["A2"] = "=Offer!B4", "plain"

    content = template(REPEATED, more=more)
    made = prepare_excel_template(content, "t.xlsx").fill(CONTEXT)
    before, after = unpack_template(content, "t"), unpack_template(made, "t")
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {"xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"}
    assert openpyxl.load_workbook(io.BytesIO(made))["Other"]["A1"].value == "=Offer!B6"


def everything(sheet: Any) -> None:
    """Add a second sheet, a chart, a name and a dropdown that refer to the rows of REPEATED."""
    other = sheet.parent.create_sheet("Check")
    other["A1"], other["A2"] = "=Offer!B4", "=SUM(Offer!B3:B3)"
    sheet.parent.defined_names["Total"] = DefinedName("Total", attr_text="Offer!$B$4")
    choice = DataValidation("list", formula1="Offer!$B$3:$B$3")
    choice.add("A5")
    other.add_data_validation(choice)
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=3))
    other.add_chart(chart, "A10")


def followed(content: bytes) -> tuple[list[Any], ...]:
    """Fill a template that has `everything` and return column B, the other sheet, the name, the dropdown and the chart."""
    book = openpyxl.load_workbook(io.BytesIO(prepare_excel_template(content, "t.xlsx").fill(CONTEXT)))
    check = book["Check"]
    (series,) = check._charts[0].ser
    return (
        column(book["Offer"], "B", 3),
        column(check, "A")[:2],
        [book.defined_names["Total"].attr_text],
        [rule.formula1 for rule in check.data_validations.dataValidation],
        [series.val.numRef.f],
    )


FOLLOWED = (
    [1.5, 2.5, 3.5, "=SUM(B3:B5)"],
    ["=Offer!B6", "=SUM(Offer!B3:B5)"],
    ["Offer!$B$6"],
    ["Offer!$B$3:$B$5"],
    ["'Offer'!$B$3:$B$5"],
)
OTHER_NAMES = {
    "xl/worksheets/sheet1.xml": "xl/worksheets/offer.xml",
    "xl/worksheets/sheet2.xml": "xl/worksheets/check.xml",
    "xl/charts/chart1.xml": "xl/drawings/bars.xml",
    "xl/workbook.xml": "xl/book.xml",
    "xl/_rels/workbook.xml.rels": "xl/_rels/book.xml.rels",
    "xl/worksheets/_rels/sheet2.xml.rels": "xl/worksheets/_rels/check.xml.rels",
}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = {
    MAIN: "http://purl.oclc.org/ooxml/spreadsheetml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "http://purl.oclc.org/ooxml/officeDocument/relationships",
    "http://schemas.openxmlformats.org/drawingml/2006": "http://purl.oclc.org/ooxml/drawingml",
}


def prefixed(name: str, xml: str) -> str:
    """Write the elements of a sheet with a prefix, as some programs do."""
    if not name.startswith("xl/worksheets/sheet"):
        return xml
    return re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml).replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


def strict(name: str, xml: str) -> str:
    """Write a part in the Strict variant of the format."""
    if name.startswith(("docProps/", "[", "_rels")):
        return xml
    for transitional, namespace in STRICT.items():
        xml = xml.replace(transitional, namespace)
    return xml


def test_only_the_second_sheet_is_in_another_place() -> None:
    """The part of a sheet may have any name: its relationship names it."""
    content = repacked(template(REPEATED, more=everything), {"xl/worksheets/sheet2.xml": "xl/worksheets/check.xml"} | {
        "xl/worksheets/_rels/sheet2.xml.rels": "xl/worksheets/_rels/check.xml.rels"
    })  # fmt: skip
    assert followed(content) == FOLLOWED


def test_every_part_is_in_another_place() -> None:
    assert followed(repacked(template(REPEATED, more=everything), OTHER_NAMES)) == FOLLOWED


def test_elements_with_a_prefix() -> None:
    assert followed(repacked(template(REPEATED, more=everything), {}, prefixed)) == FOLLOWED


def test_a_strict_workbook(libreoffice: LibreOffice, tmp_path: Path) -> None:
    """openpyxl does not read Strict workbooks; LibreOffice does, and calculates."""
    content = repacked(template(REPEATED, more=everything), {}, strict)
    path = tmp_path / "strict.xlsx"
    path.write_bytes(prepare_excel_template(content, "t.xlsx").fill(CONTEXT))
    book = openpyxl.load_workbook(libreoffice.recalculated(path), data_only=True)
    assert column(book["Offer"], "B", 3) == [1.5, 2.5, 3.5, 7.5]
    assert column(book["Check"], "A")[:2] == [7.5, 7.5]


def test_a_workbook_that_counts_days_from_1904() -> None:
    def more(sheet: Any) -> None:
        sheet.parent.epoch = CALENDAR_MAC_1904
        sheet["A1"].number_format = "dd.mm.yyyy"

    assert filled(template({"A1": "{{ day }}"}, more=more))["A1"].value.date() == date(2026, 3, 2)


def test_shared_formulas_are_adjusted_row_by_row() -> None:
    """Excel writes a filled-down formula only once; here B3:B4 on Offer, and A1:A3 on Check."""

    def share(name: str, xml: str) -> str:
        for number, (first, last, follower) in {"1": ("C3", "C4", "C4"), "2": ("A1", "A3", "A[23]")}.items():
            if name == f"xl/worksheets/sheet{number}.xml":
                xml = re.sub(rf'(<c r="{first}"[^>]*>)<f>', rf'\1<f t="shared" ref="{first}:{last}" si="0">', xml)
                xml = re.sub(rf'(<c r="{follower}"[^>]*>)<f>[^<]*</f>', r'\1<f t="shared" si="0"/>', xml)
        return xml

    def more(sheet: Any) -> None:
        other = sheet.parent.create_sheet("Check")
        other["A1"], other["A2"], other["A3"] = "=Offer!B2", "=Offer!B3", "=Offer!B4"

    cells = {**REPEATED, "C3": "=B3*2", "C4": "=B4*2"}
    content = repacked(template(cells, more=more), {}, share)
    assert unpack_template(content, "t")["xl/worksheets/sheet2.xml"].count(b"shared") == 3
    book = openpyxl.load_workbook(io.BytesIO(prepare_excel_template(content, "t.xlsx").fill(CONTEXT)))
    assert column(book["Offer"], "C", 3) == ["=B3*2", "=B4*2", "=B5*2", "=B6*2"]
    assert column(book["Check"], "A") == ["=Offer!B2", "=Offer!B3:B5", "=Offer!B6"]


def test_formats_and_comments_of_left_out_rows_are_removed() -> None:
    """
    row | A          | on it
    1   | Acme       | a merge, a format, a dropdown, a link, a comment
    2-4 | {% if notes %} … {% endif %}, the same in row 3
    5   | end
    """

    def more(sheet: Any) -> None:
        choice = DataValidation("list", formula1='"a,b"')
        sheet.add_data_validation(choice)
        for row in (1, 3):
            sheet.merge_cells(f"B{row}:C{row}")
            red = PatternFill("solid", bgColor="FF0000")
            sheet.conditional_formatting.add(f"D{row}", CellIsRule("greaterThan", [str(row)], fill=red))
            choice.add(f"E{row}")
            sheet[f"F{row}"].hyperlink = f"https://example.com/{row}"
            sheet[f"G{row}"].comment = Comment(f"about row {row}", "Ann")

    cells = {"A1": "{{ company }}", "A2": "{% if notes %}", "A3": "{{ notes }}", "A4": "{% endif %}", "A5": "end"}

    def comments_in(notes: str) -> tuple[list[str], ...]:
        sheet = filled(template(cells, more=more), notes=notes)
        links = [link for row in sheet.iter_rows() for cell in row if (link := cell.hyperlink)]
        comments = [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment]
        return (
            sorted(map(str, sheet.merged_cells.ranges)),
            [str(found.sqref) for found in sheet.conditional_formatting],
            [str(found.sqref) for found in sheet.data_validations.dataValidation],
            [link.ref for link in links],
            comments,
        )

    assert comments_in("mind") == (["B1:C1", "B2:C2"], ["D1", "D2"], ["E1 E2"], ["F1", "F2"], ["G1", "G2"])
    assert comments_in("") == (["B1:C1"], ["D1"], ["E1"], ["F1"], ["G1"])


def test_a_sheet_whose_formats_and_comments_are_all_left_out() -> None:
    def more(sheet: Any) -> None:
        sheet.merge_cells("B2:C2")
        choice = DataValidation("list", formula1='"a,b"')
        choice.add("E2")
        sheet.add_data_validation(choice)

    cells = {"A1": "{% if notes %}", "A2": "{{ notes }}", "A3": "{% endif %}", "A4": "end"}
    made = prepare_excel_template(template(cells, more=more), "t").fill(CONTEXT)
    xml = unpack_template(made, "t")["xl/worksheets/sheet1.xml"]
    assert b"mergeCells" not in xml
    assert b"dataValidations" not in xml
    assert column(openpyxl.load_workbook(io.BytesIO(made))["Offer"], "A") == ["end"]


def test_page_settings_are_adjusted() -> None:
    """These are page breaks, rows repeated on every page, frozen panes and the selection."""

    def more(sheet: Any) -> None:
        sheet.row_breaks.append(Break(id=3))
        sheet.print_title_rows = "1:2"
        sheet.freeze_panes = "A3"
        sheet.sheet_view.selection[0].sqref = sheet.sheet_view.selection[0].activeCell = "B4"
        sheet.auto_filter.ref = "A2:D3"

    sheet = filled(template(REPEATED, more=more))
    assert [found.id for found in sheet.row_breaks.brk] == [5]
    assert sheet.print_title_rows == "$1:$2"
    assert sheet.freeze_panes == "A3"
    assert sheet.sheet_view.selection[0].activeCell == "B6"
    assert sheet.auto_filter.ref == "A2:D5"
    assert sheet.dimensions == "A1:D6"


@pytest.mark.parametrize("lines", [[], LINES])
def test_a_table_keeps_a_row(lines: list[Any]) -> None:
    def more(sheet: Any) -> None:
        sheet.add_table(Table(displayName="Lines", ref="A2:B3"))
        sheet["A2"], sheet["B2"] = "Name", "Net"

    sheet = filled(template(REPEATED, more=more), lines=lines)
    assert sheet.tables["Lines"].ref == f"A2:B{max(len(lines), 1) + 2}"
