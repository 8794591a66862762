"""The run log of a batch: what it began and what it has done, one JSON line each.

A line is on disk before the next step begins. Incomplete lines, left by a power failure, are skipped. Only the last run
in the file counts; it is over if the log says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus, describe_outcome
from xl_salesflow.core.answers import answer_to_json
from xl_salesflow.errors import CannotSave
from xl_salesflow.locale.texts import Text
from xl_salesflow.workbook.atomic_save import sole_writer


@dataclass(frozen=True)
class PastRun:
    """The last run in a run log; *is_over* is true if there is nothing left to resume."""

    number: str = ""
    now: datetime = datetime.min
    by: str = ""
    verb: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    books: tuple[tuple[str, bool], ...] = ()
    done: Mapping[str, str] = field(default_factory=dict)  # book → digest after the task
    begun: frozenset[str] = frozenset()  # begun, but neither done nor failed
    is_over: bool = True


def read_past_run(path: Path) -> PastRun:
    """Return the last run in the run log at *path*; a blank one if the file does not exist."""
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
            event = json.loads(line)
        except ValueError:
            continue  # incomplete after a power failure
        if isinstance(event, dict):
            yield event


class RunLog:
    """A run log that is being written."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path, self._file = path, file

    def log_run_start(self, run: BatchTask, books: Iterable[tuple[str, bool]]) -> None:
        """Log the start of a run with all its workbooks."""
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
        """Log the start of a task."""
        self._write_event("begin", book=task.book)

    def log_task_end(self, outcome: TaskOutcome) -> None:
        """Log the outcome of a task."""
        line = replace(describe_outcome(outcome, "en"), answer=None)
        self._write_event("end", **answer_to_json(line))

    def log_run_end(self) -> None:
        """Log the end of the run: every workbook was processed."""
        self._write_event("over")

    def _write_event(self, event: str, **facts: Any) -> None:
        line = json.dumps(
            {"event": event, "at": datetime.now().isoformat(timespec="seconds"), **facts}, ensure_ascii=False
        )
        try:
            self._file.write(line.encode("utf-8", "surrogateescape") + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _make_run_log_error(self.path, error) from error


@contextmanager
def open_run_log(path: Path, fresh: bool) -> Iterator[RunLog]:
    """Open the run log at *path* for one batch at a time; *fresh* moves the file of the last run aside.

    Raises:
        WorkbookInUse: another batch is writing it.
        CannotSave: the folder or the disk refuses.
    """
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(sole_writer(path))
            if fresh and path.exists():
                os.replace(path, path.with_name(f"{path.stem}.previous{path.suffix}"))
            file = stack.enter_context(path.open("ab"))
            _end_torn_log_line(path, file)
        except OSError as error:
            raise _make_run_log_error(path, error) from error
        yield RunLog(path, file)


def _make_run_log_error(path: Path, error: OSError) -> CannotSave:
    why = error.strerror or type(error).__name__
    return CannotSave(path, Text("the run log cannot be written ({why})").with_facts(why=why))


def _end_torn_log_line(path: Path, file: BinaryIO) -> None:
    data = path.read_bytes()
    if data and not data.endswith(b"\n"):
        file.write(b"\n")
