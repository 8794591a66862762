"""``salesflow compare``: two segments side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.tables import TODAY
from xl_salesflow.cli import main


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a workbook with 80 closed deals: 30 of 40 by referral and 10 of 40 from the website are won."""
    path, deals = tmp_path / "b.xlsx", tmp_path / "deals.csv"
    lines = ["Deal,Stage,Created,Closed,Source"]
    for number in range(80):
        referral = number < 40
        won = number % 40 < (30 if referral else 10)
        stage, source = "Won" if won else "Lost", "Referral" if referral else "Website form"
        lines.append(f"D-{number},{stage},2026-01-01,2026-02-01,{source}")
    deals.write_text("\n".join(lines) + "\n", encoding="utf-8")
    main(["init", str(path), "--lang", "en"])
    main(["import", str(path), str(deals), "--yes", "--as-history", "--today", str(TODAY)])
    return path


def test_a_significant_difference_is_printed_with_its_interval(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["compare", str(book), "referral", "website", "--json", "--today", str(TODAY)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["first_rate"], answer["second_rate"], answer["difference"]) == (0.75, 0.25, 0.5)
    assert answer["verdict"] == "first"
    assert answer["low"] < 0.5 < answer["high"]
    assert main(["compare", str(book), "referral", "website", "--today", str(TODAY)]) == 0
    output = capsys.readouterr().out
    assert "75.0% of 40 closed deals won" in output
    assert "converts better" in output


def test_a_value_without_deals_is_an_error(book: Path) -> None:
    assert main(["compare", str(book), "referral", "dream", "--today", str(TODAY)]) == 2
