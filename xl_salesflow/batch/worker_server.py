"""How worker processes begin: on Linux as copies of one process that has imported the verbs, elsewhere on their own.

Importing pandas and the verbs takes a second; a copy of a process that has done so starts in a few milliseconds. The
server that makes the copies has a single thread, holds no workbook, and ends with the batch. macOS can fork, but its own
libraries do not survive it; Windows cannot.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext, SpawnContext

PRELOADED_MODULE = "xl_salesflow.batch.verb_jobs"
_THREAD_COUNTS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def open_worker_context() -> ForkServerContext | SpawnContext:
    """Return the context in which workers are started; on Linux, their server is running then."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([PRELOADED_MODULE])
    resource_tracker.ensure_running()  # before SIGTERM is blocked: starting it unblocks the signal
    with _prepared_for_server():
        forkserver.ensure_running()
    return context


@contextmanager
def _prepared_for_server() -> Iterator[None]:
    """Give a process that is started meanwhile our modules, a single thread (pyarrow, too, starts one), and no SIGTERM.

    A system that stops a service sends the signal to all of its processes; workers finish their workbook first.
    """
    path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path)
    wanted = {**_THREAD_COUNTS, "JE_ARROW_MALLOC_CONF": "background_thread:false", "PYTHONPATH": path}
    earlier = {name: os.environ.get(name) for name in wanted}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in earlier.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def compute_in_one_thread() -> None:
    """Ask the numerical libraries, before they are imported, not to start threads, unless the environment says otherwise."""
    for name, count in _THREAD_COUNTS.items():
        os.environ.setdefault(name, count)
