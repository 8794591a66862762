"""Find the tables of an open workbook, and read them in blocks.

A read takes a fixed number of calls for tables of any length. Values are converted: errors are distinguished from text,
and text that Excel would read as a number, a date or a formula stays text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Any

import xlwings as xw
from xlwings.main import Table

from xl_salesflow.excel.cell_blocks import (
    EXCEL_ERROR_TEXTS,
    CellBlock,
    CurrencyNumber,
    block_range,
    convert_from_excel,
    has_com_layer,
    read_block_values,
)
from xl_salesflow.excel.excel_refusals import refusal_errors
from xl_salesflow.ooxml.excel_notation import column_number
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import ErrorValue

_FORMULA_LIKE = re.compile(r"\s*[=+\-@']")
_NUMBER_LIKE = re.compile(r"[\s\d.,:/()%$¢£¤¥€₩₹¥Ee+\-]*\d[\s\d.,:/()%$¢£¤¥€₩₹¥Ee+\-]*")
_DATE_LIKE = re.compile(
    r"(?=.*\d).{0,30}(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|am|pm|\u5e74|\u6708|\u65e5|\u65f6|\u5206)[a-z]*.{0,12}",
    re.IGNORECASE,
)  # the Chinese characters mean year, month, day, hour and minute
_BOOLEAN_WORDS = frozenset(("true", "false", "\u771f", "\u5047"))  # the latter mean true and false in Chinese


def convert_for_excel(cell: Any) -> Any:
    """Return a value in the form that Excel needs; text that looks like a number, date, formula or error stays text."""
    if isinstance(cell, ErrorValue):
        return cell.code
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
        or text.strip().upper() in EXCEL_ERROR_TEXTS
    )


def is_written_value(found: Any, written: Any) -> bool:
    """Return whether a cell holds the value written to it."""
    found, written = convert_from_excel(found), convert_from_excel(written)
    if isinstance(written, bool) or not isinstance(written, int | float):
        return found in (None, "") if written in (None, "") else bool(found == written)
    if isinstance(found, CurrencyNumber):
        return math.isclose(found, written, rel_tol=1e-12, abs_tol=0.5001e-4)
    return isinstance(found, int | float) and math.isclose(found, written, rel_tol=1e-12, abs_tol=1e-300)


def make_column_block(cells: Sequence[Any]) -> list[list[Any]]:
    """Return *cells* as a block one column wide."""
    return [[cell] for cell in cells]


_FEW_CELLS = 2_000  # they take less time than another call

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
    xw_sheet: xw.Sheet
    cells: CellBlock | None = field(default=None, repr=False, compare=False)
    """The body when it was located, if it was read at once."""
    listed: Table | None = field(default=None, repr=False, compare=False)
    """The table as the sheet lists it, if it was looked up there."""
    totals: bool | None = field(default=None, repr=False, compare=False)
    """Whether there is a totals row, if Excel was asked."""

    @cached_property
    def table(self) -> Table:
        """Return the table as the sheet lists it."""
        return self.listed or self.xw_sheet.tables[self.name]

    @cached_property
    def has_totals_row(self) -> bool:
        """Return whether a totals row follows the body."""
        return bool(self.table.show_totals) if self.totals is None else self.totals

    @property
    def last_col(self) -> int:
        """Return the sheet column of the last header."""
        return self.first_col + len(self.headers) - 1

    def cell_range(self, first_row: int, last_row: int, first_col: int, last_col: int) -> xw.Range:
        """Return a range of the table's sheet."""
        return block_range(self.xw_sheet, first_row, last_row, first_col, last_col)

    def values(self, first_col: int, last_col: int) -> list[list[Any]]:
        """Return the body's columns from *first_col* to *last_col*, column by column, in at most one call."""
        if self.cells is not None:
            kept = slice(first_col - self.first_col, last_col - self.first_col + 1)
            return [list(cells) for cells in zip(*(row[kept] for row in self.cells), strict=True)]
        rows = read_block_values(self.cell_range(self.first_row, self.last_row, first_col, last_col))
        return [list(cells) for cells in zip(*rows, strict=True)]

    def column_of(self, header: str) -> int:
        """Return the sheet column of *header*."""
        return self.first_col + self.headers.index(header)


def is_formula(cell: Any) -> bool:
    """Return whether a cell, as returned by read_block_formulas, is a formula."""
    return isinstance(cell, str) and cell.startswith("=")


def list_open_sheets(book: xw.Book) -> dict[str, xw.Sheet]:
    """Return the sheets of *book* by name."""
    return {sheet.name: sheet for sheet in book.sheets}


def find_open_tables(
    book: xw.Book, sheets: Mapping[str, xw.Sheet] | None = None, with_cells: bool = False
) -> dict[str, OpenTable]:
    """Return the tables of *book* by name, and with their cells, if the whole workbook is about to be read."""
    found = (
        locate_open_table(sheet, table, title, with_cells)
        for title, sheet in (sheets or list_open_sheets(book)).items()
        for table in sheet.tables
    )
    return {table.name: table for table in found}


_NUMBERED_TABLES = frozenset(
    name.casefold()
    for name, table in TABLES.items()
    if table.key == table.columns[0].id == "position" and not table.generated
)
_ROWS_BELOW_HEADERS_WITH_TOTALS = 2  # Excel keeps a row between the headers and the totals row, even if it is blank
_FEWEST_NUMBERED_ROWS = 4  # 3 is both the sum of 1 and 2 and the next number

_COUNTED_KEY = re.compile(r"(?P<prefix>.*\D)(?P<number>[0-9]{1,15})")
_ROWS_TO_COMPARE = 2

_BLOCK = re.compile(r"\$([A-Z]+)\$(\d+):\$([A-Z]+)\$(\d+)")


def locate_by_name(sheet: xw.Sheet, title: str, name: str, with_cells: bool = False) -> OpenTable | None:
    """Return the current position of the table *name* on *sheet*, called *title*; None if only its list of tables tells.

    In Excel for Windows, the name of a table is that of the range of its body. This takes four calls; with the list of tables
    it would take five to seven. A row of headers is above the body, unless people have hidden it.
    """
    if not has_com_layer(sheet) or name.casefold() not in _OUR_TABLE_NAMES:
        return None
    with suppress(*refusal_errors()):
        top, left, bottom, right = _find_corners(sheet.range(name))
        if top == 1:
            return None
        cells = read_block_values(block_range(sheet, top - 1, bottom if with_cells else top - 1, left, right))
        if all(header is not None for header in cells[0]):
            headers = tuple(map(_header_text, cells[0]))
            return OpenTable(name, title, top, bottom, left, headers, sheet, cells[1:] if with_cells else None)
    return None


def locate_open_table(sheet: xw.Sheet, table: Table, title: str = "", with_cells: bool = False) -> OpenTable:
    """Return the current position of *table* on *sheet*, whose name is *title*; *with_cells* also its cells."""
    return locate_named_table(sheet, table, title or sheet.name, table.name, with_cells)


def locate_named_table(sheet: xw.Sheet, table: Table, title: str, name: str, with_cells: bool = False) -> OpenTable:
    """Return the current position of *table*, whose *name* and sheet are known."""
    block = table.range
    top, left, bottom, right = _find_corners(block)
    ours = name.casefold() in _OUR_TABLE_NAMES
    cells = read_block_values(block) if ours and with_cells else None
    headers = (cells or read_block_values(block_range(sheet, top, top, left, right)))[0] if ours else ()
    totals = bool(
        ours
        and bottom - top >= _ROWS_BELOW_HEADERS_WITH_TOTALS
        and not (_is_numbered_to_the_end(name, cells) or _is_keyed_to_the_end(cells))
        and table.show_totals
    )
    return OpenTable(
        name,
        title,
        top + 1,
        bottom - totals,
        left,
        tuple("" if header is None else _header_text(header) for header in headers),
        sheet,
        cells[1 : len(cells) - totals] if cells else None,
        table,
        totals,
    )


def _is_numbered_to_the_end(name: str, cells: CellBlock | None) -> bool:
    """Return whether the last row of a table of numbered rows goes on counting, so that it is no totals row.

    After rows numbered 1, 2, 3 a totals row may show their count, sum, mean, or extremes, and none of these is 4.
    """
    if name.casefold() not in _NUMBERED_TABLES or not cells or len(cells) < _FEWEST_NUMBERED_ROWS + 1:
        return False
    numbers = [row[0] for row in cells[1:]]
    counted = all(isinstance(number, int | float) for number in numbers) and numbers[0] == 1
    return counted and all(after - before == 1 for before, after in pairwise(numbers))


def _is_keyed_to_the_end(cells: CellBlock | None) -> bool:
    """Return whether the key of the last row is the next one, as D-00052 is after D-00051, so that it is no totals row."""
    keys = [_COUNTED_KEY.fullmatch(row[0]) if isinstance(row[0], str) else None for row in (cells or ())[-2:]]
    if len(keys) < _ROWS_TO_COMPARE or keys[0] is None or keys[1] is None:
        return False
    return keys[0]["prefix"] == keys[1]["prefix"] and int(keys[1]["number"]) == int(keys[0]["number"]) + 1


def relocate_open_table(before: OpenTable) -> OpenTable:
    """Return the current position of a table that was located before, with its cells if they are few.

    Most tables have not moved, which takes three calls, or four for a large table or one that was located by its name.
    """
    if before.listed is None:
        few = (before.last_row - before.first_row + 2) * len(before.headers) <= _FEW_CELLS
        if now := locate_by_name(before.xw_sheet, before.sheet, before.name, with_cells=few):
            return now
    block = before.table.range
    top, left, bottom, right = _find_corners(block)
    totals = before.has_totals_row
    if (top + 1, left, bottom - totals, right) == (
        before.first_row,
        before.first_col,
        before.last_row,
        before.last_col,
    ):
        few = (bottom - top + 1) * (right - left + 1) <= _FEW_CELLS
        cells = read_block_values(block if few else block_range(before.xw_sheet, top, top, left, right))
        if tuple("" if header is None else _header_text(header) for header in cells[0]) == before.headers:
            return replace(before, cells=cells[1 : len(cells) - totals] if few else None)
    return locate_open_table(before.xw_sheet, before.table, before.sheet)


def _header_text(header: Any) -> str:
    return header.code if isinstance(header, ErrorValue) else str(header)


def _find_corners(block: xw.Range) -> tuple[int, int, int, int]:
    """Return the first row and column, and the last ones."""
    if found := _BLOCK.fullmatch(block.address):
        return int(found[2]), column_number(found[1]), int(found[4]), column_number(found[3])
    height, width = block.shape  # a table of one cell has one corner
    return block.row, block.column, block.row + height - 1, block.column + width - 1


def group_consecutive_rows(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the stretches of consecutive *numbers*, each as its first and last number."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found
