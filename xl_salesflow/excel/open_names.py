"""The named cells of an open workbook: where they are and what they hold.

Excel for Windows answers each question about a name by a call. So the names of one sheet are asked for together, as a range of
several areas; only where that fails is each name asked for by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import xlwings as xw
from xlwings.main import Names

from xl_salesflow.excel.cell_blocks import block_range, has_com_layer, read_block_values
from xl_salesflow.excel.excel_refusals import refusal_errors
from xl_salesflow.ooxml.excel_notation import (
    address_on_sheet,
    column_letters,
    column_number,
    split_sheet_reference,
    unquote_sheet_name,
)

_ONE_CELL = re.compile(r"\$([A-Z]+)\$(\d+)")
_LONGEST_REFERENCE = 240  # of the 255 characters that Range and Address take; an address may be as long as a short name
_SHORTEST_NAME = 12  # what a name counts for at least: its address has up to eleven characters

_CellPosition = tuple[int, int]


@dataclass(frozen=True)
class OpenNamedCells:
    """The names that refer to a single cell: sheet → name → row and column; and their addresses."""

    book: xw.Book
    sheets: Mapping[str, xw.Sheet]
    positions: Mapping[str, Mapping[str, _CellPosition]]

    @cached_property
    def addresses(self) -> dict[str, str]:
        """Return the address of each of the cells."""
        return {
            name: address_on_sheet(sheet, block_address(place))
            for sheet, cells in self.positions.items()
            for name, place in cells.items()
        }

    @cached_property
    def all_names(self) -> frozenset[str]:
        """Return every name of the workbook, whatever it refers to."""
        return frozenset(name.name for name in self.book.names)

    def values(self) -> dict[str, Any]:
        """Return the values of the cells by name; reads each sheet once."""
        held: dict[str, Any] = {}
        for sheet, cells in self.positions.items():
            rows, cols = zip(*cells.values(), strict=True)
            top, left = min(rows), min(cols)
            block = read_block_values(block_range(self.sheets[sheet], top, max(rows), left, max(cols)))
            held |= {name: block[row - top][col - left] for name, (row, col) in cells.items()}
        return held


def block_address(place: _CellPosition) -> str:
    """Return the address of a cell without dollar signs."""
    return f"{column_letters(place[1])}{place[0]}"


def find_open_named_cells(
    book: xw.Book, sheets: Mapping[str, xw.Sheet], groups: Iterable[Sequence[str]]
) -> OpenNamedCells:
    """Return the names of *book* that refer to a single cell on one of its *sheets*; names local to a sheet are ignored.

    Excel for Windows is asked only for the names in *groups*, each of which is expected to be on one sheet.
    """
    places: dict[str, dict[str, _CellPosition]] = {}
    names = book.names
    found = (
        (one for group in groups for one in _ask_for_group(names, sheets, group))
        if has_com_layer(book)
        else _list_all(names)
    )
    for name, sheet, cells in found:
        if place := _ONE_CELL.fullmatch(cells):
            places.setdefault(sheet, {})[name] = (int(place[2]), column_number(place[1]))
    return OpenNamedCells(book, sheets, places)


def _list_all(names: Names) -> Iterator[tuple[str, str, str]]:
    for one in names:
        name = one.name
        quoted, cells = split_sheet_reference((one.refers_to or "").removeprefix("="))
        if quoted and "!" not in name:
            yield name, unquote_sheet_name(quoted), cells


def _ask_for_group(
    names: Names, sheets: Mapping[str, xw.Sheet], group: Sequence[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield name, sheet and address; the sheet of the first name that exists is tried for all of them."""
    rest = list(group)
    while rest:
        name = rest.pop(0)
        quoted, cells = split_sheet_reference(_ask_for_reference(names, name).removeprefix("="))
        if not quoted:
            continue
        sheet = unquote_sheet_name(quoted)
        yield name, sheet, cells
        if rest and (together := _ask_together(sheets[sheet], rest)):
            yield from ((one, sheet, address) for one, address in zip(rest, together, strict=True))
            return


def _ask_for_reference(names: Names, name: str) -> str:
    with suppress(KeyError, *refusal_errors()):  # there may be no such name
        return names[name].refers_to or ""
    return ""


def _ask_together(sheet: xw.Sheet, names: Sequence[str]) -> list[str]:
    """Return the address of each of *names* on *sheet*; none if one is elsewhere or missing."""
    found: list[str] = []
    for part in _split_by_length(names):
        try:
            addresses = sheet.range(",".join(part)).address.split(",")
        except refusal_errors():
            return []
        if len(addresses) != len(part):  # cut off, or a name of several areas
            return []
        found += addresses
    return found


def _split_by_length(names: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    length = 0
    for name in names:
        takes = max(len(name), _SHORTEST_NAME) + 1
        if part and length + takes > _LONGEST_REFERENCE:
            yield part
            part, length = [], 0
        part.append(name)
        length += takes
    if part:
        yield part
