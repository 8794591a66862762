"""What stops a run. Anything wrong with a single row is a Finding instead (see model.plan).

    SalesflowError
    ├── UsageError            the call itself is off (exit code 2)
    └── WorkbookError         the workbook cannot be used (exit code 3); nothing was written
        ├── NotAWorkbook          missing, a folder, truncated, hostile or of another format
        ├── EncryptedWorkbook     protected with a password to open
        ├── NotOurWorkbook        a sound workbook without our tables
        ├── MissingTable          one of our tables is gone
        ├── MissingColumn         one of our columns is gone
        ├── BadPlaybook           Stages or Gates cannot be judged by; one sentence per fault
        ├── UnsupportedEdit       an edit this package cannot take without losing something
        ├── WorkbookInUse         Excel or another process holds it
        ├── WorkbookChanged       somebody saved it since it was read
        └── CannotSave            the folder or the disk refuses

An error takes the facts and writes its own sentence: the place, what is wrong, the remedy.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath

Pathish = str | PathLike[str]


class SalesflowError(Exception):
    """The root: everything the product raises on purpose."""

    exit_code = 1


class UsageError(SalesflowError):
    """The call is off: an unknown name, a missing file, options that exclude each other."""

    exit_code = 2


class WorkbookError(SalesflowError):
    """The workbook cannot be used; it is as it was."""

    exit_code = 3


class NotAWorkbook(WorkbookError):
    """The file is no sound Excel workbook."""

    def __init__(self, path: Pathish, why: str) -> None:
        super().__init__(f"{fspath(path)}: {why}.")


class EncryptedWorkbook(WorkbookError):
    """The file needs a password to open."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(
            f"{fspath(path)} is protected with a password; remove it in Excel (File › Info) and try again."
        )


class NotOurWorkbook(WorkbookError):
    """A sound workbook without our tables."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(f"{fspath(path)} is not a salesflow workbook; make one with: salesflow init NEW.xlsx.")


class MissingTable(WorkbookError):
    """One of our tables is not in the workbook."""

    def __init__(self, path: Pathish, table: str, nearest: str | None = None) -> None:
        hint = f"; is it the one now named {nearest}?" if nearest else ""
        super().__init__(f"{fspath(path)} has no table {table}{hint} Rename it back or restore it from a backup.")


class MissingColumn(WorkbookError):
    """A column we need is not in its table."""

    def __init__(self, path: Pathish, table: str, column: str, nearest: str | None = None) -> None:
        hint = f"; is it the one now headed “{nearest}”?" if nearest else "."
        super().__init__(f"{fspath(path)}: table {table} has no column “{column}”{hint} Put the header back.")


class BadPlaybook(WorkbookError):
    """The sales process in the workbook cannot be judged by; every fault at once."""

    def __init__(self, path: Pathish, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{fspath(path)}: the sales process needs mending. " + " ".join(self.faults))


class UnsupportedEdit(WorkbookError):
    """An edit that this package cannot take without losing something."""

    def __init__(self, path: Pathish, place: str, why: str) -> None:
        super().__init__(f"{fspath(path)}, {place}: {why}.")


class WorkbookInUse(WorkbookError):
    """Excel or another process holds the file."""

    def __init__(self, path: Pathish, holder: str | None = None) -> None:
        who = f" by {holder}" if holder else ""
        super().__init__(f"{fspath(path)} is open{who}; close it and try again.")


class WorkbookChanged(WorkbookError):
    """Somebody saved the file between our read and our write."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(f"{fspath(path)} was saved by somebody else meanwhile; nothing was written, run again.")


class CannotSave(WorkbookError):
    """The folder or the disk refuses; the old file stands."""

    def __init__(self, path: Pathish, why: str) -> None:
        super().__init__(f"{fspath(path)} could not be saved: {why}; the old file is as it was.")
