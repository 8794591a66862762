"""Watch a folder in which people save: process each workbook once it no longer changes.

It is processed again after each save. A workbook is ready when nobody has it open and its file no longer changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.batch.batch_run import RetryPolicy, run_batch_tasks
from xl_salesflow.batch.batch_tasks import (
    BatchTask,
    TaskOutcome,
    digest_workbook_file,
    is_workbook_path,
    walk_visible_files,
)
from xl_salesflow.batch.worker_pools import WorkerPool

FileStamp = tuple[int, int, int]
"""Modification time, size and inode of a file; at least one of them changes with every kind of save."""


@dataclass(slots=True)
class _SeenWorkbook:
    stamp: FileStamp
    since: float
    digest: str = ""  # after our save, or when we gave up on it
    pending: bool = True


class WatchedFolder:
    """Remembers the state of a folder between two scans; *still*: seconds without change before a workbook is processed."""

    def __init__(self, still: float) -> None:
        self._still = still
        self._seen: dict[Path, _SeenWorkbook] = {}

    def ready(self, now: float, stamps: Mapping[Path, FileStamp], taken: Iterable[Path] = ()) -> list[Path]:
        """Return the workbooks to process; *stamps* is the current state of the folder, *taken* are the open workbooks."""
        for deleted in sorted(self._seen.keys() - stamps.keys()):
            del self._seen[deleted]
        for path, stamp in stamps.items():
            seen = self._seen.get(path)
            if seen is None:
                self._seen[path] = _SeenWorkbook(stamp, now)
            elif seen.stamp != stamp:
                seen.stamp, seen.since, seen.pending = stamp, now, True
        held = set(taken)
        waiting = [path for path, seen in self._seen.items() if seen.pending and now - seen.since >= self._still]
        return [path for path in waiting if path not in held and self._is_new(path)]

    def note_left(self, path: Path, digest: str) -> None:
        """Record the *digest* of a processed file, "" if unchanged, so that our own save does not trigger a run."""
        seen = self._seen.get(path)
        if seen is not None:
            seen.digest, seen.pending = digest or seen.digest, False

    def look_again(self, path: Path, now: float) -> None:
        """Schedule another look at *path*, because the obstacle may be temporary."""
        seen = self._seen.get(path)
        if seen is not None:
            seen.since, seen.digest = now, ""

    def pass_by(self, stamps: Mapping[Path, FileStamp], now: float) -> None:
        """Treat the current state of the folder as processed."""
        self._seen = {
            path: _SeenWorkbook(stamp, now, digest_workbook_file(path), pending=False) for path, stamp in stamps.items()
        }

    def _is_new(self, path: Path) -> bool:
        """Return whether the content of a workbook differs from what we left."""
        seen = self._seen[path]
        digest = digest_workbook_file(path)
        if digest == "":
            return False  # look again later
        seen.pending = digest != seen.digest
        seen.digest = digest
        return seen.pending


def scan_watched_folder(folder: Path) -> tuple[dict[Path, FileStamp], set[Path]]:
    """Return the stamps of all workbooks below *folder*, and those that Excel or LibreOffice has open."""
    stamps: dict[Path, FileStamp] = {}
    taken: set[Path] = set()
    for path in walk_visible_files(folder):
        if path.name.startswith("~$"):
            taken.add(path.with_name(path.name[2:]))
        elif path.name.startswith(".~lock.") and path.name.endswith("#"):
            taken.add(path.with_name(path.name[7:-1]))
        elif is_workbook_path(path):
            try:
                stat = path.stat()
            except OSError:
                continue  # deleted since the folder was listed
            stamps[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return stamps, taken


_SINGLE_TRY = RetryPolicy(tries=1)
_SECOND_LOOK_SECONDS = 30.0  # seconds until a workbook with a temporary obstacle is tried again


@dataclass(frozen=True, slots=True)
class WatchPace:
    """How often to scan, and the seconds without change (*still*) before processing; *only_new* skips existing workbooks."""

    every: float = 2.0
    still: float = 3.0
    only_new: bool = False


def watch_workbooks(
    folder: Path, task: Callable[[Path], BatchTask], workers: WorkerPool, pace: WatchPace, stopping: Callable[[], bool]
) -> Iterator[TaskOutcome]:
    """Yield the outcome of each save below *folder* until *stopping*; an open workbook is reported once and tried again."""
    settled, reported = WatchedFolder(pace.still), set[Path]()
    if pace.only_new:
        settled.pass_by(scan_watched_folder(folder)[0], time.monotonic())
    wake = make_change_waiter(folder, pace.every, stopping)
    while not stopping():
        ready = settled.ready(time.monotonic(), *scan_watched_folder(folder))
        for outcome in run_batch_tasks(map(task, ready), workers, _SINGLE_TRY, stopping):
            path = Path(outcome.book)
            if outcome.passing:
                settled.look_again(path, time.monotonic() + _SECOND_LOOK_SECONDS)
            else:
                settled.note_left(path, outcome.digest)
            if not (outcome.passing and path in reported):
                yield outcome
            (reported.add if outcome.passing else reported.discard)(path)
        wake()


def make_change_waiter(folder: Path, every: float, stopping: Callable[[], bool]) -> Callable[[], None]:
    """Return a function that waits at most *every* seconds, or less if the system can report changes."""
    with suppress(ImportError, OSError):
        from watchfiles import watch

        changes = watch(
            folder, debounce=200, step=50, rust_timeout=int(every * 1000), yield_on_timeout=True, raise_interrupt=False,
            ignore_permission_denied=True,
        )  # fmt: skip
        return lambda: _wait_for_change(changes, every, stopping)
    return lambda: _wait_between_looks(every, stopping)


def _wait_for_change(changes: Iterator[object], every: float, stopping: Callable[[], bool]) -> None:
    start = time.monotonic()
    try:
        ended = next(changes, None) is None
    except OSError:  # the drive of the folder is not available
        ended = True
    if ended:
        _wait_between_looks(every - (time.monotonic() - start), stopping)


def _wait_between_looks(seconds: float, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stopping():
        time.sleep(min(0.1, max(until - time.monotonic(), 0.0)))
