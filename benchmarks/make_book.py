"""Make a workbook with N made-up deals and their history: python benchmarks/make_book.py N BOOK."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 6, 30)


def make(path: Path, count: int) -> None:
    """Write a workbook with *count* deals and their history, as of a fixed day."""
    path.unlink(missing_ok=True)
    new_workbook(path, "en", "crm")
    book = ClosedBook(path)
    pipeline = book.read(TODAY)
    plan = generate_pipeline(pipeline, count, since_days=400)
    book.write(bring_in(pipeline, plan, Run("benchmark", datetime(2026, 6, 30, 8))))


if __name__ == "__main__":
    make(Path(sys.argv[2]), int(sys.argv[1]))
