"""`salesflow revise`: the next version of a quote, as a draft in the workbook."""

from __future__ import annotations

from datetime import date
from functools import partial
from pathlib import Path

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.again import written
from xl_salesflow.cli.work import run_of
from xl_salesflow.workbook import ClosedBook


def revise(path: Path, key: str, beside: bool, dry_run: bool, as_json: bool, today: date | None, by: str | None) -> int:
    """Make the next version of quote *key*; whoever saves meanwhile does not give two quotes one number."""
    book, run = ClosedBook(path), run_of(by, today)
    make = partial(flow.revise, key=key, run=run, beside=beside)
    if dry_run:
        plan = make(book.read(run.now.date()))
    else:
        _, plan = written(book, run.now.date(), make)
    show.plan(path, plan, dry_run, as_json)
    return 0
