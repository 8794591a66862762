"""Documents as files: whole or not at all, and never outside their folder."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from xl_salesflow.documents.kinds import PAPERS
from xl_salesflow.documents.names import safe_name
from xl_salesflow.documents.render import CONTINUED, render
from xl_salesflow.errors import CannotSave
from xl_salesflow.model.plan import Document
from xl_salesflow.model.text import Language


def write(document: Document, folder: Path, language: Language, formats: Iterable[str]) -> list[Path]:
    """Write *document* into *folder* (made when missing), one file per format, and return the files.

    Raises:
        CannotSave: the folder or the disk refuses; a file that stood there is as it was.
    """
    name = safe_name(document.name)
    made = [
        (path, _rendered(document, path, language, format))
        for format in formats
        for path in [Path(folder) / f"{name}.{format}"]
    ]
    return [save(path, content) for path, content in made]


def put(document: Document, path: Path, language: Language, format: str) -> Path:
    """Write *document* to *path* in one *format* and return it; a calendar calls off what only the earlier one lists.

    Raises:
        CannotSave: the folder or the disk refuses; a file that stood there is as it was.
    """
    return save(path, _rendered(document, path, language, format))


def _rendered(document: Document, path: Path, language: Language, format: str) -> bytes:
    if document.kind in PAPERS or format not in CONTINUED:
        return render(document, language, format)
    with suppress(OSError):
        return CONTINUED[format](document, language, path.read_bytes())
    return CONTINUED[format](document, language, b"")


def save(path: Path, content: bytes) -> Path:
    """Put *content* at *path* in one step and return it; a reader sees the old file or the new one."""
    waiting = Waiting(path, content)
    try:
        return waiting.place()
    finally:
        waiting.drop()


class Waiting:
    """A file that is whole on the disk under another name in its folder, until it is put in place or taken away.

    Making one finds out whatever can be found out beforehand. Raises CannotSave; what stands at *path* is as it was.
    """

    def __init__(self, path: Path, content: bytes) -> None:
        self.path = path
        with _refusals(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_unreplaceable(path)
            self._held: Path | None = _written(path, content)

    def place(self) -> Path:
        """Put the file in place and return its path."""
        with _refusals(self.path):
            if self._held:
                os.replace(self._held, self.path)
        self._held = None
        return self.path

    def beside(self) -> Path:
        """Put the file beside the one it cannot replace, under a name that a person finds, and return its path."""
        with _refusals(self.path):
            free = _free(self.path)
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
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CannotSave(path, (why, f"系统提示 {why}")) from error


def _refuse_unreplaceable(path: Path) -> None:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "a folder has this name")
    if os.name == "nt" and path.exists():  # there, a file that a program has open is not replaced
        path.open("r+b").close()


def _written(path: Path, content: bytes) -> Path:
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


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.stem} (new{number}){path.suffix}") for number in ("", *range(2, 1000)))
    return next(name for name in names if not name.exists())
