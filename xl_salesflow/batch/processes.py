"""Workers on this machine: one process a lane, each lane with a pool of its own.

So a process that dies takes only the task it had along, and that task is known. A lane's process is replaced when it has grown
beyond the memory it may keep, or after many books; it is ended when a single book takes too long or too much.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait

import psutil

from xl_salesflow.batch.task import Outcome, Task, filled
from xl_salesflow.batch.workers import Loss, Work, doing
from xl_salesflow.model.text import Text

_DIED = Text("the worker process ended under it", "工作进程在处理时终止")
_TOO_LONG = Text("took longer than {limit:.0f} seconds (--timeout)", "处理时间超过 {limit:.0f} 秒（--timeout）")
_TOO_MUCH = Text("needed more than {limit:.0f} MiB of memory (--memory)", "所需内存超过 {limit:.0f} MiB（--memory）")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a worker may take: *memory* MiB before it is ended, *kept* MiB or *books* before it is replaced, *seconds* a book."""

    memory: float = 2048.0
    kept: float = 600.0
    books: int = 500
    seconds: float = 900.0


class Processes:
    """A number of worker processes, started when they are first needed."""

    def __init__(self, jobs: int, bounds: Bounds | None = None, work: Work = doing) -> None:
        self.slots = jobs
        self._lanes = [_Lane(bounds or Bounds(), work) for _ in range(jobs)]

    def submit(self, task: Task) -> Future[Outcome]:
        """Give *task* to a lane that has nothing to do."""
        return next(lane for lane in self._lanes if lane.idle).submit(task)

    def tend(self) -> None:
        """End processes that take too long or too much."""
        for lane in self._lanes:
            lane.tend()

    def lost(self, future: Future[Outcome]) -> Loss | None:
        """Tell why the process died under *future*, if it did."""
        if not isinstance(future.exception(), BrokenExecutor):
            return None
        lane = next(lane for lane in self._lanes if lane.future is future)
        return lane.ended or Loss(_DIED)

    def close(self, at_once: bool = False) -> None:
        """Let every process go."""
        for lane in self._lanes:
            lane.close(at_once)


class _Lane:
    def __init__(self, bounds: Bounds, work: Work) -> None:
        self._bounds, self._work = bounds, work
        self._pool: ProcessPoolExecutor | None = None
        self._pid: Future[int] | None = None
        self._books = 0
        self._started = 0.0
        self.future: Future[Outcome] | None = None
        self.ended: Loss | None = None

    @property
    def idle(self) -> bool:
        return self.future is None or self.future.done()

    def submit(self, task: Task) -> Future[Outcome]:
        if self._worn():
            self.close()
        self.future = self._begun(task) or self._begun(task) or _broken()  # a process may have died with nothing to do
        self._books, self._started, self.ended = self._books + 1, time.monotonic(), None
        return self.future

    def _begun(self, task: Task) -> Future[Outcome] | None:
        try:
            pool = self._pool or self._open()
            return pool.submit(self._work, task)
        except BrokenExecutor:
            self.close()
            return None

    def tend(self) -> None:
        process = None if self.idle else self._process()
        if process is None:
            return
        took, held = time.monotonic() - self._started, 0.0
        with suppress(psutil.Error):
            held = process.memory_info().rss / 2**20
        if took > self._bounds.seconds:
            self._end(process, Loss(filled(_TOO_LONG, limit=self._bounds.seconds), final=True))
        elif held > self._bounds.memory:
            self._end(process, Loss(filled(_TOO_MUCH, limit=self._bounds.memory), final=True))

    def close(self, at_once: bool = False) -> None:
        process = self._process() if at_once else None
        if process is not None:
            with suppress(psutil.Error):
                process.kill()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=at_once)
        self._pool, self._pid, self._books = None, None, 0

    def _open(self) -> ProcessPoolExecutor:
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _settle_in, (list(sys.path),))
        self._pid = self._pool.submit(os.getpid)
        return self._pool

    def _worn(self) -> bool:
        """Tell whether the process is gone, did many books or kept more than it may."""
        if self.future is None or self._pool is None:
            return False
        if not self.future.cancelled() and isinstance(self.future.exception(), BrokenExecutor):
            return True
        kept = self.future.result().mebibytes if self.future.exception() is None else 0.0
        return self._books >= self._bounds.books or kept > self._bounds.kept

    def _process(self) -> psutil.Process | None:
        if self._pid is None or not self._pid.done() or self._pid.exception() is not None:
            return None
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self._pid.result())
        return None

    def _end(self, process: psutil.Process, loss: Loss) -> None:
        self.ended = loss
        with suppress(psutil.Error):
            process.kill()


def _broken() -> Future[Outcome]:
    future: Future[Outcome] = Future()
    future.set_exception(BrokenExecutor("no worker process would start"))
    return future


def _settle_in(path: list[str]) -> None:
    """Make a new process a good worker: it leaves Ctrl-C to its parent, ends with it, and reckons with one thread."""
    sys.path[:] = path
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # a save under way leaves the old workbook or the new one
