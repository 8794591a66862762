"""Which workbooks of a folder were saved and stand still: nobody has them open, and nothing about them changes any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.batch.books import below, digest_of, is_book

Stamp = tuple[int, int, int]
"""When a file was written, how long it is, and which file it is: what changes with every way of saving."""


@dataclass(slots=True)
class _Seen:
    stamp: Stamp
    since: float
    digest: str = ""  # as it was left by us, or when we gave it up
    pending: bool = True


class Settled:
    """Remembers a folder between two looks. *still*: seconds for which a saved workbook must not change."""

    def __init__(self, still: float) -> None:
        self._still = still
        self._seen: dict[Path, _Seen] = {}

    def ready(self, now: float, stamps: Mapping[Path, Stamp], taken: Iterable[Path] = ()) -> list[Path]:
        """Return the workbooks to work on; *stamps* is the folder as it is, *taken* are those that somebody has open."""
        for gone in self._seen.keys() - stamps.keys():
            del self._seen[gone]
        for path, stamp in stamps.items():
            seen = self._seen.get(path)
            if seen is None:
                self._seen[path] = _Seen(stamp, now)
            elif seen.stamp != stamp:
                seen.stamp, seen.since, seen.pending = stamp, now, True
        held = set(taken)
        waiting = [path for path, seen in self._seen.items() if seen.pending and now - seen.since >= self._still]
        return [path for path in waiting if path not in held and self._is_new(path)]

    def left(self, path: Path, digest: str) -> None:
        """Note how we left *path*: its own save wakes nobody; "" leaves it as it was when it was looked at."""
        seen = self._seen.get(path)
        if seen is not None:
            seen.digest, seen.pending = digest or seen.digest, False

    def again(self, path: Path, now: float) -> None:
        """Look at *path* again later: what kept us from it may pass."""
        seen = self._seen.get(path)
        if seen is not None:
            seen.since, seen.digest = now, ""

    def pass_by(self, stamps: Mapping[Path, Stamp], now: float) -> None:
        """Take the folder as it is for done."""
        self._seen = {path: _Seen(stamp, now, digest_of(path), pending=False) for path, stamp in stamps.items()}

    def _is_new(self, path: Path) -> bool:
        """Tell whether a workbook says something else than when we left it."""
        seen = self._seen[path]
        digest = digest_of(path)
        if digest == "":
            return False  # looked at again
        seen.pending = digest != seen.digest
        seen.digest = digest
        return seen.pending


def look(folder: Path) -> tuple[dict[Path, Stamp], set[Path]]:
    """Return the stamps of all workbooks below *folder*, and those that Excel or LibreOffice has open."""
    stamps: dict[Path, Stamp] = {}
    taken: set[Path] = set()
    for path in below(folder):
        if path.name.startswith("~$"):
            taken.add(path.with_name(path.name[2:]))
        elif path.name.startswith(".~lock.") and path.name.endswith("#"):
            taken.add(path.with_name(path.name[7:-1]))
        elif is_book(path):
            try:
                stat = path.stat()
            except OSError:
                continue  # gone between two looks
            stamps[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return stamps, taken
