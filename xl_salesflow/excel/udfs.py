"""The worksheet functions in the shape Excel calls them through xlwings: columns in, one column out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import xlwings as xw

from xl_salesflow.excel.functions import FUNCTIONS
from xl_salesflow.excel.wizard import ARGUMENTS, CATEGORY
from xl_salesflow.excel.wizard import FUNCTIONS as DECLARED


def _for_excel(function: Callable[..., list[Any]]) -> Any:
    declared = DECLARED[function.__name__]

    def column(*cells: Any) -> list[list[Any]]:
        return [[cell] for cell in function(*cells)]

    column.__name__, column.__doc__ = function.__name__, declared.says.en
    parameters = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in declared.arguments]
    column.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    column.__annotations__ = {}
    registered: Any = xw.func(category=CATEGORY)(column)
    for name in declared.arguments:
        registered = xw.arg(name, ndim=1, doc=ARGUMENTS[name].en)(registered)
    return xw.ret(ndim=2)(registered)


globals().update({function.__name__: _for_excel(function) for function in FUNCTIONS})
