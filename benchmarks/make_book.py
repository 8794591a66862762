"""Make a workbook with N made-up deals: python benchmarks/make_book.py N BOOK.

With --fresh the deals come as people would paste them: nothing recorded yet, no history, so that an update has all its work.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

from xl_salesflow import flow
from xl_salesflow.demo.generate import generated
from xl_salesflow.sheets import new_workbook
from xl_salesflow.workbook import ClosedBook

TODAY = date(2026, 6, 30)


def make(path: Path, count: int) -> None:
    """Write a workbook with *count* deals and their history, as of a fixed day."""
    path.unlink(missing_ok=True)
    new_workbook(path, "en", "crm")
    book = ClosedBook(path)
    pipeline = book.read(TODAY)
    plan = generated(pipeline, count, since_days=400)
    book.write(flow.bring_in(pipeline, plan, flow.Run("benchmark", datetime(2026, 6, 30, 8))))


if __name__ == "__main__":
    make(Path(sys.argv[2]), int(sys.argv[1]))
