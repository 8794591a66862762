"""The formula cells of a sheet, and raw values as an engine wants them: numbers as numbers, whatever their format."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xl_salesflow.ooxml.refs import column_number, letters
from xl_salesflow.ooxml.shared_formulas import SharedFormulas
from xl_salesflow.ooxml.sheet_scan import Grammar, SheetStream, number_of, row_spans
from xl_salesflow.ooxml.splice import Cell, cells_of
from xl_salesflow.ooxml.strings import rich_text
from xl_salesflow.ooxml.text import cell_text, plain_text
from xl_salesflow.ooxml.values import ErrorValue

_TYPE = re.compile(rb'\st="(\w+)"')
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>([^<]*)</")

Rows = tuple[int, int]


class FormulaCell(NamedTuple):
    """A formula where it stands; `text` is None for one that cannot be told, `array` for one over several cells."""

    row: int
    column: int
    text: str | None
    array: bool
    cell: Cell


def formula_cells(stream: SheetStream, known: Mapping[int, Sequence[Rows]]) -> Iterator[FormulaCell]:
    """Yield the formula cells of a sheet but those known already: column to the rows in which it is.

    A sheet with no others passes by at the speed of a text search.
    """
    patterns, shared, others = stream.grammar, SharedFormulas(), _Others(stream.grammar.prefix, known)
    before = 0
    for block in stream.blocks():
        last = last_row(patterns, block, before)
        if others.among(block, before + 1, last):
            for number, start, end in row_spans(patterns, block, before):
                row = block[start:end]
                if others.among(row, number, number):
                    yield from _in_row(patterns, shared, number, row, known)
        before = last


class _Others:
    """Rules out, by a text search, what holds no formulas but the known ones."""

    def __init__(self, prefix: bytes, known: Mapping[int, Sequence[Rows]]) -> None:
        self._prefix, self._known = prefix, known
        self._patterns: dict[frozenset[int], re.Pattern[bytes]] = {}

    def among(self, xml: bytes, first: int, last: int) -> bool:
        """Say whether rows may hold another formula."""
        known = frozenset(c for c, spans in self._known.items() if any(a <= first and last <= b for a, b in spans))
        if known not in self._patterns:
            self._patterns[known] = self._pattern(known)
        return self._patterns[known].search(xml) is not None

    def _pattern(self, known: frozenset[int]) -> re.Pattern[bytes]:
        """A formula in a cell of another column, or in one whose column is not told."""
        p, names = re.escape(self._prefix), b"|".join(letters(column).encode() for column in known)
        elsewhere = rb'(?!r="(?:%b)[0-9])' % names if names else b""
        return re.compile(rb"<%bc (?:%b[^>]*+(?<!/))><%bf\b" % (p, elsewhere, p))


def last_row(patterns: Grammar, block: bytes, before: int) -> int:
    """The number of a block's last row."""
    start = block.rfind(b"<%brow" % patterns.prefix)
    match = patterns.row.match(block, start) if start >= 0 else None
    number = number_of(match.group(1), 0) if match else 0
    return number or max((number for number, _, _ in row_spans(patterns, block, before)), default=before)


def _in_row(
    patterns: Grammar, shared: SharedFormulas, row: int, xml: bytes, known: Mapping[int, Sequence[Rows]]
) -> Iterator[FormulaCell]:
    for cell in cells_of(patterns, xml):
        match = patterns.formula.search(cell.content) if cell.content else None
        if match is None:
            continue
        attributes, text = match.groups()
        shared.remember(attributes, text, row, cell.column)
        if any(first <= row <= last for first, last in known.get(cell.column, ())):
            continue
        said = plain_text(text) if text else shared.text(attributes, row, cell.column)
        array = b't="array"' in attributes or b't="dataTable"' in attributes
        yield FormulaCell(row, cell.column, said or None, array, cell)


def raw_value(cell: Cell, strings: Sequence[str]) -> Any:
    """A cell's value: number, text, bool or ErrorValue; None where it holds none, "" for an empty text."""
    kind, value = _TYPE.search(cell.attributes), _VALUE.search(cell.content)
    name = kind.group(1) if kind else b"n"
    if name == b"inlineStr":
        return rich_text(cell.content)
    if value is None:
        return "" if name == b"str" and cell.content else None
    return _READ.get(name, cell_text)(value.group(1)) if name != b"s" else strings[int(value.group(1))]


def _number(text: bytes) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return cell_text(text)


_READ: dict[bytes, Callable[[bytes], Any]] = {
    b"n": _number,
    b"b": lambda text: text in (b"1", b"true"),
    b"e": lambda text: ErrorValue(cell_text(text)),
    b"str": cell_text,
}


def cells_at(stream: SheetStream, columns: Container[int], rows: Rows) -> Iterator[tuple[int, Cell]]:
    """Yield the stored cells of some columns between two rows, with their row."""
    patterns, before = stream.grammar, 0
    quick = _quick(patterns.prefix)
    for block in stream.blocks():
        start, before = before, last_row(patterns, block, before)
        if before < rows[0]:
            continue
        if block.count(b"<%bc " % patterns.prefix) == block.count(b'<%bc r="' % patterns.prefix):
            for match in quick.finditer(block):
                name, row, attributes, content = match.groups()
                if rows[0] <= int(row) <= rows[1] and (column := column_number(name.decode())) in columns:
                    yield int(row), Cell(column, match.group(), attributes, content or b"")
        else:
            for number, at, end in row_spans(patterns, block, start):
                if rows[0] <= number <= rows[1]:
                    yield from ((number, cell) for cell in cells_of(patterns, block[at:end]) if cell.column in columns)
        if before >= rows[1]:
            return


def _quick(prefix: bytes) -> re.Pattern[bytes]:
    """Any cell that says where it is."""
    p = re.escape(prefix)
    return re.compile(rb'<%bc r="([A-Z]+)([0-9]++)"([^>]*?)(?:/>|>(.*?)</%bc>)' % (p, p), re.DOTALL)
