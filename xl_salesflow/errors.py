"""The errors that stop a run; anything wrong with a single row is a Finding instead.

    SalesflowError
    ├── UsageError            the call itself is wrong (exit code 2)
    └── WorkbookError         the workbook cannot be used (exit code 3); nothing was written
        ├── NotAWorkbook          missing, a folder, truncated, hostile or of another format
        ├── EncryptedWorkbook     protected with a password to open
        ├── NotOurWorkbook        a valid workbook without our tables
        ├── MissingTable          one of our tables is missing
        ├── MissingColumn         one of our columns is missing
        ├── UnsupportedEdit       an edit that this package cannot make without losing something
        ├── WorkbookInUse         Excel or another process has it open
        ├── WorkbookChanged       somebody saved it since it was read
        └── CannotSave            the folder or the disk refuses

An error takes the facts and writes its own sentence, in English (``str(error)``) and in every other language
(``error.in_("zh")``): the place, what is wrong, the remedy. A reason that varies is a Text, or one word for all
languages.
"""

from __future__ import annotations

from os import PathLike, fspath

from xl_salesflow.locale.texts import Text, as_text

Pathish = str | PathLike[str]


class SalesflowError(Exception):
    """The base class of everything the product raises on purpose.

    The message is English and may contain ``{named}`` facts; it is translated like every other text.
    """

    exit_code = 1

    def __init__(self, message: str | Text, /, **facts: object) -> None:
        self.text = as_text(message).with_facts(**facts)
        super().__init__(self.text.in_("en"))

    def in_(self, language: str) -> str:
        """Return the sentence in *language*."""
        return self.text.in_(language)


class UsageError(SalesflowError):
    """The call is wrong: an unknown name, a missing file, options that exclude each other."""

    exit_code = 2


class WorkbookError(SalesflowError):
    """The workbook cannot be used; it is unchanged."""

    exit_code = 3


class NotAWorkbook(WorkbookError):
    """The file is not a valid Excel workbook; *hostile* if it looks made to do harm."""

    def __init__(self, path: Pathish, why: Text, hostile: bool = False) -> None:
        self.why, self.hostile = why, hostile
        super().__init__("{path}: {why}.", path=fspath(path), why=why)


class EncryptedWorkbook(WorkbookError):
    """The file needs a password to be opened."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(
            "{path} is protected with a password; remove it in Excel (File › Info) and try again.", path=fspath(path)
        )


class NotOurWorkbook(WorkbookError):
    """A valid workbook without our tables."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(
            "{path} is not a salesflow workbook; make one with: salesflow init NEW.xlsx.", path=fspath(path)
        )


class MissingTable(WorkbookError):
    """One of our tables is not in the workbook."""

    def __init__(self, path: Pathish, table: str, nearest: str | None = None) -> None:
        super().__init__(
            "{path} has no table {table}; is it the one now named {nearest}? "
            "Rename it back or restore it from a backup."
            if nearest
            else "{path} has no table {table}; salesflow check --repair adds it to a workbook of ours.",
            path=fspath(path),
            table=table,
            nearest=nearest,
        )


class MissingColumn(WorkbookError):
    """A column we need is not in its table."""

    def __init__(self, path: Pathish, table: str, column: str, nearest: str | None = None) -> None:
        super().__init__(
            "{path}: table {table} has no column “{column}”; is it the one now headed “{nearest}”? Put the header back."
            if nearest
            else "{path}: table {table} has no column “{column}”; put its header back, "
            "or let salesflow check --repair add the column.",
            path=fspath(path),
            table=table,
            column=column,
            nearest=nearest,
        )


class UnsupportedEdit(WorkbookError):
    """An edit that this package cannot make without losing something; *place* is an address such as ``Deals!B7``."""

    def __init__(self, path: Pathish, place: str, why: str | Text) -> None:
        super().__init__("{path}, {place}: {why}.", path=fspath(path), place=place, why=why)


class WorkbookInUse(WorkbookError):
    """Excel or another process has the file open; *holder* is the name it left, if any."""

    def __init__(self, path: Pathish, holder: str | None = None) -> None:
        super().__init__(
            "{path} is in use by {holder}; close it and try again."
            if holder
            else "{path} is open; close it and try again.",
            path=fspath(path),
            holder=holder,
        )


class WorkbookBusy(WorkbookInUse):
    """Another run of ours is about to save the file; it is worth waiting."""


class WorkbookChanged(WorkbookError):
    """Somebody saved the file between our read and our write."""

    def __init__(self, path: Pathish) -> None:
        super().__init__(
            "{path} was saved by somebody else meanwhile; nothing was written, run again.", path=fspath(path)
        )


class CannotSave(WorkbookError):
    """The folder or the disk refuses; the old file is unchanged."""

    def __init__(self, path: Pathish, why: str | Text) -> None:
        super().__init__("{path} could not be saved: {why}; the old file is unchanged.", path=fspath(path), why=why)
