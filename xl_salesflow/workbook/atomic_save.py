"""Save a workbook in place of exactly the one that was read.

Nobody else may have it open or have saved it meanwhile. The old or the new file is always complete
(`core.file_saving`), and earlier versions are kept next to the workbook if requested.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from xl_salesflow.core.file_saving import (
    TEMPORARY_SUFFIX,
    PendingFile,
    hidden_file_beside,
    raise_as_cannot_save,
    temporary_file_beside,
)
from xl_salesflow.errors import WorkbookChanged
from xl_salesflow.workbook.file_locks import refuse_if_open, sole_writer


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
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _remove_leftover_files(target: Path) -> None:
    """Remove the temporary files of killed runs; we are the sole writer, so none of them is in use."""
    start = hidden_file_beside(target, "").name
    for entry in target.parent.iterdir():
        if entry.name.startswith(start) and entry.name.endswith(TEMPORARY_SUFFIX):
            with suppress(OSError):
                entry.unlink()


def _rotate_backups(target: Path, count: int) -> None:
    """Shift the numbered backups by one and copy the current file to number 1, the newest."""
    ring = [target.with_name(f"{target.stem}.backup-{number}{target.suffix}") for number in range(1, count + 1)]
    copy = temporary_file_beside(target)
    try:
        shutil.copy2(target, copy)  # so that a backup is either complete or missing
        for older, newer in zip(reversed(ring), reversed(ring[:-1]), strict=False):
            with suppress(FileNotFoundError):
                os.replace(newer, older)
        os.replace(copy, ring[0])
    finally:
        with suppress(FileNotFoundError):
            copy.unlink()
