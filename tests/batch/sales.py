"""Small pipelines on disk: eight deals, two of them with a newly typed stage, so that an update has moves to record."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.parts import ROOT
from xl_salesflow.batch.batch_tasks import BatchTask
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.demo.demo_workbook import make_day_of_work
from xl_salesflow.engine import Run
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

MADE, NOW = datetime(2026, 3, 31, 8), datetime(2026, 4, 1, 7)
NUMBER = "20260401-070000"
SCALE = int(os.environ.get("SALESFLOW_FAULTS", "1"))
"""Factor for the number of faults to try."""


@cache
def made(deals: int = 8) -> bytes:
    """Return the bytes of a workbook at the end of a working day, before the nightly update."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "made.xlsx")
        new_workbook(path, "en", "crm")
        book = ClosedBook(path)
        book.write(bring_in(p := book.read(MADE.date()), generate_pipeline(p, deals), Run("Mara", MADE)))
        book.write(make_day_of_work(book.read(MADE.date())))
        return path.read_bytes()


def fill(folder: Path, count: int, start: int = 0) -> list[Path]:
    """Put *count* workbooks into *folder*, numbered from *start*."""
    first, *others = books = [folder / f"team-{start + number:03d}.xlsx" for number in range(count)]
    folder.mkdir(parents=True, exist_ok=True)
    first.write_bytes(made())
    for book in others:
        shutil.copy(first, book)
    return books


def runs(path: Path, verb: str = "update") -> list[str]:
    """Return the runs of *verb* in a workbook's Journal, each once; reading them shows that the file is complete."""
    workbook = Workbook.open(path)
    assert all(workbook.read_table(name) is not None for name in workbook.tables)
    journal = workbook.read_table("Journal")
    return list(dict.fromkeys(run for run, of in zip(journal["Run"], journal["Verb"], strict=True) if of == verb))


def old_or_new(path: Path) -> str:
    """Return whether a workbook is as it was made, or was updated once; fail otherwise."""
    if path.read_bytes() == made():
        return "old"
    return "new" if runs(path) == [NUMBER] else "neither"


def tasks(books: Sequence[Path], verb: str = "update", **more: object) -> list[BatchTask]:
    """Return one task for each workbook."""
    return [BatchTask(str(book), verb, "Mara", NOW, NUMBER, **more) for book in books]  # type: ignore[arg-type]


def environment() -> dict[str, str]:
    """Return the environment with which another process finds the package."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "SALESFLOW_LANG": "en"}
