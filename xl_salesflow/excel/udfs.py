"""The worksheet functions in the form that Excel calls through xlwings: blocks of cells in, one block out.

The result has the shape of the arguments: a column for a column, a row for a row, one cell for a cell. A single cell
together with a column is used for each of its rows. An error is one sentence in the cell.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import xlwings as xw

from xl_salesflow.errors import SalesflowError, UsageError
from xl_salesflow.excel.addin_declarations import (
    FUNCTION_ARGUMENTS,
    FUNCTION_CATEGORY,
    FUNCTION_DECLARATIONS,
    FUNCTION_PREFIX,
)
from xl_salesflow.excel.worksheet_functions import WORKSHEET_FUNCTIONS
from xl_salesflow.locale.texts import TextList

LANGUAGE_ARGUMENT = "language"
"""The first argument of each function: the language of the add-in; the user gives the others."""

_ArgumentBlock = Sequence[Sequence[Any]]


def answer_in_blocks(
    function: Callable[..., list[Any]], blocks: Sequence[_ArgumentBlock | None], language: Any = "en"
) -> list[list[Any]]:
    """Return the results of *function* for the cells of *blocks*, in their shape; an omitted block is None."""
    try:
        height, width = _find_common_shape([block for block in blocks if block is not None])
        cells = [None if block is None else _spread_block(block, height * width) for block in blocks]
        found = function(*cells)
    except SalesflowError as error:
        return [[error.in_(str(language))]]
    return [found[row * width : (row + 1) * width] for row in range(height)]


def _find_common_shape(blocks: Sequence[_ArgumentBlock]) -> tuple[int, int]:
    shapes = dict.fromkeys((len(block), len(block[0])) for block in blocks)
    several = [shape for shape in shapes if shape != (1, 1)]
    if len(several) > 1:
        raise UsageError(
            "The ranges differ in size ({sizes}); give ranges of one size, or single cells.",
            sizes=TextList(tuple(f"{height} × {width}" for height, width in several)),
        )
    return several[0] if several else (1, 1)


def _spread_block(block: _ArgumentBlock, count: int) -> list[Any]:
    cells = [cell for row in block for cell in row]
    return cells * count if len(cells) == 1 else cells


def _register_for_excel(function: Callable[..., list[Any]]) -> Any:
    name = f"{FUNCTION_PREFIX}{function.__name__}"
    declared = FUNCTION_DECLARATIONS[name]

    def cells(language: Any, *blocks: Any) -> list[list[Any]]:
        return answer_in_blocks(function, blocks, language)

    cells.__name__, cells.__doc__ = name, declared.description.in_("en")
    parameters = [inspect.Parameter(LANGUAGE_ARGUMENT, inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    for at, argument in enumerate(declared.arguments):
        default = inspect.Parameter.empty if at < declared.required_count else None
        parameters.append(inspect.Parameter(argument, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default))
    cells.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # xlwings reads the arguments there
    cells.__annotations__ = {}
    registered: Any = xw.func(category=FUNCTION_CATEGORY)(cells)
    for argument in declared.arguments:
        registered = xw.arg(argument, ndim=2, doc=FUNCTION_ARGUMENTS[argument].in_("en"))(registered)
    return xw.ret(ndim=2)(registered)


globals().update({f"{FUNCTION_PREFIX}{one.__name__}": _register_for_excel(one) for one in WORKSHEET_FUNCTIONS})
