"""A workbook in xlwings' own, unmodified Windows layer, with Excel's COM server stood in for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import xlwings as xw

from tests.excel.engines.com_modules import load_windows_layer
from tests.excel.engines.com_objects import Application, Workbook
from tests.excel.open_desk import OpenDesk

APPLICATIONS: dict[int, Application] = {}
"""The running Excels by the handle of their window."""


@cache
def _windows_layer() -> Any:
    return load_windows_layer(_show_alert, APPLICATIONS)


def _show_alert(hwnd: int, prompt: str, title: str, style: int) -> int:
    APPLICATIONS[hwnd].alerts.append(prompt)
    asks = style & 7 == 4  # MB_YESNO
    return {"yes": 6, "no": 7}[APPLICATIONS[hwnd].reply] if asks else 1


def application(hwnd: int = 1) -> Application:
    """Return the Excel with that window, which is started if it is not running."""
    return APPLICATIONS.setdefault(hwnd, Application(hwnd))


def open_in_com(path: Path, hwnd: int = 1) -> xw.Book:
    """Open a workbook in that Excel, as the active one of xlwings."""
    windows = _windows_layer()
    xw._xlwindows = windows  # type: ignore[attr-defined]  # as on Windows
    xw.engines.active = xw.engines["excel"]
    return xw.Book(impl=windows.Book(xl=windows.COMRetryObjectWrapper(Workbook(application(hwnd), path))))


def workbook_of(book: xw.Book) -> Workbook:
    """Return the workbook behind a book of xlwings."""
    found: Workbook = book.impl.xl._inner
    return found


def com_desk(path: Path) -> OpenDesk:
    """Return a person at a workbook in that Excel."""
    book = open_in_com(path)
    return OpenDesk(book, workbook_of(book).grid)
