"""Workers on this machine may die, hang, use too much memory or fail; the run continues, and every workbook is old or new."""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.batch import faulty
from tests.batch.sales import NUMBER, SCALE, fill, made, old_or_new, runs, tasks
from tests.disks import fill_up, small_disk
from tests.ooxml.test_guard import REFUSED
from xl_salesflow.batch.batch_run import RetryPolicy, run_batch_tasks
from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus
from xl_salesflow.batch.worker_pools import ProcessPool, WorkerLimits, run_task_in_worker
from xl_salesflow.locale.texts import Text

HASTE = RetryPolicy(wait=0.05)
posix = pytest.mark.skipif(sys.platform == "win32", reason="This fault is made with calls of POSIX.")


def ended(
    books: list[Path],
    work: Callable[[BatchTask], TaskOutcome] = run_task_in_worker,
    jobs: int = 2,
    bounds: WorkerLimits | None = None,
) -> dict[str, TaskOutcome]:
    """Return the outcome of each workbook; each has exactly one."""
    workers = ProcessPool(jobs, bounds, work)
    found = list(run_batch_tasks(tasks(books), workers, HASTE))
    workers.close()
    assert len({outcome.book for outcome in found}) == len(found) == len(books)
    return {Path(outcome.book).name: outcome for outcome in found}


def worker_processes() -> list[psutil.Process]:
    """Return the workers of this process: on Linux the children of their server, elsewhere its own."""
    here, found = psutil.Process(), list[psutil.Process]()
    for child in here.children():
        with suppress(psutil.Error):
            command = " ".join(child.cmdline())
            found += child.children() if "forkserver" in command else [child] * ("spawn_main" in command)
    return found


@pytest.mark.parametrize(
    ("work", "status"),
    [
        pytest.param(faulty.dies_before, TaskStatus.CHANGED, id="before it did anything"),
        pytest.param(faulty.dies_after, TaskStatus.DONE, id="after it saved and before it told"),
    ],
)
def test_a_worker_that_dies_is_replaced_and_its_workbook_done_once(
    tmp_path: Path, work: Callable[[BatchTask], TaskOutcome], status: TaskStatus
) -> None:
    books = fill(tmp_path, SCALE)  # each starts two processes
    found = ended(books, work, jobs=1)
    assert Counter(outcome.status for outcome in found.values()) == {status: len(books)}
    assert [outcome.tries for outcome in found.values()] == [2] * len(books)
    assert [runs(book) for book in books] == [[NUMBER]] * len(books)


@pytest.mark.parametrize(
    ("work", "bounds", "error", "says"),
    [
        pytest.param(faulty.dies_at_seven, WorkerLimits(), "WorkerLost", "twice; it is not changed", id="kills"),
        pytest.param(faulty.stumbles_at_seven, WorkerLimits(), "ZeroDivisionError", "an error in salesflow", id="stumbles"),
        pytest.param(faulty.sleeps_at_seven, WorkerLimits(seconds=12), "WorkerLost", "longer than 12 seconds", id="hangs"),
        pytest.param(faulty.swells_at_seven, WorkerLimits(memory=700), "WorkerLost", "more than 700 MiB", id="swells"),
    ],
)  # fmt: skip
def test_a_workbook_that_kills_its_worker_is_reported_and_the_others_are_done(
    tmp_path: Path, work: Callable[[BatchTask], TaskOutcome], bounds: WorkerLimits, error: str, says: str
) -> None:
    books = fill(tmp_path, 3, 5)
    found = ended(books, work, jobs=1, bounds=bounds)
    bad = found.pop("team-007.xlsx")
    assert (bad.status, bad.error) == (TaskStatus.FAILED, error)
    assert says in bad.says.in_("en")
    assert "Zanzibar" not in str(bad)
    assert old_or_new(tmp_path / "team-007.xlsx") == "old"
    assert {outcome.status for outcome in found.values()} == {TaskStatus.CHANGED}


def test_workers_killed_from_outside_at_any_time(tmp_path: Path) -> None:
    """Worker processes are killed at random; every workbook is still updated once."""
    books, chance, kills, over = fill(tmp_path, 5 * SCALE), random.Random(5), 0, threading.Event()

    def kill_now_and_then() -> None:
        nonlocal kills
        while not over.wait(chance.uniform(0.5, 3)):
            if (workers := worker_processes()) and kills < 3 * SCALE:
                chance.choice(workers).kill()
                kills += 1

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    workers = ProcessPool(2)
    found = list(run_batch_tasks(tasks(books), workers, RetryPolicy(deaths=99)))
    over.set()
    killer.join()
    workers.close()
    assert kills, "nobody was killed; the test shows nothing"
    assert {outcome.status for outcome in found} <= {TaskStatus.CHANGED, TaskStatus.DONE}
    assert Counter(map(old_or_new, books)) == {"new": len(books)}


def test_a_temporary_failure_is_tried_again(tmp_path: Path) -> None:
    books = fill(tmp_path, 2 * SCALE)
    found = ended(books, faulty.saved_by_another, jobs=1)
    assert [(outcome.status, outcome.tries) for outcome in found.values()] == [(TaskStatus.CHANGED, 2)] * len(books)
    assert [runs(book) for book in books] == [[NUMBER]] * len(books)


def test_a_workbook_closed_in_time_is_done_and_one_left_open_is_reported(tmp_path: Path) -> None:
    books = fill(tmp_path, 2)
    owners = [book.with_name(f"~${book.name}") for book in books]
    for owner in owners:
        owner.write_bytes(b"\x04Mara".ljust(165))
    workers, begun = ProcessPool(1), Counter[str]()

    def close_before_the_third_try(task: BatchTask) -> None:
        begun[task.book] += 1
        if begun[str(books[0])] == 3:
            owners[0].unlink(missing_ok=True)

    found = [
        (Path(outcome.book).name, str(outcome.status), outcome.error)
        for outcome in run_batch_tasks(tasks(books), workers, HASTE, begun=close_before_the_third_try)
    ]
    workers.close()
    assert set(begun.values()) == {3, HASTE.tries}
    assert sorted(found) == [("team-000.xlsx", "changed", ""), ("team-001.xlsx", "failed", "WorkbookInUse")]
    assert old_or_new(books[1]) == "old"


@posix
def test_with_a_file_size_limit_every_workbook_is_unchanged_and_reported(tmp_path: Path) -> None:
    books = fill(tmp_path, 2 * SCALE)
    assert _refused(ended(books, faulty.on_a_full_disk, jobs=1)) == {("CannotSave", 1, True)}
    assert Counter(map(old_or_new, books)) == {"old": len(books)}
    assert [file.name for file in tmp_path.iterdir() if file.suffix != ".xlsx"] == []


@posix
def test_on_a_full_disk_every_workbook_is_unchanged_and_done_once_there_is_room(tmp_path: Path) -> None:
    """The disk is a small file system in memory, filled to the last byte; once there is room, backups have room too."""
    with small_disk(tmp_path / "disk", (4 * SCALE + 2) * len(made())) as disk:
        books, filler = fill(disk, 2 * SCALE), disk / "filler"
        fill_up(filler)
        assert _refused(ended(books, jobs=1)) == {("CannotSave", 1, True)}
        assert Counter(map(old_or_new, books)) == {"old": len(books)}
        assert sorted(file.name for file in disk.iterdir()) == sorted(["filler", *(book.name for book in books)])
        filler.unlink()
        assert {outcome.status for outcome in ended(books, jobs=1).values()} == {TaskStatus.CHANGED}


def _refused(found: dict[str, TaskOutcome]) -> set[tuple[str, int, bool]]:
    return {(outcome.error, outcome.tries, "the disk is full" in outcome.says.in_("en")) for outcome in found.values()}


def test_damaged_and_hostile_files_are_one_line_each_and_tried_once(tmp_path: Path) -> None:
    books = fill(tmp_path, 1)
    bad = [tmp_path / f"bad-{number:02d}.xlsx" for number in range(len(REFUSED))]
    for path, case in zip(bad, REFUSED, strict=True):
        path.write_bytes(case.values[0])  # type: ignore[arg-type]
    before = [path.read_bytes() for path in bad]
    found = ended([*bad, *books], jobs=1)
    assert {(outcome.status, outcome.tries) for name, outcome in found.items() if name.startswith("bad")} == {
        (TaskStatus.FAILED, 1)
    }
    assert all("\n" not in outcome.says.in_("en") for outcome in found.values())
    assert [path.read_bytes() for path in bad] == before
    assert Counter(map(old_or_new, books)) == {"new": 1}


def test_a_worker_is_replaced_after_a_number_of_books(tmp_path: Path) -> None:
    workers = ProcessPool(1, WorkerLimits(books=2))
    found = list(run_batch_tasks(tasks(fill(tmp_path, 3), "check"), workers, HASTE))
    workers.close()
    assert len({outcome.worker for outcome in found}) == 2


def test_a_worker_that_died_with_nothing_to_do_is_replaced(tmp_path: Path) -> None:
    (book,) = fill(tmp_path, 1)
    workers = ProcessPool(1)
    for task in tasks([book, book], "check"):
        (outcome,) = run_batch_tasks([task], workers, HASTE)
        assert (outcome.status, outcome.tries) == (TaskStatus.UNCHANGED, 1)
        psutil.Process(int(outcome.worker.rpartition(":")[2])).kill()
        time.sleep(0.5)
    workers.close()


def test_workers_end_when_their_work_does(tmp_path: Path) -> None:
    """No process is left behind."""
    workers = ProcessPool(1)
    (outcome,) = run_batch_tasks(tasks(fill(tmp_path, 1), "check"), workers, HASTE)
    pid = int(outcome.worker.rpartition(":")[2])
    assert psutil.pid_exists(pid)
    workers.close()
    until = time.monotonic() + 20
    while psutil.pid_exists(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)


def look_around(task: BatchTask) -> TaskOutcome:
    """Answer with what a worker has of its parent, and what of the server it was copied from."""
    facts = {
        "folder": os.getcwd(), "variable": os.environ.get("SALESFLOW_LANG", ""), "pandas": "pandas" in sys.modules,
        "threads": len(psutil.Process(os.getppid()).threads()),
    }  # fmt: skip
    return TaskOutcome(task.book, task.verb, TaskStatus.UNCHANGED, Text("{facts}").with_facts(facts=str(facts)))


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere workers are no copies of another process.")
def test_a_worker_is_as_its_parent_is_now_and_a_copy_of_a_process_with_one_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of a process with threads could wait forever for a lock that none of its own threads holds."""
    for place, language in ((tmp_path, "zh"), (tmp_path.parent, "en")):
        monkeypatch.chdir(place)
        monkeypatch.setenv("SALESFLOW_LANG", language)
        found = ended([tmp_path / "any.xlsx"], look_around, jobs=1)["any.xlsx"]
        expected = {"folder": str(place), "variable": language, "pandas": True, "threads": 1}
        assert found.says.in_("en") == str(expected)
    (server,) = (child for child in psutil.Process().children() if "forkserver" in " ".join(child.cmdline()))
    server.terminate()  # as a system does when it stops a service
    assert psutil.wait_procs([server], timeout=0.5) == ([], [server])
