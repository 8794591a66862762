"""Which workbooks are meant: files, folders with everything below them, patterns."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from xl_salesflow.errors import UsageError

SUFFIXES = (".xlsx", ".xlsm")
_NOT_THEMSELVES = re.compile(r"^(~\$|\.)|\.backup-\d+\.xls[xm]$|\.changes\.xlsx$", re.IGNORECASE)


class Found(NamedTuple):
    """A workbook to work on; *named* where somebody gave its very name."""

    path: Path
    named: bool


def found(paths: Iterable[str | os.PathLike[str]]) -> list[Found]:
    """Return the workbooks that *paths* mean, each once, largest first, so that no large one is left for the end.

    Left out of folders and patterns: owner files of Excel, hidden files, our backups and change sheets.

    Raises:
        UsageError: a folder or a pattern holds no workbook.
    """
    books: dict[str, Found] = {}
    for given in paths:
        for book in _meant(os.fspath(given)):
            key = os.path.normcase(os.path.realpath(book.path))
            books[key] = Found(books.get(key, book).path, book.named or (key in books and books[key].named))
    return sorted(books.values(), key=lambda book: (-_size(book.path), str(book.path)))


def is_book(path: Path) -> bool:
    """Tell whether a file in a folder is a workbook that people work in, by its name."""
    return path.suffix.casefold() in SUFFIXES and not _NOT_THEMSELVES.search(path.name)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, "" while it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _meant(given: str) -> Iterator[Found]:
    path = Path(given)
    if path.is_dir():
        inside = [file for file in below(path) if is_book(file)]
        if not inside:
            raise UsageError(f"{given} holds no workbook (.xlsx, .xlsm).", f"{given} 中没有工作簿（.xlsx、.xlsm）。")
        yield from (Found(file.absolute(), False) for file in inside)
    elif glob.has_magic(given) and not path.exists():
        matches = [Path(match) for match in glob.glob(given, recursive=True) if is_book(Path(match))]
        if not matches:
            raise UsageError(f"No workbook matches {given}.", f"没有工作簿与 {given} 匹配。")
        yield from (Found(match.absolute(), False) for match in matches)
    else:
        yield Found(path.absolute(), True)


def below(folder: Path) -> Iterator[Path]:
    """Yield every file below *folder*, hidden folders left out."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # the worker says what is wrong with it
        return 0
