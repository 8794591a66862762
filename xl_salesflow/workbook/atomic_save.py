"""Save a workbook so that the old or the new file is always complete, whatever happens in between.

The new bytes go into a temporary file in the same folder, to the disk, and then under the workbook's name in one step of
the file system. The file on disk must still be the one that was read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xl_salesflow.errors import CannotSave, WorkbookChanged, WorkbookInUse
from xl_salesflow.workbook.file_locks import hidden_file_beside, refuse_if_open, sole_writer

_TEMPORARY_SUFFIX = ".tmp"


def save_workbook(path: Path, write_to: Callable[[BinaryIO], None], digest: str | None, backups: int = 0) -> str:
    """Put a workbook in place of the one with this digest (None: of no file at all) and return the new digest.

    Keeps permissions, owner and extended attributes, and up to `backups` earlier versions beside the workbook. Raises
    WorkbookInUse, WorkbookChanged, CannotSave; whatever is raised, the old file is as it was.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    with _translate_disk_errors(path), sole_writer(target):
        _remove_leftover_files(target)
        _refuse_changed_workbook(target, digest)
        with _temporary_file_beside(target) as temporary:
            new_digest = _write_temporary_file(temporary, write_to)
            _copy_file_attributes(target, temporary)
            _refuse_changed_workbook(target, digest)  # writing took its time: look again, right before the step
            if backups and digest:
                _rotate_backups(target, backups)
            os.replace(temporary, target)
            _flush_folder(target.parent)
    return new_digest


@contextmanager
def _temporary_file_beside(target: Path) -> Iterator[Path]:
    """Name a file beside the workbook that is gone afterwards, unless it got another name."""
    temporary = hidden_file_beside(target, f"-{secrets.token_hex(4)}{_TEMPORARY_SUFFIX}")
    try:
        yield temporary
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


@contextmanager
def _translate_disk_errors(path: Path) -> Iterator[None]:
    """Say what the disk or the folder refused."""
    try:
        yield
    except PermissionError as error:
        if os.name == "nt" and error.winerror == 32:  # type: ignore[attr-defined,unused-ignore]  # in use elsewhere
            raise WorkbookInUse(path) from error
        why = (f"the folder or the file is read-only ({error.strerror})", f"文件夹或文件为只读（{error.strerror}）")
        raise CannotSave(path, why) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise CannotSave(path, ("the disk is full", "磁盘已满")) from error
        raise CannotSave(path, error.strerror or str(error)) from error


def _refuse_changed_workbook(target: Path, digest: str | None) -> None:
    refuse_if_open(target)
    try:
        found = _workbook_file_digest(target)
    except FileNotFoundError:
        found = None
    if found != digest:
        raise WorkbookChanged(target)
    if found and not (target.stat().st_mode & 0o222 and os.access(target, os.W_OK)):
        raise PermissionError(errno.EACCES, "the file is write-protected")


def _workbook_file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_leftover_files(target: Path) -> None:
    """Remove what killed runs left; we are the sole writer, so no temporary of this workbook is in use."""
    start = hidden_file_beside(target, "").name
    for entry in target.parent.iterdir():
        if entry.name.startswith(start) and entry.name.endswith(_TEMPORARY_SUFFIX):
            with suppress(OSError):
                entry.unlink()


def _write_temporary_file(temporary: Path, write_to: Callable[[BinaryIO], None]) -> str:
    with temporary.open("xb") as file:
        write_to(file)
        file.flush()
        os.fsync(file.fileno())
    return _workbook_file_digest(temporary)


def _copy_file_attributes(target: Path, temporary: Path) -> None:
    """Give the new file the old one's permissions, owner and extended attributes, as far as the system lets us."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    if hasattr(os, "chown"):
        with suppress(PermissionError):
            os.chown(temporary, old.st_uid, old.st_gid)
    os.chmod(temporary, old.st_mode & 0o7777)
    if hasattr(os, "listxattr"):
        with suppress(OSError):
            for name in os.listxattr(target):
                os.setxattr(temporary, name, os.getxattr(target, name))


def _rotate_backups(target: Path, count: int) -> None:
    """Shift the ring of earlier versions by one and copy the present one in front; 1 is the newest."""
    ring = [target.with_name(f"{target.stem}.backup-{number}{target.suffix}") for number in range(1, count + 1)]
    with _temporary_file_beside(target) as copy:  # so that a backup is whole or not there
        shutil.copy2(target, copy)
        for older, newer in zip(reversed(ring), reversed(ring[:-1]), strict=False):
            with suppress(FileNotFoundError):
                os.replace(newer, older)
        os.replace(copy, ring[0])


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
