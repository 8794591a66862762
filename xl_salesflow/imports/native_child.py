"""The child process that reads one workbook with the native reader, and writes its sheets to its output.

Such a library asks for as much memory as a damaged file says, and ends the process if there is none: it ends this one.
"""

from __future__ import annotations

import pickle
import sys
from typing import Any, NamedTuple

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

_CHILD_BYTES = 1 << 30


class NativeSheet(NamedTuple):
    """A sheet as the native reader returns it; *place* is its number in the workbook."""

    place: int
    name: str
    hidden: bool
    cells: list[list[Any]]
    merges: tuple[Any, ...]


class NativeAnswer(NamedTuple):
    """The sheets of a workbook, or why there are none."""

    sheets: list[NativeSheet]
    has_password: bool = False
    fault: str = ""


def read_native_sheet(book: CalamineWorkbook, place: int) -> NativeSheet | None:
    """Return a sheet with cells; None for charts and macros."""
    about = book.sheets_metadata[place]
    if about.typ is not SheetTypeEnum.WorkSheet:
        return None
    sheet = book.get_sheet_by_name(about.name)
    cells = sheet.to_python(skip_empty_area=False)
    hidden = about.visible is not SheetVisibleEnum.Visible
    return NativeSheet(place, about.name, hidden, cells, tuple(sheet.merged_cell_ranges or ()))


def answer_parent() -> None:
    """Read the workbook that the last argument names."""
    _limit_memory()
    answer = _read_workbook(sys.argv[-1])
    pickle.dump(answer, sys.stdout.buffer)


def _read_workbook(path: str) -> NativeAnswer:
    try:
        book = CalamineWorkbook.from_path(path)
        found = (read_native_sheet(book, place) for place in range(len(book.sheets_metadata)))
        return NativeAnswer([sheet for sheet in found if sheet is not None])
    except PasswordError:
        return NativeAnswer([], has_password=True)
    except (CalamineError, OSError) as error:
        return NativeAnswer([], fault=str(error) or type(error).__name__)


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; there, the process ends when the machine's memory does
        return
    resource.setrlimit(resource.RLIMIT_DATA, (_CHILD_BYTES, _CHILD_BYTES))
