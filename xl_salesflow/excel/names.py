"""The named cells of an open workbook: where they are and what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import xlwings as xw

from xl_salesflow.excel.tables import values

_ONE_CELL = re.compile(r"=(?:'((?:[^']|'')+)'|([^'!]+))!\$([A-Z]+)\$(\d+)")


@dataclass(frozen=True)
class Names:
    """The names that stand for one cell: sheet → name → its row and column; and their addresses."""

    book: xw.Book
    places: Mapping[str, Mapping[str, tuple[int, int]]]
    addresses: Mapping[str, str]
    every: frozenset[str] = frozenset()  # whatever they stand for

    def values(self) -> dict[str, Any]:
        """Return what the cells hold, by name; one read for each sheet."""
        held: dict[str, Any] = {}
        for sheet, cells in self.places.items():
            block = values(self._around(sheet))
            held |= {name: block[row][col] for name, (row, col) in _within(cells)}
        return held

    def _around(self, sheet: str) -> xw.Range:
        rows, cols = zip(*self.places[sheet].values(), strict=True)
        return self.book.sheets[sheet].range((min(rows), min(cols)), (max(rows), max(cols)))


def find_names(book: xw.Book) -> Names:
    """Return the names of *book* that stand for one cell; those of one sheet alone are nobody's business."""
    places: dict[str, dict[str, tuple[int, int]]] = {}
    addresses: dict[str, str] = {}
    every = list(book.names)
    for name in every:
        found = _ONE_CELL.fullmatch(name.refers_to or "")
        if found and "!" not in name.name:
            sheet = (found[1] or found[2]).replace("''", "'")
            places.setdefault(sheet, {})[name.name] = (int(found[4]), _number(found[3]))
            addresses[name.name] = f"{quoted(sheet)}!{found[3]}{found[4]}"
    return Names(book, places, addresses, frozenset(name.name for name in every))


def quoted(sheet: str) -> str:
    """Return the name of a sheet as addresses hold it."""
    return sheet if sheet.isidentifier() else f"'{sheet}'"


def _within(cells: Mapping[str, tuple[int, int]]) -> Iterator[tuple[str, tuple[int, int]]]:
    top, left = (min(places) for places in zip(*cells.values(), strict=True))
    for name, (row, col) in cells.items():
        yield name, (row - top, col - left)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
