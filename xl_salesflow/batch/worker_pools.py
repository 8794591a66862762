"""Pools of workers: processes on this machine, or the workers of a Dask cluster.

On this machine each worker is a process in a pool of its own, so a process that dies only affects its current task, and
that task is known. A process is replaced when it has grown beyond the memory it may keep, or after many workbooks; it
is killed when one workbook takes too much time or memory.

A cluster runs the same function on the same tasks and manages its own workers. The workbooks must have the same path on
all of its machines, and the package must be installed on each.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import wait
from typing import Any, Protocol

import psutil

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome
from xl_salesflow.batch.worker_server import compute_in_one_thread, open_worker_context
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text

TaskFunction = Callable[[BatchTask], TaskOutcome]


class WorkerPool(Protocol):
    """Runs tasks; a worker that dies fails only its own future."""

    slots: int
    """The maximum number of running tasks."""

    def submit(self, task: BatchTask) -> Future[TaskOutcome]:
        """Start *task*; only allowed while fewer than `slots` tasks are running."""

    def enforce_limits(self) -> None:
        """Check the workers, and kill those that use too much time or memory."""

    def find_loss(self, future: Future[TaskOutcome]) -> WorkerLoss | None:
        """Return why the worker died under *future*, or None if the task itself ended."""

    def close(self, at_once: bool = False) -> None:
        """Release the workers; with *at_once*, without waiting for their tasks."""


@dataclass(frozen=True, slots=True)
class WorkerLoss:
    """A worker that died: *says* is the reason, if known; *final* means that trying again is pointless."""

    says: Text
    final: bool = False


def run_task_in_worker(task: BatchTask) -> TaskOutcome:
    """Run *task* in a worker; only workers import pandas."""
    from xl_salesflow.batch.verb_jobs import run_one_task

    return run_one_task(task)


_WORKER_PROCESS_DIED = Text("the worker process died while working on it")
_WORKER_TOOK_TOO_LONG = Text("took longer than {limit:.0f} seconds (--timeout)")
_WORKER_NEEDED_TOO_MUCH = Text("needed more than {limit:.0f} MiB of memory (--memory)")


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """Limits of a worker.

    It is killed above *memory* MiB or *seconds* for one book, and replaced above *retained* MiB or after *books* books.
    """

    memory: float = 2048.0
    retained: float = 600.0
    books: int = 500
    seconds: float = 900.0


class ProcessPool:
    """A number of worker processes, each started when it is first needed."""

    def __init__(self, jobs: int, bounds: WorkerLimits | None = None, work: TaskFunction = run_task_in_worker) -> None:
        self.slots = jobs
        self._lanes = [_WorkerProcess(bounds or WorkerLimits(), work) for _ in range(jobs)]

    def submit(self, task: BatchTask) -> Future[TaskOutcome]:
        """Give *task* to an idle worker."""
        return next(lane for lane in self._lanes if lane.idle).submit(task)

    def enforce_limits(self) -> None:
        """Kill processes that use too much time or memory."""
        for lane in self._lanes:
            lane.tend()

    def find_loss(self, future: Future[TaskOutcome]) -> WorkerLoss | None:
        """Return why the process died under *future*, or None if it did not."""
        if not isinstance(future.exception(), BrokenExecutor):
            return None
        lane = next(lane for lane in self._lanes if lane.future is future)
        return lane.ended or WorkerLoss(_WORKER_PROCESS_DIED)

    def close(self, at_once: bool = False) -> None:
        """Stop every process."""
        for lane in self._lanes:
            lane.close(at_once)


class _WorkerProcess:
    def __init__(self, bounds: WorkerLimits, work: TaskFunction) -> None:
        self._bounds, self._work = bounds, work
        self._pool: ProcessPoolExecutor | None = None
        self._pid: Future[int] | None = None
        self._books = 0
        self._started = 0.0
        self.future: Future[TaskOutcome] | None = None
        self.ended: WorkerLoss | None = None

    @property
    def idle(self) -> bool:
        return self.future is None or self.future.done()

    def submit(self, task: BatchTask) -> Future[TaskOutcome]:
        if self._worn():
            self.close()
        self.future = self._begun(task) or self._begun(task) or _make_broken_future()  # an idle process may have died
        self._books, self._started, self.ended = self._books + 1, time.monotonic(), None
        return self.future

    def _begun(self, task: BatchTask) -> Future[TaskOutcome] | None:
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
            self._end(process, WorkerLoss(_WORKER_TOOK_TOO_LONG.with_facts(limit=self._bounds.seconds), final=True))
        elif held > self._bounds.memory:
            self._end(process, WorkerLoss(_WORKER_NEEDED_TOO_MUCH.with_facts(limit=self._bounds.memory), final=True))

    def close(self, at_once: bool = False) -> None:
        process = self._process() if at_once else None
        if process is not None:
            with suppress(psutil.Error):
                process.kill()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=at_once)
        self._pool, self._pid, self._books = None, None, 0

    def _open(self) -> ProcessPoolExecutor:
        now = (list(sys.path), os.getcwd(), dict(os.environ))
        self._pool = ProcessPoolExecutor(1, open_worker_context(), _prepare_worker_process, now)
        self._pid = self._pool.submit(os.getpid)
        return self._pool

    def _worn(self) -> bool:
        """Return whether the process has ended, did too many books or retains too much memory."""
        if self.future is None or self._pool is None:
            return False
        if not self.future.cancelled() and isinstance(self.future.exception(), BrokenExecutor):
            return True
        kept = self.future.result().mebibytes if self.future.exception() is None else 0.0
        return self._books >= self._bounds.books or kept > self._bounds.retained

    def _process(self) -> psutil.Process | None:
        if self._pid is None or not self._pid.done() or self._pid.exception() is not None:
            return None
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self._pid.result())
        return None

    def _end(self, process: psutil.Process, loss: WorkerLoss) -> None:
        self.ended = loss
        with suppress(psutil.Error):
            process.kill()


def _make_broken_future() -> Future[TaskOutcome]:
    future: Future[TaskOutcome] = Future()
    future.set_exception(BrokenExecutor("no worker process would start"))
    return future


def _prepare_worker_process(path: list[str], folder: str, environment: dict[str, str]) -> None:
    """Set up a new worker process as its parent is now; ignore Ctrl-C, exit with the parent, and compute in one thread."""
    sys.path[:] = path
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    compute_in_one_thread()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_end_worker_with_parent, daemon=True).start()


def _end_worker_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)  # a save in progress leaves either the old workbook or the new one


_CLUSTER_TIMEOUT_SECONDS = 15  # timeout for connecting to the cluster
_CLUSTER_WORKERS_DIED = Text("cluster workers kept dying while working on it")


class ClusterPool:
    """The workers of the Dask cluster at *address*, such as tls://10.0.0.5:8786.

    Whoever answers at the address can run code here, because results are unpickled. Outside this machine, it therefore has to
    prove with TLS that it is the team's own scheduler; the certificates are those of Dask's settings (distributed.comm.tls).

    Raises:
        UsageError: Dask is not installed, there is no cluster at *address*, or it is reached without TLS.
    """

    def __init__(self, address: str, work: TaskFunction = run_task_in_worker) -> None:
        self._work = work
        if importlib.util.find_spec("distributed") is None:
            raise UsageError(
                "--cluster needs Dask; install it with: pip install 'xl-salesflow[cluster]'.",
            )
        _require_proven_cluster(address)
        self._client = _connect_to_cluster(address)
        threads = sum(self._client.nthreads().values())
        if not threads:
            self._client.close()
            raise UsageError("The cluster at {address} has no workers; start some.", address=address)
        self.slots = 2 * threads  # one running and one waiting for each
        self._pool = self._client.get_executor(pure=False)

    def submit(self, task: BatchTask) -> Future[TaskOutcome]:
        """Submit *task* to the cluster, which may try it on more than one worker."""
        future: Future[TaskOutcome] = self._pool.submit(self._work, replace(task, maybe_done=True))
        return future

    def enforce_limits(self) -> None:
        """Do nothing: the cluster's nannies kill workers that use too much memory (distributed.worker.memory)."""

    def find_loss(self, future: Future[TaskOutcome]) -> WorkerLoss | None:
        """Return why workers died under *future*; the cluster tried others first (distributed.scheduler.allowed-failures).

        The cluster also blames tasks that were only queued at a worker that died, so a task is submitted again before
        it fails.
        """
        from distributed import KilledWorker

        return WorkerLoss(_CLUSTER_WORKERS_DIED) if isinstance(future.exception(), KilledWorker) else None

    def close(self, at_once: bool = False) -> None:
        """Disconnect from the cluster, which keeps running."""
        self._pool.shutdown(wait=not at_once)
        self._client.close()


_THIS_MACHINE = re.compile(r"(?:tcp://)?(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]):\d{1,5}")


def _require_proven_cluster(address: str) -> None:
    if not address.startswith("tls://") and not _THIS_MACHINE.fullmatch(address):
        raise UsageError(
            "The cluster at {address} does not prove who it is, and a stranger's scheduler could run code on this machine; give "
            "an address that begins with tls:// and set the certificates (docs/operations.md).",
            address=address,
        )


def _connect_to_cluster(address: str) -> Any:
    from distributed import Client, Security

    security = Security(require_encryption=True) if address.startswith("tls://") else None  # type: ignore[no-untyped-call]
    try:
        return Client(address, security=security, timeout=_CLUSTER_TIMEOUT_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, RuntimeError) as error:  # a timeout is an OSError; missing certificates
        raise UsageError(
            "No Dask cluster answers at {address}; give the scheduler's address, such as tls://10.0.0.5:8786.",
            address=address,
        ) from error
