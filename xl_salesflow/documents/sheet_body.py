"""The rows of one sheet while it is filled: what the template prints, row by row, and then the sheet made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from functools import cached_property
from typing import Any, NamedTuple

from lxml import etree

from xl_salesflow.documents.sheet_cells import height, put
from xl_salesflow.documents.sheet_rows import RowMap, rewritten
from xl_salesflow.documents.sheet_source import qualified
from xl_salesflow.ooxml import Area, letters
from xl_salesflow.ooxml.refs import shift

_USUAL_WIDTH = 8.43


class Format(NamedTuple):
    """What matters of a cell's format: does it show a number as it is, does it wrap text?"""

    general: bool
    wraps: bool


class Body:
    """One sheet: `row` and `cell` are called by the template, `print` then writes the rows."""

    def __init__(self, sheet: etree._Element, formats: Sequence[Format], shared: Sequence[str]) -> None:
        self.sheet, self._formats = sheet, formats
        self._rows = {int(row.get("r", "0")): row for row in sheet.iter(qualified("row"))}
        self._printed: list[tuple[int, dict[str, Any]]] = []

    def row(self, number: int, count: int = 1) -> str:
        """Take note that *count* rows of the template from *number* on are printed."""
        self._printed += [(row, {}) for row in range(number, number + count)]
        return ""

    def cell(self, address: str, value: Any) -> str:
        """Take note of what a cell of that row holds."""
        if type(value).__name__ == "StrictUndefined":
            str(value)  # says which field is missing
        self._printed[-1][1][address] = value
        return ""

    @cached_property
    def map(self) -> RowMap:
        """Return where the rows went."""
        return RowMap(max(self._rows, default=0), [number for number, _ in self._printed])

    def print(self, maps: Mapping[str, RowMap], name: str) -> None:
        """Put the printed rows into the sheet."""
        data = self.sheet.find(qualified("sheetData"))
        assert data is not None
        alone = self._formulas()
        made = []
        for place, (number, values) in enumerate(self._printed, 1):
            if number not in self._rows:
                continue
            row = deepcopy(self._rows[number])
            row.set("r", str(place))
            tallest = 0.0
            for cell in row:
                address = cell.get("r", "")
                column = address.rstrip("0123456789")
                if address in values:
                    tallest = max(tallest, self._put(cell, address, values[address]))
                elif address in alone:
                    _compute(cell, alone[address], lambda text, at=(number, place): rewritten(text, maps, name, *at))  # type: ignore[misc]
                cell.set("r", f"{column}{place}")
            if tallest and "ht" not in row.attrib:
                row.set("ht", f"{tallest:g}")
                row.set("customHeight", "1")
            made.append(row)
        data[:] = made

    def _put(self, cell: etree._Element, address: str, value: Any) -> float:
        """Write the value, and return the height it asks for: Excel sees to all but merged cells."""
        style = int(cell.get("s", "0"))
        format = self._formats[style] if style < len(self._formats) else Format(True, False)
        put(cell, value, format.general)
        if address not in self._merged or not format.wraps or not isinstance(value, str):
            return 0.0
        area = self._merged[address]
        width = sum(self._widths.get(column, _USUAL_WIDTH) for column in range(area.first_col, area.last_col + 1))
        return height(value, width) if area.first_row == area.last_row else 0.0

    @cached_property
    def _merged(self) -> dict[str, Area]:
        areas = (Area.parse(cell.get("ref", "")) for cell in self.sheet.iter(qualified("mergeCell")))
        return {f"{letters(area.first_col)}{area.first_row}": area for area in areas}

    @cached_property
    def _widths(self) -> dict[int, float]:
        return {
            number: float(column.get("width", _USUAL_WIDTH))
            for column in self.sheet.iter(qualified("col"))
            for number in range(int(column.get("min", "1")), min(int(column.get("max", "1")), 200) + 1)
        }

    def _formulas(self) -> dict[str, str]:
        # shared formulas are written out: their cells go separate ways
        masters: dict[str, tuple[str, Area]] = {}
        found: dict[str, str] = {}
        for cell in self.sheet.iter(qualified("c")):
            formula, address = cell.find(qualified("f")), cell.get("r", "")
            if formula is None:
                continue
            text = formula.text or ""
            if formula.get("t") == "shared":
                here, id = Area.parse(address), formula.get("si", "")
                if text:
                    masters[id] = (text, here)
                elif id in masters:
                    master, there = masters[id]
                    text = shift(master, here.first_row - there.first_row, here.first_col - there.first_col)
            if text:
                found[address] = text
        return found


def _compute(cell: etree._Element, formula: str, moved: Callable[[str], str]) -> None:
    # the value is for the reader's program to work out: it was that of the template
    element = cell.find(qualified("f"))
    assert element is not None
    if element.get("t") == "shared":
        element.attrib.clear()
    elif ref := element.get("ref"):
        element.set("ref", moved(ref))
    element.text = moved(formula)
    value = cell.find(qualified("v"))
    if value is not None:
        cell.remove(value)
    cell.attrib.pop("t", "")
