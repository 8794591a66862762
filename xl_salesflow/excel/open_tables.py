"""Find the tables and named cells of an open workbook, and read them in blocks.

A read takes a fixed number of calls for tables of any length. Values are converted: errors are distinguished from text,
and text that Excel would read as a number, a date or a formula stays text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import xlwings as xw
from xlwings.main import Table

from xl_salesflow.ooxml.excel_notation import address_on_sheet, column_number, split_sheet_reference, unquote_sheet_name
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import ErrorValue

EXCEL_ERROR_TEXTS = frozenset(
    (
        "#NULL!",
        "#DIV/0!",
        "#VALUE!",
        "#REF!",
        "#NAME?",
        "#NUM!",
        "#N/A",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#BLOCKED!",
    )
)

_FORMULA_LIKE = re.compile(r"\s*[=+\-@']")
_NUMBER_LIKE = re.compile(r"[\s\d.,:/()%$¢£¤¥€₩₹¥Ee+\-]*\d[\s\d.,:/()%$¢£¤¥€₩₹¥Ee+\-]*")
_DATE_LIKE = re.compile(
    r"(?=.*\d).{0,30}(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|am|pm|\u5e74|\u6708|\u65e5|\u65f6|\u5206)[a-z]*.{0,12}",
    re.IGNORECASE,
)  # the Chinese characters mean year, month, day, hour and minute
_BOOLEAN_WORDS = frozenset(("true", "false", "\u771f", "\u5047"))  # the latter mean true and false in Chinese


def convert_from_excel(cell: Any) -> Any:
    """Return a cell's value in the form that the grid reads: an error as an error, a whole day as a date."""
    if isinstance(cell, str):
        return ErrorValue(cell) if cell in EXCEL_ERROR_TEXTS else cell
    if isinstance(cell, datetime):
        cell = cell.replace(tzinfo=None)
        return cell.date() if not (cell.hour or cell.minute or cell.second or cell.microsecond) else cell
    return cell


def convert_for_excel(cell: Any) -> Any:
    """Return a value in the form that Excel needs; text that looks like a number, date or formula stays text."""
    if isinstance(cell, str):
        return f"'{cell}" if is_misread_by_excel(cell) else cell
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return datetime(cell.year, cell.month, cell.day)
    return cell


def is_misread_by_excel(text: str) -> bool:
    """Return whether Excel would read *text*, typed into a cell, as something other than text."""
    return bool(
        _FORMULA_LIKE.match(text)
        or _NUMBER_LIKE.fullmatch(text)
        or _DATE_LIKE.fullmatch(text)
        or text.strip().casefold() in _BOOLEAN_WORDS
    )


def is_written_value(found: Any, written: Any) -> bool:
    """Return whether a cell holds the value written to it."""
    found, written = convert_from_excel(found), convert_from_excel(written)
    if isinstance(written, bool) or not isinstance(written, int | float):
        return found in (None, "") if written in (None, "") else bool(found == written)
    return isinstance(found, int | float) and math.isclose(found, written, rel_tol=1e-12, abs_tol=1e-300)


def make_column_block(cells: Sequence[Any]) -> list[list[Any]]:
    """Return *cells* as a block one column wide."""
    return [[cell] for cell in cells]


_OUR_TABLE_NAMES = frozenset(name.casefold() for name in TABLES)


@dataclass(frozen=True)
class OpenTable:
    """The current position of a table; rows and columns count from 1, a totals row is not part of the body."""

    name: str
    sheet: str
    first_row: int
    last_row: int
    first_col: int
    headers: tuple[str, ...]
    has_totals_row: bool
    table: Table
    xw_sheet: xw.Sheet

    @property
    def last_col(self) -> int:
        """Return the sheet column of the last header."""
        return self.first_col + len(self.headers) - 1

    def cell_range(self, first_row: int, last_row: int, first_col: int, last_col: int) -> xw.Range:
        """Return a range of the table's sheet."""
        return self.xw_sheet.range((first_row, first_col), (last_row, last_col))

    def values(self, first_col: int, last_col: int) -> list[list[Any]]:
        """Return the body's columns from *first_col* to *last_col*, column by column, in one call."""
        rows = read_block_values(self.cell_range(self.first_row, self.last_row, first_col, last_col))
        return [list(cells) for cells in zip(*rows, strict=True)]

    def column_of(self, header: str) -> int:
        """Return the sheet column of *header*."""
        return self.first_col + self.headers.index(header)


def read_block_values(block: xw.Range) -> list[list[Any]]:
    """Return the values in *block*, row by row, in one call."""
    rows: list[list[Any]] = block.options(ndim=2, err_to_str=True).value
    return [[convert_from_excel(cell) for cell in row] for row in rows]


def read_block_formulas(block: xw.Range) -> list[list[Any]] | None:
    """Return the formulas in *block* (or constants), row by row, in one call; None if formulas cannot be read."""
    try:
        found = block.formula
    except NotImplementedError:  # Excel on the web
        return None
    if not isinstance(found, tuple | list):
        return [[found]]
    return [list(row) if isinstance(row, tuple | list) else [row] for row in found]


def is_formula(cell: Any) -> bool:
    """Return whether a cell, as returned by read_block_formulas, is a formula."""
    return isinstance(cell, str) and cell.startswith("=")


def find_open_tables(book: xw.Book) -> dict[str, OpenTable]:
    """Return the tables of *book* by name."""
    return {table.name: locate_open_table(sheet, table) for sheet in book.sheets for table in sheet.tables}


def locate_open_table(sheet: xw.Sheet, table: Table) -> OpenTable:
    """Return the current position of *table*."""
    name, block = table.name, table.range
    top, left = block.row, block.column
    height, width = block.shape
    ours = name.casefold() in _OUR_TABLE_NAMES
    headers = sheet.range((top, left), (top, left + width - 1)).options(ndim=1).value if ours else ()
    totals = bool(ours and table.show_totals)
    return OpenTable(
        name,
        sheet.name,
        top + 1,
        top + height - 1 - totals,
        left,
        tuple("" if header is None else str(header) for header in headers),
        totals,
        table,
        sheet,
    )


def group_consecutive_rows(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the stretches of consecutive *numbers*, each as its first and last number."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


_ONE_CELL = re.compile(r"\$([A-Z]+)\$(\d+)")


@dataclass(frozen=True)
class OpenNamedCells:
    """The names that refer to a single cell: sheet → name → row and column; and their addresses."""

    book: xw.Book
    positions: Mapping[str, Mapping[str, tuple[int, int]]]
    addresses: Mapping[str, str]
    all_names: frozenset[str] = frozenset()  # whatever they refer to

    def values(self) -> dict[str, Any]:
        """Return the values of the cells by name; reads each sheet once."""
        held: dict[str, Any] = {}
        for sheet, cells in self.positions.items():
            block = read_block_values(self._bounding_range(sheet))
            held |= {name: block[row][col] for name, (row, col) in _named_cell_offsets(cells)}
        return held

    def _bounding_range(self, sheet: str) -> xw.Range:
        rows, cols = zip(*self.positions[sheet].values(), strict=True)
        return self.book.sheets[sheet].range((min(rows), min(cols)), (max(rows), max(cols)))


def find_open_named_cells(book: xw.Book) -> OpenNamedCells:
    """Return the names of *book* that refer to a single cell; names local to one sheet are ignored."""
    places: dict[str, dict[str, tuple[int, int]]] = {}
    addresses: dict[str, str] = {}
    every = list(book.names)
    for name in every:
        quoted, cells = split_sheet_reference((name.refers_to or "").removeprefix("="))
        found = _ONE_CELL.fullmatch(cells)
        if quoted and found and "!" not in name.name:
            sheet = unquote_sheet_name(quoted)
            places.setdefault(sheet, {})[name.name] = (int(found[2]), column_number(found[1]))
            addresses[name.name] = address_on_sheet(sheet, f"{found[1]}{found[2]}")
    return OpenNamedCells(book, places, addresses, frozenset(name.name for name in every))


def _named_cell_offsets(cells: Mapping[str, tuple[int, int]]) -> Iterator[tuple[str, tuple[int, int]]]:
    top, left = (min(places) for places in zip(*cells.values(), strict=True))
    for name, (row, col) in cells.items():
        yield name, (row - top, col - left)
