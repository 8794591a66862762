"""What a cell holds: Python values to cell XML, and the escapes of its text.

Numbers are written as Python prints them, which reads back to the same double; dates as serials of the workbook's date
system; text inline, so that the shared strings of the user's file, rich text and phonetic runs stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite, isnan
from typing import Any, NamedTuple

import numpy as np

LONGEST_TEXT = 32_767
_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30).toordinal(), date(1904, 1, 1).toordinal()
_LEAP_BUG = 61  # Lotus believed in 29 February 1900; serials before 1 March 1900 are one less
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An Excel error such as #N/A, told apart from text that looks like one."""

    code: str

    def __str__(self) -> str:
        return self.code


class Formula(NamedTuple):
    """A formula in file syntax without its leading =, and the value it has now."""

    text: str
    cached: Any = None


class Cached(NamedTuple):
    """A new cached value for a cell that keeps its formula; a cell without a formula is left alone."""

    value: Any


class Raw(NamedTuple):
    """A cell that moves as it is: its attributes without its place, and its content."""

    attributes: bytes
    content: bytes


class Fragment(NamedTuple):
    """What goes into a cell: its type attribute and its body."""

    kind: bytes
    body: bytes
    keeps_formula: bool = False  # the formula that is there stays before the body
    whole: bool = False  # `kind` is all of the attributes, the format too


BLANK = Fragment(b"", b"")


def serial(value: date | datetime | time | timedelta, date1904: bool) -> float | int:
    """Count days since the workbook's epoch; raises ValueError before it."""
    if isinstance(value, timedelta):
        return value / _DAY
    if isinstance(value, time):
        return (datetime.combine(date.min, value) - datetime.min) / _DAY
    days = value.toordinal() - (_EPOCH_1904 if date1904 else _EPOCH_1900)
    if not date1904 and days < _LEAP_BUG:
        days -= 1
    if days < 0 or (days == 0 and not date1904):
        raise ValueError(f"{value} is before the first day Excel knows")
    if not isinstance(value, datetime):
        return days
    clock = value.replace(tzinfo=None) - datetime(value.year, value.month, value.day)
    return days + clock / _DAY if clock else days


def from_serial(days: float, date1904: bool) -> datetime | None:
    """Read a serial back, to the millisecond; None outside Excel's calendar."""
    if not date1904 and days < _LEAP_BUG:
        days += 1
    whole = int(days // 1)
    milliseconds = round((days - whole) * 86_400_000)
    ordinal = whole + (_EPOCH_1904 if date1904 else _EPOCH_1900)
    if days < 0 or ordinal > date.max.toordinal() - 1:
        return None
    return datetime.fromordinal(ordinal) + timedelta(milliseconds=milliseconds)


_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITY = re.compile(r"&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|(\w+));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def xml_text(text: str) -> bytes:
    """Escape a cell's text: XML's own characters, and as _x0000_ what XML forbids."""
    if "_x" in text:
        text = _ESCAPE_LIKE.sub("_x005F_", text)
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub(lambda m: f"_x{ord(m.group()):04X}_", text)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.encode("utf-8")


def plain_text(raw: bytes) -> str:
    """Read XML character data: entities and line ends."""
    text = raw.decode("utf-8")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ENTITY.sub(_entity, text) if "&" in text else text


def cell_text(raw: bytes) -> str:
    """Read a cell's text: character data, then the _x0000_ escapes."""
    text = plain_text(raw)
    if "_x" in text:
        text = _ESCAPED.sub(lambda m: chr(int(m.group(1), 16)), text)
        text = _PAIR.sub(lambda m: m.group().encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return text


def _entity(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return _NAMED.get(name, match.group())
    return chr(int(hexadecimal, 16) if hexadecimal else int(decimal))


class CellWriter:
    """Turns Python values into the insides of cells, for one sheet's namespace prefix and date system."""

    def __init__(self, prefix: bytes = b"", date1904: bool = False) -> None:
        self._p = prefix
        self._date1904 = date1904
        self._writers: dict[type, Callable[[Any], Fragment]] = {
            type(None): lambda _: BLANK,
            bool: lambda v: Fragment(b' t="b"', self._v(b"1" if v else b"0")),
            int: lambda v: Fragment(b"", self._v(b"%d" % v)),
            float: self._float,
            str: self._text,
            Decimal: self._decimal,
            ErrorValue: lambda v: Fragment(b' t="e"', self._v(xml_text(v.code))),
            Formula: self._formula,
            Cached: self._cached,
            Raw: lambda v: Fragment(v.attributes, v.content, whole=True),
        }

    def __call__(self, value: Any) -> Fragment:
        """Write one value; raises ValueError for what no cell can hold."""
        writer = self._writers.get(type(value))
        if writer is None:
            writer = self._writers[type(value)] = self._writer_for(value)
        return writer(value)

    def _writer_for(self, value: Any) -> Callable[[Any], Fragment]:
        if isinstance(value, np.datetime64):
            return lambda v: self(v.astype("datetime64[us]").item())
        if isinstance(value, np.generic):
            return lambda v: self(v.item())
        if isinstance(value, date | time | timedelta):
            return lambda v: BLANK if v != v else self._float(serial(v, self._date1904))
        for kind in (str, float, int, Decimal):
            if isinstance(value, kind):
                return self._writers[kind]
        raise ValueError(f"a cell cannot hold a {type(value).__name__}")

    def _v(self, text: bytes) -> bytes:
        return b"<%bv>%b</%bv>" % (self._p, text, self._p)

    def _float(self, value: float) -> Fragment:
        if isnan(value):
            return BLANK
        if not isfinite(value):
            raise ValueError("a cell cannot hold an infinite number")
        return Fragment(b"", self._v(float.__repr__(value).encode() if isinstance(value, float) else b"%d" % value))

    def _decimal(self, value: Decimal) -> Fragment:
        if not value.is_finite():
            return self._float(float(value))
        return Fragment(b"", self._v(str(value).encode()))

    def _text(self, value: str) -> Fragment:
        self._refuse_long(value)
        body = (self._p, self._p, self._space(value), xml_text(value), self._p, self._p)
        return Fragment(b' t="inlineStr"', b"<%bis><%bt%b>%b</%bt></%bis>" % body)

    @staticmethod
    def _refuse_long(value: str) -> None:
        length = len(value) if len(value) <= LONGEST_TEXT // 2 else len(value.encode("utf-16-le", "surrogatepass")) // 2
        if length > LONGEST_TEXT:
            raise ValueError(f"a cell holds {LONGEST_TEXT:,} characters at most, this text has {length:,}")

    @staticmethod
    def _space(value: str) -> bytes:
        return b' xml:space="preserve"' if value != value.strip() or "\n" in value or "  " in value else b""

    def _formula(self, value: Formula) -> Fragment:
        kind, cached, *_ = self._cached(Cached(value.cached))
        text = xml_formula(value.text)
        return Fragment(kind, b"<%bf>%b</%bf>%b" % (self._p, text, self._p, cached))

    def _cached(self, value: Cached) -> Fragment:
        if isinstance(value.value, str):
            self._refuse_long(value.value)
            return Fragment(b' t="str"', self._v(xml_text(value.value)), True)
        kind, body, *_ = self(value.value)
        return Fragment(kind, body, True)


def xml_formula(text: str) -> bytes:
    """Escape a formula, which knows XML's escapes only."""
    return text.removeprefix("=").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")
