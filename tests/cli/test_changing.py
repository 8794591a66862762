"""``salesflow update --dry-run --sheet`` and ``salesflow apply``: from a workbook to ticks and back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from tests.batch.sales import made, runs
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import diff_pipelines
from xl_salesflow.workbook.closed_book import ClosedBook

DAY = "2026-04-01"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(made())
    return path


def do_tasks(path: Path) -> None:
    """Type that every task is done that the last update gave."""
    book = ClosedBook(path)
    pipeline = book.read(date.fromisoformat(DAY))
    tasks = pipeline["Tasks"].assign(status="done")
    book.write(diff_pipelines(pipeline, pipeline.with_tables(Tasks=tasks), "hand"))


def test_ticked_changes_are_made_reported_and_undone(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["update", str(book), "--today", DAY])
    do_tasks(book)
    sheet, before = book.with_name("c.xlsx"), book.read_bytes()
    assert main(["update", str(book), "--dry-run", "--sheet", str(sheet), "--today", DAY]) == 0
    assert book.read_bytes() == before
    assert main(["apply", str(book), str(sheet), "--today", DAY]) == 0
    assert book.read_bytes() == before, "nothing was ticked"
    workbook = openpyxl.load_workbook(sheet)
    rows = {row[5].value: row for row in workbook.worksheets[0].iter_rows(min_row=2)}
    rows["Recorded stage"][0].value = "Yes"
    workbook.save(sheet)
    capsys.readouterr()
    assert main(["apply", str(book), str(sheet), "--today", DAY]) == 0
    assert "1 of 1 ticked changes done, 0 refused." in capsys.readouterr().out
    assert len(runs(book, "apply")) == 1
    assert main(["apply", str(book), str(sheet), "--today", DAY]) == 1
    assert "the workbook now holds" in capsys.readouterr().out
    assert main(["undo", str(book), "--today", DAY]) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["update", "{book}", "--sheet", "c.xlsx"], "--sheet goes with --dry-run"),
        (["apply", "{book}", "{book}"], "not a change sheet"),
    ],
)
def test_a_usage_error_is_reported(
    book: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main([argument.format(book=book) for argument in arguments]) == 2
    assert says in capsys.readouterr().err


def test_a_sheet_of_another_workbook_is_refused(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other, sheet = book.with_name("other.xlsx"), str(book.with_name("c.xlsx"))
    other.write_bytes(made())
    main(["update", str(book), "--dry-run", "--sheet", sheet, "--today", DAY])
    assert main(["apply", str(other), sheet, "--today", DAY]) == 2
    assert "was made for book.xlsx" in capsys.readouterr().err
