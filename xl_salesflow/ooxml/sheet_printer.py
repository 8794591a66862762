"""Print a sheet with some rows repeated, some left out and some cells filled, and adjust everything that refers to them.

A range whose rows are all left out is removed with its merge, link, conditional format or dropdown. Formulas lose their
cached values; Excel calculates them again.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from lxml import etree

from xl_salesflow.ooxml.cell_contents import UnsupportedValue, escape_formula
from xl_salesflow.ooxml.cell_references import cell_address
from xl_salesflow.ooxml.cell_writer import CellFragment, CellWriter, clip_cell_text
from xl_salesflow.ooxml.column_formulas import SharedFormulas, shared_formula_id
from xl_salesflow.ooxml.copied_ranges import (
    RowCopies,
    follow_in_copied_ranges,
    follow_in_head,
    read_merged_areas,
    shift_copied_formula,
)
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.formula_cells import find_formulas_in_row
from xl_salesflow.ooxml.number_formats import NUMBER_FORMAT_KIND
from xl_salesflow.ooxml.row_shifts import FormulaFollower
from xl_salesflow.ooxml.sheet_stream import CELL_PLACE, RowCell, SheetStream, parse_row_cells
from xl_salesflow.ooxml.workbook_parts import boolean_attribute, child_elements

_USUAL_COLUMN_WIDTH = 8.43  # characters
_LINE_HEIGHT = 15.0  # points
_LAST_MEASURED_COLUMN = 200


class FilledCell(NamedTuple):
    """The content of a filled cell: the number or day if the cell can show it, otherwise the text."""

    text: str
    value: int | float | Decimal | date | None = None


class PrintedRow(NamedTuple):
    """A row to print: the number of the row it is a copy of, and the cells to fill, by their addresses in that row."""

    number: int
    cells: Mapping[str, FilledCell]


@dataclass(frozen=True)
class PrintedSheet:
    """The rows to print on a sheet; `last_row` is the last stored row before printing."""

    sheet: str
    last_row: int
    rows: Sequence[PrintedRow]

    @cached_property
    def copies(self) -> RowCopies:
        """Return the mapping of rows to their new places."""
        return RowCopies(self.sheet, self.last_row, tuple(row.number for row in self.rows))


def read_wrapping_formats(styles: etree._Element) -> list[bool]:
    """Return for every cell format whether it wraps text, in the order of their numbers."""
    formats = child_elements(styles, "cellXfs", "xf")
    return [any(boolean_attribute(a, "wrapText") for a in child_elements(xf, "alignment")) for xf in formats]


_STYLE_ATTRIBUTE = re.compile(rb'\ss="([0-9]{1,9})"')
_TYPE_ATTRIBUTE = re.compile(rb'\st="[^"]*"')
_ROW_NUMBER = re.compile(rb'\sr="[^"]*"')
_FORMULA_CELLS = re.compile(rb'(\s(?:ref|r1|r2)=")([^"]*)')
_HEIGHT_ATTRIBUTE = re.compile(rb"\sht=")
_COLUMN_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?col\s([^<>]*)>")
_COLUMN_ATTRIBUTE = re.compile(rb'\b(min|max|width)="([0-9.]+)"')


class SheetPrinter:
    """Writes one sheet; *sheets* holds the row copies of every printed sheet.

    *kinds* and *wraps* give for each cell format the kind of its numbers and whether it wraps text.
    """

    def __init__(
        self,
        printed: PrintedSheet,
        sheets: Sequence[RowCopies],
        write: CellWriter,
        kinds: Sequence[int],
        wraps: Sequence[bool],
    ) -> None:
        self._printed, self._copies, self._sheets = printed, printed.copies, sheets
        self._write, self._kinds, self._wraps = write, kinds, wraps

    def write_sheet(self, stream: SheetStream) -> Iterator[bytes]:
        """Yield the sheet's bytes."""
        self._grammar = stream.grammar
        stored = dict(stream.rows())
        self._formulas = dict(self._read_formulas(stored))
        self._merges = {area[:2]: area for area in read_merged_areas(stream.tail)}
        self._widths = dict(_read_column_widths(stream.head))
        yield follow_in_head(stream.head, self._copies) + stream.opening
        for place, row in enumerate(self._printed.rows, 1):
            if row.number in stored:
                yield self._row(row, place, stored[row.number])
        tail = follow_in_copied_ranges(stream.tail, self._copies)
        yield stream.closing + FormulaFollower(self._sheets, self._printed.sheet)(tail)

    def _read_formulas(self, stored: Mapping[int, bytes]) -> Iterator[tuple[tuple[int, int], str]]:
        # shared formulas are written out, because their cells move in different ways
        shared = SharedFormulas()
        for number, row in stored.items():
            for formula in find_formulas_in_row(self._grammar, shared, number, row, {}):
                if formula.text or formula.array:
                    yield (number, formula.column), formula.text or ""

    def _row(self, row: PrintedRow, place: int, stored: bytes) -> bytes:
        p = self._grammar.prefix
        start = self._grammar.row.match(stored)
        attributes = _ROW_NUMBER.sub(b"", start.group(1)) if start else b""
        stored_cells = list(parse_row_cells(self._grammar, stored))
        cells = b"".join(self._cell(row, place, cell) for cell in stored_cells)
        height = max((self._height(row, cell) for cell in stored_cells), default=0.0)
        if height and not _HEIGHT_ATTRIBUTE.search(attributes):
            attributes += b' ht="%g" customHeight="1"' % height
        return b'<%brow r="%d"%b>%b</%brow>' % (p, place, attributes, cells, p)

    def _cell(self, row: PrintedRow, place: int, cell: RowCell) -> bytes:
        attributes, content = CELL_PLACE.sub(b"", cell.attributes), cell.content
        if filled := row.cells.get(cell_address(row.number, cell.column)):
            style = _STYLE_ATTRIBUTE.search(attributes)
            kind, content, _ = self._fragment(filled, attributes)
            attributes = (style.group() if style else b"") + kind
        elif (formula := self._formulas.get((row.number, cell.column))) is not None:
            attributes = _TYPE_ATTRIBUTE.sub(b"", attributes)
            content = self._formula(content, formula, row.number, place)
        p = self._grammar.prefix
        opening = b'<%bc r="%b%d"%b' % (p, column_letters(cell.column).encode(), place, attributes)
        return b"%b>%b</%bc>" % (opening, content, p) if content else opening + b"/>"

    def _fragment(self, filled: FilledCell, attributes: bytes) -> CellFragment:
        value = filled.value
        style = _style_number(attributes)
        if isinstance(value, date) and (style >= len(self._kinds) or self._kinds[style] == NUMBER_FORMAT_KIND):
            value = None  # the cell would display the serial number of the day
        if value is not None:
            try:
                return self._write(value)
            except UnsupportedValue:  # infinite, or before the first day of Excel's calendar
                pass
        return self._write(clip_cell_text(filled.text) or None)

    def _formula(self, content: bytes, text: str, row: int, place: int) -> bytes:
        match = self._grammar.formula.search(content)
        attributes = match.group(1) if match else b""

        def shift(formula: str) -> str:
            return shift_copied_formula(self._sheets, formula, self._printed.sheet, row, place)

        if shared_formula_id(attributes):
            attributes = b""
        else:
            attributes = _FORMULA_CELLS.sub(lambda m: m.group(1) + shift(m.group(2).decode()).encode(), attributes)
        p = self._grammar.prefix
        return b"<%bf%b>%b</%bf>" % (p, attributes, escape_formula(shift(text)), p)

    def _height(self, row: PrintedRow, cell: RowCell) -> float:
        """Return the height that a text needs in merged cells; Excel fits row heights only to texts in single cells."""
        filled, area = row.cells.get(cell_address(row.number, cell.column)), self._merges.get((row.number, cell.column))
        style = _style_number(cell.attributes)
        if not filled or not area or area.first_row != area.last_row or style >= len(self._wraps):
            return 0.0
        if filled.value is not None or not filled.text or not self._wraps[style]:
            return 0.0
        columns = range(area.first_col, area.last_col + 1)
        width = int(sum(self._widths.get(column, _USUAL_COLUMN_WIDTH) for column in columns))
        return _LINE_HEIGHT * sum(max(1, -(-_text_width(line) // max(1, width))) for line in filled.text.split("\n"))


def _style_number(attributes: bytes) -> int:
    style = _STYLE_ATTRIBUTE.search(attributes)
    return int(style.group(1)) if style else 0


def _read_column_widths(head: bytes) -> Iterator[tuple[int, float]]:
    for element in _COLUMN_ELEMENT.finditer(head):
        attributes = {name: float(value) for name, value in _COLUMN_ATTRIBUTE.findall(element.group(1))}
        first, last = int(attributes.get(b"min", 1)), int(attributes.get(b"max", 1))
        for column in range(first, min(last, _LAST_MEASURED_COLUMN) + 1):
            yield column, attributes.get(b"width", _USUAL_COLUMN_WIDTH)


def _text_width(text: str) -> int:
    """Return the width of a text in characters; East Asian ones count twice."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
