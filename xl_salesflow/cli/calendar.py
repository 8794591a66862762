"""`salesflow holidays`: a country's days off and make-up days into the sheet Holidays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from xl_salesflow import flow
from xl_salesflow.cli import show
from xl_salesflow.cli.again import written
from xl_salesflow.cli.work import run_of
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.workbook import ClosedBook
from xl_salesflow.workdays import of_country


def holidays(
    path: Path, country: str, years: Sequence[int], dry_run: bool, as_json: bool, today: date | None, by: str | None
) -> int:
    """Add the days of *country*; days that the sheet has stay as they are."""
    book, run = ClosedBook(path), run_of(by, today)
    wanted = years or (run.now.year, run.now.year + 1)

    def make(pipeline: Pipeline) -> Plan:
        return flow.holidays(pipeline, of_country(country, wanted, pipeline.language), run)

    plan = make(book.read(run.now.date())) if dry_run else written(book, run.now.date(), make)[1]
    show.plan(path, plan, dry_run, as_json)
    return 0
