"""``salesflow playbook use``: a workbook changes over to another playbook, and back with undo."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.demos import WORKBOOK, copy_demo
from tests.libreoffice import LibreOffice
from tests.metrics.agreement import read_shown_table, same
from tests.tables import TODAY
from xl_salesflow.cli import main
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook

KEPT = ("Deals", "History", "Tasks", "Stages", "Gates", "StageTasks", "Questions", "Settings", "Activities", "Quotes")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook with two open deals, one of them won."""
    folder = tmp_path_factory.mktemp("use")
    path, deals = folder / "b.xlsx", folder / "deals.csv"
    deals.write_text(
        "Deal,Account,Stage,Amount,Created,Closed,Owner\n"
        "D-1,Acme,Lead,100,2026-03-01,,Li\nD-2,Acme,Qualified,200,2026-03-02,,Li\nD-3,Acme,Won,300,2026-01-02,2026-02-01,Li\n",
        encoding="utf-8",
    )
    for arguments in (
        ("init", path, "--lang", "en"),
        ("import", path, deals, "--yes", "--as-history"),
        ("update", path),
    ):
        main([str(argument) for argument in (*arguments, "--today", TODAY)])
    return path


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Path:
    """Return a copy of that workbook and of the files beside it."""
    return shutil.copytree(original.parent, tmp_path, dirs_exist_ok=True) / original.name


def used(book: Path, *arguments: object) -> int:
    return main(["playbook", "use", str(book), *map(str, arguments), "--today", str(TODAY)])


def read(book: Path) -> Pipeline:
    return ClosedBook(book).read(TODAY)


def test_a_dry_run_shows_the_mapping_and_writes_nothing(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = book.read_bytes()
    assert used(book, "six_funnel_stages", "--dry-run") == 0
    output = capsys.readouterr().out
    assert "Lead → Lead identification (1)" in output
    assert "2 open deals of crm would be switched (nothing was written) to six_funnel_stages" in output
    assert book.read_bytes() == before


def test_the_deals_change_over_and_undo_restores_the_workbook(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read(book)
    capsys.readouterr()
    used(book, "six_funnel_stages", "--map", "Lead=Solution design", "--json")
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {(way["from"], way["to"]) for way in answer["stages"] if way["deals"]} == {
        ("Lead", "Solution design"), ("Qualified", "Needs analysis"),
    }  # fmt: skip
    now = read(book)
    assert now.cell_findings == ()
    assert list(now["Deals"]["recorded_stage"]) == ["Solution design", "Needs analysis", "Won"]
    assert now.default_playbook == "six_funnel_stages"
    assert main(["undo", str(book), "--today", str(TODAY)]) == 0
    back = read(book)
    assert back.default_playbook == "crm"
    for name in KEPT:
        columns = [column.id for column in TABLES[name].columns if not column.is_formula]
        assert back[name][columns].equals(before[name][columns]), name


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("crn",), 2),
        (("b2c", "--map", "Lead"), 2),
        (("b2c", "--map", "Lead=Nowhere"), 2),
        (("b2c", "--from", "own"), 2),
    ],
)
def test_an_impossible_switch_is_a_usage_error(book: Path, arguments: tuple[str, ...], code: int) -> None:
    before = book.read_bytes()
    assert used(book, *arguments) == code
    assert book.read_bytes() == before


def test_a_teams_own_file_is_used_as_well(book: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    assert main(["playbook", "export", "b2c", "-o", str(own)]) == 0
    used(book, own)
    assert set(read(book).playbooks) == {"crm", "own"}


def test_cached_values_and_libreoffice_agree_after_a_switch(
    tmp_path_factory: pytest.TempPathFactory, libreoffice: LibreOffice
) -> None:
    path = copy_demo(tmp_path_factory, "en", date.today()) / WORKBOOK
    assert main(["playbook", "use", str(path), "b2b"]) in (0, 1)
    cached, (computed,) = Workbook.open(path), libreoffice.read_values([path])
    for name in ("Metrics", "StageMetrics", "Moves", "Leaks", "Deals", "History", "Stages"):
        ours, theirs = cached.read_table(name), read_shown_table(cached, computed, name)
        for column in TABLES[name].formulas or TABLES[name].columns:
            header = column.header.in_("en")
            pairs = list(zip(ours[header], theirs[header], strict=True))
            assert [pair for pair in pairs if not same(*pair)] == [], (name, column.id)
