"""The named cells of an open workbook: what they hold, and which have lost their formula."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import xlwings as xw

from xl_salesflow.excel.tables import formulas, is_formula, values
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.workbook.faults import FAULTS
from xl_salesflow.workbook.live import named_formulas

_ONE_CELL = re.compile(r"=(?:'((?:[^']|'')+)'|([^'!]+))!\$([A-Z]+)\$(\d+)")


@dataclass(frozen=True)
class Names:
    """The names that stand for one cell: sheet → name → its row and column; and their addresses."""

    book: xw.Book
    places: Mapping[str, Mapping[str, tuple[int, int]]]
    addresses: Mapping[str, str]

    def values(self) -> dict[str, Any]:
        """Return what the cells hold, by name; one read for each sheet."""
        held: dict[str, Any] = {}
        for sheet, cells in self.places.items():
            block = values(self._around(sheet))
            held |= {name: block[row][col] for name, (row, col) in _within(cells)}
        return held

    def typed_over(self, expected: Collection[str]) -> list[str]:
        """Return those of *expected* whose cell holds no formula; one read for each sheet."""
        found: list[str] = []
        for sheet, cells in self.places.items():
            block = formulas(self._around(sheet)) or ()
            found += [
                name
                for name, (row, col) in _within(cells)
                if block and name in expected and not is_formula(block[row][col])
            ]
        return found

    def _around(self, sheet: str) -> xw.Range:
        rows, cols = zip(*self.places[sheet].values(), strict=True)
        return self.book.sheets[sheet].range((min(rows), min(cols)), (max(rows), max(cols)))


def find_names(book: xw.Book) -> Names:
    """Return the names of *book* that stand for one cell; those of one sheet alone are nobody's business."""
    places: dict[str, dict[str, tuple[int, int]]] = {}
    addresses: dict[str, str] = {}
    for name in book.names:
        found = _ONE_CELL.fullmatch(name.refers_to or "")
        if found and "!" not in name.name:
            sheet = (found[1] or found[2]).replace("''", "'")
            places.setdefault(sheet, {})[name.name] = (int(found[4]), _number(found[3]))
            quoted = sheet if sheet.isidentifier() else f"'{sheet}'"
            addresses[name.name] = f"{quoted}!{found[3]}{found[4]}"
    return Names(book, places, addresses)


def told(names: Names, language: Language) -> Iterator[Finding]:
    """Yield a finding for each named cell whose formula somebody typed over."""
    kind = FAULTS["formula_typed_over"]
    for name in names.typed_over(named_formulas(language)):
        cell, declared = names.addresses[name], NAMED_CELLS.get(name)
        label = declared.label.in_(language) if declared else name
        message = kind.message.in_(language, cell=cell, header=label)
        yield Finding("formula_typed_over", kind.severity, message, column=name, cell=cell)


def _within(cells: Mapping[str, tuple[int, int]]) -> Iterator[tuple[str, tuple[int, int]]]:
    top, left = (min(places) for places in zip(*cells.values(), strict=True))
    for name, (row, col) in cells.items():
        yield name, (row - top, col - left)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
