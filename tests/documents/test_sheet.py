"""Workbooks with tags: what stands in the cells, and everything else of a team's sheet, goes along and stays as it was."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jinja2 import TemplateError
from openpyxl.chart import BarChart, Reference
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from tests.libreoffice import LibreOffice
from xl_salesflow.documents.excel_templates import prepare_excel_template
from xl_salesflow.documents.template_safety import UnsoundTemplate, unpack_template
from xl_salesflow.documents.template_values import Figure

LINES = [
    {"name": f"Part {n}", "net": Figure(f"{n}.50", Decimal(f"{n}.50")), "share": Figure("5%", Decimal("0.05"))} for n in (1, 2, 3)
]  # fmt: skip
CONTEXT = {"lines": LINES, "day": Figure("2 Mar 2026", date(2026, 3, 2)), "company": "Acme", "notes": "", "many": []}


def template(cells: dict[str, Any], **more: Any) -> bytes:
    """Make a team's sheet with *cells*; *more* is called with the sheet to put further things on it."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Offer"
    for address, value in cells.items():
        sheet[address] = value
    for add in more.values():
        add(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(content: bytes, **context: Any) -> Any:
    """Fill a template and read the sheet back."""
    made = prepare_excel_template(content, "t.xlsx").fill({**CONTEXT, **context})
    return openpyxl.load_workbook(io.BytesIO(made))["Offer"]


def column(sheet: Any, letter: str, first: int = 1) -> list[Any]:
    """Return a column's values from row *first* on."""
    return [cell.value for cell in sheet[letter]][first - 1 :]


REPEATED = {
    "A1": "{{ company }}",
    "A3": "{% for line in lines %}{{ line.name }}",
    "B3": "{{ line.net }}",
    "C3": "=B3*2",
    "D3": "{{ loop.index }}{% endfor %}",
    "A4": "Sum",
    "B4": "=SUM(B3:B3)",
    "C4": "=SUM(C3:C3)",
}


def test_a_row_is_repeated_and_formulas_follow() -> None:
    """
    row | A      | B          | C
    3-5 | a line | its amount | twice its own row
    6   | Sum    | over all the rows that came
    """
    sheet = filled(template(REPEATED))
    assert column(sheet, "A") == ["Acme", None, "Part 1", "Part 2", "Part 3", "Sum"]
    assert column(sheet, "B", 3) == [1.5, 2.5, 3.5, "=SUM(B3:B5)"]
    assert column(sheet, "C", 3) == ["=B3*2", "=B4*2", "=B5*2", "=SUM(C3:C5)"]
    assert column(sheet, "D", 3) == [1, 2, 3, None]  # the count is a number too


def test_a_list_of_nothing_takes_its_row_away() -> None:
    sheet = filled(template(REPEATED), lines=[])
    assert column(sheet, "A") == ["Acme", None, "Sum"]
    assert sheet["B3"].value == "=SUM(B2:B2)"  # nothing to sum, and not itself


@pytest.mark.parametrize(
    ("notes", "shown"), [("", ["Acme", "end"]), ("Mind the gap", ["Acme", "Notes", "Mind the gap", "end"])]
)
def test_rows_that_are_marks_print_what_is_between_or_not(notes: str, shown: list[str]) -> None:
    cells = {
        "A1": "{{ company }}",
        "A2": "{% if notes %}",
        "A3": "Notes",
        "A4": "{{ notes }}",
        "A5": "{% endif %}",
        "A6": "end",
    }
    assert column(filled(template(cells), notes=notes), "A") == shown


def test_blocks_of_rows_repeat_together() -> None:
    cells = {
        "A1": "{% for line in lines %}",
        "A2": "{{ line.name }}",
        "A3": "=A2&B3",
        "B3": "{{ line.net }}",
        "A4": "{% endfor %}",
    }
    sheet = filled(template(cells))
    assert column(sheet, "A") == ["Part 1", "=A1&B2", "Part 2", "=A3&B4", "Part 3", "=A5&B6"]


def test_figures_are_numbers_in_the_cells_own_format() -> None:
    def formats(sheet: Any) -> None:
        sheet["A1"].number_format, sheet["A2"].number_format = "#,##0.00 €", "dd.mm.yyyy"

    tags = {
        "A1": "{{ lines[0].net }}",
        "A2": "{{ day }}",
        "A3": "{{ day }}",
        "A4": "on {{ day }}",
        "A5": "{{ lines[0].share }}",
    }
    sheet = filled(template(tags, formats=formats))
    assert (sheet["A1"].value, sheet["A1"].number_format) == (1.5, "#,##0.00 €")
    assert (sheet["A2"].value.date(), sheet["A2"].number_format) == (date(2026, 3, 2), "dd.mm.yyyy")
    assert column(sheet, "A", 3) == ["2 Mar 2026", "on 2 Mar 2026", 0.05]  # a day without a format of days stays text


def test_everything_that_points_at_rows_follows() -> None:
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
    assert changed == {"xl/workbook.xml", "xl/worksheets/sheet1.xml"} | ({"xl/worksheets/sheet2.xml"} & changed)
    assert openpyxl.load_workbook(io.BytesIO(made))["Other"]["A1"].value == "=Offer!B6"


def test_long_text_in_merged_cells_gets_room() -> None:
    def more(sheet: Any) -> None:
        sheet.merge_cells("A1:C1")
        sheet["A1"].alignment = Alignment(wrap_text=True)

    sheet = filled(template({"A1": "{{ notes }}"}, more=more), notes="long words " * 30)
    assert sheet.row_dimensions[1].height > 60


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A1", "{{ 7*7 }}"])
def test_what_is_typed_is_text_and_no_formula(typed: str) -> None:
    made = prepare_excel_template(template({"A1": "{{ company }}"}), "t").fill({**CONTEXT, "company": typed})
    cell = openpyxl.load_workbook(io.BytesIO(made))["Offer"]["A1"]
    assert (cell.value, cell.data_type) == (typed, "s")
    assert b"<f>" not in unpack_template(made, "t")["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize(
    "cells",
    [
        {"A1": "{{ nothing }}"},
        {"A1": "{{ company.nothing }}"},
        {"A1": "{% for line in lines %}{{ line.name }}"},
        {"A1": "text {% for line in lines %}{{ line.name }}", "B1": "{% endfor %} text"},
        {"A1": "{{ company.__class__.__mro__ }}"},
        {"A1": "{% if %}"},
    ],
)
def test_a_tag_that_cannot_be_carried_out_is_told(cells: dict[str, str]) -> None:
    with pytest.raises(TemplateError):
        filled(template(cells))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"plain text"])
def test_what_is_no_workbook_is_told(content: bytes) -> None:
    with pytest.raises(UnsoundTemplate, match=r"t\.xlsx"):
        prepare_excel_template(content, "t.xlsx")


def test_a_word_file_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(UnsoundTemplate, match="no Excel workbook"):
        prepare_excel_template(out.getvalue(), "t.xlsx")


def test_the_formulas_come_to_what_they_should(libreoffice: LibreOffice, tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    path.write_bytes(prepare_excel_template(template(REPEATED), "t.xlsx").fill(CONTEXT))
    values = openpyxl.load_workbook(libreoffice.recalculated(path), data_only=True)["Offer"]
    assert (values["B6"].value, values["C6"].value) == (7.5, 15)
