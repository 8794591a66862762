"""People's own formulas: a run recalculates them and reports it; our formulas are never counted among them."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from tests.templates import built
from tests.workbook.book_contract import DEALS, ROWS, TODAY, edit
from tests.workbook.desk import make
from xl_salesflow.cli import main
from xl_salesflow.core.answers import OwnFormulaResults, UncalculatedFormula
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.metrics.metric_sheets import card_formulas
from xl_salesflow.metrics.metric_tables import METRICS_BY_ID
from xl_salesflow.ooxml.cell_references import CellPlace
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.named_values import ALL_VALUES_LABEL
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.metric_formulas import declared_name_formulas
from xl_salesflow.workbook.new_stores import new_workbook
from xl_salesflow.workbook.own_formulas import known_formulas
from xl_salesflow.workbook.template.starter_content import DROPDOWNS_TITLE
from xl_salesflow.workbook.workbook_layout import find_workbook_layout

SAFE = {"A1": "=SUM(Deals[Amount])", "A2": "=A1*2", "A3": '=COUNTIFS(Deals[Stage],"Quote")'}
LEFT = {"B1": "=SUBTOTAL(109,Deals[Amount])", "B2": "=B1+1"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a workbook with a sheet of the user's own."""
    path = make(tmp_path / "book.xlsx", "en", ROWS)
    book = load_workbook(path)
    mine = book.create_sheet("My sums")
    for cell, formula in (SAFE | LEFT).items():
        mine[cell] = formula
    book.save(path)
    return path


def marked(path: Path) -> bool:
    return b'fullCalcOnLoad="1"' in ZipFile(path).read("xl/workbook.xml")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_named_formula_of_ours_is_known(tmp_path: Path, language: Language) -> None:
    new_workbook(tmp_path / "new.xlsx", language)
    workbook = Workbook.open(tmp_path / "new.xlsx")
    known = {*known_formulas(find_workbook_layout(workbook.path, workbook.tables), workbook).names}
    assert known >= {*METRICS_BY_ID, *card_formulas(language), *declared_name_formulas(language)}
    formulas = workbook.formulas()
    cells = {name: at for name, at in workbook.names.items() if (at.row, at.col) == (at.last_row, at.last_col)}
    assert {name for name, at in cells.items() if CellPlace(at.sheet.casefold(), at.row, at.col) in formulas} <= known


def test_a_run_says_which_formulas_it_recalculated_and_which_it_left(path: Path) -> None:
    book = ClosedBook(path)
    pipeline = book.read(TODAY)
    results = book.write_and_report(edit(pipeline, "Deals", "amount", {"D-1": 1000.5})).own_formulas
    total = sum(deal["amount"] for deal in DEALS) - 200
    assert results == OwnFormulaResults(
        ("'My sums'!A1", "'My sums'!A2", "'My sums'!A3"),
        (
            UncalculatedFormula("'My sums'!B1", "SUBTOTAL"),
            UncalculatedFormula("'My sums'!B2", "depends on one that is left"),
        ),
    )
    assert Workbook.open(path).read_range("My sums", "A1:A3") == [[total], [2 * total], [1]]


def test_excel_is_asked_to_calculate_only_for_what_is_left(path: Path) -> None:
    book = load_workbook(path)
    book.calculation.fullCalcOnLoad = False
    del book["My sums"]["B1"], book["My sums"]["B2"]
    book.save(path)
    for amount, asked in ((7, False), (8, True)):
        closed = ClosedBook(path)
        closed.write(edit(closed.read(TODAY), "Deals", "amount", {"D-1": amount}))
        assert marked(path) is asked
        book = load_workbook(path)
        book["My sums"]["B1"] = LEFT["B1"]
        book.calculation.fullCalcOnLoad = False
        book.save(path)


def test_a_formula_in_place_of_one_of_ours_is_left_to_excel(path: Path) -> None:
    book = load_workbook(path)
    book.calculation.fullCalcOnLoad = False
    del book["My sums"]
    headers = [cell.value for cell in book["Deals"][1]]
    book["Deals"].cell(2, headers.index(TABLES["Deals"].formulas[0].header.in_("en")) + 1).value = "=1+1"
    book.save(path)
    closed = ClosedBook(path)
    closed.write(edit(closed.read(TODAY), "Deals", "amount", {"D-1": 7}))
    assert marked(path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_helper_formulas_of_the_template_are_kept_up_to_date_and_not_counted(
    tmp_path: Path, language: Language
) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(built(language))
    closed = ClosedBook(path)
    pipeline = closed.read(TODAY)
    assert closed.write_and_report(edit(pipeline, "Settings", "value", {"currency": "EUR"})).own_formulas is None
    shown = load_workbook(path, data_only=True)[DROPDOWNS_TITLE.in_(language)]
    assert shown["A2"].value == ALL_VALUES_LABEL.in_(language)  # for viewers that do not calculate


def test_the_command_line_reports_it_as_text_and_in_json(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book = load_workbook(path)
    since = TABLES["Deals"]["since"].header.in_("en")
    book["My sums"]["A1"], book["My sums"]["B1"] = f"=COUNT(Deals[{since}])", f"=SUBTOTAL(103,Deals[{since}])"
    book.save(path)
    main(["update", str(path), "--today", TODAY.isoformat()])
    output = capsys.readouterr().out
    assert "of your formulas recalculated; 2 left to Excel: 'My sums'!B1 (SUBTOTAL), 'My sums'!B2 (depends" in output
    book = load_workbook(path)
    book["Deals"]["A2"].value = "D-1x"
    book.save(path)
    main(["update", str(path), "--today", TODAY.isoformat(), "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert {"'My sums'!A1", "'My sums'!A2", "'My sums'!A3"} <= set(answer["recalculated"])
