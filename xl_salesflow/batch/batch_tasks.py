"""The workbooks of a batch, each a task with an outcome as plain values, and the options of the verbs that a batch knows."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.regular_files import open_regular_file

if TYPE_CHECKING:
    from xl_salesflow.batch.outcome_lines import JobAnswer, OutcomeLine

BATCH_FILE_SUFFIXES = (".xlsx", ".xlsm")
_FILES_BESIDE_WORKBOOKS = re.compile(r"^(~\$|\.)|\.backup-\d+\.xls[xm]$|\.changes\.xlsx$", re.IGNORECASE)


class FoundWorkbook(NamedTuple):
    """A workbook to process; *named* is true if its path was given explicitly."""

    path: Path
    named: bool


def find_workbooks(paths: Iterable[str | os.PathLike[str]]) -> list[FoundWorkbook]:
    """Return the workbooks that *paths* refer to, each once, largest first so that no large one is left for the end.

    In folders and patterns, owner files of Excel, hidden files, our backups and change sheets are skipped.

    Raises:
        UsageError: a folder or a pattern contains no workbook.
    """
    books: dict[str, FoundWorkbook] = {}
    for given in paths:
        for book in _expand_given_path(os.fspath(given)):
            key = os.path.normcase(os.path.realpath(book.path))
            books[key] = FoundWorkbook(books.get(key, book).path, book.named or (key in books and books[key].named))
    return sorted(books.values(), key=lambda book: (-_size_of_workbook_file(book.path), str(book.path)))


def is_workbook_path(path: Path) -> bool:
    """Return whether a file found in a folder is, by its name, a workbook that people work in."""
    return path.suffix.casefold() in BATCH_FILE_SUFFIXES and not _FILES_BESIDE_WORKBOOKS.search(path.name)


def digest_workbook_file(path: Path) -> str:
    """Return the SHA-256 of a file, "" if it cannot be read."""
    try:
        with open_regular_file(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _expand_given_path(given: str) -> Iterator[FoundWorkbook]:
    path = Path(given)
    if path.is_dir():
        inside = [file for file in walk_visible_files(path) if is_workbook_path(file)]
        if not inside:
            raise UsageError("{given} contains no workbook (.xlsx, .xlsm).", given=given)
        yield from (FoundWorkbook(file.absolute(), False) for file in inside)
    elif glob.has_magic(given) and not path.exists():
        matches = [Path(match) for match in glob.glob(given, recursive=True) if is_workbook_path(Path(match))]
        if not matches:
            raise UsageError("No workbook matches {given}.", given=given)
        yield from (FoundWorkbook(match.absolute(), False) for match in matches)
    else:
        yield FoundWorkbook(path.absolute(), True)


def walk_visible_files(folder: Path) -> Iterator[Path]:
    """Yield every file below *folder*, except in hidden folders."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names))


def _size_of_workbook_file(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # the worker will report the problem
        return 0


BATCH_VERB_OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "update": (),
        "check": ("repair",),
        "followups": ("owner", "format", "output"),
        "funnel": ("by",),
        "report": ("output",),
        "digest": ("to", "format", "output"),
        "undo": ("run",),
    }
)
"""Verb → the names that ``--set NAME=VALUE`` accepts."""


def parse_verb_options(verb: str, given: Iterable[str]) -> dict[str, str]:
    """Return the options *given* as NAME=VALUE for *verb*.

    Raises:
        UsageError: the verb has no such option; the message names the nearest one.
    """
    parsed: dict[str, str] = {}
    for one in given:
        name, _, value = one.partition("=")
        if name not in BATCH_VERB_OPTIONS[verb]:
            raise _unknown_verb_option_error(verb, name)
        parsed[name] = value or "yes"
    return parsed


def _unknown_verb_option_error(verb: str, name: str) -> UsageError:
    from xl_salesflow.core.name_suggestions import suggest_names

    hint = suggest_names(name, BATCH_VERB_OPTIONS[verb])
    return UsageError("{verb} has no option {name}; {hint}", verb=verb, name=name, hint=hint)


class TaskStatus(StrEnum):
    """How the processing of a workbook ended."""

    CHANGED = "changed"  # written, or would be in a dry run
    UNCHANGED = "unchanged"  # read, but there was nothing to write
    DONE = "done"  # its Journal already has this run: the batch was interrupted between saving and logging
    SKIPPED = "skipped"  # found in a folder, but not one of our workbooks
    FAILED = "failed"

    @property
    def is_done(self) -> bool:
        """Return whether a resumed run may skip the workbook."""
        return self is not TaskStatus.FAILED


@dataclass(frozen=True, slots=True)
class BatchTask:
    """What to do with one workbook.

    *now* is the same for all workbooks of a run, because it gives the run its number. *named* is true for a file that
    was given by name, not found in a folder; *maybe_done* is true if it may have been processed already.
    """

    book: str
    verb: str
    by: str
    now: datetime
    number: str
    options: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    details: bool = False
    named: bool = True
    maybe_done: bool = False


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """The outcome of a task.

    *says* is one sentence without customer data; *answer* and *findings* may contain some. A *passing* failure may
    succeed if tried again. *digest* is the SHA-256 of the workbook after the task, "" if unknown. *mebibytes* is the
    memory that the worker held at the end.
    """

    book: str
    verb: str
    status: TaskStatus
    says: Text
    error: str = ""
    passing: bool = False
    digest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    answer: JobAnswer | None = None
    seconds: float = 0.0
    busy: float = 0.0
    mebibytes: float = 0.0
    worker: str = ""
    tries: int = 1

    @property
    def code(self) -> int:
        """Return the exit code for this workbook alone: 0 no problem, 1 blocking findings, 3 not usable."""
        if self.status is TaskStatus.FAILED:
            return 3
        return 1 if self.counts.get("blocks") else 0


def describe_outcome(outcome: TaskOutcome, language: str) -> OutcomeLine:
    """Return *outcome* with its sentence in *language*."""
    from xl_salesflow.batch.outcome_lines import OutcomeLine

    seconds, busy, mebibytes = (round(value, 3) for value in (outcome.seconds, outcome.busy, outcome.mebibytes))
    return OutcomeLine(
        outcome.book, outcome.verb, str(outcome.status), outcome.error, outcome.passing, outcome.digest, outcome.counts,
        seconds, busy, mebibytes, outcome.worker, outcome.tries, outcome.says.in_(language), outcome.files or None,
        outcome.answer,
    )  # fmt: skip
