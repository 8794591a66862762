"""How Excel writes columns, names of sheets and days; the one module of this package that every other package may enter.

Days are counted from one of two epochs. Imports neither lxml nor numpy.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache

from xl_salesflow.ooxml.cell_contents import UnsupportedValue


@cache
def column_letters(column: int) -> str:
    """Return the letters of a column: 1 is A, 28 is AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@cache
def column_number(name: str) -> int:
    """Return the number of a column: A is 1, AB is 28."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - 64
    return number


_LOOKS_LIKE_REFERENCE = re.compile(r"[a-z]{1,3}[0-9]+|r[0-9]*(?:c[0-9]*)?|c[0-9]*|true|false", re.IGNORECASE)
_SHEET_REFERENCE = re.compile(r"('(?:[^']|'')+'|[^'!]+)!(.*)", re.DOTALL)


def quote_sheet_name(sheet: str) -> str:
    """Return the name of a sheet in the form used in formulas, always in quotes."""
    return "'" + sheet.replace("'", "''") + "'"


def unquote_sheet_name(sheet: str) -> str:
    """Return the name of a sheet from its form in formulas."""
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


def bare_sheet_name(sheet: str) -> str:
    """Return the name of a sheet in the form used in addresses: in quotes only if Excel needs them.

    Excel needs them for names with other characters than letters, digits and underscores, and for names such as Q1 that look
    like a reference.
    """
    is_word = sheet.isidentifier() and not _LOOKS_LIKE_REFERENCE.fullmatch(sheet)
    return sheet if is_word else quote_sheet_name(sheet)


def address_on_sheet(sheet: str, cells: str) -> str:
    """Return the address of *cells* (such as F12) on *sheet*, in a form that Excel follows."""
    return f"{bare_sheet_name(sheet)}!{cells}"


def split_sheet_reference(text: str) -> tuple[str, str]:
    """Return the sheet named in a reference, as it is written there ("" if none is named), and the rest."""
    found = _SHEET_REFERENCE.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30).toordinal(), date(1904, 1, 1).toordinal()
_LEAP_BUG_SERIAL = 61  # Excel counts 29 February 1900, as Lotus did; serials before 1 March 1900 are one less
_LAST_DAY_ORDINAL = date.max.toordinal()
_SERIAL_DAY = timedelta(days=1)


def date_to_serial(value: date | datetime | time | timedelta, date1904: bool = False) -> float | int:
    """Count days since the workbook's epoch.

    Raises:
        UnsupportedValue: the day is before the epoch.
    """
    if isinstance(value, timedelta):
        return value / _SERIAL_DAY
    if isinstance(value, time):
        return (datetime.combine(date.min, value) - datetime.min) / _SERIAL_DAY
    days = value.toordinal() - (_EPOCH_1904 if date1904 else _EPOCH_1900)
    if not date1904 and days < _LEAP_BUG_SERIAL:
        days -= 1
    if days < 0 or (days == 0 and not date1904):
        raise UnsupportedValue("{value} is before the first day of Excel's calendar", value=value)
    if not isinstance(value, datetime):
        return days
    clock = value.replace(tzinfo=None) - datetime(value.year, value.month, value.day)
    return days + clock / _SERIAL_DAY if clock else days


def serial_to_datetime(days: float, date1904: bool = False) -> datetime | None:
    """Convert a serial back, to the millisecond; None outside Excel's calendar."""
    epoch = _EPOCH_1904 if date1904 else _EPOCH_1900
    if not 0 <= days < _LAST_DAY_ORDINAL - epoch + 1:
        return None
    if not date1904 and days < _LEAP_BUG_SERIAL:
        days += 1
    full_days = int(days)
    milliseconds = min(
        round((days - full_days) * 86_400_000), 86_399_999 if full_days + epoch == _LAST_DAY_ORDINAL else 86_400_000
    )
    return datetime.fromordinal(full_days + epoch) + timedelta(milliseconds=milliseconds)


LAST_DAY_SERIAL = int(date_to_serial(date.max))
"""The last day of Excel's calendar; it means that there is no end."""
