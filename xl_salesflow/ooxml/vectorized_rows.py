"""Parse many cells at once with array operations instead of a Python object for each cell.

Rows are regular if tag follows tag as `_TAG_GRAMMAR` says and every row and cell starts with its address, which is how
programs write them. Everything else that XML allows is left to the cell-by-cell reader, one block of rows at a time.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xl_salesflow.ooxml.cell_references import Area

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
ObjectArray = npt.NDArray[np.object_]
_WordArray = npt.NDArray[np.uint64]

WINDOW_REACH = 32  # how far a window may extend beyond the end
_WORD_DIGITS, _LONGEST_NUMBER = 8, 24  # in bytes: a processor word, and the longest double that programs write
_ASCII_ZEROS, _TO_LETTERS, _HIGH_BITS = (np.uint64(int(byte * 8, 16)) for byte in ("30", "46", "80"))
_BYTE_SHIFTS = np.arange(
    0, 72, 8, dtype=np.uint64
)  # shift by this many bytes, in bits; a shift by eight clears the word


class ByteText:
    """A long text as bytes, as an array of bytes, and as overlapping windows of several bytes."""

    def __init__(self, text: bytes) -> None:
        self.raw = text + bytes(WINDOW_REACH)
        self.bytes = np.frombuffer(self.raw, np.uint8)

    def windows(self, dtype: str) -> npt.NDArray[Any]:
        """View the bytes starting at each byte as one value of a type of up to WINDOW_REACH bytes."""
        return np.ndarray((len(self.bytes) - WINDOW_REACH,), dtype, self.raw, 0, (1,))

    @property
    def words(self) -> _WordArray:
        """Return eight bytes from each byte on, the first one lowest."""
        return self.windows("<u8")


class ByteSpans(NamedTuple):
    """Slices of a text, none within its first eight bytes."""

    text: ByteText
    starts: IntArray
    ends: IntArray

    def at(self, which: IntArray | BoolArray) -> ByteSpans:
        """Return some of the slices."""
        return ByteSpans(self.text, self.starts[which], self.ends[which])

    def pieces(self) -> list[bytes]:
        """Return every slice as bytes."""
        raw = self.text.raw
        return [raw[start:end] for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)]

    def whole_numbers(self) -> tuple[IntArray, BoolArray]:
        """Parse slices of one to eight digits; the flags say which ones are, the values of the others are undefined.

        Eight digits are parsed at once within a processor word: neighbours are joined to pairs, pairs to fours, fours
        to one number.
        """
        lengths = self.ends - self.starts
        shift = _BYTE_SHIFTS[np.clip(_WORD_DIGITS - lengths, 0, _WORD_DIGITS)]
        words = (self.text.words[self.ends - _WORD_DIGITS] >> shift) << shift | ~(~np.uint64(0) << shift) & _ASCII_ZEROS
        odd = ((words + _TO_LETTERS) | (words - _ASCII_ZEROS)) & _HIGH_BITS
        words = (words - _ASCII_ZEROS) * np.uint64(10 << 8 | 1) >> np.uint64(8)
        words = (words & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(100 << 16 | 1) >> np.uint64(16)
        words = (words & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(10_000 << 32 | 1) >> np.uint64(32)
        return words.astype(np.int64), (odd == 0) & (lengths > 0) & (lengths <= _WORD_DIGITS)

    def fractions(self) -> tuple[npt.NDArray[np.float64], BoolArray]:
        """Parse slices with a decimal point; the flags say which ones have one. Raises ValueError if one is not a number.

        The floats are the same as Python's, because numpy calls Python's parser.
        """
        lengths = self.ends - self.starts
        digits = self.text.windows(f"S{_LONGEST_NUMBER}")[self.starts].view(np.uint8).reshape(-1, _LONGEST_NUMBER)
        digits[np.arange(_LONGEST_NUMBER) >= lengths[:, None]] = 0
        pointed = (digits == ord(".")).any(axis=1) & (lengths <= _LONGEST_NUMBER)
        digits[~pointed] = ord("0")
        return digits.reshape(-1).view(f"S{_LONGEST_NUMBER}").astype(np.float64), pointed


# Kind of tag: two bytes right after "<" that distinguish it; what may follow, also if it closes itself.
_TAG_GRAMMAR = {
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
_TAG_KINDS = ("unknown", *_TAG_GRAMMAR)
_ROW_TAG, _ROW_END_TAG, _CELL_TAG = map(_TAG_KINDS.index, ("row", "/row", "cell"))
_VALUE_TAG, _TEXT_TAG, _SPACED_VALUE_TAG, _SPACED_TEXT_TAG = map(
    _TAG_KINDS.index, ("value", "text", "spaced-value", "spaced-text")
)
_SPACE_ATTRIBUTE = b' xml:space="preserve">'  # the only attribute that values and texts have
_ROW_TAG_START, _CELL_TAG_START = b'<row r="', b'<c r="'
_MOST_ATTRIBUTE_GROUPS = 200  # kinds of cells in a block; each costs a pass over it


def _tag_kinds_by_bytes() -> npt.NDArray[np.uint8]:
    kinds = np.zeros(1 << 16, np.uint8)
    for kind, (spellings, _) in _TAG_GRAMMAR.items():
        kinds[[int.from_bytes(two, "little") for two in spellings]] = _TAG_KINDS.index(kind)
    return kinds


def _legal_tag_pairs() -> BoolArray:
    legal = np.zeros((len(_TAG_KINDS), len(_TAG_KINDS)), np.bool_)
    for kind, (_, followers) in _TAG_GRAMMAR.items():
        legal[_TAG_KINDS.index(kind), [_TAG_KINDS.index(other) for other in followers.split()]] = True
    return legal.ravel()


_TAG_KIND_BY_BYTES, _LEGAL_TAG_PAIRS = _tag_kinds_by_bytes(), _legal_tag_pairs()


class RegularRows(NamedTuple):
    """The cells of a rectangle: for each, the index of its row in `numbers`, its column, and the slice of its text.

    `kinds` lists the distinct attributes, each with the cells that have them; cells without content are left out.
    `last` is the number of the last row, whether in the rectangle or not.
    """

    last: int
    numbers: IntArray
    row: IntArray
    column: IntArray
    texts: ByteSpans
    kinds: list[tuple[bytes, IntArray]]


def parse_regular_rows(block: bytes, area: Area) -> RegularRows | None:
    """Parse the part of a block of rows that is in a rectangle; None if it is not regular or its rows do not ascend."""
    text = ByteText(block)
    tags = np.flatnonzero(text.bytes == ord("<"))
    kinds = _TAG_KIND_BY_BYTES[text.windows("<u2")[tags + 1]]
    legal = _LEGAL_TAG_PAIRS[kinds[:-1] * np.uint8(len(_TAG_KINDS)) + kinds[1:]].all()
    if not (legal and len(kinds) and kinds[0] == _ROW_TAG and kinds[-1] in (_ROW_TAG, _ROW_END_TAG)):
        return None
    starts, cells = np.flatnonzero(kinds == _ROW_TAG), np.flatnonzero(kinds == _CELL_TAG)
    rows = _read_row_marks(text, tags[starts])
    if rows is None:
        return None
    row = np.repeat(np.arange(len(starts)), np.diff(np.searchsorted(cells, starts), append=len(cells)))
    places, texts = _read_cell_columns(text, tags[cells], row, rows), _find_cell_texts(text, tags, kinds, cells)
    if places is None or texts is None:
        return None
    column, attributes = places
    first, end = np.searchsorted(rows.numbers, (area.first_row, area.last_row + 1))
    inside = (row >= first) & (row < end) & (column >= area.first_col) & (column <= area.last_col)
    closed = (kinds[cells + 1] == _CELL_TAG) | (kinds[cells + 1] == _ROW_END_TAG)
    wanted = np.flatnonzero(inside)
    alike = _group_by_attributes(text, attributes[wanted], closed[wanted])
    if alike is None:
        return None
    return RegularRows(
        int(rows.numbers[-1]), rows.numbers[first:end], row[wanted] - first, column[wanted], texts.at(wanted), alike
    )


class _RowMarks(NamedTuple):
    """Rows by number; how the address of a cell in each ends, as a word and a mask of the bits that count."""

    numbers: IntArray
    marks: npt.NDArray[np.uint64]
    mask: npt.NDArray[np.uint64]
    lengths: IntArray


def _read_row_marks(text: ByteText, starts: IntArray) -> _RowMarks | None:
    """Parse the numbers of rows; None unless each row starts with one, of at most seven digits, and they ascend."""
    if (text.words[starts] != int.from_bytes(_ROW_TAG_START, "little")).any():
        return None
    digits = starts + len(_ROW_TAG_START)
    marks = text.words[digits]
    quotes = marks[:, None].view(np.uint8) == ord('"')
    lengths = quotes.argmax(axis=1)
    numbers, is_integer = ByteSpans(text, digits, digits + lengths).whole_numbers()
    if not (is_integer & quotes.any(axis=1)).all() or (numbers[1:] <= numbers[:-1]).any():
        return None
    mask = ~np.uint64(0) >> (np.uint64(56) - lengths.astype(np.uint64) * np.uint64(8))
    return _RowMarks(numbers, marks & mask, mask, lengths + 1)


def _read_cell_columns(
    text: ByteText, starts: IntArray, row: IntArray, rows: _RowMarks
) -> tuple[IntArray, IntArray] | None:
    """Parse the columns of cells, and find where their other attributes start; None if a cell names another row."""
    if (text.words[starts] << np.uint64(16) != int.from_bytes(_CELL_TAG_START, "little") << 16).any():
        return None
    at = starts + len(_CELL_TAG_START)
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


def _find_cell_texts(text: ByteText, tags: IntArray, kinds: npt.NDArray[np.uint8], cells: IntArray) -> ByteSpans | None:
    """Find the text of every cell, empty if it has none; None for an element with unknown attributes."""
    spaced = (kinds == _SPACED_VALUE_TAG) | (kinds == _SPACED_TEXT_TAG)
    if (text.windows(f"S{len(_SPACE_ATTRIBUTE)}")[tags[spaced] + len(b"<v")] != _SPACE_ATTRIBUTE).any():
        return None
    values = np.flatnonzero((kinds == _VALUE_TAG) | (kinds == _TEXT_TAG) | spaced)
    starts = tags[cells]
    ends = starts.copy()
    owner = np.searchsorted(cells, values) - 1
    starts[owner] = tags[values] + len(b"<v") + np.where(spaced[values], len(_SPACE_ATTRIBUTE), len(b">"))
    ends[owner] = tags[values + 1]
    return ByteSpans(text, starts, ends)


def _group_by_attributes(
    text: ByteText, attributes: IntArray, closed: BoolArray
) -> list[tuple[bytes, IntArray]] | None:
    """Group cells by the attributes after their address.

    None for too many groups, or a cell whose end contradicts `closed`.
    """
    alike: list[tuple[bytes, IntArray]] = []
    rest = np.arange(len(attributes))
    for _ in range(_MOST_ATTRIBUTE_GROUPS):
        if not len(rest):
            return alike
        start = int(attributes[rest[0]])
        found, bracket, _ = text.raw[start : start + WINDOW_REACH].partition(b">")
        if not bracket:
            return None
        same = text.windows(f"S{len(found) + 1}")[attributes[rest]] == found + bracket
        if (closed[rest[same]] != found.endswith(b"/")).any():
            return None
        if not found.endswith(b"/"):
            alike.append((found, rest[same]))
        rest = rest[~same]
    return None
