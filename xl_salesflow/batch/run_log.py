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
from xl_salesflow.core.file_saving import open_own_file
from xl_salesflow.errors import CannotSave, UsageError
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.regular_files import read_regular_file
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
    """Return the last run in the run log at *path*; a blank one if the file does not exist.

    Raises:
        UsageError: the log cannot be read, or a line is not one that a batch writes.
    """
    lines = tuple(_read_run_log_lines(path))
    starts = [at for at, (_, line) in enumerate(lines) if line.get("event") == "run"]
    if not starts:
        return PastRun()
    number, start = lines[starts[-1]]
    run = _RunLogLine(path, number, start).start_of_run()
    done: dict[str, str] = {}
    begun: set[str] = set()
    over = False
    for number, line in lines[starts[-1] + 1 :]:
        found = _RunLogLine(path, number, line)
        match line.get("event"):
            case "begin":
                begun.add(found.text("book"))
            case "end":
                book, status, digest = found.text("book"), found.status(), found.text("digest")
                begun.discard(book)
                if status.is_done:
                    done[book] = digest
            case "over":
                over = True
            case _:
                raise found.fault("event")
    return replace(run, done=done, begun=frozenset(begun), is_over=over)


@dataclass(frozen=True, slots=True)
class _RunLogLine:
    """One line of the log at *path*: a value is believed if it is of the kind that a batch writes."""

    path: Path
    number: int
    facts: Mapping[str, Any]

    def start_of_run(self) -> PastRun:
        books, options = self.facts.get("books"), self.facts.get("options")
        if not isinstance(books, list) or not all(map(_is_logged_book, books)):
            raise self.fault("books")
        if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
            raise self.fault("options")
        try:
            now = datetime.fromisoformat(self.text("now"))
        except ValueError as error:
            raise self.fault("now") from error
        if now.tzinfo is not None or not self.text("number"):
            raise self.fault("now" if now.tzinfo else "number")
        named = tuple((book, is_named) for book, is_named in books)
        return PastRun(self.text("number"), now, self.text("by"), self.text("verb"), options, named)

    def text(self, key: str) -> str:
        value = self.facts.get(key)
        if not isinstance(value, str) or not _is_logged_path(value):
            raise self.fault(key)
        return value

    def status(self) -> TaskStatus:
        try:
            return TaskStatus(self.text("status"))
        except ValueError as error:
            raise self.fault("status") from error

    def fault(self, key: str) -> UsageError:
        return UsageError(
            "The run log {path}, line {line}, has no valid “{key}”, so no batch wrote it; start a new run without --resume.",
            path=self.path,
            line=self.number,
            key=key,
        )


def _is_logged_book(book: Any) -> bool:
    if not isinstance(book, list) or len(book) != 2:
        return False
    return isinstance(book[0], str) and _is_logged_path(book[0]) and isinstance(book[1], bool)


def _is_logged_path(text: str) -> bool:
    """Return whether a file may be called *text*, as far as the system's own encoding of names goes."""
    try:
        return b"\0" not in text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False


def _read_run_log_lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the number and the facts of each complete line."""
    try:
        data = read_regular_file(path)
    except FileNotFoundError:
        return
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise UsageError("The run log {path} cannot be read: {why}.", path=path, why=why) from error
    for number, line in enumerate(data.splitlines(), 1):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue  # incomplete after a power failure
        if isinstance(event, dict):
            yield number, event


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
            file = stack.enter_context(open_own_file(path))
            _end_torn_log_line(path, file)
        except OSError as error:
            raise _make_run_log_error(path, error) from error
        yield RunLog(path, file)


def _make_run_log_error(path: Path, error: OSError) -> CannotSave:
    why = error.strerror or type(error).__name__
    return CannotSave(path, Text("the run log cannot be written ({why})").with_facts(why=why))


def _end_torn_log_line(path: Path, file: BinaryIO) -> None:
    data = read_regular_file(path)
    if data and not data.endswith(b"\n"):
        file.write(b"\n")
