"""An overwritten formula of the metric tables is found in its row and restored, array formulas as array formulas."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from openpyxl.utils import get_column_letter

from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS, metric_row_formulas
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.cell_references import CellPlace
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.sheet_layouts import arrange_columns
from xl_salesflow.verbs import check, update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.metric_formulas import declared_name_formulas
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 3, 2)


def book(path: Path, language: Language = "en") -> ClosedBook:
    new_workbook(path, language, "crm")
    return ClosedBook(path)


def typed(book: ClosedBook, table: str, column: str, at: int, value: Any) -> str:
    """Type *value* into the row *at* (from 0) of a table; return the address in the form of findings."""
    workbook = Workbook.open(book.path)
    place, nth = workbook.tables[table], [c.id for c in arrange_columns(table).columns].index(column)
    row = place.first_row + at
    workbook.set_column(table, place.headers[nth], {row: value})
    with book.path.open("wb") as file:
        workbook.write_to(file)
    return f"{get_column_letter(place.first_col + nth)}{row}"


def formulas(path: Path) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """Return sheet part and cell → the formula and whether it is an array formula, with a reader that is not under test."""
    found = {}
    with ZipFile(path) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                for cell in ElementTree.fromstring(package.read(name)).iterfind(".//{*}c"):
                    formula = cell.find("{*}f")
                    if formula is not None:
                        found[name, cell.get("r", "")] = (formula.text, formula.get("t"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_workbook_has_every_formula(language: Language, tmp_path: Path) -> None:
    assert book(tmp_path / "new.xlsx", language).read(TODAY).cell_findings == ()


CELLS = [
    ("Metrics", "value", 0),
    ("Metrics", "sample", 7),
    ("Metrics", "value", METRIC_ROW_KEYS["Metrics"].index("cycle_days_won_median")),  # an array
    ("StageMetrics", "reached", 1),
    ("StageMetrics", "p90_days", 2),  # an array
    ("ForecastMonths", "month", 3),
    ("PlanStages", "deals_needed", 0),  # an array
    ("Leaks", "lost_value", 11),
    ("LossReasons", "reason", 0),
    ("Moves", "to_12", 4),
]


@pytest.mark.parametrize(("language", "cells"), [("en", CELLS), ("zh", CELLS[2::2])])
def test_overwritten_formulas_are_found_and_restored(
    language: Language, cells: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    desk = book(tmp_path / "book.xlsx", language)
    before = formulas(desk.path)
    places = [(table, column, typed(desk, table, column, at, 5)) for table, column, at in cells]
    assert len(before.items() - formulas(desk.path).items()) == len(cells)
    plan = check(desk.read(TODAY), repair=True)
    found = [(f.table, f.column, f.cell.rpartition("!")[2]) for f in plan.findings if f.rule == "formula_typed_over"]
    assert sorted(found) == sorted(places)
    desk.write(plan)
    assert formulas(desk.path) == before
    assert desk.read(TODAY).cell_findings == ()


def test_the_formula_of_another_metric_is_a_wrong_formula(tmp_path: Path) -> None:
    """A formula copied down from the row above is a formula, but the wrong one."""
    desk = book(tmp_path / "book.xlsx")
    first = metric_row_formulas("Metrics", "en")["deal_count"]["value"].text
    typed(desk, "Metrics", "value", 1, CellFormula(first))
    (fault,) = desk.read(TODAY).cell_findings
    assert (fault.rule, fault.key) == ("formula_typed_over", METRIC_ROW_KEYS["Metrics"][1])


def test_a_what_if_is_for_people_to_type(tmp_path: Path) -> None:
    desk = book(tmp_path / "book.xlsx")
    typed(desk, "PlanStages", "what_if", 1, 0.4)
    assert desk.read(TODAY).cell_findings == ()


def test_a_run_does_not_change_a_number_typed_over_a_formula(tmp_path: Path) -> None:
    desk = book(tmp_path / "book.xlsx")
    typed(desk, "Metrics", "value", 0, 77)
    for _ in range(2):
        desk.write(update(desk.read(TODAY), Run("test", datetime(2026, 3, 2))))
    assert Workbook.open(desk.path).read_table("Metrics")["Value"][0] == 77


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("table", "at", "key"), [("Metrics", 0, "deal_count"), ("Moves", 11, "12")])
def test_a_deleted_row_is_reported(language: Language, table: str, at: int, key: str, tmp_path: Path) -> None:
    desk = book(tmp_path / "book.xlsx", language)
    workbook = Workbook.open(desk.path)
    workbook.delete_rows(table, [workbook.tables[table].first_row + at])
    with desk.path.open("wb") as file:
        workbook.write_to(file)
    (fault,) = (fault for fault in desk.read(TODAY).cell_findings if fault.rule == "missing_row")
    assert (fault.table, fault.key) == (table, key)
    assert key in fault.message


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_named_cell_of_the_template_has_its_formula(language: Language, tmp_path: Path) -> None:
    new_workbook(tmp_path / "book.xlsx", language, "crm")
    workbook, expected = Workbook.open(tmp_path / "book.xlsx"), declared_name_formulas(language)
    found = {}
    for name in expected.keys() & workbook.names.keys():
        at = workbook.names[name]
        found[name] = workbook.formulas(at.sheet)[CellPlace(at.sheet.casefold(), at.row, at.col)]
    assert len(found) > 20
    assert found == {name: expected[name] for name in found}
