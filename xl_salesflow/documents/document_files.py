"""Save files completely or not at all, under names that are safe on every system."""

from __future__ import annotations

import errno
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from xl_salesflow.errors import CannotSave

_FORBIDDEN_FILE_NAME_MARKS = re.compile(r'[<>:"/\\|?*]')
_RESERVED_FILE_NAMES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?=\.|$)")
_MAX_FILE_NAME_BYTES = 180  # bytes, so that name, ending and a temporary mark fit into the 255 of every file system


def safe_file_name(name: str, fallback: str = "document") -> str:
    """Return *name* as a file name without ending: no path, no control or invisible direction marks, not reserved."""
    kept = "".join(
        " " if mark.isspace() else mark for mark in unicodedata.normalize("NFC", name) if _is_visible_mark(mark)
    )
    plain = re.sub(r" {2,}", " ", _FORBIDDEN_FILE_NAME_MARKS.sub("-", kept))
    short = plain.strip(" .").encode("utf-8")[:_MAX_FILE_NAME_BYTES].decode("utf-8", "ignore").strip(" .")
    if not short.strip("-_ "):
        return fallback
    return f"_{short}" if _RESERVED_FILE_NAMES.match(short) else short


def _is_visible_mark(mark: str) -> bool:
    # control, format (bidi overrides), surrogate, private and unassigned characters do not belong in a name
    return mark.isspace() or not unicodedata.category(mark).startswith("C")


def save_file_atomically(path: Path, content: bytes) -> Path:
    """Put *content* at *path* in one step and return it; a reader sees the old file or the new one."""
    waiting = PendingFile(path, content)
    try:
        return waiting.place()
    finally:
        waiting.drop()


class PendingFile:
    """A file that is whole on the disk under another name in its folder, until it is put in place or taken away.

    Making one finds out whatever can be found out beforehand. Raises CannotSave; what stands at *path* is as it was.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        with _raise_as_cannot_save(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_unreplaceable_file(path)
            self._held: Path | None = _write_pending_file(path, content)

    def place(self) -> Path:
        """Put the file in place and return its path."""
        with _raise_as_cannot_save(self.path):
            if self._held:
                os.replace(self._held, self.path)
        self._held = None
        return self.path

    def beside(self) -> Path:
        """Put the file beside the one it cannot replace, under a name that a person finds, and return its path."""
        with _raise_as_cannot_save(self.path):
            free = _unused_file_path(self.path)
            if self._held:
                os.replace(self._held, free)
        self._held = None
        return free

    def drop(self) -> None:
        """Take the file away, unless it was put in place."""
        if self._held:
            with suppress(OSError):
                self._held.unlink()
        self._held = None


@contextmanager
def _raise_as_cannot_save(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotSave(path, (why, f"系统提示 {why}")) from error


def _refuse_unreplaceable_file(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder has this name")
    if os.name == "nt" and path.exists():  # there, a file that a program has open is not replaced
        path.open("r+b").close()


def _write_pending_file(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=path.suffix)
    with ExitStack() as half_made:
        half_made.callback(Path(name).unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(OSError):  # a file system without modes
            os.chmod(name, path.stat().st_mode & 0o777 if path.exists() else 0o644)
        half_made.pop_all()
    return Path(name)


def _unused_file_path(path: Path) -> Path:
    names = (path.with_name(f"{path.stem} (new{number}){path.suffix}") for number in ("", *range(2, 1000)))
    return next(name for name in names if not name.exists())
