"""The text of cells to Python values, one by one or many of a kind together; the same values either way.

A number comes back as int or float, a number under a date format as date, datetime, time or timedelta, an error as
ErrorValue, an empty cell or an empty text as None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from math import isfinite
from typing import Any

import numpy as np

from xl_salesflow.ooxml import styles
from xl_salesflow.ooxml.serials import from_serial
from xl_salesflow.ooxml.spans import Ints, Objects, Spans
from xl_salesflow.ooxml.strings import rich_text
from xl_salesflow.ooxml.text import cell_text
from xl_salesflow.ooxml.values import ErrorValue

_TYPE, _STYLE = re.compile(rb'\st="(\w+)"'), re.compile(rb'\ss="([0-9]{1,9})"')
_MOST_REMEMBERED = 100_000


class CellDecoder:
    """Decodes cells of one workbook: knows its strings, its date formats and its date system."""

    def __init__(self, strings: Sequence[str], kinds: Sequence[int], date1904: bool) -> None:
        self._kinds, self._date1904 = kinds, date1904
        self._by_attributes: dict[bytes, _Kind] = {}
        self._text = _Kind(_text)
        self._by_type: dict[bytes, _Kind] = {
            b"n": _Numbers(),
            b"s": _Listed([text or None for text in strings]),
            b"b": _Listed([False, True], {b"false": False, b"true": True}),
            b"e": _Kind(lambda text: ErrorValue(cell_text(text)) if text else None),
            b"d": _Kind(lambda text: _iso(text.decode("utf-8", "replace")) if text else None),
        }
        self._moments = {
            shown: _Moments(shown, date1904) for shown in (styles.DATE, styles.DATETIME, styles.TIME, styles.DURATION)
        }

    def one(self, attributes: bytes, text: bytes) -> Any:
        """Decode one cell from its attributes and its text; for an inline string that is its XML."""
        return self._kind(attributes).one(text)

    def many(self, attributes: bytes, texts: Spans) -> Objects:
        """Decode cells that have the same attributes."""
        return self._kind(attributes).many(texts)

    def _kind(self, attributes: bytes) -> _Kind:
        known = self._by_attributes.get(attributes)
        return known or self._by_attributes.setdefault(attributes, self._choose(attributes))

    def _choose(self, attributes: bytes) -> _Kind:
        found, style = _TYPE.search(attributes), _STYLE.search(attributes)
        index = int(style.group(1)) if style else 0
        kind = found.group(1) if found else b"n"
        if kind == b"n" and index < len(self._kinds) and (shown := self._kinds[index]) != styles.NUMBER:
            return self._moments[shown]
        return self._by_type.get(kind, self._text)


class _Memo(dict[Any, Any]):
    """Remembers what was decoded, so that equal cells share one value."""

    def __init__(self, decode: Callable[[Any], Any]) -> None:
        super().__init__()
        self._decode = decode

    def __missing__(self, key: Any) -> Any:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        value = self[key] = self._decode(key)
        return value


class _Kind:
    """Cells that are decoded one by one."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        self.one: Callable[[bytes], Any] = _Memo(decode).__getitem__

    def many(self, texts: Spans) -> Objects:
        """Decode many texts."""
        return _objects(map(self.one, texts.pieces()), len(texts.starts))


class _WholeNumbers(_Kind):
    """Cells that are mostly whole numbers, which are decoded together."""

    def many(self, texts: Spans) -> Objects:
        """Decode many texts; see _Kind."""
        numbers, whole = texts.whole_numbers()
        if whole.all():
            return self._whole(numbers)
        values = np.empty(len(numbers), object)
        values[whole] = self._whole(numbers[whole])
        values[~whole] = self._others(texts.at(~whole))
        return values

    def _whole(self, numbers: Ints) -> Objects:
        raise NotImplementedError

    def _others(self, texts: Spans) -> Objects:
        return super().many(texts)


class _Numbers(_WholeNumbers):
    def __init__(self) -> None:
        self.one = _number  # nothing is gained by remembering it

    def _whole(self, numbers: Ints) -> Objects:
        small = _small_numbers()
        return small[numbers] if len(numbers) and numbers.max() < len(small) else numbers.astype(object)

    def _others(self, texts: Spans) -> Objects:
        try:
            numbers, pointed = texts.fractions()
        except ValueError:
            return super()._others(texts)
        values: Objects = numbers.astype(object)
        if not pointed.all():
            values[~pointed] = super()._others(texts.at(~pointed))
        return values


class _Listed(_WholeNumbers):
    """Cells that say which item of a list they show, or name it; beyond its end there is nothing."""

    def __init__(self, items: Sequence[Any], names: Mapping[bytes, Any] | None = None) -> None:
        super().__init__(self._item)
        self._names = names or {}
        self._items = _objects([*items, None], len(items) + 1)

    def _item(self, text: bytes) -> Any:
        plain = text.strip()
        if plain.isdigit() and len(plain) < 10:
            return self._items[min(int(plain), len(self._items) - 1)]
        return self._names.get(text)

    def _whole(self, numbers: Ints) -> Objects:
        return self._items[np.minimum(numbers, len(self._items) - 1)]


class _Moments(_WholeNumbers):
    """Numbers shown as dates, times, both, or elapsed time; those outside the calendar stay numbers."""

    def __init__(self, shown: int, date1904: bool) -> None:
        super().__init__(lambda text: self._moment(_number(text)))
        self._shown, self._date1904 = shown, date1904
        self._of_day = _Memo(self._moment).__getitem__

    def _whole(self, numbers: Ints) -> Objects:
        return _objects(map(self._of_day, numbers.tolist()), len(numbers))

    def _moment(self, days: float | str | None) -> Any:
        if not isinstance(days, int | float):
            return days
        if self._shown == styles.DURATION:
            return timedelta(milliseconds=round(days * 86_400_000)) if abs(days) < 1e8 else days
        moment = from_serial(days, self._date1904)
        if moment is None:
            return days
        if self._shown == styles.TIME and 0 <= days < 1:
            return moment.time()
        return moment.date() if self._shown == styles.DATE and days == int(days) else moment


@cache
def _small_numbers() -> Objects:
    """One object for each number that is common in cells, as Python itself keeps for the smallest ones."""
    return np.arange(1 << 16).astype(object)


def _objects(values: Iterable[Any], count: int) -> Objects:
    return np.fromiter(values, object, count)


def _number(text: bytes) -> int | float | str | None:
    """A number; what is none is kept as text."""
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return cell_text(text)
    return number if isfinite(number) else cell_text(text)


def _text(text: bytes) -> str | None:
    return (rich_text(text) if text[:1] == b"<" else cell_text(text)) or None


def _iso(text: str) -> date | datetime | time | str:
    try:
        if "T" not in text and ":" in text:
            return time.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.date() if "T" not in text else moment.replace(tzinfo=None)
