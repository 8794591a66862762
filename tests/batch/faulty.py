"""Faults that workers may meet; each function here replaces the one that workers run."""

from __future__ import annotations

import os
import signal
import time
from datetime import date
from pathlib import Path
from unittest.mock import patch

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome
from xl_salesflow.batch.verb_jobs import run_one_task
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.workbook.closed_book import ClosedBook

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def first_time(task: BatchTask) -> bool:
    """Tell whether a task is tried for the first time, which a file beside the workbook records."""
    mark = Path(task.book + ".tried")
    if mark.exists():
        return False
    mark.touch()
    return True


def dies_before(task: BatchTask) -> TaskOutcome:
    """Die at the first try, before anything is done."""
    if first_time(task):
        os.kill(os.getpid(), KILL)
    return run_one_task(task)


def dies_after(task: BatchTask) -> TaskOutcome:
    """Die at the first try, after the workbook was saved and before that was reported."""
    outcome = run_one_task(task)
    if first_time(task):
        os.kill(os.getpid(), KILL)
    return outcome


def dies_at_seven(task: BatchTask) -> TaskOutcome:
    """Die at every try of the seventh workbook."""
    if task.book.endswith("007.xlsx"):
        os.kill(os.getpid(), KILL)
    return run_one_task(task)


def stumbles_at_seven(task: BatchTask) -> TaskOutcome:
    """Raise an unexpected error at the seventh workbook, with a customer's name in its message."""
    if task.book.endswith("007.xlsx"):
        raise ZeroDivisionError("Zanzibar Shipping Ltd")
    return run_one_task(task)


def sleeps_at_seven(task: BatchTask) -> TaskOutcome:
    """Hang at the seventh workbook."""
    if task.book.endswith("007.xlsx"):
        time.sleep(600)
    return run_one_task(task)


def swells_at_seven(task: BatchTask) -> TaskOutcome:
    """Take more and more memory at the seventh workbook."""
    held = []
    while task.book.endswith("007.xlsx"):
        held.append(bytearray(os.urandom(1) * (8 << 20)))
        time.sleep(0.01)
    return run_one_task(task)


def saved_by_another(task: BatchTask) -> TaskOutcome:
    """Let somebody save the workbook at the first try, after it was read."""
    read = ClosedBook.read

    def read_and_save(self: ClosedBook, today: date) -> Pipeline:
        pipeline = read(self, today)
        if first_time(task):
            with self.path.open("ab") as file:
                file.write(b"\0")  # bytes behind a zip's end are ignored
        return pipeline

    with patch.object(ClosedBook, "read", read_and_save):
        return run_one_task(task)


def on_a_full_disk(task: BatchTask) -> TaskOutcome:
    """Limit the size of files to a few kilobytes, as on a disk that is almost full."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, most))
    try:
        return run_one_task(task)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
