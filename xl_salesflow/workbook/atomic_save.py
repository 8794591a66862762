"""Save a workbook in place of exactly the one that was read, and find out who else has it open."""

from __future__ import annotations

import errno
import getpass
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from xl_salesflow.core.file_saving import (
    TEMPORARY_SUFFIX,
    PendingFile,
    hidden_file_beside,
    open_own_file,
    raise_as_cannot_save,
    temporary_file_beside,
)
from xl_salesflow.errors import WorkbookBusy, WorkbookChanged, WorkbookInUse
from xl_salesflow.ooxml.regular_files import open_regular_file, read_regular_file

_ABANDONED_AFTER_SECONDS = 7 * 24 * 3600  # age in seconds from which an owner file counts as left over from a crash
_ANSI_NAME_START, _WIDE_LENGTH_START, _WIDE_NAME_START = (
    1,
    55,
    57,
)  # position of the user name in an owner file of Excel


def refuse_if_open(path: Path) -> None:
    """Raise WorkbookInUse if Excel or LibreOffice has the workbook open."""
    for program in (_ExcelOwnerFile(), _LibreOfficeOwnerFile()):
        owner = path.with_name(program.owner_file(path.name))
        with suppress(FileNotFoundError):
            if owner.exists() and not program.is_abandoned(owner):
                raise WorkbookInUse(path, f"{program.holder(owner)} (says {owner.name})")


class _ExcelOwnerFile:
    def owner_file(self, name: str) -> str:
        return f"~${name}"

    def holder(self, owner: Path) -> str:
        try:
            data = read_regular_file(owner)
        except PermissionError:
            return "Excel"
        wide = int.from_bytes(data[_WIDE_LENGTH_START:_WIDE_NAME_START], "little")
        name = (
            data[_WIDE_NAME_START : _WIDE_NAME_START + 2 * wide].decode("utf-16-le", "replace") if 0 < wide < 64 else ""
        )
        ansi = data[_ANSI_NAME_START : _ANSI_NAME_START + data[0]].decode("latin-1") if data and data[0] < 54 else ""
        return _keep_printable_signs(name) or _keep_printable_signs(ansi) or "Excel"

    def is_abandoned(self, owner: Path) -> bool:
        """Return whether a crash left the file behind; on Windows, a running Excel keeps it open."""
        if os.name == "nt":
            try:
                owner.open("r+b").close()
            except PermissionError:
                return False
            return True
        here = sys.platform == "darwin" and not owner.is_relative_to("/Volumes")  # not on a network drive
        return _is_old_owner_file(owner) or (here and not _is_program_running("Microsoft Excel"))


class _LibreOfficeOwnerFile:
    def owner_file(self, name: str) -> str:
        return f".~lock.{name}#"

    def holder(self, owner: Path) -> str:
        return next((name for name in map(_keep_printable_signs, self._fields(owner)[:2]) if name), "LibreOffice")

    def is_abandoned(self, owner: Path) -> bool:
        """Return whether the owner file is from this computer, but LibreOffice is not running on it."""
        host = [*self._fields(owner), "", "", ""][2]
        here = host.casefold() == socket.gethostname().casefold()
        return _is_old_owner_file(owner) or (os.name != "nt" and here and not _is_program_running("soffice"))

    @staticmethod
    def _fields(owner: Path) -> list[str]:
        return read_regular_file(owner).decode("utf-8", "replace").split(",")


def _is_old_owner_file(owner: Path) -> bool:
    """Return whether the owner file is so old that it must be left over from a crash."""
    return time.time() - owner.stat().st_mtime > _ABANDONED_AFTER_SECONDS


def _is_program_running(program: str) -> bool:
    """Return whether a program is running on this computer; True if that cannot be determined."""
    try:
        seen = subprocess.run(
            ["ps", "-A", "-o", "comm="], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return True
    return any(Path(line.strip()).name.startswith(program) for line in seen.splitlines())


def _keep_printable_signs(name: str) -> str:
    return "".join(filter(str.isprintable, name)).strip()


@contextmanager
def sole_writer(path: Path) -> Iterator[None]:
    """Be the only run that writes a workbook; raises WorkbookBusy if there is another one."""
    lock = hidden_file_beside(path, ".lock")
    file = _acquire_workbook_lock(path, lock)
    try:
        yield
    finally:
        if os.name == "nt":  # an open file cannot be removed on Windows
            file.close()
        with suppress(OSError):
            lock.unlink()
        file.close()


def _acquire_workbook_lock(path: Path, lock: Path) -> FileIO:
    while True:
        file = open_own_file(lock)
        try:
            _lock(file)
        except OSError as error:
            with file:
                file.seek(0)
                holder = _keep_printable_signs(file.read(200).decode("utf-8", "replace")) if os.name != "nt" else ""
            raise WorkbookBusy(path, holder or "another run of salesflow") from error
        if _is_lock_file_in_place(file, lock):
            break
        file.close()  # the previous holder removed the file after we opened it and before we locked it
    with suppress(OSError):  # the user name is only informative; a full disk is reported when saving
        file.truncate(0)
        file.write(f"{find_system_account()}, run {os.getpid()} on {socket.gethostname()}".encode())
    return file


def _is_lock_file_in_place(file: FileIO, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), lock.stat())
    except FileNotFoundError:
        return False


def find_system_account() -> str:
    """Return the name of the account on this computer."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such user, as in containers
        return "somebody"


if os.name == "nt":
    import msvcrt

    def _lock(file: FileIO) -> None:
        file.seek(1 << 20)  # a byte that is never read
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        file.seek(0)

else:
    import fcntl

    def _lock(file: FileIO) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def save_workbook(path: Path, write_to: Callable[[BinaryIO], object], digest: str | None, backups: int = 0) -> str:
    """Replace the workbook that has this digest (None: there must be no file) and return the new digest.

    Keeps permissions, owner and extended attributes, and up to `backups` earlier versions next to the workbook. Raises
    WorkbookInUse, WorkbookChanged or CannotSave; the old file is then unchanged.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    with raise_as_cannot_save(path), sole_writer(target):
        _remove_leftover_files(target)
        _refuse_changed_workbook(target, digest)
        with PendingFile(target, shown=path) as pending:
            write_to(pending.file)
            pending.complete()
            new_digest = _workbook_file_digest(pending.temporary_path)
            _refuse_changed_workbook(
                target, digest
            )  # writing took some time, so check again right before replacing the file
            if backups and digest:
                _rotate_backups(target, backups)
            pending.place()
    return new_digest


def remove_litter(path: Path) -> None:
    """Remove what killed runs left beside the workbook; nothing is removed while another run saves it."""
    target = Path(os.path.realpath(path))
    with suppress(OSError, WorkbookBusy), sole_writer(target):
        _remove_leftover_files(target)


def replace_workbook(path: Path, content: bytes) -> None:
    """Write *content* to *path*, replacing any workbook there.

    Raises:
        WorkbookInUse: somebody has it open.
        CannotSave: the folder or the disk refuses; the file at *path* is unchanged.
    """
    with raise_as_cannot_save(path):
        digest = _workbook_file_digest(path) if path.exists() else None
    save_workbook(path, lambda file: file.write(content), digest)


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
    with open_regular_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_leftover_files(target: Path) -> None:
    """Remove the temporary files of killed runs; we are the sole writer, so none of them is in use."""
    start = hidden_file_beside(target, "").name
    for entry in target.parent.iterdir():
        if entry.name.startswith(start) and entry.name.endswith(TEMPORARY_SUFFIX):
            with suppress(OSError):
                entry.unlink()


def _rotate_backups(target: Path, count: int) -> None:
    """Shift the numbered backups by one and keep the current file as number 1, the newest.

    The current file is about to be replaced, so where the file system has links, its old content takes no more room.
    """
    ring = [target.with_name(f"{target.stem}.backup-{number}{target.suffix}") for number in range(1, count + 1)]
    copy = temporary_file_beside(target)
    try:
        try:
            os.link(target, copy)
        except OSError:
            shutil.copy2(target, copy)  # under another name, so that a backup is either complete or missing
        for older, newer in zip(reversed(ring), reversed(ring[:-1]), strict=False):
            with suppress(FileNotFoundError):
                os.replace(newer, older)
        os.replace(copy, ring[0])
    finally:
        with suppress(FileNotFoundError):
            copy.unlink()
