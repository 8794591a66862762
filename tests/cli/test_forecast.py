"""``salesflow forecast`` and ``accuracy``: a sentence first, the keys of the answers, and a workbook that knows too little."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.demos import WORKBOOK, copy_demo
from xl_salesflow.cli import main

KEYS = (
    "as_of", "from", "to", "won", "won_count", "p10", "p50", "p90", "target", "chance", "deals", "count", "months", "quarters",
    "weighted", "categories", "call", "calls", "owners", "samples", "why_not",
)  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the demo's workbook."""
    return copy_demo(tmp_path_factory, "en", date(2026, 6, 30)) / WORKBOOK


def test_the_first_sentence_says_what_will_be_won_and_how_sure_that_is(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.read_bytes()
    assert main(["forecast", str(book), "--today", "2026-06-30", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert tuple(said) == KEYS
    assert (said["from"], said["to"]) == ("2026-07-01", "2026-09-30")
    assert main(["forecast", str(book), "--today", "2026-06-30"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "salesflow-demo.xlsx · forecast of 2026-06-30 for 2026-07-01 to 2026-09-30 · USD"
    assert f"{said['p50']:,.0f} will be won, and with a chance of 80 % between" in lines[1]
    assert f"is {said['chance']:.0%}" in " ".join(lines[2:4])
    assert book.read_bytes() == before, "a forecast only reads"


def test_too_little_is_said_in_words(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forecast", str(book), "--today", "2026-05-14"]) == 0
    assert "No simulation: Closed deals on record:" in capsys.readouterr().out
    assert main(["forecast", str(book), "--today", "2026-05-14", "--to", "2026-05-01"]) == 2


def test_accuracy_says_first_which_method_was_best(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accuracy", str(book), "--today", "2026-06-30", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert tuple(said) == (
        "as_of", "best", "methods", "owners", "coverage", "calibration", "periods", "why_not",
    )  # fmt: skip
    assert [one["probability"] for one in said["calibration"]] == ["learned", "simulated"]
    assert main(["accuracy", str(book), "--today", "2026-06-30"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "salesflow-demo.xlsx · how right the forecasts were, as of 2026-06-30 · USD"
    assert lines[1] == "  Months: no method was more accurate than every other by more than chance."
