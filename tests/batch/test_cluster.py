"""The same tasks on a Dask cluster; nothing is lost when a worker is lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.batch import faulty
from tests.batch.sales import SCALE, fill, old_or_new, tasks
from xl_salesflow.batch.batch_run import RetryPolicy, run_batch_tasks
from xl_salesflow.batch.batch_tasks import TaskOutcome, TaskStatus
from xl_salesflow.batch.worker_pools import ClusterPool
from xl_salesflow.errors import UsageError

if find_spec("distributed") is None:
    pytest.skip("Dask is not installed; pip install 'xl-salesflow[cluster]' brings it.", allow_module_level=True)


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    """Return a cluster of two processes on this machine."""
    import distributed  # here: it takes a second, and every worker of a run collects every test

    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


def test_the_tasks_of_a_lost_worker_are_done_elsewhere(tmp_path: Path, local: Any) -> None:
    """Workers are killed while they work; the cluster starts new ones and tries their tasks elsewhere."""
    books, killed, over = fill(tmp_path, 4 * SCALE), set[int](), threading.Event()

    def kill_some() -> None:
        while len(killed) < SCALE and not over.wait(0.7):
            pids = {nanny.pid for nanny in local.workers.values() if nanny.pid} - killed
            if pids:
                killed.add(pid := pids.pop())
                psutil.Process(pid).kill()

    workers = ClusterPool(local.scheduler_address)
    killer = threading.Thread(target=kill_some)
    killer.start()
    found = list(run_batch_tasks(tasks(books), workers, RetryPolicy(deaths=99)))
    over.set()
    killer.join()
    workers.close()
    assert killed, "nobody was killed; the test shows nothing"
    assert {outcome.status for outcome in found} <= {TaskStatus.CHANGED, TaskStatus.DONE}
    assert Counter(map(old_or_new, books)) == {"new": len(books)}


def test_an_unexpected_error_is_reported_and_the_others_continue(tmp_path: Path, local: Any) -> None:
    books = [*fill(tmp_path, 1), tmp_path / "007.xlsx"]
    books[1].write_bytes(books[0].read_bytes())
    workers = ClusterPool(local.scheduler_address, faulty.stumbles_at_seven)
    found = {Path(outcome.book).name: outcome for outcome in run_batch_tasks(tasks(books), workers, RetryPolicy())}
    workers.close()
    assert (found["007.xlsx"].error, found["team-000.xlsx"].status) == ("ZeroDivisionError", TaskStatus.CHANGED)
    assert old_or_new(books[1]) == "old"


def test_a_task_that_the_cluster_gave_up_is_handed_out_once_more(local: Any) -> None:
    """The cluster counts a worker's death against all of its tasks, even those that were only waiting there."""
    import distributed

    given_up: Future[TaskOutcome] = Future()
    given_up.set_exception(distributed.KilledWorker("task", "worker", 3))
    workers = ClusterPool(local.scheduler_address)
    loss = workers.find_loss(given_up)
    workers.close()
    assert loss is not None
    assert not loss.final


@pytest.mark.parametrize(
    "address",
    [
        *("tcp://10.0.0.5:8786", "10.0.0.5:8786", "tcp://scheduler:8786", "ws://127.0.0.1:8786", "ucx://10.0.0.5:8786"),
        *(
            "tcp://127.0.0.1.example.com:8786",
            "tcp://localhost.example.com:8786",
            "tcp://[::2]:8786",
            "scheduler.json",
            "",
        ),
    ],
)
# attack: a scheduler outside this machine without TLS
# outcome: refused before anything is sent
def test_a_scheduler_outside_this_machine_has_to_prove_who_it_is(address: str) -> None:
    """Whoever answers can run code here: results are unpickled."""
    with pytest.raises(UsageError, match="begins with tls://") as caught:
        ClusterPool(address)
    assert caught.value.in_("zh") != str(caught.value)


def test_an_encrypted_address_without_certificates_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="No Dask cluster answers at tls://"):
        ClusterPool("tls://127.0.0.1:9")
