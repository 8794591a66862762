"""Call a worksheet function like a cell of Excel: through the code of xlwings that converts ranges and answers. Only the part
of Windows that passes the ranges is simulated.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import xlwings as xw

from tests.excel.engines.ranges import Range

MISSING = -2147352572
"""The value for an argument that was left out."""

Call = Callable[..., Any]


def connected(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return a callable that calls a function by name with blocks of cells and returns what Excel would get."""
    windows = {
        "pythoncom": {"CoInitialize": None},
        "pywintypes": {},
        "win32com": {},
        "win32com.client": {"Dispatch": lambda one: one},
        "xlwings._xlwindows": {
            "Range": lambda xl: xl,
            "is_range_instance": lambda one: isinstance(one, Range),
            "BOOK_CALLER": None,
        },
        "xlwings.com_server": {"loop": None},
    }
    for name, attributes in windows.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(xw, "_xlwindows", sys.modules["xlwings._xlwindows"], raising=False)
    monkeypatch.setitem(xw.engines.engines_by_name, "excel", xw.engines.active)
    monkeypatch.delitem(sys.modules, "xlwings.udfs", raising=False)
    udfs = importlib.import_module("xlwings.udfs")
    for name, real in (("func", udfs.xlfunc), ("arg", udfs.xlarg), ("ret", udfs.xlret)):
        monkeypatch.setattr(xw, name, real)
    monkeypatch.delitem(sys.modules, "xl_salesflow.excel.udfs", raising=False)

    def call(name: str, *blocks: xw.Range | None, language: str = "en") -> Any:
        arguments = [language, *(MISSING if block is None else block.impl for block in blocks)]
        somewhere = next(block.impl for block in blocks if block is not None)
        return udfs.call_udf("xl_salesflow.excel.udfs", name, arguments, None, somewhere)

    return call
