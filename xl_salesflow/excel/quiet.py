"""Excel held still while a plan is written: no recalculation, no flicker, no events; all of it put back even on failure.

A person who is still editing a cell makes Excel refuse every call: it is waited for, then told.
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

PATIENCE = 20.0
"""Seconds that somebody may go on editing a cell."""

_ATTEMPTS = 50  # that xlwings makes by itself before it reports; its own default is for ever
_STILL = {"calculation": "manual", "screen_updating": False, "enable_events": False}


class StillEditing(WorkbookError):
    """Excel takes no orders while a cell is being edited."""

    def __init__(self) -> None:
        super().__init__(
            "A cell is being edited or a dialog is open in Excel; finish it (Enter or Esc) and try again.",
            "Excel 中有单元格正在编辑或对话框未关闭；请按 Enter 或 Esc 结束后重试。",
        )


def refusals() -> tuple[type[Exception], ...]:
    """Return the errors by which Excel on this system refuses a call."""
    if sys.platform == "win32":
        return (importlib.import_module("pywintypes").com_error,)
    if sys.platform == "darwin":
        return (importlib.import_module("appscript.reference").CommandError,)
    return ()


@contextmanager
def still(book: xw.Book, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Hold Excel still for the time of a write.

    Raises:
        StillEditing: somebody went on editing a cell for longer than PATIENCE.
    """
    app = book.app
    with ExitStack() as back:
        for name, value in _STILL.items():
            try:
                before = _asked(partial(getattr, app, name), sleep)
            except NotImplementedError:  # Excel on the web has no such switch
                continue
            back.callback(setattr, app, name, before)
            _asked(partial(setattr, app, name, value), sleep)
        yield


def _asked(ask: Callable[[], Any], sleep: Callable[[float], None]) -> Any:
    _limit_attempts()
    for waited in range(int(PATIENCE)):
        try:
            return ask()
        except refusals():
            sleep(1.0 if waited else 0.2)
    raise StillEditing


def _limit_attempts() -> None:
    # xlwings on Windows repeats a refused call without end, and would hang as long as the cell is edited
    if windows := sys.modules.get("xlwings._xlwindows"):
        windows.N_COM_ATTEMPTS = _ATTEMPTS  # type: ignore[attr-defined]
