"""Suspend calculation, screen updates and events of Excel during a write.

All of them are restored, even on failure. While somebody edits a cell, Excel refuses every call: a write waits, and
then reports that a cell is being edited.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import xlwings as xw

from xl_salesflow.errors import WorkbookError

EDITING_PATIENCE = 20.0
"""Seconds to wait while somebody edits a cell."""

_COM_ATTEMPTS = 50  # made by xlwings before it reports an error; its own default is to retry forever
_SUSPENDED_STATE = {"calculation": "manual", "screen_updating": False, "enable_events": False}


class StillEditing(WorkbookError):
    """Excel accepts no calls while a cell is being edited."""

    def __init__(self) -> None:
        super().__init__(
            "A cell is being edited or a dialog is open in Excel; finish it (Enter or Esc) and try again.",
        )


def refusal_errors() -> tuple[type[Exception], ...]:
    """Return the errors that Excel raises on this system when it refuses a call."""
    if sys.platform == "win32":
        return (importlib.import_module("pywintypes").com_error,)
    if sys.platform == "darwin":
        return (importlib.import_module("appscript.reference").CommandError,)
    return ()


@contextmanager
def suspend_excel(book: xw.Book, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Suspend Excel during a write.

    Raises:
        StillEditing: somebody edited a cell for longer than PATIENCE.
    """
    app = book.app
    with ExitStack() as back:
        for name, value in _SUSPENDED_STATE.items():
            try:
                before = _retry_while_editing(partial(getattr, app, name), sleep)
            except NotImplementedError:  # Excel on the web has no such setting
                continue
            back.callback(setattr, app, name, before)
            _retry_while_editing(partial(setattr, app, name, value), sleep)
        yield


def _retry_while_editing(ask: Callable[[], Any], sleep: Callable[[float], None]) -> Any:
    _limit_com_attempts()
    for waited in range(int(EDITING_PATIENCE)):
        try:
            return ask()
        except refusal_errors():
            sleep(1.0 if waited else 0.2)
    raise StillEditing


def _limit_com_attempts() -> None:
    # xlwings on Windows retries a refused call forever, and would hang as long as the cell is edited
    if windows := sys.modules.get("xlwings._xlwindows"):
        windows.N_COM_ATTEMPTS = _COM_ATTEMPTS  # type: ignore[attr-defined]
