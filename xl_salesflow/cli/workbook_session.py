"""Open and write a workbook for one command: who runs it, and more tries when another run was quicker.

A run that meets another one reads the workbook again and makes its change set again, so that no number is given twice.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date, datetime
from random import uniform

import click

from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import WorkbookChanged, WorkbookInUse
from xl_salesflow.workbook.closed_book import ClosedBook

WRITE_TRIES = 6
_SHORTEST_WRITE_WAIT = 0.2  # seconds; doubled with every try, and never the same for two that met


def write_with_retries(
    book: ClosedBook,
    day: date,
    make: Callable[[Pipeline], ChangeSet],
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> tuple[Pipeline, ChangeSet]:
    """Read *book*, make a plan and write it, with *around* about the writing; return what was read and what was written.

    Raises:
        WorkbookChanged, WorkbookInUse: somebody else was quicker, as often as we tried.
    """
    for tried in range(WRITE_TRIES):
        try:
            pipeline = book.read(day)
            plan = make(pipeline)
            with around():
                return pipeline, book.write_and_report(plan)
        except (WorkbookChanged, WorkbookInUse) as error:
            if tried == WRITE_TRIES - 1:
                raise
            click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
            time.sleep(_SHORTEST_WRITE_WAIT * 2**tried * uniform(0.5, 1.5))
    raise AssertionError("the last try returns or raises")


def make_user_run(by: str | None, today: date | None) -> Run:
    """Return who runs now; *today* moves the day and keeps the time."""
    now = datetime.now().replace(microsecond=0)
    return Run(by or getpass.getuser(), datetime.combine(today, now.time()) if today else now)
