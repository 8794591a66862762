"""Dates as people and programs write them. Only day and month need a decision; every other form says what it is.

Understood always: 2025-05-01 (also with / or ., and with a time behind), 20250501, 2025年5月1日, 1 May 2025, May 1, 2025, and
Excel's day numbers. 03/04/2025 is read by the column's format.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xl_salesflow.model.frames import DATE_DTYPE

YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy"
FORMATS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST)
EITHER = "dd/mm/yyyy or mm/dd/yyyy"
"""What a proposal says when the cells allow both: a question to the person."""

_TIME = r"(?:[T\s,]\s*[\d上下].*)?"
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)" + _TIME)
_DAY_NAMED = re.compile(r"(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th)?[-\s./]*([A-Za-z]{3,9})\.?,?[-\s./]*(\d{4}|\d\d)" + _TIME)  # fmt: skip  # noqa: E501
_MONTH_NAMED = re.compile(r"(?:[A-Za-z]{3,9}\.?,\s+)?([A-Za-z]{3,9})\.?\s*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})" + _TIME)  # fmt: skip  # noqa: E501
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EARLIEST = date(1900, 3, 1)  # a workbook counts days from here on without a mistake
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_000)  # 1954 to 2119: five digits that are a day rather than a postcode
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

Parts = tuple[int, int, int]


def dates(cells: pd.Series, format: str = YEAR_FIRST) -> pd.Series:
    """Return text *cells* as whole days, datetime64[s]; NaT where a cell holds no possible date."""
    codes, texts = pd.factorize(cells)
    known = np.array([_iso(text, format) for text in texts], dtype=DATE_DTYPE)
    return pd.Series(known[codes] if len(texts) else np.array([], DATE_DTYPE), index=cells.index)


def format_of(cells: pd.Series) -> str:
    """Return the format the filled *cells* speak for; EITHER when some need it and nothing decides."""
    found = [match for text in cells.unique() if (match := _YEAR_LAST.fullmatch(text))]
    firsts = sum(int(match[1]) > 12 for match in found)
    seconds = sum(int(match[3]) > 12 for match in found)
    if firsts or seconds:
        return DAY_FIRST if firsts >= seconds else MONTH_FIRST
    if not found:
        return YEAR_FIRST
    if all(match[2] == "." or match[1] == match[3] for match in found):
        return DAY_FIRST  # dots are written day first wherever they are written
    return EITHER


def _iso(text: str, format: str) -> str:
    for pattern, parts in _FORMS:
        if match := pattern.fullmatch(text):
            return _day(parts(match, format))
    return "NaT"


def _day(parts: Parts | None) -> str:
    if parts is None:
        return "NaT"
    year, month, day = parts
    try:
        found = date(year + (0 if year > 99 else 2000 if year < 70 else 1900), month, day)
    except ValueError:  # no such day
        return "NaT"
    return found.isoformat() if found >= _EARLIEST else "NaT"


def _year_last(match: re.Match[str], format: str) -> Parts:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    # a number above twelve is a day whatever the column's format
    month_first = format == MONTH_FIRST
    if (month_first and first > 12) or (not month_first and second > 12):
        month_first = not month_first
    return (year, first, second) if month_first else (year, second, first)


def _named(year: str, month: str, day: str) -> Parts | None:
    known = month[:3].lower()
    return (int(year), _MONTHS.index(known) + 1, int(day)) if known in _MONTHS else None


def _serial(match: re.Match[str], format: str) -> Parts | None:
    if int(match[1]) not in _SERIALS:
        return None
    day = _EXCEL_EPOCH + timedelta(days=int(match[1]))
    return day.year, day.month, day.day


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], Parts | None]], ...] = (
    (_YEAR_FIRST, lambda m, _: (int(m[1]), int(m[2]), int(m[3]))),
    (_COMPACT, lambda m, _: (int(m[1]), int(m[2]), int(m[3]))),
    (_YEAR_LAST, _year_last),
    (_DAY_NAMED, lambda m, _: _named(m[3], m[2], m[1])),
    (_MONTH_NAMED, lambda m, _: _named(m[3], m[1], m[2])),
    (_SERIAL, _serial),
)
