"""The report page; on its own, as the daily commands need no printer and start sooner without."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xl_salesflow import documents, flow
from xl_salesflow.model.view import View
from xl_salesflow.workbook import ClosedBook


def report(path: Path, output: Path, view: View, today: date | None) -> int:
    """Write the report page."""
    pipeline = flow.asked(ClosedBook(path).read(today or date.today()), view)
    plan = flow.report(pipeline)
    documents.save(output, documents.render(plan.documents[0], pipeline.language, "html"))
    click.echo(str(output))
    return 0
