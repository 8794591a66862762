"""From which workbook a button was pressed, and that no two presses run at once.

On macOS, Excel does not wait for Python, so a person can press a second button, or type, while the first one runs.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import xlwings as xw

from xl_salesflow.errors import UsageError, WorkbookBusy
from xl_salesflow.workbook.atomic_save import sole_writer

PRESS_PATIENCE = 20.0
"""Seconds that a press waits for the one before it."""

_ONE_WAIT = 0.25


def find_calling_book(arguments: Sequence[str] | None = None) -> xw.Book:
    """Return the workbook in which the button was pressed.

    xlwings cuts its name at an equals sign, so such a name is looked up here; and where the name came through a command line
    changed, the active workbook of the same Excel is the one.
    """
    given = dict(
        one.removeprefix("--").split("=", 1) for one in arguments or sys.argv if one.startswith("--") and "=" in one
    )
    name, window = given.get("wb", "").strip(), given.get("hwnd", "").strip()
    if hasattr(xw.Book, "_mock_caller") or not any(mark in name for mark in "=%"):
        return xw.Book.caller()
    apps = [app for app in xw.apps if not window or app.hwnd == int(window)] or list(xw.apps)
    for app in apps:
        for book in app.books:
            if book.name.casefold() == name.casefold():
                return book
    return apps[0].books.active


@contextmanager
def hold_press_lock(name: str, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Let one press at a time run in the workbook of that *name*; the system releases the lock of a press that died.

    Raises:
        UsageError: another press ran for longer than PRESS_PATIENCE.
    """
    digest = hashlib.sha256(name.casefold().encode("utf-8", "replace")).hexdigest()[:16]
    with ExitStack() as held:
        for _ in range(int(PRESS_PATIENCE / _ONE_WAIT)):
            try:
                held.enter_context(sole_writer(Path(tempfile.gettempdir()) / f"salesflow-press-{digest}"))
                break
            except WorkbookBusy:
                sleep(_ONE_WAIT)
        else:
            raise UsageError("Another button is still running in {name}; wait until it has ended.", name=name)
        yield
