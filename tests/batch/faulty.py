"""What workers may run into; each stands in for the function that workers run."""

from __future__ import annotations

import os
import signal
import time
from datetime import date
from pathlib import Path
from unittest.mock import patch

from xl_salesflow.batch.task import Outcome, Task
from xl_salesflow.batch.work import work
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.workbook import ClosedBook

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def first_time(task: Task) -> bool:
    """Tell whether a task is tried for the first time; a file beside the workbook remembers it."""
    mark = Path(task.book + ".tried")
    if mark.exists():
        return False
    mark.touch()
    return True


def dies_before(task: Task) -> Outcome:
    """Die the first time, before anything is done."""
    if first_time(task):
        os.kill(os.getpid(), KILL)
    return work(task)


def dies_after(task: Task) -> Outcome:
    """Die the first time, after the workbook was saved and before anybody was told."""
    outcome = work(task)
    if first_time(task):
        os.kill(os.getpid(), KILL)
    return outcome


def dies_at_seven(task: Task) -> Outcome:
    """Die whenever the seventh workbook comes."""
    if task.book.endswith("007.xlsx"):
        os.kill(os.getpid(), KILL)
    return work(task)


def stumbles_at_seven(task: Task) -> Outcome:
    """Have a defect at the seventh workbook, with a customer's name in it."""
    if task.book.endswith("007.xlsx"):
        raise ZeroDivisionError("Zanzibar Shipping Ltd")
    return work(task)


def sleeps_at_seven(task: Task) -> Outcome:
    """Hang at the seventh workbook."""
    if task.book.endswith("007.xlsx"):
        time.sleep(600)
    return work(task)


def swells_at_seven(task: Task) -> Outcome:
    """Take more and more memory at the seventh workbook."""
    held = []
    while task.book.endswith("007.xlsx"):
        held.append(bytearray(os.urandom(1) * (8 << 20)))
        time.sleep(0.01)
    return work(task)


def saved_by_another(task: Task) -> Outcome:
    """Have somebody save the workbook, the first time, after it was read."""
    read = ClosedBook.read

    def read_and_save(self: ClosedBook, today: date) -> Pipeline:
        pipeline = read(self, today)
        if first_time(task):
            with self.path.open("ab") as file:
                file.write(b"\0")  # bytes behind a zip's end are ignored
        return pipeline

    with patch.object(ClosedBook, "read", read_and_save):
        return work(task)


def on_a_full_disk(task: Task) -> Outcome:
    """Let files become no larger than a few kilobytes, as on a disk that is about full."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, most))
    try:
        return work(task)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
