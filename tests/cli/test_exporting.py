"""``salesflow export``: every table is written as a plain file, and nothing is sent over a network."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tables import TODAY
from xl_salesflow.cli import main


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exporting")
    path, deals = folder / "b.xlsx", folder / "deals.csv"
    deals.write_text("Deal,Stage,Amount,Created,Source\nD-1,Lead,1200.5,2026-03-01,Referral\n", encoding="utf-8")
    main(["init", str(path), "--lang", "en"])
    main(["import", str(path), str(deals), "--yes", "--today", str(TODAY)])
    return path


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Path:
    """Return a copy of that workbook and of the files beside it."""
    return shutil.copytree(original.parent, tmp_path, dirs_exist_ok=True) / original.name


def test_every_table_in_use_is_exported_and_can_be_imported_again(book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["export", str(book), str(out), "--today", str(TODAY)]) == 0
    names = {file.stem for file in out.iterdir()}
    assert {"Deals", "History", "Stages", "Gates", "Questions", "Settings", "Journal"} <= names
    assert "Quotes" not in names
    rows = list(csv.DictReader((out / "Deals.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["Deal"], row["Amount"], row["Source"]) for row in rows] == [("D-1", "1200.5", "Referral")]


def test_json_has_ids_and_nulls(book: Path, tmp_path: Path) -> None:
    assert main(["export", str(book), str(tmp_path), "--format", "json", "--today", str(TODAY)]) == 0
    deal = json.loads((tmp_path / "Deals.json").read_text(encoding="utf-8"))[0]
    assert (deal["source"], deal["created"], deal["amount"], deal["need"]) == ("referral", "2026-03-01", 1200.5, None)


def test_an_update_opens_no_connection(book: Path) -> None:
    """The data stays on the machine: no run connects a socket."""
    code = (
        "import sys; calls = []; sys.addaudithook(lambda event, _: calls.append(event) if event in "
        "('socket.connect', 'socket.getaddrinfo', 'urllib.Request') else None)\n"
        "from xl_salesflow.cli import main\n"
        f"main(['update', {str(book)!r}]); main(['check', {str(book)!r}]); print('CALLS', calls)"
    )
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout
    assert output.splitlines()[-1] == "CALLS []"
