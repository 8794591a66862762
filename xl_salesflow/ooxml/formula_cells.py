"""Find the formula cells of sheets, and read raw values for the engine.

Raw values are numbers as numbers, whatever their format. `KnownFormulas` names the formulas whose values are written
elsewhere.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from xl_salesflow.ooxml.cell_contents import (
    ErrorValue,
    join_rich_text,
    unescape_cell_text,
    unescape_xml,
)
from xl_salesflow.ooxml.column_formulas import SharedFormulas
from xl_salesflow.ooxml.excel_notation import column_letters, column_number
from xl_salesflow.ooxml.sheet_stream import (
    RowCell,
    SheetGrammar,
    SheetStream,
    find_row_spans,
    parse_row_cells,
    read_row_number,
)
from xl_salesflow.ooxml.workbook_parts import DefinedName, ExcelTable

_RAW_CELL_TYPE = re.compile(rb'\st="(\w+)"')
_RAW_CELL_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^<>]*)?>([^<]*)</")

RowBounds = tuple[int, int]


class FormulaCell(NamedTuple):
    """A formula and its cell; `text` is None if it is unknown, `array` means that it fills several cells."""

    row: int
    column: int
    text: str | None
    array: bool
    cell: RowCell


def find_formula_cells(stream: SheetStream, known: Mapping[int, Sequence[RowBounds]]) -> Iterator[FormulaCell]:
    """Yield the formula cells of a sheet except the *known* ones, given as column to row bounds.

    A sheet without others is passed over as fast as a text search.
    """
    patterns, shared, others = stream.grammar, SharedFormulas(), _UnknownFormulaSearch(stream.grammar.prefix, known)
    before = 0
    for block in stream.blocks():
        last = find_last_row(patterns, block, before)
        if others.may_hold_others(block, before + 1, last):
            for number, start, end in find_row_spans(patterns, block, before):
                row = block[start:end]
                if others.may_hold_others(row, number, number):
                    yield from find_formulas_in_row(patterns, shared, number, row, known)
        before = last


def find_plain_formulas(stream: SheetStream) -> dict[tuple[int, int], str] | None:
    """Return the formula of every cell by row and column; None if one is shared, fills an array, or has attributes.

    One pattern finds them all, several times as fast as reading the cells.
    """
    p, found = re.escape(stream.grammar.prefix), dict[tuple[int, int], str]()
    plain = re.compile(rb'<%bc r="([A-Z]{1,3})([0-9]{1,7})"[^<>]*+><%bf>([^<]++)</%bf>' % (p, p, p))
    for block in stream.blocks():
        cells = plain.findall(block)
        if len(cells) != block.count(b"<%bf" % stream.grammar.prefix):
            return None
        for letters, row, text in cells:
            found[int(row), column_number(letters.decode())] = unescape_xml(text)
    return found


class _UnknownFormulaSearch:
    """Rules out rows without unknown formulas by a text search."""

    def __init__(self, prefix: bytes, known: Mapping[int, Sequence[RowBounds]]) -> None:
        self._prefix, self._known = prefix, known
        self._patterns: dict[frozenset[int], re.Pattern[bytes]] = {}

    def may_hold_others(self, xml: bytes, first: int, last: int) -> bool:
        """Return whether rows may hold another formula."""
        known = frozenset(c for c, spans in self._known.items() if any(a <= first and last <= b for a, b in spans))
        if known not in self._patterns:
            self._patterns[known] = self._pattern(known)
        return self._patterns[known].search(xml) is not None

    def _pattern(self, known: frozenset[int]) -> re.Pattern[bytes]:
        """Return a pattern for a formula in another column, or in a cell that is not written as Excel writes it."""
        p, names = re.escape(self._prefix), b"|".join(column_letters(column).encode() for column in sorted(known))
        elsewhere = rb'(?! r="(?:%b)[0-9])' % names if names else b""
        return re.compile(rb"<%bc(?=[\s>])%b[^<>]*+(?<!/)>\s*+<%bf\b" % (p, elsewhere, p))


def find_last_row(patterns: SheetGrammar, block: bytes, before: int) -> int:
    """Return the number of the last row of a block."""
    start = block.rfind(b"<%brow" % patterns.prefix)
    match = patterns.row.match(block, start) if start >= 0 else None
    number = read_row_number(match.group(1), 0) if match else 0
    return number or max((number for number, _, _ in find_row_spans(patterns, block, before)), default=before)


def find_formulas_in_row(
    patterns: SheetGrammar, shared: SharedFormulas, row: int, xml: bytes, known: Mapping[int, Sequence[RowBounds]]
) -> Iterator[FormulaCell]:
    """Yield the formula cells of one row except the *known* ones; *shared* holds the masters of the previous rows."""
    for cell in parse_row_cells(patterns, xml):
        match = patterns.formula.search(cell.content) if cell.content else None
        if match is None:
            continue
        attributes, text = match.groups()
        shared.remember(attributes, text, row, cell.column)
        if any(first <= row <= last for first, last in known.get(cell.column, ())):
            continue
        formula = unescape_xml(text) if text else shared.text(attributes, row, cell.column)
        table = b't="dataTable"' in attributes  # calculates other cells again and again with other values
        array, formula = table or b't="array"' in attributes, None if table else formula
        yield FormulaCell(row, cell.column, formula or None, array, cell)


def read_raw_value(cell: RowCell, strings: Sequence[str]) -> Any:
    """Return a cell's value: number, text, bool or ErrorValue; None if it has none, "" for an empty text."""
    kind, value = _RAW_CELL_TYPE.search(cell.attributes), _RAW_CELL_VALUE.search(cell.content)
    name = kind.group(1) if kind else b"n"
    if name == b"inlineStr":
        return join_rich_text(cell.content)
    if value is None:
        return "" if name == b"str" and cell.content else None
    return (
        _RAW_VALUE_READERS.get(name, unescape_cell_text)(value.group(1))
        if name != b"s"
        else strings[int(value.group(1))]
    )


def read_cell_text(cell: RowCell, strings: Sequence[str]) -> str:
    """Return the text that was typed into a cell; "" for numbers, formulas and so on."""
    kind = _RAW_CELL_TYPE.search(cell.attributes)
    if kind is None or kind.group(1) not in (b"s", b"inlineStr"):
        return ""
    try:
        text = read_raw_value(cell, strings)
    except (IndexError, ValueError):  # the index of a string that does not exist
        return ""
    return text or ""


def _read_raw_number(text: bytes) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return unescape_cell_text(text)


_RAW_VALUE_READERS: dict[bytes, Callable[[bytes], Any]] = {
    b"n": _read_raw_number,
    b"b": lambda text: text in (b"1", b"true"),
    b"e": lambda text: ErrorValue(unescape_cell_text(text)),
    b"str": unescape_cell_text,
}


def find_stored_cells(stream: SheetStream, columns: Container[int], rows: RowBounds) -> Iterator[tuple[int, RowCell]]:
    """Yield the stored cells of some columns between two rows, each with its row."""
    patterns, before = stream.grammar, 0
    quick = _addressed_cell_pattern(patterns.prefix)
    for block in stream.blocks():
        start, before = before, find_last_row(patterns, block, before)
        if before < rows[0]:
            continue
        if block.count(b"<%bc" % patterns.prefix) == block.count(b'<%bc r="' % patterns.prefix):
            for match in quick.finditer(block):
                name, row, attributes, content = match.groups()
                if rows[0] <= int(row) <= rows[1] and (column := column_number(name.decode())) in columns:
                    yield int(row), RowCell(column, match.group(), attributes, content or b"")
        else:
            for number, at, end in find_row_spans(patterns, block, start):
                if rows[0] <= number <= rows[1]:
                    yield from (
                        (number, cell) for cell in parse_row_cells(patterns, block[at:end]) if cell.column in columns
                    )
        if before >= rows[1]:
            return


def _addressed_cell_pattern(prefix: bytes) -> re.Pattern[bytes]:
    """Return a pattern for cells that have an address."""
    p = re.escape(prefix)
    return re.compile(rb'<%bc r="([A-Z]+)([0-9]++)"([^<>]*?)(?:/>|>((?:[^<]++|<(?!/?%bc[\s>]))*+)</%bc>)' % (p, p, p))


ColumnRowBounds = Mapping[int, Sequence[tuple[int, int]]]  # column to spans of rows


@dataclass(frozen=True)
class FormulaSource:
    """What formulas need from a workbook."""

    sheets: Sequence[str]
    tables: Mapping[str, ExcelTable]
    names: Mapping[str, DefinedName]
    name_texts: Mapping[str, str]  # the definition of each defined name
    date1904: bool
    strings: Callable[[], Sequence[str]]
    stream: Callable[[str], SheetStream]
    # sheets on which every formula is known
    fully_known_sheets: Mapping[str, KnownFormulas] = field(default_factory=dict)
    repeated_names: Collection[str] = ()  # defined by several sheets, each for itself; without case


@dataclass(frozen=True)
class KnownFormulas:
    """Formula cells whose values are written elsewhere: columns of tables by their headers, and named cells."""

    columns: Mapping[str, Collection[str]] = field(default_factory=dict)
    names: Collection[str] = ()

    def covers(self, other: KnownFormulas | None) -> bool:
        """Return whether this includes everything that *other* includes."""
        return other is not None and all(
            {*headers} <= {*self.columns.get(table, ())} for table, headers in other.columns.items()
        )

    def places(self, source: FormulaSource) -> Mapping[str, ColumnRowBounds]:
        """Return their places in a workbook: sheet to column to row bounds."""
        found: defaultdict[str, defaultdict[int, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        for name, headers in self.columns.items():
            table = source.tables[name]
            for header in headers:
                found[table.sheet][table.column(header)].append((table.first_row, table.last_row))
        for name in self.names:
            if at := source.names.get(name):
                found[at.sheet][at.col].append((at.row, at.row))
        return found
