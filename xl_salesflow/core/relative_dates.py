"""Read days that count from today: yesterday, in 2 weeks, next month, end of the quarter, EOM, Friday of next week."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from xl_salesflow.core.eastern_numerals import digits_of_numerals
from xl_salesflow.core.written_periods import CalendarSpan
from xl_salesflow.core.written_times import read_duration_days
from xl_salesflow.core.written_values import read_calendar_words

_DAY_UNIT, _WEEK_UNIT, _YEAR_UNIT = "day", "week", "year"
_MONTHS_OF_UNIT = {"month": 1, "quarter": 3, _YEAR_UNIT: 12}
_THIS_WEEK, _FOLLOWING_WEEK, _COMING_DAY, _NEXT_DAY = "this", "following", "coming", "next"
_WEEKDAY_SHIFTS = {_THIS_WEEK: 0, _FOLLOWING_WEEK: 1}


class RelativePeriod(NamedTuple):
    """A day or a period counted from today: *shift* periods of *unit* on, the whole of it or only its last day.

    *weekday* is a day of that week (Monday is 0), *day* one of that month. *of_week* says which week, if that depends on today.
    """

    unit: str
    shift: int
    is_end: bool = False
    weekday: int | None = None
    day: int | None = None
    of_week: str = ""


def parse_relative_period(text: str) -> RelativePeriod | None:
    """Return the day or the period that the normalized *text*, in lower case, counts from today; None if it counts none."""
    days = _count_days_from_today(text)
    if days is not None:
        return RelativePeriod(_DAY_UNIT, days)
    return _read_relative_periods().get(text) or _parse_weekday(text) or _parse_day_of_month(text)


def find_relative_spans(period: RelativePeriod, today: date) -> tuple[CalendarSpan, ...]:
    """Return the days that *period* may mean on *today*: one span, two for a weekday that is open, none without such a day."""
    if period.unit == _DAY_UNIT:
        return _span_of_days(today + timedelta(days=period.shift))
    if period.unit == _WEEK_UNIT:
        monday = today - timedelta(days=today.weekday())
        if period.weekday is not None:
            return _find_weekdays(period, monday, today)
        monday += timedelta(weeks=period.shift)
        return (CalendarSpan(monday, monday + timedelta(days=6)),)
    months = _MONTHS_OF_UNIT[period.unit]
    begin = (today.year * 12 + today.month - 1) // months * months + period.shift * months
    first, last = _month_of_count(begin), _month_of_count(begin + months - 1)
    last = last.replace(day=monthrange(last.year, last.month)[1])
    if period.day is not None:
        return _span_of_days(first.replace(day=period.day)) if period.day <= last.day else ()
    return (CalendarSpan(last if period.is_end else first, last),)


def _span_of_days(day: date) -> tuple[CalendarSpan]:
    return (CalendarSpan(day, day),)


def _month_of_count(months: int) -> date:
    return date(months // 12, months % 12 + 1, 1)


def _find_weekdays(period: RelativePeriod, monday: date, today: date) -> tuple[CalendarSpan, ...]:
    own = monday + timedelta(days=period.weekday or 0)
    following = own + timedelta(weeks=1)
    if period.of_week in _WEEKDAY_SHIFTS:
        return _span_of_days(own + timedelta(weeks=_WEEKDAY_SHIFTS[period.of_week]))
    if own <= today:
        return _span_of_days(following)
    return _span_of_days(own) if period.of_week == _COMING_DAY else (*_span_of_days(own), *_span_of_days(following))


@cache
def _read_relative_periods() -> Mapping[str, RelativePeriod]:
    found = dict[str, RelativePeriod]()
    for key, phrases in read_calendar_words()["relative_periods"].items():
        unit, shift, *end = key.split()
        found |= dict.fromkeys(phrases, RelativePeriod(unit, int(shift), bool(end)))
    return found


def _parse_weekday(text: str) -> RelativePeriod | None:
    for of_week in (_THIS_WEEK, _FOLLOWING_WEEK, _COMING_DAY, _NEXT_DAY):
        for word in read_calendar_words()["relative_weekdays"][of_week]:
            if text.startswith(word) and (day := _read_weekday_numbers().get(text[len(word) :].strip())) is not None:
                return RelativePeriod(_WEEK_UNIT, 0, weekday=day, of_week=of_week)
    return None


@cache
def _read_weekday_numbers() -> Mapping[str, int]:
    """Return weekday → its number, Monday 0; the lists of weekdays begin with Sunday."""
    words = read_calendar_words()
    named = {word: (at - 1) % 7 for names in words["weekdays"].values() for at, word in enumerate(names)}
    eastern = words["relative_weekdays"]["eastern"]
    return named | {word: day for day, names in enumerate(eastern) for word in names}


def _parse_day_of_month(text: str) -> RelativePeriod | None:
    match = _day_of_month_shape().fullmatch(digits_of_numerals(text))
    if match is None:
        return None
    return _read_relative_periods()[match["month"]]._replace(day=int(match["day"]))


@cache
def _day_of_month_shape() -> re.Pattern[str]:
    months = (text for text, period in _read_relative_periods().items() if period.unit == "month" and not period.is_end)
    days = "|".join(map(re.escape, read_calendar_words()["date_words"]["day_signs"]))
    return re.compile(rf"(?P<month>{'|'.join(map(re.escape, months))})\s*(?P<day>[0-9]{{1,2}})\s*(?:{days})")


def _count_days_from_today(text: str) -> int | None:
    """Return the number of days from today for texts such as “yesterday”, “3 days ago” or “in 2 Wochen”, or None."""
    known: int | None = read_calendar_words()["relative"].get(text)
    if known is not None:
        return known
    for shape, sign in _relative_shapes():
        match = shape.fullmatch(digits_of_numerals(text))
        span = read_duration_days(match["span"]) if match else None
        if span is not None and span[0] == span[1] and span[0] % 1 == 0:
            return sign * int(span[0])
    return None


@cache
def _relative_shapes() -> tuple[tuple[re.Pattern[str], int], ...]:
    phrases = read_calendar_words()["relative_phrases"]
    return tuple(
        (re.compile(re.escape(phrase).replace(re.escape("{span}"), "(?P<span>[0-9].*)")), sign)
        for kind, sign in (("ago", -1), ("ahead", 1))
        for phrase in phrases[kind]
    )
