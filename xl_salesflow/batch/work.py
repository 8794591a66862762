"""The function that every worker runs, on this machine and on a cluster: one task in, one outcome out."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace

import psutil

from xl_salesflow.batch.jobs import done
from xl_salesflow.batch.task import Outcome, Status, Task
from xl_salesflow.errors import SalesflowError, WorkbookChanged, WorkbookInUse
from xl_salesflow.model.text import Text

PASSING = (WorkbookInUse, WorkbookChanged)
"""What may pass by itself: somebody has the workbook open, or saved it while we worked."""


def work(task: Task) -> Outcome:
    """Do *task*. What stops a workbook is told; anything else is a defect and is raised, for the caller to tell as one."""
    start, busy = time.perf_counter(), time.process_time()
    try:
        outcome = done(task)
    except SalesflowError as error:
        outcome = _failed(task, error)
    return replace(
        outcome,
        seconds=time.perf_counter() - start,
        busy=time.process_time() - busy,
        mebibytes=psutil.Process().memory_info().rss / 2**20,
        worker=f"{socket.gethostname()}:{os.getpid()}",
    )


def _failed(task: Task, error: SalesflowError) -> Outcome:
    says = Text(error.in_("en"), error.in_("zh"))
    name = type(error).__name__
    return Outcome(task.book, task.verb, Status.FAILED, says, error=name, passing=isinstance(error, PASSING))
