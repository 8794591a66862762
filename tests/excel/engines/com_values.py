"""What goes into a cell over COM, and what comes out of it: numbers of errors, decimals, times in UTC, texts that are typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from tests.excel.engines.com_modules import TimeType, refuse

ERROR_NUMBERS = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042,
    "#GETTING_DATA": 2043, "#SPILL!": 2045, "#CONNECT!": 2046, "#BLOCKED!": 2047, "#UNKNOWN!": 2048, "#FIELD!": 2049,
    "#CALC!": 2050, "#BUSY!": 2051,
}  # fmt: skip
"""Text of an error → its number in VBA (XlCVError and its successors)."""

_ERROR_BASE = -2146828288  # VT_ERROR: 0x800A0000 with the number
_EPOCH = datetime(1899, 12, 30)
_LONGEST_IN_ARRAY, _LONGEST = 8203, 32767


class ErrorText(str):
    """An error that was typed as a constant; the same letters as a text are another cell."""


def rows_of(value: Any, height: int, width: int) -> tuple[list[list[Any]], bool]:
    """Return what is written row by row, and whether it is an array."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return [[value] * width for _ in range(height)], False
    rows = [list(row) if isinstance(row, list | tuple) else [row] for row in value]
    assert (len(rows), len(rows[0])) == (height, width), (
        f"{height} × {width} cells were given {len(rows)} × {len(rows[0])}"
    )
    return rows, (height, width) != (1, 1)


def refuse_argument(cell: Any, array: bool) -> None:
    if isinstance(cell, str) and len(cell) > (_LONGEST_IN_ARRAY if array else _LONGEST):
        refuse("Application-defined or object-defined error")
    if isinstance(cell, datetime) and cell.tzinfo is None:
        raise ValueError("astimezone() cannot be applied to a naive datetime")
    if not isinstance(cell, str | bool | int | float | Decimal | datetime | None):
        raise TypeError(f"Objects of type '{type(cell).__name__}' can not be converted to a COM VARIANT")


def typed_of(cell: Any) -> Any:
    if isinstance(cell, Decimal):
        return float(cell)
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


def value_of(cell: Any, formula: Any, currency: bool) -> Any:
    if cell is None or isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        return Decimal(repr(float(cell))).quantize(Decimal("0.0001")) if currency else float(cell)
    if isinstance(cell, time):
        return TimeType(1899, 12, 30, cell.hour, cell.minute, cell.second, tzinfo=UTC)
    if isinstance(cell, date):
        parts = (cell.hour, cell.minute, cell.second) if isinstance(cell, datetime) else (0, 0, 0)
        return TimeType(cell.year, cell.month, cell.day, *parts, tzinfo=UTC)
    error = cell in ERROR_NUMBERS and (isinstance(cell, ErrorText) or str(formula).startswith("="))
    return _ERROR_BASE + ERROR_NUMBERS[cell] if error else cell


def formula_of(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, date):
        moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
        cell = (moment - _EPOCH).total_seconds() / 86400
    return f"{cell:.15g}" if isinstance(cell, int | float) else str(cell)
