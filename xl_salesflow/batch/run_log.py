"""The run log of a batch: what it began and what it has done, one line of JSON each.

A line is on the disk before the next step begins. A line torn by a power cut is passed over. Only the last run of the file
counts; it is over when the log says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus
from xl_salesflow.errors import CannotSave
from xl_salesflow.locale.texts import Text
from xl_salesflow.workbook.file_locks import sole_writer


@dataclass(frozen=True)
class PastRun:
    """What a run journal tells of its last run; *over* when there is nothing left to go on with."""

    number: str = ""
    now: datetime = datetime.min
    by: str = ""
    verb: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    books: tuple[tuple[str, bool], ...] = ()
    done: Mapping[str, str] = field(default_factory=dict)  # book → digest as it was left
    begun: frozenset[str] = frozenset()  # and neither done nor failed
    is_over: bool = True


def read_past_run(path: Path) -> PastRun:
    """Return what the run journal at *path* tells; a missing one tells nothing."""
    run: dict[str, Any] = {}
    done: dict[str, str] = {}
    begun: set[str] = set()
    over = True
    for line in _read_run_log_lines(path):
        event, book = line.get("event"), str(line.get("book", ""))
        if event == "run":
            run, done, begun, over = line, {}, set(), False
        elif event == "begin":
            begun.add(book)
        elif event == "end":
            begun.discard(book)
            if TaskStatus(line["status"]).is_done:
                done[book] = str(line["digest"])
        elif event == "over":
            over = True
    if not run:
        return PastRun()
    books = tuple((str(book), bool(named)) for book, named in run["books"])
    now = datetime.fromisoformat(run["now"])
    return PastRun(run["number"], now, run["by"], run["verb"], run["options"], books, done, frozenset(begun), over)


def _read_run_log_lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    for line in data.splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue  # torn by a power cut
        if isinstance(told, dict):
            yield told


class RunLog:
    """A run journal that is being written."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file

    def log_run_start(self, run: BatchTask, books: Iterable[tuple[str, bool]]) -> None:
        """Note that a run begins, with every workbook it means."""
        self._write_event(
            "run",
            number=run.number,
            now=run.now.isoformat(),
            by=run.by,
            verb=run.verb,
            options=dict(run.options),
            books=list(books),
        )

    def log_task_start(self, task: BatchTask) -> None:
        """Note that a workbook's turn begins."""
        self._write_event("begin", book=task.book)

    def log_task_end(self, outcome: TaskOutcome) -> None:
        """Note what came of it."""
        told = {field_name: value for field_name, value in outcome.to_json("en").items() if field_name != "answer"}
        self._write_event("end", **told)

    def log_run_end(self) -> None:
        """Note that the run is over: every workbook had its turn."""
        self._write_event("over")

    def _write_event(self, event: str, **told: Any) -> None:
        line = json.dumps(
            {"event": event, "at": datetime.now().isoformat(timespec="seconds"), **told}, ensure_ascii=False
        )
        try:
            self._file.write(line.encode("utf-8", "surrogateescape") + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _make_run_log_error(self.path, error) from error


@contextmanager
def open_run_log(path: Path, anew: bool) -> Iterator[RunLog]:
    """Open the run journal at *path* for one batch at a time; *anew* puts the file of the last run aside.

    Raises:
        WorkbookInUse: another batch writes it.
        CannotSave: the folder or the disk refuses.
    """
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(sole_writer(path))
            if anew and path.exists():
                os.replace(path, path.with_name(f"{path.stem}.previous{path.suffix}"))
            file = stack.enter_context(path.open("ab"))
            _end_torn_log_line(path, file)
        except OSError as error:
            raise _make_run_log_error(path, error) from error
        yield RunLog(path, file)


def _make_run_log_error(path: Path, error: OSError) -> CannotSave:
    why = error.strerror or type(error).__name__
    return CannotSave(path, Text("the run journal cannot be written ({why})").with_facts(why=why))


def _end_torn_log_line(path: Path, file: BinaryIO) -> None:
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        file.write(b"\n")
