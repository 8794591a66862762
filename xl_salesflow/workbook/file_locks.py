"""Find out who has a workbook open: Excel, LibreOffice or another run of ours.

Our lock is an operating system lock on a file next to the workbook, so it ends with the process that holds it. The file
itself is removed by its holder or by the next run.
"""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from xl_salesflow.core.file_saving import hidden_file_beside
from xl_salesflow.errors import WorkbookBusy, WorkbookInUse

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
            data = owner.read_bytes()
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
        return owner.read_bytes().decode("utf-8", "replace").split(",")


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
        file = lock.open("a+b", buffering=0)
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
        file.write(f"{_current_user_name()}, run {os.getpid()} on {socket.gethostname()}".encode())
    return file


def _is_lock_file_in_place(file: FileIO, lock: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), lock.stat())
    except FileNotFoundError:
        return False


def _current_user_name() -> str:
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
