"""Workbooks with tags: rows are repeated or left out, cells are filled; a tag gives a number, a day or text."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from jinja2 import TemplateError
from openpyxl.styles import Alignment

from tests.documents.sheet_templates import CONTEXT, REPEATED, column, filled, template
from tests.libreoffice import LibreOffice
from xl_salesflow.documents.excel_templates import prepare_excel_template
from xl_salesflow.documents.template_safety import unpack_template
from xl_salesflow.documents.template_values import Figure
from xl_salesflow.ooxml.workbook_editor import Workbook


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


def test_an_empty_list_removes_its_row() -> None:
    sheet = filled(template(REPEATED), lines=[])
    assert column(sheet, "A") == ["Acme", None, "Sum"]
    assert sheet["B3"].value == "=SUM(B2:B2)"  # nothing to sum, and no circular reference


@pytest.mark.parametrize(
    ("notes", "shown"), [("", ["Acme", "end"]), ("Mind the gap", ["Acme", "Notes", "Mind the gap", "end"])]
)
def test_rows_with_block_tags_print_the_rows_between_or_not(notes: str, shown: list[str]) -> None:
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
    assert column(sheet, "A", 3) == ["2 Mar 2026", "on 2 Mar 2026", 0.05]  # a day without a date format stays text


@pytest.mark.parametrize("typed", ["_x0041_", "a_x000D_b", "  two  spaces ", "a\nb"])
def test_text_is_read_back_as_it_was_typed(typed: str) -> None:
    made = prepare_excel_template(template({"A1": "{{ company }}"}), "t").fill({**CONTEXT, "company": typed})
    assert Workbook(Path("t"), made).read_range("Offer", "A1") == [[typed]]


def test_text_that_no_cell_can_hold_is_cut() -> None:
    made = prepare_excel_template(template({"A1": "{{ company }}"}), "t").fill({**CONTEXT, "company": "🚀" * 40_000})
    assert Workbook(Path("t"), made).read_range("Offer", "A1") == [["🚀" * 16_383]]


@pytest.mark.parametrize("number", [Decimal("Infinity"), float("inf"), Decimal("NaN")])
def test_a_figure_without_a_number_is_its_text(number: Any) -> None:
    sheet = filled(template({"A1": "{{ net }}"}), net=Figure("n/a", number))
    assert sheet["A1"].value in ("n/a", None)


def test_long_text_in_merged_cells_gets_a_higher_row() -> None:
    def more(sheet: Any) -> None:
        sheet.merge_cells("A1:C1")
        sheet["A1"].alignment = Alignment(wrap_text=True)

    sheet = filled(template({"A1": "{{ notes }}"}, more=more), notes="long words " * 30)
    assert sheet.row_dimensions[1].height > 60


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|'/c calc'!A1", "{{ 7*7 }}"])
def test_typed_text_is_never_a_formula(typed: str) -> None:
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
def test_a_tag_that_fails_is_reported(cells: dict[str, str]) -> None:
    with pytest.raises(TemplateError):
        filled(template(cells))


def test_the_formulas_calculate_the_right_values(libreoffice: LibreOffice, tmp_path: Path) -> None:
    path = tmp_path / "filled.xlsx"
    path.write_bytes(prepare_excel_template(template(REPEATED), "t.xlsx").fill(CONTEXT))
    values = openpyxl.load_workbook(libreoffice.recalculated(path), data_only=True)["Offer"]
    assert (values["B6"].value, values["C6"].value) == (7.5, 15)
