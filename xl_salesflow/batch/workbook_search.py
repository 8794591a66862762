"""Find workbooks by files, folders (including everything below them) and patterns."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from xl_salesflow.errors import UsageError

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
        with path.open("rb") as file:
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
