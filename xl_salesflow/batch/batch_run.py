"""Run a batch: find the workbooks that are left to do, process them, log each one, and summarise."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome
from xl_salesflow.batch.run_log import PastRun, RunLog, open_run_log, read_past_run
from xl_salesflow.batch.task_loop import RetryPolicy, run_batch_tasks
from xl_salesflow.batch.workbook_search import FoundWorkbook, digest_workbook_file, find_workbooks
from xl_salesflow.batch.worker_pools import WorkerPool
from xl_salesflow.core.key_numbers import next_run_number
from xl_salesflow.errors import UsageError


@dataclass(frozen=True)
class Batch:
    """What to do with which workbooks; *run_log* is the path of the run log."""

    paths: tuple[str, ...]
    verb: str = "update"
    by: str = ""
    now: datetime = field(default_factory=lambda: datetime.now().replace(microsecond=0))
    options: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    details: bool = False
    run_log: Path = Path("salesflow-batch.jsonl")
    patience: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass
class BatchSummary:
    """The totals of a batch; *passed_by* counts workbooks done before the interruption of a resumed run."""

    number: str
    verb: str
    books: int
    passed_by: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    failed: list[TaskOutcome] = field(default_factory=list)
    seconds: float = 0.0
    busy: float = 0.0
    mebibytes: float = 0.0
    code: int = 0
    stopped: bool = False

    def add(self, outcome: TaskOutcome) -> None:
        """Add *outcome* to the totals."""
        self.statuses[str(outcome.status)] += 1
        self.counts.update(outcome.counts)
        if outcome.code == 3:
            self.failed.append(outcome)
        self.busy += outcome.busy
        self.mebibytes = max(self.mebibytes, outcome.mebibytes)
        self.code = max(self.code, outcome.code)

    @property
    def left(self) -> int:
        """Return how many workbooks were not processed."""
        return self.books - self.passed_by - sum(self.statuses.values())


class BatchRun:
    """A running batch: iterate over it to get the outcome of each workbook; *summary* is updated on the way."""

    def __init__(
        self, batch: Batch, before: PastRun, workers: Callable[[], WorkerPool], stopping: Callable[[], bool]
    ) -> None:
        self._batch, self._before, self._workers, self._stopping = batch, before, workers, stopping
        self._books = _find_workbooks_of_run(batch, before)
        head = before if before.number else batch
        number = before.number or next_run_number(batch.now)
        self.run = BatchTask("", head.verb, head.by, head.now, number, head.options)
        self.tasks = [self._task(book) for book in self._books if not self._is_done(book)]
        self.summary = BatchSummary(
            self.run.number, self.run.verb, len(self._books), len(self._books) - len(self.tasks)
        )

    def __iter__(self) -> Iterator[TaskOutcome]:
        start = time.perf_counter()
        with (
            open_run_log(self._batch.run_log, fresh=not self._before.number) as ledger,
            _close_worker_pool(self._workers) as workers,
        ):
            if not self._before.number:
                ledger.log_run_start(self.run, [(str(book.path), book.named) for book in self._books])
            for outcome in run_batch_tasks(
                self.tasks, workers, self._batch.patience, self._stopping, ledger.log_task_start
            ):
                ledger.log_task_end(outcome)
                self.summary.add(outcome)
                self.summary.seconds = time.perf_counter() - start
                yield outcome
            self._finish(ledger)
        self.summary.seconds = time.perf_counter() - start

    def _finish(self, ledger: RunLog) -> None:
        self.summary.stopped = self.summary.left > 0
        if not self.summary.stopped:
            ledger.log_run_end()

    def _task(self, book: FoundWorkbook) -> BatchTask:
        name, run, batch = str(book.path), self.run, self._batch
        doubtful = name in self._before.begun  # begun but not ended: it may have been saved
        return BatchTask(
            name, run.verb, run.by, run.now, run.number, run.options, batch.dry_run, batch.details, book.named, doubtful
        )

    def _is_done(self, book: FoundWorkbook) -> bool:
        """Return whether the resumed run already processed the workbook and it has not been saved since."""
        left = self._before.done.get(str(book.path))
        return left is not None and left == digest_workbook_file(book.path)


def begin_batch(
    batch: Batch, workers: Callable[[], WorkerPool], resume: bool = False, stopping: Callable[[], bool] = lambda: False
) -> BatchRun:
    """Return the batch, ready to run; with *resume*, the last run is continued if it was interrupted.

    Raises:
        UsageError: *batch* names no workbooks, or the interrupted run is of another verb.
    """
    if batch.dry_run:  # log nothing that a real run could take for done
        batch = replace(batch, run_log=batch.run_log.with_suffix(f".dry-run{batch.run_log.suffix}"))
    before = read_past_run(batch.run_log) if resume else PastRun()
    if before.is_over:
        before = PastRun()
    if before.number and before.verb != batch.verb:
        raise UsageError(
            "The interrupted run is of {verb}, not {wanted}; use --verb {verb}, or leave out --resume.",
            verb=before.verb,
            wanted=batch.verb,
        )
    return BatchRun(batch, before, workers, stopping)


def _find_workbooks_of_run(batch: Batch, before: PastRun) -> list[FoundWorkbook]:
    """Return all workbooks of the run: those of the interrupted run, and those of *batch*."""
    if not (batch.paths or before.books):
        raise UsageError("Name workbooks, folders or patterns.")
    workbooks: dict[str, FoundWorkbook] = {}
    known = [FoundWorkbook(Path(book), named) for book, named in before.books]
    for book in (*known, *(find_workbooks(batch.paths) if batch.paths else ())):
        workbooks.setdefault(os.path.normcase(book.path), book)
    return list(workbooks.values())


@contextmanager
def _close_worker_pool(workers: Callable[[], WorkerPool]) -> Iterator[WorkerPool]:
    made = workers()
    ended = False
    try:
        yield made
        ended = True
    finally:
        made.close(at_once=not ended)
