"""``salesflow holidays``: the days are added to the sheet once, and the follow-up list uses them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from xl_salesflow.cli import main
from xl_salesflow.workbook.closed_book import ClosedBook


def test_days_are_added_once_and_undone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    book, today = tmp_path / "team.xlsx", ("--today", "2026-02-16")
    assert main(["init", str(book), "--lang", "en", *today]) == 0
    assert main(["followups", str(book), "--json", *today]) == 0
    assert main(["holidays", str(book), "CN", "--year", "2026", *today]) == 0
    held = ClosedBook(book).read(date(2026, 2, 16))["Holidays"]
    assert held["kind"].value_counts().to_dict() == {"off": 33, "work": 6}
    before = book.read_bytes()
    assert main(["holidays", str(book), "CN", "--year", "2026", *today]) == 0
    assert book.read_bytes() == before
    capsys.readouterr()
    assert main(["followups", str(book), "--json", *today]) == 0
    assert json.loads(capsys.readouterr().out)["day"] == "2026-02-24"  # the nine days of the Spring Festival are off
    assert main(["undo", str(book), *today]) == 0
    assert ClosedBook(book).read(date(2026, 2, 16))["Holidays"].empty
