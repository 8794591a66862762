"""Adopting a team's workbook: nothing is lost, its rows are imported, and later changes are imported again."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook as OwnWorkbook
from openpyxl import load_workbook
from openpyxl.worksheet.table import Table

from tests.demos import make_once
from tests.libreoffice import LibreOffice
from tests.ooxml.packages import package, sheet, zipped
from tests.validator import Validator
from xl_salesflow.cli import main
from xl_salesflow.workbook.closed_book import ClosedBook

DAY = date(2026, 5, 4)
TODAY = ["--today", DAY.isoformat()]

CHINESE = [
    ["商机名称", "客户名称", "负责人", "销售阶段", "预计金额(万元)", "创建日期", "赢率"],
    ["一期扩容", "甲公司", "李雷", "线索", 12.5, "2025年5月1日", "20%"],
    ["二期扩容", "乙公司", "韩梅梅", "报价", "8", "2025/6/3", "50%"],
    ["备件合同", "甲公司", "李雷", "赢单", 3.2, "2025-07-08", "100%"],
]
ENGLISH = [
    ["Opportunity", "Company", "Sales rep", "Sales stage", "Deal value", "Created on"],
    ["Line 1", "Acme", "Ann", "Lead", 1200, "1 May 2025"],
    ["Line 2", "Bolt", "Ben", "Negotiation", 3400.5, "2 May 2025"],
]


def own(path: Path, rows: list[list[Any]], title: str) -> Path:
    """Return a typical workbook of a team: a list, a formula beside it, and notes on another sheet that refer to it."""
    book = OwnWorkbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    sheet["J1"] = f"=SUM(E2:E{len(rows)})"
    notes = book.create_sheet("Our notes")
    notes["A1"] = f"='{title}'!J1"
    notes["A2"] = "keep me"
    book.save(path)
    return path


Adopt = Callable[[Path, list[list[Any]], str], Path]


@pytest.fixture(scope="session")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Adopt:
    """Return a function that puts a team's own workbook, adopted once in a run, at a path, with its backup."""

    def copy(path: Path, rows: list[list[Any]], title: str) -> Path:
        def make(folder: Path) -> None:
            assert main(["adopt", str(own(folder / "team.xlsx", rows, title)), "--yes", *TODAY]) in (0, 1)

        name = sha256(repr((rows, title)).encode()).hexdigest()
        for file in make_once(tmp_path_factory, f"adopted-{name}", make).iterdir():
            shutil.copytree(file, path.parent / file.name) if file.is_dir() else shutil.copy(
                file, path.parent / file.name
            )
        return path

    return copy


BOOKS = [
    # rows, title of their sheet → language of our sheets, amounts, renamed sheets of ours
    (CHINESE, "商机", "zh", [125000.0, 80000.0, 32000.0], {"商机": "商机 (salesflow)"}),
    (CHINESE, "销售台账", "zh", [125000.0, 80000.0, 32000.0], {}),
    (ENGLISH, "Deals", "en", [1200.0, 3400.5], {"Deals": "Deals (salesflow)"}),
]


@pytest.mark.parametrize(("rows", "title", "language", "amounts", "retitled"), BOOKS)
def test_rows_are_imported_and_the_teams_sheets_stay(
    rows: list[list[Any]],
    title: str,
    language: str,
    amounts: list[float],
    retitled: dict[str, str],
    adopted: Adopt,
    tmp_path: Path,
) -> None:
    path = adopted(tmp_path / "team.xlsx", rows, title)
    before, cells = parts(tmp_path / "team.backup-1.xlsx"), read_own_cells(tmp_path / "team.backup-1.xlsx")
    pipeline = ClosedBook(path).read(DAY)
    assert pipeline.language == language
    assert list(pipeline["Deals"]["amount"]) == amounts
    assert not pipeline.cell_findings
    after = parts(path)
    assert {name for name, data in before.items() if after.get(name) != data} <= CHANGED
    assert {sheet: read_own_cells(path)[sheet] for sheet in cells} == cells
    sheets = load_workbook(path).sheetnames
    assert sheets[:2] == [title, "Our notes"]
    assert set(retitled.values()) <= set(sheets)


CHANGED = {
    *("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"),
    *("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"),
}
"""The parts that list sheets and formats, and those whose formulas had never been calculated."""


def read_own_cells(path: Path) -> dict[str, list[list[Any]]]:
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in load_workbook(path)}


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def test_later_changes_in_the_teams_sheet_are_imported_again(
    adopted: Adopt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = adopted(tmp_path / "team.xlsx", ENGLISH, "Pipeline")
    book = load_workbook(path)
    book["Pipeline"]["E2"] = 1500
    book["Pipeline"].append(["Line 3", "Acme", "Ann", "Lead", 10, "3 May 2025"])
    book.save(path)
    capsys.readouterr()
    assert main(["adopt", str(path), "--json", *TODAY]) in (0, 1)
    answer = json.loads(capsys.readouterr().out)
    assert answer["added"]["Deals"] == 1
    assert list(ClosedBook(path).read(DAY)["Deals"]["amount"]) == [1500.0, 3400.5, 10.0]
    before = path.read_bytes()
    assert main(["adopt", str(path), *TODAY]) in (0, 1)
    assert path.read_bytes() == before  # nothing changed on their sheets, so nothing is written


# attack: a workbook's kept import map names another file
# outcome: only the workbook itself is read
def test_the_kept_map_reads_the_workbook_itself_and_no_other_file(
    adopted: Adopt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also under a new name, with a file of the old name beside it that somebody else has put there."""
    path = adopted(tmp_path / "team.xlsx", ENGLISH, "Pipeline")
    moved = path.rename(tmp_path / "moved.xlsx")
    own(path, [*ENGLISH, ["Line 9", "Evil", "Eve", "Lead", 9, "3 May 2025"]], "Pipeline")
    assert main(["adopt", str(moved), "--yes", *TODAY]) in (0, 1)
    assert list(ClosedBook(moved).read(DAY)["Deals"]["amount"]) == [1200.0, 3400.5]
    capsys.readouterr()


def test_a_complete_store_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.xlsx"
    main(["init", str(path), "--lang", "en", *TODAY])
    before = path.read_bytes()
    assert main(["adopt", str(path), *TODAY]) == 0
    assert "already a complete salesflow workbook" in capsys.readouterr().out
    assert path.read_bytes() == before


def test_a_table_with_the_name_of_ours_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = own(tmp_path / "team.xlsx", ENGLISH, "Pipeline")
    book = load_workbook(path)
    book["Pipeline"].add_table(Table(displayName="Deals", ref="A1:F3"))
    book.save(path)
    before = path.read_bytes()
    assert main(["adopt", str(path), "--yes", *TODAY]) == 3
    assert "Deals" in capsys.readouterr().err
    assert path.read_bytes() == before


# attack: a workbook without styles becomes a store
# outcome: styles are added
def test_a_workbook_without_styles_becomes_a_store(tmp_path: Path) -> None:
    """It is legal, and programs that write the bare minimum make such workbooks."""
    rows = ["".join(f'<c t="str"><v>{cell}</v></c>' for cell in row) for row in ENGLISH]
    with zipfile.ZipFile(io.BytesIO(package({"List": sheet(f"<row>{'</row><row>'.join(rows)}</row>")}))) as made:
        parts = {name: made.read(name) for name in made.namelist() if name != "xl/styles.xml"}
    path = tmp_path / "team.xlsx"
    path.write_bytes(zipped(parts))
    assert main(["adopt", str(path), "--yes", *TODAY]) in (0, 1)
    assert len(ClosedBook(path).read(DAY)["Deals"]) == 2
    with zipfile.ZipFile(path) as store:
        assert "xl/styles1.xml" in store.namelist()
        assert 'PartName="/xl/styles1.xml"' in store.read("[Content_Types].xml").decode()


def test_an_error_names_the_workbook_that_should_become_the_store(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "team.xlsx"
    main(["init", str(path), "--lang", "en", *TODAY])
    book = load_workbook(path)
    deals = book["Deals"].tables["Deals"]
    book["Deals"][deals.ref.split(":")[0]] = deals.tableColumns[0].name = "Our number"
    book.save(path)
    before = path.read_bytes()
    assert main(["adopt", str(path), "--yes", *TODAY]) == 3
    assert capsys.readouterr().err.startswith(f"{path}: table Deals has no column")
    assert path.read_bytes() == before


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    path = own(tmp_path / "team.xlsx", ENGLISH, "Pipeline")
    before = path.read_bytes()
    assert main(["adopt", str(path), "--yes", "--dry-run", *TODAY]) in (0, 1)
    assert path.read_bytes() == before


def test_other_readers_open_the_store(
    adopted: Adopt, tmp_path: Path, libreoffice: LibreOffice, validator: Validator
) -> None:
    path = adopted(tmp_path / "team.xlsx", ENGLISH, "Deals")
    assert validator(path) == validator(tmp_path / "team.backup-1.xlsx")
    shown = load_workbook(libreoffice.recalculated(path), data_only=True)
    assert shown["Our notes"]["A1"].value == 4600.5
