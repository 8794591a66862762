"""One command on one workbook: who runs it and when, and how it is opened, changed and saved.

A workbook that a person has open is refused before anything is read. A run that meets another run of ours waits for it, reads the
workbook again and makes its change set again, so that no number is given twice.
"""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import date, datetime
from pathlib import Path
from random import uniform
from typing import TypeVar

import click

from xl_salesflow.cli.command_options import TERMINAL_LANGUAGE
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import WorkbookBusy, WorkbookChanged
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.file_locks import refuse_if_open

WRITE_TRIES = 6
_SHORTEST_WRITE_WAIT = 0.2  # seconds; doubled with every try, and never the same for two that met

Outcome = TypeVar("Outcome")


class WorkbookSession:
    """One command on the workbook at *path*, by a user on a day; a dry run writes nothing."""

    def __init__(self, path: Path, by: str | None, today: date | None, dry_run: bool = False) -> None:
        self.path, self.run, self.dry_run = path, make_user_run(by, today), dry_run
        self.book = ClosedBook(path)

    def refuse_if_open(self) -> None:
        """Raise WorkbookInUse while a person has the workbook open; a dry run does not mind."""
        if self.dry_run:
            return
        with suppress(OSError):  # what the disk refuses is told when the file is read or saved
            refuse_if_open(Path(os.path.realpath(self.path)))

    def read(self, as_needed: bool = False) -> Pipeline:
        """Return the workbook as values, *as_needed* for a command about some deals."""
        day = self.run.now.date()
        return self.book.read_as_needed(day) if as_needed else self.book.read(day)

    def write(
        self,
        make: Callable[[Pipeline], ChangeSet],
        as_needed: bool = False,
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> ChangeSet:
        """Read the workbook, make a change set and write it, with *around* about the writing; return it as it was written.

        Raises:
            WorkbookInUse, WorkbookChanged: a person has it open, or other runs were quicker as often as we tried.
        """

        def act() -> ChangeSet:
            plan = make(self.read(as_needed))
            if self.dry_run:
                return plan
            with around():
                return self.book.write_and_report(plan)

        return self.attempt(act)

    def attempt(self, act: Callable[[], Outcome]) -> Outcome:
        """Do *act*, which reads the workbook and saves it; again where another run was quicker."""
        for tried in range(WRITE_TRIES):
            try:
                self.refuse_if_open()
                return act()
            except (WorkbookChanged, WorkbookBusy) as error:
                if tried == WRITE_TRIES - 1:
                    raise
                click.echo(error.in_(TERMINAL_LANGUAGE), err=True)
                time.sleep(_SHORTEST_WRITE_WAIT * 2**tried * uniform(0.5, 1.5))
        raise AssertionError("the last try returns or raises")


def make_user_run(by: str | None, today: date | None) -> Run:
    """Return who runs now; *today* moves the day and keeps the time."""
    now = datetime.now().replace(microsecond=0)
    return Run(by or getpass.getuser(), datetime.combine(today, now.time()) if today else now)
