"""Dates as Excel counts them: days since one of two epochs."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from xl_salesflow.ooxml.values import CannotHold

_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30).toordinal(), date(1904, 1, 1).toordinal()
_LEAP_BUG = 61  # Lotus believed in 29 February 1900; serials before 1 March 1900 are one less
_LAST_DAY = date.max.toordinal()
_DAY = timedelta(days=1)


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
