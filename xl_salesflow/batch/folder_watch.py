"""Watch a folder in which people save: each workbook has its turn once it stands still.

It has another turn after each save. A workbook stands still when nobody has it open and nothing about it changes any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome
from xl_salesflow.batch.task_loop import RetryPolicy, run_batch_tasks
from xl_salesflow.batch.workbook_search import digest_workbook_file, is_workbook_path, walk_visible_files
from xl_salesflow.batch.worker_pools import WorkerPool

FileStamp = tuple[int, int, int]
"""When a file was written, how long it is, and which file it is: what changes with every way of saving."""


@dataclass(slots=True)
class _SeenWorkbook:
    stamp: FileStamp
    since: float
    digest: str = ""  # as it was left by us, or when we gave it up
    pending: bool = True


class WatchedFolder:
    """Remembers a folder between two looks. *still*: seconds for which a saved workbook must not change."""

    def __init__(self, still: float) -> None:
        self._still = still
        self._seen: dict[Path, _SeenWorkbook] = {}

    def ready(self, now: float, stamps: Mapping[Path, FileStamp], taken: Iterable[Path] = ()) -> list[Path]:
        """Return the workbooks to work on; *stamps* is the folder as it is, *taken* are those that somebody has open."""
        for gone in self._seen.keys() - stamps.keys():
            del self._seen[gone]
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
        """Note how we left *path*: its own save wakes nobody; "" leaves it as it was when it was looked at."""
        seen = self._seen.get(path)
        if seen is not None:
            seen.digest, seen.pending = digest or seen.digest, False

    def look_again(self, path: Path, now: float) -> None:
        """Look at *path* again later: what kept us from it may pass."""
        seen = self._seen.get(path)
        if seen is not None:
            seen.since, seen.digest = now, ""

    def pass_by(self, stamps: Mapping[Path, FileStamp], now: float) -> None:
        """Take the folder as it is for done."""
        self._seen = {
            path: _SeenWorkbook(stamp, now, digest_workbook_file(path), pending=False) for path, stamp in stamps.items()
        }

    def _is_new(self, path: Path) -> bool:
        """Tell whether a workbook says something else than when we left it."""
        seen = self._seen[path]
        digest = digest_workbook_file(path)
        if digest == "":
            return False  # looked at again
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
                continue  # gone between two looks
            stamps[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return stamps, taken


_SINGLE_TRY = RetryPolicy(tries=1)
_SECOND_LOOK_SECONDS = 30.0  # seconds until what may pass is looked at again


@dataclass(frozen=True, slots=True)
class WatchPace:
    """How often to look, and how long a saved workbook must stand *still*, in seconds; *only_new*: not what is there now."""

    every: float = 2.0
    still: float = 3.0
    only_new: bool = False


def watch_workbooks(
    folder: Path, task: Callable[[Path], BatchTask], workers: WorkerPool, pace: WatchPace, stopping: Callable[[], bool]
) -> Iterator[TaskOutcome]:
    """Yield what came of each save below *folder* until *stopping*; a workbook that is taken is told once and tried on."""
    settled, told = WatchedFolder(pace.still), set[Path]()
    if pace.only_new:
        settled.pass_by(scan_watched_folder(folder)[0], time.monotonic())
    wake = _make_change_waiter(folder, pace.every, stopping)
    while not stopping():
        ready = settled.ready(time.monotonic(), *scan_watched_folder(folder))
        for outcome in run_batch_tasks(map(task, ready), workers, _SINGLE_TRY, stopping):
            path = Path(outcome.book)
            if outcome.passing:
                settled.look_again(path, time.monotonic() + _SECOND_LOOK_SECONDS)
            else:
                settled.note_left(path, outcome.digest)
            if not (outcome.passing and path in told):
                yield outcome
            (told.add if outcome.passing else told.discard)(path)
        wake()


def _make_change_waiter(folder: Path, every: float, stopping: Callable[[], bool]) -> Callable[[], None]:
    """Return what waits for the next look: until the system tells of a change, where it can, and no longer than *every*."""
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
    except OSError:  # the folder's drive is away
        ended = True
    if ended:
        _wait_between_looks(every - (time.monotonic() - start), stopping)


def _wait_between_looks(seconds: float, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stopping():
        time.sleep(min(0.1, max(until - time.monotonic(), 0.0)))
