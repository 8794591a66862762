"""Save files completely or not at all, under names that are safe on every system.

New content goes to a hidden file beside the old one, to the disk, and then takes the old one's place in one step of the
file system, so that a reader sees the old file or the new one. Everything the product writes goes this way, except what
is appended line by line. A link, a folder or a device is refused: nobody can lead a file elsewhere.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from xl_salesflow.errors import CannotSave, WorkbookError, WorkbookInUse
from xl_salesflow.locale.texts import Text

TEMPORARY_SUFFIX = ".tmp"
_WINDOWS_SHARING_VIOLATION = 32
_FULL_DISK_ERRORS = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))
_CREATE_FLAGS = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def save_file_atomically(path: Path, content: bytes) -> Path:
    """Put *content* at *path* in one step and return it; missing folders are made.

    Raises:
        CannotSave: the folder or the disk refuses; what stood at *path* is as it was.
        WorkbookInUse: another program holds the file open (on Windows).
    """
    with PendingFile(path, content) as pending:
        return pending.place()


class PendingFile:
    """A file under a hidden name in its folder, until it is put in place or discarded.

    Made with *content* it is complete on the disk; without, `file` takes the content until the file is placed. It replaces
    *path*, keeps its permissions, and calls it *shown* in errors. Every method raises CannotSave or WorkbookInUse; what
    stands at *path* is then as it was.
    """

    def __init__(self, path: Path, content: bytes | None = None, shown: Path | None = None) -> None:
        self.path, self._shown = path, shown or path
        self.temporary_path = temporary_file_beside(path)
        with raise_as_cannot_save(self._shown):
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_unreplaceable_file(path, self._shown)
            self.file = _create_private_file(self.temporary_path, path.exists())
        if content is not None:
            try:
                with raise_as_cannot_save(self._shown):
                    self.file.write(content)
                self.complete()
            except BaseException:
                self.discard()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def complete(self) -> None:
        """Bring the content to the disk and close the file; it gets the permissions of the one it is to replace."""
        if self.file.closed:
            return
        with raise_as_cannot_save(self._shown):
            with self.file:
                self.file.flush()
                os.fsync(self.file.fileno())
            _copy_file_attributes(self.path, self.temporary_path)

    def place(self) -> Path:
        """Put the file in place and return its path."""
        return self._place_at(self.path)

    def place_beside(self) -> Path:
        """Put the file beside the one it cannot replace, under a name that a person finds, and return its path."""
        return self._place_at(_unused_file_path(self.path))

    def _place_at(self, path: Path) -> Path:
        self.complete()
        with raise_as_cannot_save(self._shown):
            os.replace(self.temporary_path, path)
        _flush_folder(path.parent)
        return path

    def discard(self) -> None:
        """Remove the file, unless it was put in place."""
        with suppress(OSError):  # of a disk that is full: closing tries to write what is left
            self.file.close()
        with suppress(OSError):
            self.temporary_path.unlink()


@contextmanager
def raise_as_cannot_save(path: Path) -> Iterator[None]:
    """Say in a sentence about *path* what the disk or the folder refused."""
    try:
        yield
    except OSError as error:
        raise _make_disk_refusal(path, error) from error


def _make_disk_refusal(path: Path, error: OSError) -> WorkbookError:
    if getattr(error, "winerror", None) == _WINDOWS_SHARING_VIOLATION:
        return WorkbookInUse(path)
    if isinstance(error, PermissionError):
        why = Text("the folder or the file is read-only ({reason})").with_facts(reason=error.strerror)
        return CannotSave(path, why)
    if error.errno in _FULL_DISK_ERRORS:
        return CannotSave(path, Text("the disk is full"))
    return CannotSave(path, error.strerror or str(error))


def hidden_file_beside(path: Path, suffix: str) -> Path:
    """Return a hidden file of ours next to *path*, with a name of bounded length."""
    digest = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return path.with_name(f".salesflow-{digest}{suffix}")


def temporary_file_beside(path: Path) -> Path:
    """Return a hidden name next to *path* that no other run uses."""
    return hidden_file_beside(path, f"-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")


def _refuse_unreplaceable_file(path: Path, shown: Path) -> None:
    if path.is_symlink():
        why = Text("it is a link; name the file that it leads to")
        raise CannotSave(shown, why)
    if path.is_dir():
        raise CannotSave(shown, Text("a folder has this name"))
    if path.exists() and not path.is_file():
        raise CannotSave(shown, Text("it is a device and no file"))
    if os.name == "nt" and path.exists():  # there, a file that a program has open is not replaced
        path.open("r+b").close()


def _create_private_file(path: Path, private: bool) -> BinaryIO:
    # until the old file's permissions are copied, nobody else reads the new one
    return os.fdopen(os.open(path, _CREATE_FLAGS, 0o600 if private else 0o666), "wb")


def _copy_file_attributes(source: Path, target: Path) -> None:
    """Give *target* the permissions, owner and extended attributes of *source*, as far as the system allows."""
    try:
        old = source.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(target, old.st_uid, old.st_gid)
    with suppress(OSError):  # a file system without modes
        os.chmod(target, old.st_mode & 0o7777)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(source):
                os.setxattr(target, name, os.getxattr(source, name))


def _flush_folder(folder: Path) -> None:
    """Make the rename itself durable, where folders can be flushed."""
    if os.name == "nt":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unused_file_path(path: Path) -> Path:
    names = (path.with_name(f"{path.stem} (new{number}){path.suffix}") for number in ("", *range(2, 1000)))
    return next(name for name in names if not name.exists())


_FORBIDDEN_FILE_NAME_CHARACTERS = re.compile(r'[<>:"/\\|?*]')
_RESERVED_FILE_NAMES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?=\.|$)")
_MAX_FILE_NAME_BYTES = 180  # so that name, ending and an added number fit into the 255 of every file system


def safe_file_name(name: str) -> str:
    """Return *name* as a file name without ending: no path, no control or invisible direction marks, not reserved."""
    kept = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", name)
        if _is_visible_character(character)
    )
    printable = re.sub(r" {2,}", " ", _FORBIDDEN_FILE_NAME_CHARACTERS.sub("-", kept))
    short = printable.strip(" .").encode("utf-8")[:_MAX_FILE_NAME_BYTES].decode("utf-8", "ignore").strip(" .")
    if not short.strip("-_ "):
        return "document"
    return f"_{short}" if _RESERVED_FILE_NAMES.match(short) else short


def _is_visible_character(character: str) -> bool:
    # control, format (bidi overrides), surrogate, private and unassigned characters do not belong in a name
    return character.isspace() or not unicodedata.category(character).startswith("C")
