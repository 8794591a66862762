"""An area of a sheet to Python values, in one pass: plain rows all together, others one by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from xl_salesflow.ooxml.decode import CellDecoder
from xl_salesflow.ooxml.plain_rows import plain_rows
from xl_salesflow.ooxml.refs import Area
from xl_salesflow.ooxml.sheet_scan import SheetStream, grammar, row_spans
from xl_salesflow.ooxml.spans import Ints, Objects
from xl_salesflow.ooxml.splice import cells_of

_GRAMMAR = grammar(b"")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</")


class Rows(NamedTuple):
    """Some rows of an area: their numbers, ascending, and their values by row and column."""

    numbers: Ints
    values: Objects


def read_area(stream: SheetStream, decode: CellDecoder, area: Area) -> list[list[Any]]:
    """Read a rectangle into columns of equal length; rows the sheet does not store are empty."""
    columns: list[list[Any]] = [[] for _ in range(area.first_col, area.last_col + 1)]
    following = area.first_row
    for rows in _blocks(stream, decode, area):
        for start, end in _runs(rows.numbers, following):
            missing = [None] * (int(rows.numbers[start]) - following)
            for column, values in zip(columns, rows.values[start:end].T.tolist(), strict=True):
                column += missing
                column += values
            following = int(rows.numbers[end - 1]) + 1
    for column in columns:
        column += [None] * (area.last_row + 1 - following)
    return columns


def read_rows(stream: SheetStream, decode: CellDecoder, area: Area) -> list[list[Any]]:
    """Read a rectangle row by row."""
    return list(map(list, zip(*read_area(stream, decode, area), strict=True)))


def _runs(numbers: Ints, first: int) -> Iterator[tuple[int, int]]:
    """Find rows that follow one another without a gap, from a row on: where each run starts and ends."""
    start = int(np.searchsorted(numbers, first))
    for end in [*(np.flatnonzero(np.diff(numbers) != 1) + 1).tolist(), len(numbers)]:
        if end > start:
            yield start, end
            start = end


def _blocks(stream: SheetStream, decode: CellDecoder, area: Area) -> Iterator[Rows]:
    opening, closing, before = b"<" + stream.grammar.prefix, b"</" + stream.grammar.prefix, 0
    for block in stream.blocks():
        if stream.grammar.prefix:
            block = block.replace(opening, b"<").replace(closing, b"</")
        plain = plain_rows(block, area)
        if plain is None:
            rows, before = _with_care(block, before, decode, area)
        else:
            values = np.full((len(plain.numbers), area.last_col - area.first_col + 1), None, object)
            for attributes, cells in plain.kinds:
                place = plain.row[cells], plain.column[cells] - area.first_col
                values[place] = decode.many(attributes, plain.texts.at(cells))
            rows, before = Rows(plain.numbers, values), plain.last
        yield rows
        if before >= area.last_row:
            return


def _with_care(block: bytes, before: int, decode: CellDecoder, area: Area) -> tuple[Rows, int]:
    """Read rows cell by cell; a row or cell that does not say where it is follows the one before, `before` at first."""
    numbers: list[int] = []
    lines: list[list[Any]] = []
    for number, start, end in row_spans(_GRAMMAR, block, before):
        before = number
        if area.first_row <= number <= area.last_row and (not numbers or number > numbers[-1]):
            numbers.append(number)
            lines.append(_line(block[start:end], decode, area))
    values = np.empty((len(lines), area.last_col - area.first_col + 1), object)
    for at, line in enumerate(lines):
        values[at] = line
    return Rows(np.array(numbers, np.int64), values), before


def _line(row: bytes, decode: CellDecoder, area: Area) -> list[Any]:
    line: list[Any] = [None] * (area.last_col - area.first_col + 1)
    for column, _, attributes, content in cells_of(_GRAMMAR, row):
        if area.first_col <= column <= area.last_col:
            value = _VALUE.search(content)
            text = value.group(1) if value else content if b'"inlineStr"' in attributes else b""
            line[column - area.first_col] = decode.one(attributes, text)
    return line
