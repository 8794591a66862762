"""A column that loses values is never a success: the exit code, the first line and --json say so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from xl_salesflow.cli import main

Csv = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Give a new workbook in dollars."""
    main(["init", str(tmp_path / "book.xlsx")])
    return tmp_path / "book.xlsx"


def imported(book: Path, path: Path, *more: str) -> int:
    return main(["import", str(book), str(path), "--yes", "--today", "2026-07-01", *more])


@pytest.mark.parametrize(
    ("column", "header", "cells", "says"),
    [
        ("amount", "Amount", "much ado 5 | 100 | 200", "1 of 3 cells of “Amount”"),
        ("amount", "Amount", "€ 1,500 | ¥100 | 2000 GBP", "3 of 3 cells of “Amount”"),
        ("amount", "Amount", "#N/A | #REF! | 100", "2 of 3 cells of “Amount”"),
        ("amount", "Amount", "5 apples | 6 pears | 7 plums", "3 of 3 cells of “Amount”"),
        ("expected_close", "Expected close", "week 3 | week 4 | 2026-05-01", "2 of 3 cells of “Expected close”"),
        ("forecast", "Forecast", "Commit | Commit | Commit | Perhaps", "1 of 4 cells of “Forecast”"),
    ],
)
def test_lost_cells_are_the_first_thing_said_and_end_with_exit_code_1(
    column: str, header: str, cells: str, says: str, book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(f"D-{at} | Lead | {text}" for at, text in enumerate(cells.split(" | "), 1))
    path = csv("deals.csv", f"Deal | Stage | {header}\n{rows}", delimiter="\t")
    capsys.readouterr()
    assert imported(book, path) == 1
    said = capsys.readouterr().out
    assert f"Not understood and left blank: {says} in deals.csv." in said
    assert "No findings." not in said


def test_the_answer_for_programs_counts_them_too(book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 5 pears\nD-2 | Lead | 100")
    capsys.readouterr()
    assert imported(book, path, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["not_understood"] == [
        {"file": "deals.csv", "header": "Amount", "table": "Deals", "column": "amount", "cells": 1, "filled": 2}
    ]


def test_an_import_that_loses_nothing_is_a_success(book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount | Created\nD-1 | Lead | n/a | -\nD-2 | Lead | $1.2k | 2026-05-01")
    capsys.readouterr()
    assert imported(book, path) == 0
    assert "Not understood" not in capsys.readouterr().out


def test_formulas_that_were_never_calculated_are_told(
    book: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = openpyxl.Workbook()
    for row in (
        ["Deal", "Stage", "Units", "Price", "Amount"],
        ["D-1", "Lead", 10, 100, "=C2*D2"],
        ["D-2", "Lead", 1, 5, 5],
    ):
        source.active.append(row)
    source.save(tmp_path / "deals.xlsx")
    capsys.readouterr()
    assert imported(book, tmp_path / "deals.xlsx") == 1
    said = capsys.readouterr().out
    assert "row 2, Amount: its formula was never calculated; the cell is left blank" in said
    assert "1 of 2 cells of “Amount”" in said


def test_a_flood_is_told_by_its_first_cells_and_their_number(
    book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "\n".join(f"D-{at} | Lead | {at} pears" for at in range(1, 301))
    path = csv("deals.csv", f"Deal | Stage | Amount\n{rows}")
    capsys.readouterr()
    assert imported(book, path, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    told = [finding for finding in answer["findings"] if finding["rule"] == "import_number"]
    assert len(told) == 101
    assert "200 more cells down to here are alike" in told[-1]["message"]


def test_with_yes_an_open_question_stops_the_import_and_nothing_is_written(
    book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.read_bytes()
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 85.000\nD-2 | Lead | 9.900")
    assert imported(book, path) == 2
    assert book.read_bytes() == before
    said = capsys.readouterr()
    assert "the numbers of “Amount” can be read in two ways" in " ".join(said.out.replace("\n#  ", "").split())
