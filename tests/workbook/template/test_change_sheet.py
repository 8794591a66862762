"""The change sheet as a workbook: it is read back as it was written, with ticks, in both languages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_TABLE, ChangeLine, ChangeSheet
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Language
from xl_salesflow.workbook.returned_files import read_change_sheet_file
from xl_salesflow.workbook.template.handout_files import build_change_sheet_file

LINES = (
    ChangeLine(
        "Deals", "D-1", "Recorded stage", "Lead", "Proposal", "m1", "Lead", "Deals!K2", "Firm", "moved", "History: +1 rows"
    ),
    ChangeLine("Deals", "D-2", "Amount", 10.5, None, "m2", "10.5", "Deals!F3"),
    ChangeLine("Deals", "D-3", "Expected close", date(2026, 5, 1), date(2026, 6, 1), "m3", "2026-05-01", "Deals!H4", apply=True),
    ChangeLine("Deals", "=1+1", "Notes", "=HYPERLINK(1)", "+a\x01b", "m4", "=HYPERLINK(1)"),
)  # fmt: skip


def sheet(language: Language = "en") -> ChangeSheet:
    return ChangeSheet("队 A.xlsx", "update", date(2026, 4, 1), "Mara", language, LINES)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_change_sheet_is_read_back_as_written(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(build_change_sheet_file(sheet(language)))
    found = read_change_sheet_file(path)
    clean = replace(LINES[3], after="+ab")
    assert replace(found, lines=()) == replace(sheet(language), lines=())
    assert found.lines[:2] == LINES[:2]
    assert (found.lines[2].apply, found.lines[3]) == (True, clean)
    assert [line.key for line in found.other_changes] == ["D-3"]


@pytest.mark.parametrize(
    ("language", "yes", "no"), [("en", "Yes", "No"), ("zh", "是", "否"), ("en", "yes", ""), ("zh", "Yes", "no")]
)
def test_ticks_are_read_whatever_the_order_of_the_rows(tmp_path: Path, language: Language, yes: str, no: str) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(build_change_sheet_file(sheet(language)))
    workbook = openpyxl.load_workbook(path)
    page = workbook.worksheets[0]
    for column in range(1, len(CHANGE_SHEET_TABLE.columns) + 1):  # the first two rows are swapped
        upper, lower = page.cell(2, column), page.cell(3, column)
        upper.value, lower.value = lower.value, upper.value
    page["A2"], page["A3"], page["A4"] = yes, no or None, no or None
    workbook.save(path)
    assert [line.key for line in read_change_sheet_file(path).lines if line.apply] == ["D-2"]


def test_the_tick_is_a_dropdown_text_is_no_formula_and_technical_columns_are_hidden(tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(build_change_sheet_file(sheet()))
    page = openpyxl.load_workbook(path).worksheets[0]
    assert [(str(rule.sqref), rule.formula1) for rule in page.data_validations.dataValidation] == [
        ("A2:A5", '"Yes,No"')
    ]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert [page.column_dimensions[letter].hidden for letter in "KL"] == [True, True]


@pytest.mark.parametrize(
    ("cell", "value", "says"),
    [("A3", "perhaps", "row 3: “perhaps” is neither Yes nor No"), ("C1", "Elsewhere", "the column Table is missing")],
)
def test_an_unreadable_change_sheet_is_refused(tmp_path: Path, cell: str, value: str, says: str) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(build_change_sheet_file(sheet()))
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0][cell] = value
    if cell == "C1":
        workbook.worksheets[0].tables["Changes"].tableColumns[2].name = value
    workbook.save(path)
    with pytest.raises(UsageError, match=says):
        read_change_sheet_file(path)


def test_another_workbook_is_refused_as_a_change_sheet(tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "c.xlsx")
    with pytest.raises(UsageError, match="not a change sheet"):
        read_change_sheet_file(tmp_path / "c.xlsx")
