"""Values that cannot be read are always reported: by the exit code, the first lines and --json."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.imports.conftest import workbook
from xl_salesflow.cli import main
from xl_salesflow.imports.import_changes import build_import_changes
from xl_salesflow.imports.map_proposal import propose_import_map
from xl_salesflow.workbook.new_stores import build_new_workbook

Csv = Callable[..., Path]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a new workbook in dollars."""
    path = tmp_path / "book.xlsx"
    path.write_bytes(build_new_workbook("en"))
    return path


def imported(book: Path, path: Path, *more: str) -> int:
    return main(["import", str(book), str(path), "--yes", "--as-history", "--today", "2026-07-01", *more])


@pytest.mark.parametrize(
    ("header", "cells", "lost", "filled"),
    [
        ("Amount", "much ado 5 | 100 | 200", 1, 3),
        ("Amount", "€ 1,500 | ¥100 | 2000 GBP", 3, 3),
        ("Amount", "#N/A | #REF! | 100", 2, 3),
        ("Amount", "5 apples | 6 pears | 7 plums", 3, 3),
        ("Expected close", "call again | perhaps | 2026-05-01 | ASAP | 6月30日", 2, 4),
        ("Probability", "60 | 5% | 1000", 1, 3),
        ("Forecast", "Commit | Commit | Commit | Perhaps", 1, 4),
        ("Amount", "n/a | 100 | tbd | -", 0, 1),
        ("Amount", "~100 | 10-15k | 1000+ | up to 5k", 2, 4),
    ],
)
def test_cells_that_cannot_be_read_are_counted_and_block(
    header: str, cells: str, lost: int, filled: int, csv: Csv
) -> None:
    rows = "\n".join(f"D-{at} | Lead | {text}" for at, text in enumerate(cells.split(" | "), 1))
    path = csv("deals.csv", f"Deal | Stage | {header}\n{rows}", delimiter="\t")
    planned = build_import_changes(workbook(), [path], propose_import_map([path], workbook()), as_history=True)
    counted = [(lost_cells.header, lost_cells.cells, lost_cells.filled) for lost_cells in planned.answer.not_understood]
    assert counted == ([(header, lost, filled)] if lost else [])
    assert planned.blocks == bool(lost)


def test_they_are_reported_first_with_exit_code_1(book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | € 1,500\nD-2 | Lead | ¥100\nD-3 | Lead | 2000 GBP")
    capsys.readouterr()
    assert imported(book, path) == 1
    output = capsys.readouterr().out
    lines = [line for line in output.splitlines() if line.startswith(("Not understood", "✗", "!", "·"))]
    assert lines[0] == "Not understood and left blank: 3 of 3 cells of “Amount” in deals.csv."
    assert "No findings." not in output


def test_the_json_answer_counts_them_too(book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 5 pears\nD-2 | Lead | 100")
    capsys.readouterr()
    assert imported(book, path, "--json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["not_understood"] == [
        {
            "file": "deals.csv",
            "header": "Amount",
            "table": "Deals",
            "column": "amount",
            "cells": 1,
            "filled": 2,
            "rows": [2],
        }
    ]


def test_an_import_that_reads_everything_succeeds(book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]) -> None:
    path = csv("deals.csv", "Deal | Stage | Amount | Created\nD-1 | Lead | n/a | -\nD-2 | Lead | $1.2k | 2026-05-01")
    capsys.readouterr()
    assert imported(book, path) == 0
    assert "Not understood" not in capsys.readouterr().out


def test_formulas_that_were_never_calculated_are_reported(tmp_path: Path) -> None:
    source = openpyxl.Workbook()
    for row in (
        ["Deal", "Stage", "Units", "Price", "Amount"],
        ["D-1", "Lead", 10, 100, "=C2*D2"],
        ["D-2", "Lead", 1, 5, 5],
    ):
        source.active.append(row)
    source.active["J9"] = "=1+1"  # beside the list
    source.save(path := tmp_path / "deals.xlsx")
    planned = build_import_changes(workbook(), [path], propose_import_map([path], workbook()), as_history=True)
    (finding,) = planned.findings
    assert finding.message.startswith("deals.xlsx › Sheet, row 2, Amount: its formula was never calculated")
    assert planned.answer.not_understood[0].cells == 1


def test_many_cells_are_reported_by_the_first_ones_and_their_number(csv: Csv) -> None:
    rows = "\n".join(f"D-{at} | Lead | {at} pears" for at in range(1, 301))
    path = csv("deals.csv", f"Deal | Stage | Amount\n{rows}")
    planned = build_import_changes(workbook(), [path], propose_import_map([path], workbook()), as_history=True)
    assert [finding.rule for finding in planned.findings] == ["import_number"] * 101
    assert "200 more cells down to here have the same problem" in planned.findings[-1].message


def test_with_yes_an_open_question_stops_the_import_and_nothing_is_written(
    book: Path, csv: Csv, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.read_bytes()
    path = csv("deals.csv", "Deal | Stage | Amount\nD-1 | Lead | 85.000\nD-2 | Lead | 9.900")
    assert imported(book, path) == 2
    assert book.read_bytes() == before
    printed = capsys.readouterr()
    assert "the numbers of “Amount” can be read in two ways" in " ".join(printed.out.replace("\n#  ", "").split())
