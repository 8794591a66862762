"""Rows written the way programs write them, taken apart all at once with array operations.

Rows are plain when tag follows tag as `_GRAMMAR` says and every row and cell starts by saying where it is. Whatever else XML
allows is left to the careful reader, a block of rows at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xl_salesflow.ooxml.refs import Area
from xl_salesflow.ooxml.spans import REACH, Flags, Ints, Spans, Text

# Kind of tag: two bytes right after "<" that tell it from others; what may follow, also when it closes itself.
_GRAMMAR = {
    "row": ((b"ro",), "cell /row row"),
    "/row": ((b"/r",), "row"),
    "cell": ((b"c ",), "formula value spaced-value no-value inline /cell cell /row"),
    "/cell": ((b"/c",), "cell /row"),
    "formula": ((b"f>", b"f ", b"f/"), "/formula value spaced-value no-value /cell"),
    "/formula": ((b"/f",), "value spaced-value no-value /cell"),
    "value": ((b"v>",), "/value"),
    "spaced-value": ((b"v ",), "/value"),
    "no-value": ((b"v/",), "/cell"),
    "/value": ((b"/v",), "/cell"),
    "inline": ((b"is",), "text spaced-text"),
    "/inline": ((b"/i",), "/cell"),
    "text": ((b"t>",), "/text"),
    "spaced-text": ((b"t ",), "/text"),
    "/text": ((b"/t",), "/inline"),
}
_KINDS = ("unknown", *_GRAMMAR)
_ROW, _ROW_END, _CELL = map(_KINDS.index, ("row", "/row", "cell"))
_VALUE, _TEXT, _SPACED_VALUE, _SPACED_TEXT = map(_KINDS.index, ("value", "text", "spaced-value", "spaced-text"))
_SPACED = b' xml:space="preserve">'  # the only attribute that values and texts have
_ROW_START, _CELL_START = b'<row r="', b'<c r="'
_MOST_ALIKE = 200  # kinds of cells in a block; each costs a pass over it


def _kinds_by_bytes() -> npt.NDArray[np.uint8]:
    kinds = np.zeros(1 << 16, np.uint8)
    for kind, (spellings, _) in _GRAMMAR.items():
        kinds[[int.from_bytes(two, "little") for two in spellings]] = _KINDS.index(kind)
    return kinds


def _legal_pairs() -> Flags:
    legal = np.zeros((len(_KINDS), len(_KINDS)), np.bool_)
    for kind, (_, followers) in _GRAMMAR.items():
        legal[_KINDS.index(kind), [_KINDS.index(other) for other in followers.split()]] = True
    return legal.ravel()


_KIND, _LEGAL = _kinds_by_bytes(), _legal_pairs()


class PlainRows(NamedTuple):
    """The cells of a rectangle: for each the place of its row among `numbers`, its column, where its text lies.

    `kinds` lists the attributes there are, each with the cells that have them; cells without content are left out. `last`
    is the number of the last row, whether in the rectangle or not.
    """

    last: int
    numbers: Ints
    row: Ints
    column: Ints
    texts: Spans
    kinds: list[tuple[bytes, Ints]]


def plain_rows(block: bytes, area: Area) -> PlainRows | None:
    """Take what a block of rows holds of a rectangle apart; None when it is not plain or its rows do not ascend."""
    text = Text(block)
    tags = np.flatnonzero(text.bytes == ord("<"))
    kinds = _KIND[text.windows("<u2")[tags + 1]]
    legal = _LEGAL[kinds[:-1] * np.uint8(len(_KINDS)) + kinds[1:]].all()
    if not (legal and len(kinds) and kinds[0] == _ROW and kinds[-1] in (_ROW, _ROW_END)):
        return None
    starts, cells = np.flatnonzero(kinds == _ROW), np.flatnonzero(kinds == _CELL)
    rows = _rows(text, tags[starts])
    if rows is None:
        return None
    row = np.repeat(np.arange(len(starts)), np.diff(np.searchsorted(cells, starts), append=len(cells)))
    places, texts = _places(text, tags[cells], row, rows), _texts(text, tags, kinds, cells)
    if places is None or texts is None:
        return None
    column, attributes = places
    first, end = np.searchsorted(rows.numbers, (area.first_row, area.last_row + 1))
    inside = (row >= first) & (row < end) & (column >= area.first_col) & (column <= area.last_col)
    closed = (kinds[cells + 1] == _CELL) | (kinds[cells + 1] == _ROW_END)
    asked = np.flatnonzero(inside)
    alike = _alike(text, attributes[asked], closed[asked])
    if alike is None:
        return None
    return PlainRows(
        int(rows.numbers[-1]), rows.numbers[first:end], row[asked] - first, column[asked], texts.at(asked), alike
    )


class _Rows(NamedTuple):
    """Rows by number; how a cell of each must say it, as a word and the bits of it that count."""

    numbers: Ints
    marks: npt.NDArray[np.uint64]
    mask: npt.NDArray[np.uint64]
    lengths: Ints


def _rows(text: Text, starts: Ints) -> _Rows | None:
    """Read the numbers of rows; None unless each starts with one, of at most seven digits, and they ascend."""
    if (text.words[starts] != int.from_bytes(_ROW_START, "little")).any():
        return None
    digits = starts + len(_ROW_START)
    marks = text.words[digits]
    quotes = marks[:, None].view(np.uint8) == ord('"')
    lengths = quotes.argmax(axis=1)
    numbers, whole = Spans(text, digits, digits + lengths).whole_numbers()
    if not (whole & quotes.any(axis=1)).all() or (numbers[1:] <= numbers[:-1]).any():
        return None
    mask = ~np.uint64(0) >> (np.uint64(56) - lengths.astype(np.uint64) * np.uint64(8))
    return _Rows(numbers, marks & mask, mask, lengths + 1)


def _places(text: Text, starts: Ints, row: Ints, rows: _Rows) -> tuple[Ints, Ints] | None:
    """Read the columns of cells, and where their other attributes start; None for one that names another row."""
    if (text.words[starts] << np.uint64(16) != int.from_bytes(_CELL_START, "little") << 16).any():
        return None
    at = starts + len(_CELL_START)
    first, second, third = (text.bytes[at + offset] - np.uint8(ord("A")) for offset in range(3))
    column = first.astype(np.int64) + 1
    two = second < 26
    three = two & (third < 26)
    column = np.where(two, column * 26 + second + 1, column)
    column = np.where(three, column * 26 + third + 1, column)
    at = at + 1 + two + three
    if (first >= 26).any() or ((text.words[at] & rows.mask[row]) != rows.marks[row]).any():
        return None
    return column, at + rows.lengths[row]


def _texts(text: Text, tags: Ints, kinds: npt.NDArray[np.uint8], cells: Ints) -> Spans | None:
    """Find the text of every cell, of none where there is none; None for an element with unknown attributes."""
    spaced = (kinds == _SPACED_VALUE) | (kinds == _SPACED_TEXT)
    if (text.windows(f"S{len(_SPACED)}")[tags[spaced] + len(b"<v")] != _SPACED).any():
        return None
    values = np.flatnonzero((kinds == _VALUE) | (kinds == _TEXT) | spaced)
    starts = tags[cells]
    ends = starts.copy()
    owner = np.searchsorted(cells, values) - 1
    starts[owner] = tags[values] + len(b"<v") + np.where(spaced[values], len(_SPACED), len(b">"))
    ends[owner] = tags[values + 1]
    return Spans(text, starts, ends)


def _alike(text: Text, attributes: Ints, closed: Flags) -> list[tuple[bytes, Ints]] | None:
    """Group cells by what follows their address; None for too many groups, or a cell that is `closed` and is not."""
    alike: list[tuple[bytes, Ints]] = []
    rest = np.arange(len(attributes))
    for _ in range(_MOST_ALIKE):
        if not len(rest):
            return alike
        start = int(attributes[rest[0]])
        shown, bracket, _ = text.raw[start : start + REACH].partition(b">")
        if not bracket:
            return None
        same = text.windows(f"S{len(shown) + 1}")[attributes[rest]] == shown + bracket
        if (closed[rest[same]] != shown.endswith(b"/")).any():
            return None
        if not shown.endswith(b"/"):
            alike.append((shown, rest[same]))
        rest = rest[~same]
    return None
