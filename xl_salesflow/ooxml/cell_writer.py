"""The insides of cells: Python values to XML.

Numbers are written as Python prints them, which reads back to the same double; dates as serials of the workbook's date
system; text inline, so that the shared strings of the user's file, rich text and phonetic runs stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, auto
from math import isfinite, isnan
from typing import Any

import numpy as np

from xl_salesflow.ooxml.serials import serial
from xl_salesflow.ooxml.text import xml_formula, xml_text
from xl_salesflow.ooxml.values import NOTHING, REMOVED, Cached, CannotHold, ErrorValue, Formula, Raw

LONGEST_TEXT = 32_767
_STYLE = re.compile(rb'\ss="[0-9]+"')
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f\b[^>]*?(?:/>|>[^<]*</(?:[\w.-]+:)?f>)")


class Mode(Enum):
    """What a fragment does with the cell that is there."""

    REPLACE = auto()  # keeps its format
    DATE = auto()  # keeps its format, or one like it that shows a date
    DATETIME = auto()  # the same with the time of day
    CACHE = auto()  # keeps its format and its formula; does nothing where there is none
    WHOLE = auto()  # keeps nothing: the fragment's attributes are all there are
    REMOVE = auto()  # the cell goes away, format and all


# What goes into a cell: its type attribute, its body, and what becomes of what is there. A bare tuple, as a save makes
# millions of them.
Fragment = tuple[bytes, bytes, Mode]
REPLACE, CACHE, WHOLE = Mode.REPLACE, Mode.CACHE, Mode.WHOLE
BLANK: Fragment = (b"", b"", REPLACE)
GONE: Fragment = (b"", b"", Mode.REMOVE)


class CellWriter:
    """Turns Python values into the insides of cells, for one sheet's namespace prefix and date system."""

    def __init__(self, prefix: bytes = b"", date1904: bool = False) -> None:
        self._date1904 = date1904
        self._v = b"<%bv>%%b</%bv>" % (prefix, prefix)
        self._is = b"<%bis><%bt%%b>%%b</%bt></%bis>" % (prefix, prefix, prefix, prefix)
        self._f = b"<%bf>%%b</%bf>%%b" % (prefix, prefix)
        self._array = b'<%bf t="array" ref="%%b">%%b</%bf>%%b' % (prefix, prefix)
        self._formulas: dict[str, bytes] = {}
        self._writers: dict[type, Callable[[Any], Fragment]] = {
            type(None): lambda _: BLANK,
            type(REMOVED): lambda _: GONE,
            bool: lambda v: (b' t="b"', self._v % (b"1" if v else b"0"), REPLACE),
            int: lambda v: (b"", self._v % b"%d" % v, REPLACE),
            float: self._float,
            str: self._text,
            Decimal: lambda v: (b"", self._v % str(v).encode(), REPLACE) if v.is_finite() else self._float(float(v)),
            ErrorValue: lambda v: (b' t="e"', self._v % xml_text(v.code), REPLACE),
            Formula: self._formula,
            Cached: lambda v: (*self._cached(v.value), CACHE),
            Raw: self._raw,
        }

    def __call__(self, value: Any) -> Fragment:
        """Write one value; raises ValueError for what no cell can hold."""
        writer = self._writers.get(type(value))
        if writer is None:
            writer = self._writers[type(value)] = self._writer_for(value)
        return writer(value)

    def column(self, values: Sequence[Any]) -> list[Fragment]:
        """Write many values, mostly of one kind; raises ValueError."""
        kinds = set(map(type, values))
        if kinds == {Cached}:
            inside = [value.value for value in values]
            if set(map(type, inside)) == {float}:
                return self._floats(inside, CACHE)
        elif kinds == {float}:
            return self._floats(values, REPLACE)
        elif kinds == {int}:
            return [(b"", self._v % b"%d" % value, REPLACE) for value in values]
        elif kinds == {type(None)}:
            return [BLANK] * len(values)
        elif kinds == {str}:
            written = {text: self._text(text) for text in set(values)}
            return [written[text] for text in values]
        return [self(value) for value in values]

    def _floats(self, values: Sequence[float], mode: Mode) -> list[Fragment]:
        if not all(map(isfinite, values)):
            return [(*self._float(value)[:2], mode) for value in values]
        whole = self._v
        return [(b"", whole % text.encode(), mode) for text in map(float.__repr__, values)]

    def _writer_for(self, value: Any) -> Callable[[Any], Fragment]:
        if isinstance(value, np.datetime64):
            return lambda v: self(v.astype("datetime64[us]").item())
        if isinstance(value, np.generic):
            return lambda v: self(v.item())
        if isinstance(value, date | time | timedelta):
            mode = Mode.DATETIME if isinstance(value, datetime) else Mode.DATE if isinstance(value, date) else REPLACE
            return lambda v: BLANK if v != v else (b"", self(serial(v, self._date1904))[1], mode)
        for kind in (str, float, int, Decimal):
            if isinstance(value, kind):
                return self._writers[kind]
        name = type(value).__name__
        raise CannotHold(f"a cell cannot hold a {name}", f"单元格不能存放 {name}")

    def _float(self, value: float) -> Fragment:
        if isnan(value):
            return BLANK
        if not isfinite(value):
            raise CannotHold("a cell cannot hold an infinite number", "单元格不能存放无穷大")
        return b"", self._v % float.__repr__(value).encode(), REPLACE

    def _text(self, value: str) -> Fragment:
        _refuse_long(value)
        spaced = value != value.strip() or "\n" in value or "  " in value
        return b' t="inlineStr"', self._is % (b' xml:space="preserve"' if spaced else b"", xml_text(value)), REPLACE

    def _formula(self, value: Formula) -> Fragment:
        kind, cached = self._cached(value.cached)
        text = self._formulas.get(value.text)
        if text is None:
            text = self._formulas[value.text] = xml_formula(value.text)
        if value.array:
            return kind, self._array % (value.array.encode(), text, cached), REPLACE
        return kind, self._f % (text, cached), REPLACE

    def _raw(self, cell: Raw) -> Fragment:
        """Write a moved cell, with the value that was set since in the format it brought along."""
        if cell.value is NOTHING:
            return cell.attributes, cell.content, WHOLE
        kind, body, mode = self(cell.value)
        style = b"".join(_STYLE.findall(cell.attributes))
        if mode is not CACHE:
            return style + kind, body, WHOLE
        formula = _FORMULA.search(cell.content)
        if formula is None:
            return cell.attributes, cell.content, WHOLE
        return style + kind, formula.group() + body, WHOLE

    def _cached(self, value: Any) -> tuple[bytes, bytes]:
        if isinstance(value, str):
            _refuse_long(value)
            return b' t="str"', self._v % xml_text(value)
        return self(value)[:2]


def _refuse_long(value: str) -> None:
    length = len(value) if len(value) <= LONGEST_TEXT // 2 else len(value.encode("utf-16-le", "surrogatepass")) // 2
    if length > LONGEST_TEXT:
        raise CannotHold(
            f"a cell holds {LONGEST_TEXT:,} characters at most, this text has {length:,}",
            f"单元格最多 {LONGEST_TEXT:,} 个字符，此文本有 {length:,} 个",
        )
