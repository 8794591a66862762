"""The text of cells to Python values, one by one or many of a kind together; the same values either way.

A number comes back as int or float, a number under a date format as date, datetime, time or timedelta, an error as
ErrorValue, an empty cell or an empty text as None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

from xl_salesflow.ooxml import styles
from xl_salesflow.ooxml.cell_kinds import Kind, Listed, Moments, Numbers
from xl_salesflow.ooxml.spans import Objects, Spans
from xl_salesflow.ooxml.strings import rich_text
from xl_salesflow.ooxml.text import cell_text
from xl_salesflow.ooxml.values import ErrorValue

_TYPE, _STYLE = re.compile(rb'\st="(\w+)"'), re.compile(rb'\ss="([0-9]{1,9})"')


class CellDecoder:
    """Decodes cells of one workbook: knows its strings, its date formats and its date system."""

    def __init__(self, strings: Sequence[str], kinds: Sequence[int], date1904: bool) -> None:
        self._kinds, self._date1904 = kinds, date1904
        self._by_attributes: dict[bytes, Kind] = {}
        self._text = Kind(_text)
        self._by_type: dict[bytes, Kind] = {
            b"n": Numbers(),
            b"s": Listed([text or None for text in strings]),
            b"b": Listed([False, True], {b"false": False, b"true": True}),
            b"e": Kind(lambda text: ErrorValue(cell_text(text)) if text else None),
            b"d": Kind(lambda text: _iso(text.decode("utf-8", "replace")) if text else None),
        }
        self._moments = {
            shown: Moments(shown, date1904) for shown in (styles.DATE, styles.DATETIME, styles.TIME, styles.DURATION)
        }

    def one(self, attributes: bytes, text: bytes) -> Any:
        """Decode one cell from its attributes and its text; for an inline string that is its XML."""
        return self._kind(attributes).one(text)

    def many(self, attributes: bytes, texts: Spans) -> Objects:
        """Decode cells that have the same attributes."""
        return self._kind(attributes).many(texts)

    def _kind(self, attributes: bytes) -> Kind:
        known = self._by_attributes.get(attributes)
        return known or self._by_attributes.setdefault(attributes, self._choose(attributes))

    def _choose(self, attributes: bytes) -> Kind:
        found, style = _TYPE.search(attributes), _STYLE.search(attributes)
        index = int(style.group(1)) if style else 0
        kind = found.group(1) if found else b"n"
        if kind == b"n" and index < len(self._kinds) and (shown := self._kinds[index]) != styles.NUMBER:
            return self._moments[shown]
        return self._by_type.get(kind, self._text)


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
