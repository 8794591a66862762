"""A run that meets another one: it is told, reads the workbook anew and plans anew, so that no number is given twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from random import uniform

import click

from xl_salesflow.cli.texts import LANGUAGE
from xl_salesflow.errors import WorkbookChanged, WorkbookInUse
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.workbook import ClosedBook

TRIES = 6
_SHORTEST = 0.2  # seconds; doubled with every try, and never the same for two that met


def written(
    book: ClosedBook,
    day: date,
    make: Callable[[Pipeline], Plan],
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> tuple[Pipeline, Plan]:
    """Read *book*, make a plan and write it, with *around* about the writing; return what was read and what was written.

    Raises:
        WorkbookChanged, WorkbookInUse: somebody else was quicker, as often as we tried.
    """
    for tried in range(TRIES):
        try:
            pipeline = book.read(day)
            plan = make(pipeline)
            with around():
                return pipeline, book.written(plan)
        except (WorkbookChanged, WorkbookInUse) as error:
            if tried == TRIES - 1:
                raise
            click.echo(error.in_(LANGUAGE), err=True)
            time.sleep(_SHORTEST * 2**tried * uniform(0.5, 1.5))
    raise AssertionError("the last try returns or raises")
