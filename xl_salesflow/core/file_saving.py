"""Save files completely or not at all, under names that are valid on every system.

New content is written to a hidden file in the same folder and flushed to disk; that file then replaces the old one in
one atomic step, so that a reader sees either the old file or the new one. Everything the product writes is saved this
way, except what is appended line by line. Links, folders and devices are refused, so that nobody can redirect a file.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
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


def save_file_atomically(path: Path, content: bytes, like: str | Path | None = None) -> Path:
    """Write *content* to *path* in one step and return the path; missing folders are created.

    A new file may be read by those who may read the workbook *like*, from which its content comes.

    Raises:
        CannotSave: the folder or the disk refuses; the file at *path* is unchanged.
        WorkbookInUse: another program holds the file open (on Windows).
    """
    with PendingFile(path, content, like=like) as pending:
        return pending.place()


class PendingFile:
    """A file under a hidden name in its folder, until it is put in place or discarded.

    With *content* it is written to disk at once; otherwise write to `file` before placing it. It replaces *path* and
    keeps its permissions (a new file is as private as the workbook *like*), and is called *shown* in errors. Every
    method raises CannotSave or WorkbookInUse; the file at *path* is then unchanged.
    """

    def __init__(
        self, path: Path, content: bytes | None = None, shown: Path | None = None, like: str | Path | None = None
    ) -> None:
        self.path, self._shown = path, shown or path
        self.temporary_path = temporary_file_beside(path)
        with raise_as_cannot_save(self._shown):
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_unreplaceable_file(path, self._shown)
            self.file = _create_private_file(self.temporary_path, path.exists(), like)
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
        """Flush the content to disk and close the file; it gets the permissions of the file it replaces."""
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
        """Put the file next to the one it cannot replace, under a visible name, and return its path."""
        return self._place_at(_unused_file_path(self.path))

    def _place_at(self, path: Path) -> Path:
        self.complete()
        with raise_as_cannot_save(self._shown):
            os.replace(self.temporary_path, path)
        _flush_folder(path.parent)
        return path

    def discard(self) -> None:
        """Remove the file, unless it was put in place."""
        with suppress(OSError):  # on a full disk, closing tries to write the rest
            self.file.close()
        with suppress(OSError):
            self.temporary_path.unlink()


@contextmanager
def raise_as_cannot_save(path: Path) -> Iterator[None]:
    """Raise an OSError as CannotSave, with *path* in the message."""
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
    if error.errno == errno.ELOOP:
        name = os.path.basename(error.filename or path)
        return CannotSave(
            path, Text("{name}, a file of ours beside it, is a link or a device; remove it").with_facts(name=name)
        )
    if error.errno in _FULL_DISK_ERRORS:
        return CannotSave(path, Text("the disk is full"))
    return CannotSave(path, error.strerror or str(error))


def open_own_file(path: Path) -> FileIO:
    """Open a file of ours for reading and appending, and create it if it is missing.

    Raises:
        OSError: it cannot be opened, or is a link (also a hard one) or a device that somebody has put in its place.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _CREATE_FLAGS & ~(os.O_WRONLY | os.O_EXCL)
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    found = os.fstat(handle)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
        os.close(handle)
        raise OSError(errno.ELOOP, "a link or a device has the name of a file of ours", str(path))
    return os.fdopen(handle, "a+b", buffering=0)


def hidden_file_beside(path: Path, suffix: str) -> Path:
    """Return the path of a hidden file next to *path*, with a name of limited length."""
    digest = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return path.with_name(f".salesflow-{digest}{suffix}")


def temporary_file_beside(path: Path) -> Path:
    """Return a hidden path next to *path* that no other run uses."""
    return hidden_file_beside(path, f"-{secrets.token_hex(4)}{TEMPORARY_SUFFIX}")


def _refuse_unreplaceable_file(path: Path, shown: Path) -> None:
    if path.is_symlink():
        why = Text("it is a link; give the file that it leads to")
        raise CannotSave(shown, why)
    if path.is_dir():
        raise CannotSave(shown, Text("a folder has this name"))
    if path.exists() and not path.is_file():
        raise CannotSave(shown, Text("it is a device, not a file"))
    if os.name == "nt" and path.exists():  # on Windows, a file that a program has open cannot be replaced
        path.open("r+b").close()


def _create_private_file(path: Path, replaces: bool, like: str | Path | None) -> BinaryIO:
    # until the old file's permissions are copied, nobody else may read the new one
    mode = 0o600 if replaces else 0o666  # the system's own mask applies too
    if like and not replaces:
        with suppress(OSError, ValueError):
            mode = 0o600 | (os.stat(like).st_mode & 0o666)
    return os.fdopen(os.open(path, _CREATE_FLAGS, mode), "wb")


def _copy_file_attributes(source: Path, target: Path) -> None:
    """Copy permissions, owner and extended attributes from *source* to *target*, as far as the system allows."""
    try:
        old = source.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(target, old.st_uid, old.st_gid)
    with suppress(OSError):  # a file system without permissions
        os.chmod(target, old.st_mode & 0o7777)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(source):
                os.setxattr(target, name, os.getxattr(source, name))


def _flush_folder(folder: Path) -> None:
    """Flush the folder, where the system can, so that the rename itself is durable."""
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
_MAX_FILE_NAME_BYTES = 180  # so that name, extension and an added number fit into the 255 bytes of common file systems


def safe_file_name(name: str) -> str:
    """Return *name* as a file name without extension: no path, no control or invisible direction characters, not reserved."""
    # control, format (bidi overrides), surrogate, private and unassigned characters do not belong in a name
    kept = "".join(
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", name)
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    printable = re.sub(r" {2,}", " ", _FORBIDDEN_FILE_NAME_CHARACTERS.sub("-", kept))
    short = printable.strip(" .").encode("utf-8")[:_MAX_FILE_NAME_BYTES].decode("utf-8", "ignore").strip(" .")
    if not short.strip("-_ "):
        return "document"
    return f"_{short}" if _RESERVED_FILE_NAMES.match(short) else short
