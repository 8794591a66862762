"""The loop of a batch: who works on what, what is tried again, what is given up. One thread; workers do the work."""

from __future__ import annotations

import heapq
import random
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace

from xl_salesflow.batch.task import Outcome, Status, Task, filled
from xl_salesflow.batch.workers import Loss, Workers
from xl_salesflow.errors import SalesflowError
from xl_salesflow.model.text import Text

_LOOK = 0.25  # seconds between two looks at the workers
_TWICE = Text("{why}, twice; it is left as it is and not tried again", "{why}，已两次；保持原样，不再重试")
_DEFECT = Text("a defect of ours: {what}; please report it", "程序缺陷：{what}；请反馈")


@dataclass(frozen=True, slots=True)
class Patience:
    """How often what may pass is tried (*tries*), and how long to wait before the second time; the wait doubles each time."""

    tries: int = 4
    wait: float = 2.0
    deaths: int = 2

    def pause(self, tried: int) -> float:
        """Return the seconds to wait after *tried* tries, spread so that runs that met do not meet again."""
        return float(self.wait * 2 ** (tried - 1) * random.uniform(0.75, 1.25))


@dataclass(order=True, slots=True)
class _Turn:
    due: float
    order: int
    task: Task = field(compare=False)
    tried: int = field(default=0, compare=False)
    deaths: int = field(default=0, compare=False)


def outcomes(
    tasks: Iterable[Task],
    workers: Workers,
    patience: Patience,
    stopping: Callable[[], bool] = lambda: False,
    begun: Callable[[Task], None] = lambda _: None,
) -> Iterator[Outcome]:
    """Yield what came of each task, as they end; once *stopping*, finish what is under way and begin nothing new.

    Raises:
        SalesflowError: the cluster is lost.
    """
    waiting = [_Turn(0.0, order, task) for order, task in enumerate(tasks)]
    running: dict[Future[Outcome], _Turn] = {}
    while waiting or running:
        if stopping():
            waiting.clear()
        while waiting and len(running) < workers.slots and waiting[0].due <= time.monotonic():
            turn = heapq.heappop(waiting)
            begun(turn.task)
            running[workers.submit(turn.task)] = turn
        _sleep(running, waiting)
        workers.tend()
        for future in [future for future in running if future.done()]:
            turn = running.pop(future)
            turn.tried += 1
            outcome = _ended(future, turn, workers, patience)
            if outcome is not None:
                yield replace(outcome, tries=turn.tried)
            elif not stopping():
                heapq.heappush(waiting, turn)


def _sleep(running: Iterable[Future[Outcome]], waiting: list[_Turn]) -> None:
    until = min((turn.due - time.monotonic() for turn in waiting), default=_LOOK)
    pause = min(_LOOK, max(until, 0.01))
    if running:
        wait(running, timeout=_LOOK, return_when=FIRST_COMPLETED)
    elif until > 0:
        time.sleep(pause)


def _ended(future: Future[Outcome], turn: _Turn, workers: Workers, patience: Patience) -> Outcome | None:
    """Return what came of a turn, or None where it is to be tried again, with its time set."""
    if future.cancelled():
        raise SalesflowError("The cluster is gone; go on with --resume.", "集群已断开；请用 --resume 继续。")
    error = future.exception()
    loss = workers.lost(future) if error is not None else None
    if loss is not None:
        return _mourned(turn, loss, patience)
    if error is not None:
        return _defect(turn.task, error)
    outcome = future.result()
    if outcome.passing and turn.tried < patience.tries:
        turn.due = time.monotonic() + patience.pause(turn.tried)
        return None
    return outcome


def _mourned(turn: _Turn, loss: Loss, patience: Patience) -> Outcome | None:
    turn.deaths += 1
    if not loss.final and turn.deaths < patience.deaths:
        turn.task = replace(turn.task, doubtful=True)  # it may have saved before it died
        turn.due = time.monotonic()
        return None
    says = loss.says if loss.final else filled(_TWICE, why=loss.says)
    return Outcome(turn.task.book, turn.task.verb, Status.FAILED, says, error="WorkerLost")


def _defect(task: Task, error: BaseException) -> Outcome:
    """Tell an error nobody foresaw by its kind; its text may quote a workbook, so it is for details only."""
    what = type(error).__name__
    says = filled(_DEFECT, what=what)
    answer = {"defect": "".join(traceback.format_exception(error))} if task.details else {}
    return Outcome(task.book, task.verb, Status.FAILED, says, error=what, answer=answer)
