"""Write Python values as the XML inside cells.

Numbers are written as Python prints them, which reads back to the same double; dates as serials of the workbook's date
system. A text that several cells of a column get is a shared string if the workbook has any; others are written inline.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, auto
from math import isfinite, isnan
from typing import Any

import numpy as np

from xl_salesflow.ooxml.cell_contents import (
    NO_VALUE,
    REMOVED_CELL,
    CachedValue,
    CellFormula,
    ErrorValue,
    RawCell,
    UnsupportedValue,
    escape_cell_text,
    escape_formula,
)
from xl_salesflow.ooxml.excel_notation import date_to_serial
from xl_salesflow.ooxml.shared_texts import SharedTexts, needs_space_preserved

LONGEST_CELL_TEXT = 32_767
_RAW_CELL_STYLE = re.compile(rb'\ss="[0-9]+"')
_RAW_CELL_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f\b[^<>]*?(?:/>|>[^<]*</(?:[\w.-]+:)?f>)")


class WriteMode(Enum):
    """What a fragment does to the existing cell."""

    REPLACE = auto()  # keeps its format
    DATE = auto()  # keeps its format if it shows a date, otherwise gets a similar one that does
    DATETIME = auto()  # the same with the time of day
    CACHE = auto()  # keeps its format and its formula; does nothing if there is no formula
    WHOLE = auto()  # keeps nothing: the cell gets only the fragment's attributes
    REMOVE = auto()  # removes the cell with its format


# What is written into a cell: its type attribute, its body, and what happens to the old content. A bare tuple, because
# a save makes
# millions of them.
CellFragment = tuple[bytes, bytes, WriteMode]
REPLACE_MODE, CACHE_MODE, WHOLE_MODE = WriteMode.REPLACE, WriteMode.CACHE, WriteMode.WHOLE
_KINDS_WRITTEN_ONCE = frozenset(
    {str, date, type(None)}
)  # equal values of these kinds are the same cell, unlike 1 and True
BLANK_FRAGMENT: CellFragment = (b"", b"", REPLACE_MODE)
REMOVED_FRAGMENT: CellFragment = (b"", b"", WriteMode.REMOVE)


class CellWriter:
    """Writes Python values as the content of cells, for one namespace prefix and date system; texts may be *shared*."""

    def __init__(self, prefix: bytes = b"", date1904: bool = False, shared: SharedTexts | None = None) -> None:
        self._date1904, self._shared = date1904, shared
        self.wrote_moved_cells = False
        self._v = b"<%bv>%%b</%bv>" % (prefix, prefix)
        self._is = b"<%bis><%bt%%b>%%b</%bt></%bis>" % (prefix, prefix, prefix, prefix)
        self._f = b"<%bf>%%b</%bf>%%b" % (prefix, prefix)
        self._array = b'<%bf t="array" ref="%%b">%%b</%bf>%%b' % (prefix, prefix)
        self._formulas: dict[str, bytes] = {}
        self._writers: dict[type, Callable[[Any], CellFragment]] = {
            type(None): lambda _: BLANK_FRAGMENT,
            type(REMOVED_CELL): lambda _: REMOVED_FRAGMENT,
            bool: lambda v: (b' t="b"', self._v % (b"1" if v else b"0"), REPLACE_MODE),
            int: lambda v: (b"", self._v % b"%d" % v, REPLACE_MODE),
            float: self._float,
            str: self._text,
            Decimal: lambda v: (
                (b"", self._v % str(v).encode(), REPLACE_MODE) if v.is_finite() else self._float(float(v))
            ),
            ErrorValue: lambda v: (b' t="e"', self._v % escape_cell_text(v.code), REPLACE_MODE),
            CellFormula: self._formula,
            CachedValue: lambda v: (*self._cached(v.value), CACHE_MODE),
            RawCell: self._raw,
        }

    def __call__(self, value: Any) -> CellFragment:
        """Write one value; raises ValueError for values that no cell can hold."""
        writer = self._writers.get(type(value))
        if writer is None:
            writer = self._writers[type(value)] = self._writer_for(value)
        return writer(value)

    def column(self, values: Sequence[Any]) -> list[CellFragment]:
        """Write many values, mostly of one kind; raises ValueError."""
        kinds = set(map(type, values))
        if kinds == {CachedValue}:
            return [(*cached, CACHE_MODE) for cached in self._cached_column([value.value for value in values])]
        if kinds == {CellFormula}:
            cached = self._cached_column([value.cached for value in values])
            return [self._with_formula(value, *parts) for value, parts in zip(values, cached, strict=True)]
        if kinds == {float} and all(map(isfinite, values)):
            element = self._v
            return [(b"", element % text.encode(), REPLACE_MODE) for text in map(float.__repr__, values)]
        if kinds == {int}:
            return [(b"", self._v % b"%d" % value, REPLACE_MODE) for value in values]
        if kinds == {type(None)}:
            return [BLANK_FRAGMENT] * len(values)
        if kinds <= _KINDS_WRITTEN_ONCE:
            written = {value: self._repeated(value, times) for value, times in Counter(values).items()}
            return [written[value] for value in values]
        return [self(value) for value in values]

    def _repeated(self, value: Any, times: int) -> CellFragment:
        """Write a value that *times* cells of a column get."""
        if self._shared is None or type(value) is not str or not value:
            return self(value)
        _refuse_long_text(value)
        number = self._shared.share(value, times)
        return self(value) if number is None else (b' t="s"', self._v % b"%d" % number, REPLACE_MODE)

    def _cached_column(self, values: Sequence[Any]) -> list[tuple[bytes, bytes]]:
        """Write many results of formulas, mostly of one kind."""
        kinds = set(map(type, values))
        if kinds == {float} and all(map(isfinite, values)):
            element = self._v
            return [(b"", element % text.encode()) for text in map(float.__repr__, values)]
        if kinds == {str}:
            written = {text: self._cached(text) for text in set(values)}
            return [written[text] for text in values]
        return [self._cached(value) for value in values]

    def _writer_for(self, value: Any) -> Callable[[Any], CellFragment]:
        if isinstance(value, np.datetime64):
            return lambda v: self(v.astype("datetime64[us]").item())
        if isinstance(value, np.generic):
            return lambda v: self(v.item())
        if isinstance(value, date | time | timedelta):
            mode = (
                WriteMode.DATETIME
                if isinstance(value, datetime)
                else WriteMode.DATE
                if isinstance(value, date)
                else REPLACE_MODE
            )
            return lambda v: BLANK_FRAGMENT if v != v else (b"", self(date_to_serial(v, self._date1904))[1], mode)
        for kind in (str, float, int, Decimal):
            if isinstance(value, kind):
                return self._writers[kind]
        name = type(value).__name__
        raise UnsupportedValue("a cell cannot hold a {name}", name=name)

    def _float(self, value: float) -> CellFragment:
        if isnan(value):
            return BLANK_FRAGMENT
        if not isfinite(value):
            raise UnsupportedValue("a cell cannot hold an infinite number")
        return b"", self._v % float.__repr__(value).encode(), REPLACE_MODE

    def _text(self, value: str) -> CellFragment:
        _refuse_long_text(value)
        spaced = needs_space_preserved(value)
        return (
            b' t="inlineStr"',
            self._is % (b' xml:space="preserve"' if spaced else b"", escape_cell_text(value)),
            REPLACE_MODE,
        )

    def _formula(self, value: CellFormula) -> CellFragment:
        return self._with_formula(value, *self._cached(value.cached))

    def _with_formula(self, value: CellFormula, kind: bytes, cached: bytes) -> CellFragment:
        text = self._formulas.get(value.text)
        if text is None:
            text = self._formulas[value.text] = escape_formula(value.text)
        if value.array:
            return kind, self._array % (value.array.encode(), text, cached), REPLACE_MODE
        return kind, self._f % (text, cached), REPLACE_MODE

    def _raw(self, cell: RawCell) -> CellFragment:
        """Write a moved cell; a value that was set afterwards gets the format of the moved cell."""
        self.wrote_moved_cells = True
        if cell.value is NO_VALUE:
            return cell.attributes, cell.content, WHOLE_MODE
        kind, body, mode = self(cell.value)
        style = b"".join(_RAW_CELL_STYLE.findall(cell.attributes))
        if mode is not CACHE_MODE:
            return style + kind, body, WHOLE_MODE
        formula = _RAW_CELL_FORMULA.search(cell.content)
        if formula is None:
            return cell.attributes, cell.content, WHOLE_MODE
        return style + kind, formula.group() + body, WHOLE_MODE

    def _cached(self, value: Any) -> tuple[bytes, bytes]:
        if isinstance(value, str):
            _refuse_long_text(value)
            return b' t="str"', self._v % escape_cell_text(value)
        return self(value)[:2]


def clip_cell_text(text: str) -> str:
    """Return as much of a text as a cell can hold."""
    if len(text) <= LONGEST_CELL_TEXT // 2:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * LONGEST_CELL_TEXT]
    return units.decode("utf-16-le", "ignore")


def _refuse_long_text(value: str) -> None:
    length = (
        len(value) if len(value) <= LONGEST_CELL_TEXT // 2 else len(value.encode("utf-16-le", "surrogatepass")) // 2
    )
    if length > LONGEST_CELL_TEXT:
        raise UnsupportedValue(
            "a cell holds {limit:,} characters at most, this text has {length:,}",
            limit=LONGEST_CELL_TEXT,
            length=length,
        )
