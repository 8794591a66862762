"""Run a batch: find what is left to do, hand tasks to workers, retry temporary failures, log each task, and summarise."""

from __future__ import annotations

import glob
import heapq
import os
import random
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path

from xl_salesflow.batch.batch_tasks import (
    BatchTask,
    FoundWorkbook,
    TaskOutcome,
    TaskStatus,
    digest_workbook_file,
    find_workbooks,
)
from xl_salesflow.batch.outcome_lines import DefectDetails
from xl_salesflow.batch.run_log import PastRun, RunLog, open_run_log, read_past_run
from xl_salesflow.batch.worker_pools import WorkerLoss, WorkerPool
from xl_salesflow.core.key_numbers import next_run_number
from xl_salesflow.errors import SalesflowError, UsageError
from xl_salesflow.locale.texts import Text

_POLL_SECONDS = 0.25  # seconds between two checks of the workers
_WORKER_DIED_TWICE = Text("{why}, twice; it is not changed and not tried again")
_DEFECT_OF_OURS = Text("an error in salesflow: {what}; please report it")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often temporary failures are tried (*tries*), and the wait before the second try; the wait doubles each time."""

    tries: int = 4
    wait: float = 2.0
    deaths: int = 2

    def pause(self, tried: int) -> float:
        """Return the seconds to wait after *tried* tries, with jitter so that colliding runs do not collide again."""
        return float(self.wait * 2 ** (tried - 1) * random.uniform(0.75, 1.25))


@dataclass(order=True, slots=True)
class _TaskTurn:
    due: float
    order: int
    task: BatchTask = field(compare=False)
    tried: int = field(default=0, compare=False)
    deaths: int = field(default=0, compare=False)


def run_batch_tasks(
    tasks: Iterable[BatchTask],
    workers: WorkerPool,
    patience: RetryPolicy,
    stopping: Callable[[], bool] = lambda: False,
    begun: Callable[[BatchTask], None] = lambda _: None,
) -> Iterator[TaskOutcome]:
    """Yield the outcome of each task as it ends; once *stopping* returns true, finish running tasks and start no more.

    Raises:
        SalesflowError: the connection to the cluster is lost.
    """
    waiting = [_TaskTurn(0.0, order, task) for order, task in enumerate(tasks)]
    running: dict[Future[TaskOutcome], _TaskTurn] = {}
    while waiting or running:
        if stopping():
            waiting.clear()
        while waiting and len(running) < workers.slots and waiting[0].due <= time.monotonic():
            turn = heapq.heappop(waiting)
            begun(turn.task)
            running[workers.submit(turn.task)] = turn
        _wait_for_turns(running, waiting)
        workers.enforce_limits()
        for future in [future for future in running if future.done()]:
            turn = running.pop(future)
            turn.tried += 1
            outcome = _end_task_turn(future, turn, workers, patience)
            if outcome is not None:
                yield replace(outcome, tries=turn.tried)
            elif not stopping():
                heapq.heappush(waiting, turn)


def _wait_for_turns(running: Iterable[Future[TaskOutcome]], waiting: list[_TaskTurn]) -> None:
    until = min((turn.due - time.monotonic() for turn in waiting), default=_POLL_SECONDS)
    pause = min(_POLL_SECONDS, max(until, 0.01))
    if running:
        wait(running, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
    elif until > 0:
        time.sleep(pause)


def _end_task_turn(
    future: Future[TaskOutcome], turn: _TaskTurn, workers: WorkerPool, patience: RetryPolicy
) -> TaskOutcome | None:
    """Return the outcome of a turn, or None if it is to be tried again, in which case its time is set."""
    if future.cancelled():
        raise SalesflowError("The connection to the cluster was lost; continue with --resume.")
    error = future.exception()
    loss = workers.find_loss(future) if error is not None else None
    if loss is not None:
        return _end_lost_turn(turn, loss, patience)
    if error is not None:
        return _make_defect_outcome(turn.task, error)
    outcome = future.result()
    if outcome.passing and turn.tried < patience.tries:
        turn.due = time.monotonic() + patience.pause(turn.tried)
        return None
    return outcome


def _end_lost_turn(turn: _TaskTurn, loss: WorkerLoss, patience: RetryPolicy) -> TaskOutcome | None:
    turn.deaths += 1
    if not loss.final and turn.deaths < patience.deaths:
        turn.task = replace(turn.task, maybe_done=True)  # it may have saved before it died
        turn.due = time.monotonic()
        return None
    message = loss.says if loss.final else _WORKER_DIED_TWICE.with_facts(why=loss.says)
    return TaskOutcome(turn.task.book, turn.task.verb, TaskStatus.FAILED, message, error="WorkerLost")


def _make_defect_outcome(task: BatchTask, error: BaseException) -> TaskOutcome:
    """Report an unexpected error by its type; its text may quote the workbook, so it only goes into the details."""
    what = type(error).__name__
    message = _DEFECT_OF_OURS.with_facts(what=what)
    answer = DefectDetails("".join(traceback.format_exception(error))) if task.details else None
    return TaskOutcome(task.book, task.verb, TaskStatus.FAILED, message, error=what, answer=answer)


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
        self.run = BatchTask("", head.verb, batch.by, head.now, number, head.options)
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
    if before.number:
        _refuse_other_work(batch, before)
    return BatchRun(batch, before, workers, stopping)


def _refuse_other_work(batch: Batch, before: PastRun) -> None:
    """Refuse a run log that asks for more than the person does: anybody may have written it.

    Raises:
        UsageError: it has other options, or a workbook outside the paths of *batch*.
    """
    if dict(before.options) != dict(batch.options):
        given = " ".join(f"--set {name}={value}" for name, value in before.options.items()) or "-"
        raise UsageError(
            "The interrupted run has other options ({given}); give the same ones, or leave out --resume.", given=given
        )
    roots = [os.path.realpath(_fixed_start_of_path(path)) for path in batch.paths]
    for book, _ in before.books:
        place = Path(os.path.realpath(book))
        if roots and not any(place.is_relative_to(root) for root in roots):
            raise UsageError(
                "The interrupted run has {book}, which is not among the workbooks given; name it too, or leave out --resume.",
                book=book,
            )


def _fixed_start_of_path(path: str) -> str:
    """Return the folder in which a pattern begins; a path without a pattern is returned as it is."""
    if not glob.has_magic(path) or os.path.exists(path):
        return path
    parts = Path(path).parts
    return str(Path(*takewhile(lambda part: not glob.has_magic(part), parts)))


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
