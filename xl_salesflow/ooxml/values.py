"""What a cell holds: Python values to cell XML, and the escapes of its text.

Numbers are written as Python prints them, which reads back to the same double; dates as serials of the workbook's date
system; text inline, so that the shared strings of the user's file, rich text and phonetic runs stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, auto
from math import isfinite, isnan
from typing import Any, NamedTuple

import numpy as np

LONGEST_TEXT = 32_767
_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30).toordinal(), date(1904, 1, 1).toordinal()
_LEAP_BUG = 61  # Lotus believed in 29 February 1900; serials before 1 March 1900 are one less
_LAST_DAY = date.max.toordinal()
_DAY = timedelta(days=1)


class CannotHold(ValueError):
    """A value that no cell can hold; says why in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.why = (en, zh)


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


class _Nothing:
    """No value at all, where None is one."""


NOTHING = _Nothing()


class Raw(NamedTuple):
    """A cell that moves as it is: its attributes without its place, its content, and a value set since."""

    attributes: bytes
    content: bytes
    value: Any = NOTHING


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


class _Removed:
    """The value of a cell that is to go away."""


REMOVED = _Removed()


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
        raise CannotHold(f"{value} is before the first day Excel knows", f"{value} 早于 Excel 的第一天")
    if not isinstance(value, datetime):
        return days
    clock = value.replace(tzinfo=None) - datetime(value.year, value.month, value.day)
    return days + clock / _DAY if clock else days


def from_serial(days: float, date1904: bool) -> datetime | None:
    """Read a serial back, to the millisecond; None outside Excel's calendar."""
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    if not 0 <= days < _LAST_DAY - epoch + 1:
        return None
    if not date1904 and days < _LEAP_BUG:
        days += 1
    whole = int(days)
    milliseconds = min(round((days - whole) * 86_400_000), 86_399_999 if whole + epoch == _LAST_DAY else 86_400_000)
    return datetime.fromordinal(whole + epoch) + timedelta(milliseconds=milliseconds)


_STYLE = re.compile(rb'\ss="[0-9]+"')
_FORMULA = re.compile(rb"<(?:[\w.-]+:)?f\b[^>]*?(?:/>|>[^<]*</(?:[\w.-]+:)?f>)")
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
    text = raw.decode("utf-8", "replace")
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
        self._date1904 = date1904
        self._v = b"<%bv>%%b</%bv>" % (prefix, prefix)
        self._is = b"<%bis><%bt%%b>%%b</%bt></%bis>" % (prefix, prefix, prefix, prefix)
        self._f = b"<%bf>%%b</%bf>%%b" % (prefix, prefix)
        self._formulas: dict[str, bytes] = {}
        self._writers: dict[type, Callable[[Any], Fragment]] = {
            type(None): lambda _: BLANK,
            _Removed: lambda _: GONE,
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
            f"单元格最多 {LONGEST_TEXT:,} 个字符,此文本有 {length:,} 个",
        )


def xml_formula(text: str) -> bytes:
    """Escape a formula, which knows XML's escapes only."""
    return text.removeprefix("=").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8")
