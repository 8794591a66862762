"""A worksheet function called as a cell of Excel calls it: through the code of xlwings that takes ranges apart and puts answers
together. Only Windows itself is missing there, and stands in as what hands ranges over.
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
"""How an argument that was left out arrives."""

Call = Callable[..., Any]


def connected(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Return what calls a function by name with blocks of cells, and gives what Excel would be given."""
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
