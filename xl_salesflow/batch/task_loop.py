"""The loop of a batch: hand tasks to workers, retry temporary failures, give up on others.

The loop runs in one thread; workers do the work.
"""

from __future__ import annotations

import heapq
import random
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus
from xl_salesflow.batch.outcome_lines import DefectDetails
from xl_salesflow.batch.worker_pools import WorkerLoss, WorkerPool
from xl_salesflow.errors import SalesflowError
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
