"""Read and write blocks of cells exactly: on Windows through the raw values of COM, one call each.

xlwings cleans what it reads, which is not exact: of the error numbers it knows seven, and cells in a currency format stay
decimals with four places. It also asks for the size of a block before each write, which takes twenty calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlwings as xw

from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.workbook.cell_conversion import ErrorValue

_COM_LAYER = "xlwings._xlwindows"

EXCEL_ERROR_NUMBERS = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: "#VALUE!",
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
    2051: "#BUSY!",
}
"""Number of an error in VBA → its text. Newer ones are told as #UNKNOWN!."""

EXCEL_ERROR_TEXTS = frozenset(EXCEL_ERROR_NUMBERS.values())

_COM_ERROR_BASE = -2146828288  # 0x800A0000: an error arrives as this plus its number
_COM_ERRORS = range(_COM_ERROR_BASE + 2000, _COM_ERROR_BASE + 3000)
_LONGEST_TEXT_IN_BLOCK = 8203
"""Excel refuses an array with a longer text; a cell by itself takes 32,767 characters."""

CellBlock = list[list[Any]]


class CurrencyNumber(float):
    """A number from a cell in a currency format, which Excel returns with four decimals, whatever it holds."""


def has_com_layer(thing: xw.Book | xw.Sheet | xw.Range | Any) -> bool:
    """Return whether an object of xlwings is Excel for Windows."""
    return type(thing.impl).__module__ == _COM_LAYER


def block_range(sheet: xw.Sheet, first_row: int, last_row: int, first_col: int, last_col: int) -> xw.Range:
    """Return a range by its address, which takes one call; by its corners it would take five."""
    first, last = f"{column_letters(first_col)}{first_row}", f"{column_letters(last_col)}{last_row}"
    return sheet.range(first if first == last else f"{first}:{last}")


def read_block_values(block: xw.Range) -> CellBlock:
    """Return the values in *block*, row by row, in one call."""
    if has_com_layer(block):
        return [[_convert_com_value(cell) for cell in row] for row in _as_rows(block.raw_value)]
    rows: CellBlock = block.options(ndim=2, err_to_str=True).value
    return [[convert_from_excel(cell) for cell in row] for row in rows]


def read_block_formulas(block: xw.Range) -> CellBlock | None:
    """Return the formulas in *block* (or constants), row by row, in one call; None if formulas cannot be read."""
    try:
        found = block.formula
    except NotImplementedError:  # Excel on the web
        return None
    return [list(row) for row in _as_rows(found)]


def _as_rows(found: Any) -> Sequence[Sequence[Any]]:
    if not isinstance(found, tuple | list):
        return [[found]]
    return [row if isinstance(row, tuple | list) else [row] for row in found]


def convert_from_excel(cell: Any) -> Any:
    """Return a cell's value in the form that the grid reads: an error as an error, a whole day as a date."""
    if isinstance(cell, str):
        return ErrorValue(cell) if cell in EXCEL_ERROR_TEXTS else cell
    if isinstance(cell, datetime):
        cell = cell.replace(tzinfo=None)
        return cell.date() if not (cell.hour or cell.minute or cell.second or cell.microsecond) else cell
    return cell


def _convert_com_value(cell: Any) -> Any:
    if isinstance(cell, str):  # errors are numbers here, so a text is a text
        return cell or None
    if isinstance(cell, Decimal):
        return CurrencyNumber(cell)
    if isinstance(cell, int) and not isinstance(cell, bool) and cell in _COM_ERRORS:
        return ErrorValue(EXCEL_ERROR_NUMBERS.get(cell - _COM_ERROR_BASE, "#UNKNOWN!"))
    if isinstance(cell, datetime):
        return convert_from_excel(datetime(*cell.timetuple()[:6], cell.microsecond))
    return cell


def put_block_values(block: xw.Range, cells: CellBlock) -> None:
    """Write *cells*, in the form that Excel needs, over *block*: in one call, and one more for each very long text."""
    long = [
        (row, col, cell)
        for row, line in enumerate(cells)
        for col, cell in enumerate(line)
        if isinstance(cell, str) and len(cell) > _LONGEST_TEXT_IN_BLOCK
    ]
    if not long or (len(cells) == 1 and len(cells[0]) == 1):
        _put_at_once(block, cells)
        return
    alone = {(row, col) for row, col, _ in long}
    _put_at_once(
        block,
        [[None if (row, col) in alone else cell for col, cell in enumerate(line)] for row, line in enumerate(cells)],
    )
    for row, col, cell in long:
        _put_at_once(block[row, col], [[cell]])


def put_block_formulas(block: xw.Range, formulas: str | CellBlock) -> None:
    """Write one formula into all cells of *block*, or to each its own, in one call."""
    if has_com_layer(block):
        block.api.Formula = formulas
    else:
        block.formula = formulas


def _put_at_once(block: xw.Range, cells: CellBlock) -> None:
    if has_com_layer(block):
        block.raw_value = [[_convert_for_com(cell) for cell in row] for row in cells]
    else:
        block.value = cells


def _convert_for_com(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, date):  # pywin32 needs a time zone; Excel ignores it
        moment = cell if isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day)
        return moment.replace(tzinfo=UTC)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return float(cell)
    return cell
