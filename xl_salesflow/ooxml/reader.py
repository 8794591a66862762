"""Cells to Python values, in one pass over a sheet.

A number comes back as int or float, a number under a date format as date, datetime, time or timedelta, an error as
ErrorValue, an empty cell or an empty text as None. Columns are decoded whole: one regex call a row, then one list
comprehension a column and kind of cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from xl_salesflow.ooxml import styles
from xl_salesflow.ooxml.refs import Area, letters
from xl_salesflow.ooxml.serials import from_serial
from xl_salesflow.ooxml.sheet_scan import Grammar, SheetStream
from xl_salesflow.ooxml.splice import cells_of
from xl_salesflow.ooxml.strings import rich_text
from xl_salesflow.ooxml.text import cell_text
from xl_salesflow.ooxml.values import ErrorValue

Cell = tuple[bytes, bytes, bytes]  # column letters, other attributes, value; for an inline string its XML
_ABSENT: Cell = (b"", b"", b"")
_BLOCK = 64  # small enough to stay in the processor's cache
_TYPE, _STYLE = re.compile(rb'\st="(\w+)"'), re.compile(rb'\ss="([0-9]{1,9})"')
_VALUE = re.compile(rb"<(?:[\w.-]+:)?v(?:\s[^>]*)?>([^<]*)</")


class CellReader:
    """Decodes cells of one workbook: knows its strings, its date formats and its date system."""

    def __init__(self, strings: Sequence[str], kinds: Sequence[int], date1904: bool) -> None:
        self._kinds, self._date1904 = kinds, date1904
        self._inline = _Memo(cell_text)
        self._by_attributes: dict[bytes, Callable[[bytes], Any]] = {}
        self._by_type: dict[bytes, Callable[[bytes], Any]] = {
            b"n": _number,
            b"s": _Memo(lambda text: _listed(strings, text)).__getitem__,
            b"b": {b"": None, b"0": False, b"1": True, b"false": False, b"true": True}.get,
            b"e": lambda text: ErrorValue(cell_text(text)) if text else None,
            b"d": lambda text: _iso(text.decode("utf-8", "replace")) if text else None,
            b"inlineStr": _Memo(
                lambda xml: (rich_text(xml) if xml[:1] == b"<" else cell_text(xml)) or None
            ).__getitem__,
        }

    def column(self, cells: Sequence[Cell]) -> list[Any]:
        """Decode cells that stand under each other."""
        _, attributes, texts = zip(*cells, strict=True)
        decoders = {kind: self._decoder(kind) for kind in set(attributes)}
        if len(set(decoders.values())) > 1:
            return [decoders[kind](text) for kind, text in zip(attributes, texts, strict=True)]
        decode = decoders.popitem()[1]
        if decode is _number:
            try:
                return [float(text) if b"." in text else int(text) for text in texts]
            except ValueError:
                pass
        return list(map(decode, texts))

    def value(self, cell: Cell) -> Any:
        """Decode one cell."""
        _, attributes, text = cell
        return self._decoder(attributes)(text)

    def _decoder(self, attributes: bytes) -> Callable[[bytes], Any]:
        known = self._by_attributes.get(attributes)
        return known or self._by_attributes.setdefault(attributes, self._choose(attributes))

    def _choose(self, attributes: bytes) -> Callable[[bytes], Any]:
        found, style = _TYPE.search(attributes), _STYLE.search(attributes)
        index = int(style.group(1)) if style else 0
        kind = found.group(1) if found else b"n"
        if kind == b"n" and index < len(self._kinds) and (shown := self._kinds[index]) != styles.NUMBER:
            moments = _Memo(lambda text: self._moment(shown, _number(text)))
            return self._by_type.setdefault(b"%d" % shown, moments.__getitem__)
        return self._by_type.get(kind, self._inline.__getitem__)

    def _moment(self, kind: int, days: float | str | None) -> Any:
        if not isinstance(days, int | float):
            return days
        if kind == styles.DURATION:
            return timedelta(milliseconds=round(days * 86_400_000)) if abs(days) < 1e8 else days
        moment = from_serial(days, self._date1904)
        if moment is None:
            return days
        if kind == styles.TIME and 0 <= days < 1:
            return moment.time()
        return moment.date() if kind == styles.DATE and days == int(days) else moment


class _Memo(dict[bytes, Any]):
    """Remembers what was decoded, so that equal cells share one value; an empty cell is None."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        super().__init__({b"": None})
        self._decode = decode

    def __missing__(self, text: bytes) -> Any:
        value = self[text] = self._decode(text)
        return value


def _number(text: bytes) -> int | float | str | None:
    """A number; what is none is kept as text."""
    if not text:
        return None
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        return cell_text(text)


def _listed(strings: Sequence[str], text: bytes) -> str | None:
    index = int(text) if text.strip().isdigit() and len(text) < 10 else len(strings)
    return strings[index] or None if index < len(strings) else None


def _iso(text: str) -> date | datetime | time | str:
    try:
        if "T" not in text and ":" in text:
            return time.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.date() if "T" not in text else moment.replace(tzinfo=None)


def read_area(stream: SheetStream, decode: CellReader, area: Area) -> list[list[Any]]:
    """Read a rectangle into columns of equal length; rows the sheet does not store are empty."""
    columns: list[list[Any]] = [[] for _ in range(area.first_col, area.last_col + 1)]
    for lines in _blocks(_lines(stream, area)):
        for column, cells in zip(columns, zip(*lines, strict=True), strict=True):
            column.extend(decode.column(cells))
    return columns


def _blocks(lines: Iterator[list[Cell]]) -> Iterator[list[list[Cell]]]:
    block: list[list[Cell]] = []
    for line in lines:
        block.append(line)
        if len(block) == _BLOCK:
            yield block
            block = []
    if block:
        yield block


def _lines(stream: SheetStream, area: Area) -> Iterator[list[Cell]]:
    """Yield the area's cells row by row, as many as it has columns."""
    names = [letters(column).encode() for column in range(area.first_col, area.last_col + 1)]
    index = {name: at for at, name in enumerate(names)}
    blank, expected = [_ABSENT] * len(names), area.first_row
    ends, opening = (len(names), names[0], names[-1]), b"<%bc" % stream.grammar.prefix
    for number, row in stream.rows():
        if number < expected:
            continue
        for _ in range(expected, min(number, area.last_row + 1)):
            yield blank
        if number > area.last_row:
            return
        cells = stream.grammar.quick.findall(row)
        if len(cells) != row.count(opening):
            cells = _cells(stream.grammar, row)
        if cells and (len(cells), cells[0][0], cells[-1][0]) == ends:
            yield cells
        else:
            yield _placed(cells, index, blank)
        expected = number + 1
    for _ in range(expected, area.last_row + 1):
        yield blank


def _cells(patterns: Grammar, row: bytes) -> list[Cell]:
    """Take a row apart the careful way: inline strings, cells without a place, white space between elements."""
    cells = []
    for column, _, attributes, content in cells_of(patterns, row):
        value = _VALUE.search(content)
        text = value.group(1) if value else content if b'"inlineStr"' in attributes else b""
        cells.append((letters(column).encode(), attributes, text))
    return cells


def _placed(cells: Iterable[Cell], index: dict[bytes, int], blank: list[Cell]) -> list[Cell]:
    line = blank.copy()
    for cell in cells:
        at = index.get(cell[0])
        if at is not None:
            line[at] = cell
    return line


def read_rows(stream: SheetStream, decode: CellReader, area: Area) -> list[list[Any]]:
    """Read a rectangle row by row."""
    return [[decode.value(cell) for cell in line] for line in _lines(stream, area)]
