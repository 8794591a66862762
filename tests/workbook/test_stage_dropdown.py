"""The stage dropdown of Deals offers the stages of the deal's own playbook, in new workbooks and in older ones."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.libreoffice import LibreOffice
from xl_salesflow.engine import Run
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import add_playbook
from xl_salesflow.workbook.book_upgrade import upgrade_workbook
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook
from xl_salesflow.workbook.template.stage_dropdowns import stage_dropdown_formula

NOW = datetime(2026, 3, 31, 9)
OLD = Path(__file__).parents[1] / "old_version" / "data"


def read_stage_source(path: Path, language: Language) -> tuple[str, str]:
    """Return the source of the stage dropdown of Deals, and the cell of the playbook in the first row of its range."""
    sheet = openpyxl.load_workbook(path)[TABLES["Deals"].title.in_(language)]
    heads = {str(cell.value): cell for row in sheet.iter_rows(max_row=6) for cell in row if cell.value}
    stage, playbook = (heads[TABLES["Deals"].header(column, language)] for column in ("stage", "playbook"))
    for rule in sheet.data_validations.dataValidation:
        first = str(rule.sqref).split()[0].split(":")[0]
        if first.rstrip("0123456789") == stage.column_letter:
            return str(rule.formula1).removeprefix(
                "="
            ), f"${playbook.column_letter}{first.lstrip('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    raise AssertionError("the stage has no dropdown")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_older_dropdown_is_renewed(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "old.xlsx"
    path.write_bytes((OLD / f"version_0_1_{language}.xlsx").read_bytes())
    assert read_stage_source(path, language)[0] == "list_stage"
    upgraded, _ = upgrade_workbook(Workbook(path, path.read_bytes()))
    path.write_bytes(upgraded.to_bytes())
    source, playbook = read_stage_source(path, language)
    assert source == stage_dropdown_formula(playbook)
    assert upgrade_workbook(Workbook(path, path.read_bytes()))[1] == []


def test_the_dropdown_has_the_stages_of_the_playbook_of_the_row(tmp_path: Path, libreoffice: LibreOffice) -> None:
    """Also if the stages of another playbook lie between, or the playbook is blank or unknown: then nothing is missing."""
    path = tmp_path / "book.xlsx"
    new_workbook(path, "en", "crm")
    book = ClosedBook(path, keeps_backups=False)
    pipeline = book.read(NOW.date())
    book.write(add_playbook(pipeline, "b2c", make_shipped_setup("b2c", "en"), Run("Ann", NOW)))
    source, playbook = read_stage_source(path, "en")
    assert source == stage_dropdown_formula(playbook)
    sheets = openpyxl.load_workbook(path)
    scratch = sheets.create_sheet("Scratch")
    cases = ["crm", "b2c", "B2C", "", "nothing"]
    for row, name in enumerate(cases, 1):
        formula = stage_dropdown_formula(f"$A{row}")
        scratch.cell(row, 1, name or None)
        scratch.cell(row, 2, f"=INDEX({formula},1)")
        scratch.cell(row, 3, f"=ROWS({formula})")
    sheets.save(path)
    shown = openpyxl.load_workbook(libreoffice.recalculated(path), data_only=True)["Scratch"]
    crm, b2c = (make_shipped_setup(name, "en")["Stages"]["stage"].tolist() for name in ("crm", "b2c"))
    all_ = ("Lead", len(crm) + len(b2c))
    assert [(shown.cell(row, 2).value, shown.cell(row, 3).value) for row in range(1, 6)] == [
        ("Lead", len(crm)), ("Attract", len(b2c)), ("Attract", len(b2c)), all_, all_,
    ]  # fmt: skip
