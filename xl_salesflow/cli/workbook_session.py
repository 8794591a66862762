"""One command on one workbook: its user and time, and how the workbook is opened, changed and saved.

A workbook that a person has open is refused before anything is read. If another run of ours saves it first, the command
waits, reads the workbook again and makes its change set again, so that no key is assigned twice.
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
from xl_salesflow.core.answers import SomeAnswer
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import WorkbookBusy, WorkbookChanged
from xl_salesflow.workbook.atomic_save import refuse_if_open
from xl_salesflow.workbook.closed_book import ClosedBook

WRITE_TRIES = 6
_SHORTEST_WRITE_WAIT = 0.2  # seconds; doubled with every try, and randomised so that two runs do not collide again

Outcome = TypeVar("Outcome")


class WorkbookSession:
    """One command on the workbook at *path*, by a user on a day; a dry run writes nothing."""

    def __init__(
        self, path: Path, by: str | None, today: date | None, dry_run: bool = False, keeps_backups: bool = True
    ) -> None:
        self.path, self.run, self.dry_run = path, make_user_run(by, today), dry_run
        self.book = ClosedBook(path, keeps_backups=keeps_backups)
        self.pipeline: Pipeline | None = None  # as it was read last

    def refuse_if_open(self) -> None:
        """Raise WorkbookInUse if a person has the workbook open; a dry run does not check."""
        if self.dry_run:
            return
        with suppress(OSError):  # other errors of the disk are reported when the file is read or saved
            refuse_if_open(Path(os.path.realpath(self.path)))

    def read(self, as_needed: bool = False) -> Pipeline:
        """Return the workbook as values; with *as_needed*, tables are read when first used, for a command on some deals."""
        day = self.run.now.date()
        self.pipeline = self.book.read_as_needed(day) if as_needed else self.book.read(day)
        return self.pipeline

    def write(
        self,
        make: Callable[[Pipeline], ChangeSet[SomeAnswer]],
        as_needed: bool = False,
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> ChangeSet[SomeAnswer]:
        """Read the workbook, make a change set, write it inside the context *around*, and return it as written.

        Raises:
            WorkbookInUse, WorkbookChanged: a person has it open, or other runs were faster in every try.
        """

        def act() -> ChangeSet[SomeAnswer]:
            plan = make(self.read(as_needed))
            if self.dry_run:
                return plan
            with around():
                return self.book.write_and_report(plan)

        return self.attempt(act)

    def attempt(self, act: Callable[[], Outcome]) -> Outcome:
        """Call *act*, which reads the workbook and saves it; repeat it if another run saved first."""
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
    """Return the user and time of this run; *today* changes the day but not the time."""
    now = datetime.now().replace(microsecond=0)
    account = getpass.getuser()
    return Run(by or account, datetime.combine(today, now.time()) if today else now, account)
