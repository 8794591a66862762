"""``salesflow undo`` after later edits: on a terminal it asks, in a script it refuses, and options make the choice."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.batch.sales import made
from tests.tables import TODAY
from xl_salesflow.cli import main
from xl_salesflow.core.change_sets import ChangeSet, Edit
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.workbook.closed_book import ClosedBook

DAY = "2026-04-01"


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an updated workbook in which somebody then edited an amount that the run had written."""
    path = tmp_path_factory.mktemp("undoing") / "book.xlsx"
    path.write_bytes(made())
    assert main(["update", str(path), "--today", DAY]) in (0, 1)
    closed = ClosedBook(path)
    deals = closed.read(TODAY)["Deals"]
    written = deals[deals["deal"].isin(changed(path))].index[:1]
    after = deals.loc[written, "amount"] + 5
    closed.write(
        ChangeSet(
            edits=(Edit("Deals", "amount", deals.loc[written, "deal"], deals.loc[written, "amount"], after, "typed"),)
        )
    )
    return path


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Path:
    """Return a copy of that workbook and of the files beside it."""
    return shutil.copytree(original.parent, tmp_path, dirs_exist_ok=True) / original.name


def changed(path: Path) -> set[str]:
    journal = read(path)["Journal"]
    return set(journal.loc[(journal["column"] == "amount") & (journal["table"] == "Deals"), "key"])


def read(path: Path) -> Pipeline:
    return ClosedBook(path).read(TODAY)


@pytest.mark.parametrize(
    ("options", "answer", "code", "undone", "says"),
    [
        ([], None, 1, False, "nothing was undone"),
        (["--keep"], None, 1, True, "1 left"),
        (["--force"], None, 0, True, "0 left"),
        (["--dry-run"], None, 1, False, "nothing was written"),
        ([], "k", 1, True, "1 left"),
        ([], "f", 0, True, "0 left"),
        ([], "n", 1, False, "nothing was undone"),
    ],
)
def test_edits_since_are_asked_about(
    book: Path, options: list[str], answer: str | None, code: int, undone: bool, says: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """An *answer* is typed on a terminal."""
    before = book.read_bytes()
    if answer is not None:
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr("click.prompt", lambda *_, **__: answer)
    assert main(["undo", str(book), "--today", DAY, *options]) == code
    assert (book.read_bytes() != before) == undone
    printed = capsys.readouterr()
    assert says in printed.out + printed.err
