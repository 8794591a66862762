"""Workers of a Dask cluster: the same function on the same task; the cluster sees to its workers.

The workbooks must be under the same path for all of them, and the package installed at each.
"""

from __future__ import annotations

import importlib.util
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from xl_salesflow.batch.task import Outcome, Task
from xl_salesflow.batch.workers import Loss, Work, doing
from xl_salesflow.errors import UsageError
from xl_salesflow.model.text import Text

_SECONDS = 15  # to reach the cluster in
_KILLED = Text("cluster workers kept ending under it", "集群工作进程处理时屡次终止")


class Cluster:
    """The workers of the Dask cluster at *address*, such as tcp://10.0.0.5:8786.

    Raises:
        UsageError: Dask is not installed, or nothing answers at *address*.
    """

    def __init__(self, address: str, work: Work = doing) -> None:
        self._work = work
        if importlib.util.find_spec("distributed") is None:
            raise UsageError(
                "--cluster needs Dask; install it with: pip install 'xl-salesflow[cluster]'.",
                "--cluster 需要 Dask；请安装：pip install 'xl-salesflow[cluster]'。",
            )
        self._client = _client(address)
        threads = sum(self._client.nthreads().values())
        if not threads:
            self._client.close()
            raise UsageError(
                f"The cluster at {address} has no workers; start some.", f"{address} 的集群没有工作进程；请先启动。"
            )
        self.slots = 2 * threads  # one under way and one waiting for each
        self._pool = self._client.get_executor(pure=False)

    def submit(self, task: Task) -> Future[Outcome]:
        """Hand *task* to the cluster, which may try it at more than one worker."""
        future: Future[Outcome] = self._pool.submit(self._work, replace(task, doubtful=True))
        return future

    def tend(self) -> None:
        """Leave it to the cluster's nannies, which end workers that hold too much (distributed.worker.memory)."""

    def lost(self, future: Future[Outcome]) -> Loss | None:
        """Tell whether workers died under *future*; the cluster tried others first (distributed.scheduler.allowed-failures).

        The cluster also blames what only waited at a worker that died, so a task is handed out again before it is given up.
        """
        from distributed import KilledWorker

        return Loss(_KILLED) if isinstance(future.exception(), KilledWorker) else None

    def close(self, at_once: bool = False) -> None:
        """Leave the cluster; it goes on."""
        self._pool.shutdown(wait=not at_once)
        self._client.close()


def _client(address: str) -> Any:
    from distributed import Client

    try:
        return Client(address, timeout=_SECONDS)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:  # a timeout is an OSError
        raise UsageError(
            f"No Dask cluster answers at {address}; give the scheduler's address, such as tcp://10.0.0.5:8786.",
            f"{address} 没有 Dask 集群应答；请给出调度器地址，如 tcp://10.0.0.5:8786。",
        ) from error
