"""The modules of pywin32 that xlwings' Windows layer imports, with just enough in them that the layer runs here unmodified."""

# ruff: noqa: N801, N802 - the names are those of pywin32
from __future__ import annotations

import atexit
import contextlib
import ctypes
import importlib
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn
from unittest import mock

import xlwings as xw

FAILED = -2147352567  # DISP_E_EXCEPTION: Excel raised an error of its own


class ComError(Exception):
    """The error of pywin32, with its four arguments."""

    def __init__(self, hresult: int, strerror: str, excepinfo: Any = None, argerror: Any = None) -> None:
        super().__init__(hresult, strerror, excepinfo, argerror)
        self.hresult, self.strerror, self.excepinfo, self.argerror = hresult, strerror, excepinfo, argerror


def refuse(why: str) -> NoReturn:
    """Raise what pywin32 raises if Excel refuses a call."""
    raise ComError(FAILED, "Exception occurred.", (0, "Microsoft Excel", why, None, 0, -2146827284))


class TimeType(datetime):
    """The time of pywin32, which is a datetime with a time zone."""


class CDispatch:
    """The class of pywin32's objects; only these are wrapped by xlwings."""

    class _oleobj_:
        @staticmethod
        def GetIDsOfNames(*_: Any) -> NoReturn:
            raise ComError(-2147352570, "Unknown name.")


def _modules(alert: Callable[..., int]) -> dict[str, dict[str, Any]]:
    classes = {
        "CDispatch": CDispatch,
        **{name: type(name, (), {}) for name in ("CoClassBaseClass", "DispatchBaseClass")},
    }
    client = {**classes, "Dispatch": lambda one: one, "DispatchEx": None}
    boxes = {"MB_OK": 0, "MB_OKCANCEL": 1, "MB_YESNO": 4, "MB_YESNOCANCEL": 3}
    return {
        "pywintypes": {"com_error": ComError, "TimeType": TimeType, "error": OSError, "IID": str},
        "pythoncom": {"CoInitialize": lambda: None, "__file__": "pythoncom.dll", "ole_error": ComError},
        "win32api": {"MessageBox": alert},
        "win32con": {**boxes, "MB_ICONINFORMATION": 64, "MB_ICONWARNING": 48},
        "win32gui": {"FindWindowEx": lambda *_: 1},
        "win32process": {"GetWindowThreadProcessId": lambda hwnd: (0, 4000 + hwnd)},
        "win32timezone": {"TimeZoneInfo": SimpleNamespace(utc=lambda: UTC)},
        "win32com": {},
        "win32com.client": client,
        "xlwings._win32patch": {"CoClassBaseClass": classes["CoClassBaseClass"]},
    }


def load_windows_layer(alert: Callable[..., int], applications: dict[int, Any]) -> Any:
    """Import `xlwings._xlwindows` as it is; *applications* are the running Excels by window, *alert* is a message box."""
    for name, attributes in _modules(alert).items():
        module = ModuleType(name)
        vars(module).update(attributes)
        sys.modules[name] = module
    sys.modules["win32com"].client = sys.modules["win32com.client"]  # type: ignore[attr-defined]
    nothing = mock.MagicMock()
    with contextlib.ExitStack() as only_here:
        for name in ("oledll", "windll", "PyDLL"):
            only_here.enter_context(mock.patch.object(ctypes, name, nothing, create=True))
        windows: Any = importlib.import_module("xlwings._xlwindows")
    atexit.unregister(windows.cleanup)
    windows.get_excel_hwnds = lambda: iter(applications)
    windows.get_xl_app_from_hwnd = lambda hwnd: windows.COMRetryObjectWrapper(applications[hwnd])
    windows.WindowsError = OSError  # a name of Python on Windows
    windows.N_COM_ATTEMPTS = 3  # a call without end would hang the tests
    if "excel" not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=windows.engine))
    return windows
