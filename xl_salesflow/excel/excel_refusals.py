"""What Excel raises when it refuses a call, and the errors that tell a person about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import xlwings as xw

from xl_salesflow.errors import WorkbookError
from xl_salesflow.locale.texts import Text, TextList

_REFUSAL_CLASSES = (("pywintypes", "com_error"), ("appscript.reference", "CommandError"))


def refusal_errors() -> tuple[type[Exception], ...]:
    """Return the errors that Excel raises on this system when it refuses a call."""
    found = (getattr(sys.modules.get(module), name, None) for module, name in _REFUSAL_CLASSES)
    return tuple(error for error in found if error)


class WriteRefused(WorkbookError):
    """Excel refused a write to the open workbook; *left* are cells that could not be restored."""

    def __init__(self, name: str, why: str | Text, left: Sequence[str] = ()) -> None:
        self.why = why
        super().__init__(
            "{path}: {why}. These cells could not be put back: {left}; close the workbook without saving."
            if left
            else "{path}: {why}; the workbook is as it was before.",
            path=name,
            why=why,
            left=TextList(tuple(left)),
        )


class ChangedMeanwhile(WorkbookError):
    """Somebody typed into the open workbook between our read and our write."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(
            "{path}: {place} was changed while the button ran; nothing was written, press it again.",
            path=name,
            place=place,
        )


class CallRefused(WorkbookError):
    """Excel refused a call that writes nothing, such as showing a sheet."""

    def __init__(self, name: str, why: str | Text) -> None:
        super().__init__("{path}: {why}.", path=name, why=why)


@contextmanager
def translate_refusals(book: xw.Book, raising: type[WriteRefused] | type[CallRefused] = WriteRefused) -> Iterator[None]:
    """Raise an error with Excel's own words for any refusal inside."""
    try:
        yield
    except refusal_errors() as error:
        raise raising(
            book.name,
            Text(
                "Excel refused ({reason}); finish what is open in Excel, unprotect the sheet or clear its filter"
            ).with_facts(reason=_excel_words(error)),
        ) from error


def _excel_words(error: Exception) -> str:
    """Return what Excel says about a refusal; on Windows its own sentence, without line breaks."""
    info = getattr(error, "excepinfo", None)
    words = info[2] if info and len(info) > 2 and info[2] else str(error)
    return " ".join(str(words).split())
