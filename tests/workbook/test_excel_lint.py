"""Excel opens every workbook that the product writes as it is: nothing to repair, nothing that it refuses."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest

from tests.demos import WORKBOOK, copy_demo
from tests.examples import SCALE
from tests.excel_lint import lint_workbook
from tests.templates import built
from xl_salesflow.cli import main
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.sheet_modules import MODULE_TABLES
from xl_salesflow.workbook.new_stores import new_workbook

DAY = ("--today", "2026-07-01")
OLD = Path(__file__).parents[1] / "old_version" / "data"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_templates_and_the_demo(
    language: Language, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    template = tmp_path / "template.xlsx"
    template.write_bytes(built(language))
    assert lint_workbook(template) == []
    demo = copy_demo(tmp_path_factory, language, date(2026, 6, 30)) / WORKBOOK
    assert lint_workbook(demo) == []


def test_an_older_workbook_after_its_repair(tmp_path: Path) -> None:
    path = Path(shutil.copy(OLD / "version_0_1_en.xlsx", tmp_path / "old.xlsx"))
    assert "old.xlsx: sheet name history" in lint_workbook(path)
    assert main(["check", str(path), "--repair", *DAY]) in (0, 1)
    # a column whose formula has changed since keeps the old one for rows that a person adds, which Excel accepts
    assert [fault for fault in lint_workbook(path) if "not calculated in every row" not in fault] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_with_every_module(language: Language, tmp_path: Path) -> None:
    new_workbook(tmp_path / "all.xlsx", language, modules=MODULE_TABLES)
    assert lint_workbook(tmp_path / "all.xlsx") == []


def test_an_adopted_workbook_and_a_merged_one(tmp_path: Path) -> None:
    path, other = tmp_path / "team.xlsx", tmp_path / "other.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Deal", "Company", "Stage", "Amount"])
    book.worksheets[0].append(["Pumps", "Acme & Sons", "Won", 100])
    book.save(path)
    assert main(["adopt", str(path), "--yes", *DAY]) == 0
    assert lint_workbook(path) == []
    shutil.copy(path, other)
    changed = openpyxl.load_workbook(path)
    changed["Sheet"].append(["Bolts", "Mill", "Lead", 200])
    changed.save(path)
    assert main(["adopt", str(path), "--yes", *DAY]) in (0, 1)
    assert main(["merge", str(other), str(path), *DAY]) in (0, 1)
    assert lint_workbook(other) == []


@pytest.mark.skipif(SCALE == 1, reason="Imports of public data take a minute; the nightly run lints them.")
@pytest.mark.parametrize("files", ["maven_crm", "olist_funnel"])
def test_imported_public_data(files: str, shared: Path, tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(built("en"))
    paths = [str(path) for path in (shared / "data" / files).glob("*.csv") if "dictionary" not in path.name]
    assert main(["import", str(book), *paths, "--yes", "--as-history", *DAY]) in (0, 1)
    assert lint_workbook(book) == []


FAULTS: list[tuple[str, Callable[[str], str], str]] = [
    # part, how it is spoilt, what is found
    ("xl/workbook.xml", lambda text: text.replace('name="Deals"', 'name="Deals:"', 1), "sheet name deals:"),
    ("xl/workbook.xml", lambda text: text.replace('name="AsOf"', 'name="AB12"'), "name AB12"),
    ("xl/workbook.xml", lambda text: text.replace('name="AsOf"', 'name="Deals"'), "name Deals"),
]


@pytest.mark.parametrize(("part", "spoil", "found"), FAULTS)
def test_a_fault_is_found(part: str, spoil: Callable[[str], str], found: str, tmp_path: Path) -> None:
    path = tmp_path / "spoilt.xlsx"
    with ZipFile(BytesIO(built("en"))) as package, ZipFile(path, "w") as spoilt:
        for name in package.namelist():
            content = package.read(name)
            spoilt.writestr(name, spoil(content.decode()).encode() if name == part else content)
    faults = lint_workbook(path)
    assert f"spoilt.xlsx: {found}" in faults
