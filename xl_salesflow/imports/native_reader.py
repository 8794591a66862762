"""Read workbooks with the native reader, so that a damaged file ends neither the program nor asks for all memory.

Workbooks in the format of Excel 97-2003 are read in a child process: what the reader asks for cannot be bounded from
within. Packages are read here, after a check that their cells fit into memory.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.native_child import NativeAnswer, NativeSheet, read_native_sheet
from xl_salesflow.locale.texts import Text

_CHILD_SECONDS = 120
_CHILD_CODE = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from xl_salesflow.imports.native_child import "


def read_package_sheets(path: Path) -> Iterator[NativeSheet]:
    """Yield the sheets of a package.

    Raises:
        UsageError: the file is password-protected, or the reader gives up.
    """
    book = None
    for place in range(-1, 1 << 20):
        with _mute_native_output(), _raise_as_unreadable(path):
            book = book or CalamineWorkbook.from_path(path)
            if place >= len(book.sheets_metadata):
                return
            sheet = read_native_sheet(book, place) if place >= 0 else None
        if sheet is not None:
            yield sheet


def read_old_sheets(path: Path) -> list[NativeSheet]:
    """Return the sheets of a workbook in the format of Excel 97-2003.

    Raises:
        UsageError: the file is password-protected, or the child gives up or is ended.
    """
    command = [
        sys.executable,
        "-P",
        "-c",
        f"{_CHILD_CODE}answer_parent; answer_parent()",
        json.dumps(sys.path),
        str(path),
    ]
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_CHILD_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise _unreadable_error(path, Text("it is damaged")) from None
    if child.returncode:
        raise _unreadable_error(path, Text("it is damaged"))
    answer: NativeAnswer = pickle.loads(child.stdout)
    if answer.has_password:
        raise _password_error(path)
    if answer.fault:
        raise _unreadable_error(path, answer.fault)
    return answer.sheets


@contextmanager
def _raise_as_unreadable(path: Path) -> Iterator[None]:
    # the library is written in Rust, in which a wrong assumption about a damaged file is no error of Python's
    try:
        yield
    except PasswordError as error:
        raise _password_error(path) from error
    except (CalamineError, OSError) as error:
        raise _unreadable_error(path, error) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise _unreadable_error(path, Text("it is damaged")) from None


def _password_error(path: Path) -> UsageError:
    return UsageError("{path} is protected with a password; save a copy without one.", path=path)


def _unreadable_error(path: Path, why: object) -> UsageError:
    return UsageError(
        "{path} cannot be read as a workbook ({error}); save it again as .xlsx or .csv.", path=path, error=why
    )


@contextmanager
def _mute_native_output() -> Iterator[None]:
    """Keep from the terminal what a native library prints on its own."""
    try:
        kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    except OSError:  # a program without a terminal
        yield
        return
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
