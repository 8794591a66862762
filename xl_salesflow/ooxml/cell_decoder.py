"""Decode the text of cells to Python values, one by one or many of a kind at once.

Both ways give the same values. A number becomes int or float, a number with a date format becomes date, datetime, time
or timedelta, an error ErrorValue, an empty cell or an empty text None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from math import isfinite
from typing import Any

import numpy as np

from xl_salesflow.ooxml.cell_contents import ErrorValue, join_rich_text, unescape_cell_text
from xl_salesflow.ooxml.excel_notation import serial_to_datetime
from xl_salesflow.ooxml.number_formats import (
    DATE_FORMAT_KIND,
    DATETIME_FORMAT_KIND,
    DURATION_FORMAT_KIND,
    NUMBER_FORMAT_KIND,
    TIME_FORMAT_KIND,
)
from xl_salesflow.ooxml.vectorized_rows import ByteSpans, IntArray, ObjectArray

_MOST_DECODED_VALUES = 100_000


class _DecodedValues(dict[Any, Any]):
    """A cache of decoded values, so that equal cells share one object."""

    def __init__(self, decode: Callable[[Any], Any]) -> None:
        super().__init__()
        self._decode = decode

    def __missing__(self, key: Any) -> Any:
        if len(self) >= _MOST_DECODED_VALUES:
            self.clear()
        value = self[key] = self._decode(key)
        return value


class CellKind:
    """Cells that are decoded one by one."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        self.decode_one: Callable[[bytes], Any] = _DecodedValues(decode).__getitem__

    def decode_many(self, texts: ByteSpans) -> ObjectArray:
        """Decode many texts."""
        return np.fromiter(map(self.decode_one, texts.pieces()), object, len(texts.starts))


class _IntegerCells(CellKind):
    """Cells that are mostly whole numbers, which are decoded together."""

    def decode_many(self, texts: ByteSpans) -> ObjectArray:
        """Decode many texts."""
        numbers, is_integer = texts.whole_numbers()
        if is_integer.all():
            return self._whole(numbers)
        values = np.empty(len(numbers), object)
        values[is_integer] = self._whole(numbers[is_integer])
        values[~is_integer] = self._others(texts.at(~is_integer))
        return values

    def _whole(self, numbers: IntArray) -> ObjectArray:
        raise NotImplementedError

    def _others(self, texts: ByteSpans) -> ObjectArray:
        return super().decode_many(texts)


class NumberCells(_IntegerCells):
    """Cells that hold a number; any other content is kept as text."""

    def __init__(self) -> None:
        self.decode_one = _decode_number  # caching gains nothing here

    def _whole(self, numbers: IntArray) -> ObjectArray:
        small = _small_integers()
        return small[numbers] if len(numbers) and numbers.max() < len(small) else numbers.astype(object)

    def _others(self, texts: ByteSpans) -> ObjectArray:
        try:
            numbers, pointed = texts.fractions()
        except ValueError:
            return super()._others(texts)
        values: ObjectArray = numbers.astype(object)
        if not pointed.all():
            values[~pointed] = super()._others(texts.at(~pointed))
        return values


class ListedCells(_IntegerCells):
    """Cells that hold the index of an item in a list, or its name; an index beyond the end gives None."""

    def __init__(self, items: Sequence[Any], names: Mapping[bytes, Any] | None = None) -> None:
        super().__init__(self._item)
        self._names = names or {}
        self._items = np.fromiter([*items, None], object, len(items) + 1)

    def _item(self, text: bytes) -> Any:
        digits = text.strip()
        if digits.isdigit() and len(digits) < 10:
            return self._items[min(int(digits), len(self._items) - 1)]
        return self._names.get(text)

    def _whole(self, numbers: IntArray) -> ObjectArray:
        return self._items[np.minimum(numbers, len(self._items) - 1)]


class DateTimeCells(_IntegerCells):
    """Numbers shown as dates, times, both, or elapsed time; those outside the calendar stay numbers."""

    def __init__(self, format_kind: int, date1904: bool) -> None:
        super().__init__(lambda text: self._moment(_decode_number(text)))
        self._format_kind, self._date1904 = format_kind, date1904
        self._of_day = _DecodedValues(self._moment).__getitem__

    def _whole(self, numbers: IntArray) -> ObjectArray:
        return np.fromiter(map(self._of_day, numbers.tolist()), object, len(numbers))

    def _moment(self, days: float | str | None) -> Any:
        if not isinstance(days, int | float):
            return days
        if self._format_kind == DURATION_FORMAT_KIND:
            return timedelta(milliseconds=round(days * 86_400_000)) if abs(days) < 1e8 else days
        moment = serial_to_datetime(days, self._date1904)
        if moment is None:
            return days
        if self._format_kind == TIME_FORMAT_KIND and 0 <= days < 1:
            return moment.time()
        return moment.date() if self._format_kind == DATE_FORMAT_KIND and days == int(days) else moment


@cache
def _small_integers() -> ObjectArray:
    """Return shared objects for the numbers that are common in cells, as Python has for the smallest ones."""
    return np.arange(1 << 16).astype(object)


def _decode_number(text: bytes) -> int | float | str | None:
    """Return a number; any other content is kept as text."""
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return unescape_cell_text(text)
    return number if isfinite(number) else unescape_cell_text(text)


_DECODED_CELL_TYPE, _DECODED_CELL_STYLE = re.compile(rb'\st="(\w+)"'), re.compile(rb'\ss="([0-9]{1,9})"')


class CellDecoder:
    """Decodes cells of one workbook; it has the workbook's strings, date formats and date system."""

    def __init__(self, strings: Sequence[str], kinds: Sequence[int], date1904: bool) -> None:
        self._kinds, self._date1904 = kinds, date1904
        self._by_attributes: dict[bytes, CellKind] = {}
        self._text = CellKind(_decode_text_cell)
        self._by_type: dict[bytes, CellKind] = {
            b"n": NumberCells(),
            b"s": ListedCells([text or None for text in strings]),
            b"b": ListedCells([False, True], {b"false": False, b"true": True}),
            b"e": CellKind(lambda text: ErrorValue(unescape_cell_text(text)) if text else None),
            b"d": CellKind(lambda text: _decode_iso_date(text.decode("utf-8", "replace")) if text else None),
        }
        self._moments = {
            kind: DateTimeCells(kind, date1904)
            for kind in (DATE_FORMAT_KIND, DATETIME_FORMAT_KIND, TIME_FORMAT_KIND, DURATION_FORMAT_KIND)
        }

    def decode_one(self, attributes: bytes, text: bytes) -> Any:
        """Decode one cell from its attributes and its text; for an inline string that is its XML."""
        kind = self._by_attributes.get(attributes) or self._choose(attributes)
        return kind.decode_one(text)

    def decode_many(self, attributes: bytes, texts: ByteSpans) -> ObjectArray:
        """Decode cells that have the same attributes."""
        kind = self._by_attributes.get(attributes) or self._choose(attributes)
        return kind.decode_many(texts)

    def _choose(self, attributes: bytes) -> CellKind:
        """Choose how to decode all cells with these attributes."""
        found, style = _DECODED_CELL_TYPE.search(attributes), _DECODED_CELL_STYLE.search(attributes)
        index = int(style.group(1)) if style else 0
        kind = found.group(1) if found else b"n"
        chosen = self._by_type.get(kind, self._text)
        if kind == b"n" and index < len(self._kinds) and (shown_as := self._kinds[index]) != NUMBER_FORMAT_KIND:
            chosen = self._moments[shown_as]
        self._by_attributes[attributes] = chosen
        return chosen


def _decode_text_cell(text: bytes) -> str | None:
    return (join_rich_text(text) if text[:1] == b"<" else unescape_cell_text(text)) or None


def _decode_iso_date(text: str) -> date | datetime | time | str:
    try:
        if "T" not in text and ":" in text:
            return time.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.date() if "T" not in text else moment.replace(tzinfo=None)
