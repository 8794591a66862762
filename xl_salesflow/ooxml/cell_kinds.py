"""Kinds of cells: how the text of each becomes a value, one by one or many together; the same values either way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import cache
from math import isfinite
from typing import Any

import numpy as np

from xl_salesflow.ooxml import styles
from xl_salesflow.ooxml.serials import from_serial
from xl_salesflow.ooxml.spans import Ints, Objects, Spans
from xl_salesflow.ooxml.text import cell_text

_MOST_REMEMBERED = 100_000


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


class Kind:
    """Cells that are decoded one by one."""

    def __init__(self, decode: Callable[[bytes], Any]) -> None:
        self.one: Callable[[bytes], Any] = _Memo(decode).__getitem__

    def many(self, texts: Spans) -> Objects:
        """Decode many texts."""
        return _objects(map(self.one, texts.pieces()), len(texts.starts))


class _WholeNumbers(Kind):
    """Cells that are mostly whole numbers, which are decoded together."""

    def many(self, texts: Spans) -> Objects:
        """Decode many texts; see Kind."""
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


class Numbers(_WholeNumbers):
    """Cells that hold a number; what is none is kept as text."""

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


class Listed(_WholeNumbers):
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


class Moments(_WholeNumbers):
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
