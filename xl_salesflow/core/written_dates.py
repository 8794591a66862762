"""Read the dates that people write, in every order and many languages.

For example 2025-05-01, 1.5.2025, 05/01/25, 1 May 2025, 45778, Q3 2026, yesterday, and Chinese and Japanese dates with
the signs for year, month and day, or with an era.

A text is read in every order that gives a valid day. If there are several and nothing decides, it is ambiguous:
03/04/2025. The other texts of the column may decide (core.written_columns). Two-digit years are 1970 to 2069. A month,
a quarter or a week means its last day, or its first day in columns of start dates. A time zone is ignored: the day is
the one that is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xl_salesflow.core.eastern_numerals import digits_of_numerals
from xl_salesflow.core.written_periods import (
    NO_SUCH_DAY,
    CalendarSpan,
    FiscalPeriod,
    fiscal_span,
    full_year,
    make_day,
    make_month,
    parse_calendar_words,
    parse_fiscal_period,
)
from xl_salesflow.core.written_times import NO_CLOCK, read_duration_days, split_clock
from xl_salesflow.core.written_values import (
    LONGEST_WRITTEN_VALUE,
    WrittenDate,
    normalize_written_text,
    read_calendar_words,
)
from xl_salesflow.ooxml.excel_notation import serial_to_datetime

YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy"
SHORT_YEAR_FIRST, YEAR_DAY_MONTH = "yy-mm-dd", "yyyy-dd-mm"
DATE_ORDERS = (YEAR_FIRST, DAY_FIRST, MONTH_FIRST, SHORT_YEAR_FIRST, YEAR_DAY_MONTH)
"""The possible orders of a column of dates; the last one is also for days and months that a program has swapped."""

LIKELY_DATE_BOUNDS = (np.datetime64("1950-01-01", "s"), np.datetime64("2150-01-01", "s"))
LIKELY_DATE_SERIALS = range(20_000, 80_000)  # 1954 to 2119: such a number is a date without date format
_LIKELY_SECONDS = range(631_152_000, 2_524_608_000)  # 1990 to 2050, in seconds since 1970
_FOREVER = np.datetime64("9999-12-31", "s")
FIRST_DAY_COLUMNS = frozenset({"created", "since", "entered", "assigned", "start", "PeriodFromInput"})
"""The columns in which a month means its first day."""

Days = Mapping[str, CalendarSpan]


class DateReading(NamedTuple):
    """A text as a date: the possible days by order ("" if the order does not matter), none if there is no such day.

    *at* is the time of day. *offset* counts days from today, and *serial* days since the workbook's epoch, if the text
    is of that kind.
    """

    days: Days
    at: time | None = NO_CLOCK
    offset: int | None = None
    serial: float | None = None
    fiscal: FiscalPeriod | None = None


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How the dates of a column are written: *order* is one of DATE_ORDERS, or "" if unknown.

    *today* is the day that “yesterday” refers to; *takes_first* means that a month stands for its first day. *fiscal_2025*
    is the first day of the fiscal year 2025; without it, the quarters of fiscal years are not known.
    """

    order: str = ""
    today: date | None = None
    takes_first: bool = False
    date1904: bool = False
    fiscal_2025: date | None = None


_ANY_DATE_STYLE = DateStyle()


@lru_cache(1 << 14)
def read_written_date(text: str, style: DateStyle = _ANY_DATE_STYLE) -> WrittenDate:
    """Return the moment that *text* means in a column of *style*."""
    reading = parse_date_reading(text)
    if reading is None:
        return WrittenDate(None, "not_a_date")
    if reading.offset is not None:
        return _read_relative_date(reading.offset, style.today)
    if reading.serial is not None:
        return WrittenDate(serial_to_datetime(reading.serial, style.date1904), "date_as_text")
    if reading.fiscal is not None and style.fiscal_2025 is None:
        return WrittenDate(None, "not_a_date")
    spans = _decide_days(_days_of_reading(reading, style), style.order)
    if not spans or reading.at is None:
        return WrittenDate(None, "impossible_date")
    if len(spans) > 1:
        first, *others = (span.first.isoformat() for span in spans)
        return WrittenDate(None, "ambiguous_date", {"first": first, "second": " / ".join(others)})
    (span,) = spans
    if span.first == span.last:
        moment = datetime.combine(span.first, reading.at)
        if style.order in (DAY_FIRST, MONTH_FIRST) and not {"", YEAR_FIRST, style.order} & set(reading.days):
            return WrittenDate(moment, "other_order", {"order": style.order, "day": span.first.isoformat()})
        return WrittenDate(moment, "date_as_text")
    day = span.first if style.takes_first else span.last
    return WrittenDate(datetime.combine(day, time()), "period_as_date", {"day": day.isoformat()})


def _days_of_reading(reading: DateReading, style: DateStyle) -> Days:
    if reading.fiscal is None or style.fiscal_2025 is None:
        return reading.days
    return _in_any_order(fiscal_span(reading.fiscal, style.fiscal_2025))


def is_fiscal_period(text: str) -> bool:
    """Return whether *text* is a year, a half or a quarter of a fiscal year."""
    reading = parse_date_reading(text)
    return reading is not None and reading.fiscal is not None


def find_unlikely_dates(values: npt.NDArray[np.datetime64]) -> npt.NDArray[np.bool_]:
    """Return which of *values* are implausible for a deal: before 1950 or after 2149; 9999-12-31, "for ever", is allowed."""
    least, most = LIKELY_DATE_BOUNDS
    unlikely: npt.NDArray[np.bool_] = ((values < least) | (values >= most)) & (values != _FOREVER)
    return unlikely


def _read_relative_date(offset: int, today: date | None) -> WrittenDate:
    if today is None:
        return WrittenDate(None, "not_a_date")
    day = today + timedelta(days=offset)
    return WrittenDate(datetime.combine(day, time()), "relative_date", {"day": day.isoformat()})


def _decide_days(days: Days, order: str) -> tuple[CalendarSpan, ...]:
    """Return the spans of *days* that are possible in a column of *order*; a number above twelve is always a day."""
    if order in days:
        return (days[order],)
    if order == YEAR_DAY_MONTH:
        order = DAY_FIRST  # dates that were not swapped were written day first
        if order in days:
            return (days[order],)
    return tuple(dict.fromkeys(span for kind, span in days.items() if kind != YEAR_DAY_MONTH))


@lru_cache(1 << 14)
def parse_date_reading(text: str) -> DateReading | None:
    """Return the possible readings of *text* as a date, or None if it is not a date."""
    normalized = normalize_written_text(text)
    if not normalized or len(normalized) > LONGEST_WRITTEN_VALUE:
        return None
    if match := _ISO_DAY.fullmatch(normalized):
        return _read_year_first(match, NO_CLOCK)
    written = normalized
    normalized = digits_of_numerals(_weekday_behind().sub("", _weekday_in_front().sub("", normalized)))
    rest, at = split_clock(normalized)
    tight = _LOOSE_MARKS.sub(r"\1", rest).rstrip(".,")
    for shape, read in _NUMERIC_DATES:
        if match := shape.fullmatch(tight):
            return read(match, at)
    for shape in _eastern_shapes():
        if match := shape.fullmatch(tight):
            return _read_eastern_date(match.groupdict(), at)
    span = parse_calendar_words(rest)
    span = parse_calendar_words(written) if span is None else span  # a sign for four may begin the word for quarter
    if span is not None:
        return DateReading(_in_any_order(span), at)
    if fiscal := parse_fiscal_period(rest) or parse_fiscal_period(written):
        return DateReading({}, fiscal=fiscal)
    offset = _count_days_from_today(normalized.casefold())
    return None if offset is None else DateReading({}, offset=offset)


def _in_any_order(span: CalendarSpan | tuple[()]) -> Days:
    return {"": span} if isinstance(span, CalendarSpan) else {}


def _keep_possible(days: Mapping[str, CalendarSpan | tuple[()]]) -> Days:
    return {order: span for order, span in days.items() if isinstance(span, CalendarSpan)}


_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_LOOSE_MARKS = re.compile(r"\s*([./-])\s*(?=[0-9])|\s+(?=[.](?:\s|$))")
_ReadDate = Callable[[re.Match[str], time | None], DateReading | None]


def _read_year_first(match: re.Match[str], at: time | None) -> DateReading:
    year, first, second = (int(part) for part in match.groups()[:3])
    # the column decides about the second order, or a person: a program may have swapped the numbers
    days = {YEAR_FIRST: make_day(year, first, second), YEAR_DAY_MONTH: make_day(year, second, first)}
    return DateReading(_keep_possible(days), at)


def _read_year_last(match: re.Match[str], at: time | None) -> DateReading | None:
    first, mark, second, last = match.groups()
    days: dict[str, CalendarSpan | tuple[()]] = {}
    if len(last) > 1:
        year = full_year(last)
        days = {
            MONTH_FIRST: make_day(year, int(first), int(second)),
            DAY_FIRST: make_day(year, int(second), int(first)),
        }
        if mark == "." and days[DAY_FIRST]:
            del days[MONTH_FIRST]  # dates with dots are day first everywhere
    is_dotted_day = mark == "." and bool(days.get(DAY_FIRST))
    if len(last) < 3 and not is_dotted_day:
        days[SHORT_YEAR_FIRST] = make_day(full_year(first), int(second), int(last)) if len(first) == 2 else NO_SUCH_DAY
    possible = _keep_possible(days)
    return DateReading(possible, at) if possible or len(last) > 1 else None


def _read_serial(match: re.Match[str], at: time | None) -> DateReading | None:
    return DateReading({}, serial=float(match[0])) if int(match[1]) in LIKELY_DATE_SERIALS else None


def _read_epoch(match: re.Match[str], at: time | None) -> DateReading | None:
    seconds = int(match[1])
    if seconds not in _LIKELY_SECONDS:
        return None
    moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    return DateReading({"": CalendarSpan(moment.date(), moment.date())}, moment.time())


def _read_digits_of_moment(match: re.Match[str], at: time | None) -> DateReading:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    days = _in_any_order(make_day(year, month, day))
    clock = time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None
    return DateReading(days, clock if hour or minute or second else at)


def _read_month_of_year(match: re.Match[str], at: time | None) -> DateReading | None:
    parts = match.groupdict()
    return DateReading(_in_any_order(make_month(int(parts["year"]), int(parts["month"]))), at)


def _read_day_of_week(match: re.Match[str], at: time | None) -> DateReading:
    try:
        day = date.fromisocalendar(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:  # no such week
        return DateReading({}, at)
    return DateReading({"": CalendarSpan(day, day)}, at)


_NUMERIC_DATES: tuple[tuple[re.Pattern[str], _ReadDate], ...] = (
    (re.compile(r"([0-9]{4})[-/. ]([0-9]{1,2})[-/. ]([0-9]{1,2})"), _read_year_first),
    (re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{1,2})"), _read_year_last),
    (
        re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:T?([0-9]{2})([0-9]{2})([0-9]{2})?Z?)?"),
        _read_digits_of_moment,
    ),
    (re.compile(r"([0-9]{5})(?:\.[0-9]+)?"), _read_serial),
    (re.compile(r"([0-9]{10})(?:[0-9]{3})?"), _read_epoch),
    (re.compile(r"(?P<month>[0-9]{1,2})[-/.](?P<year>(?:19|20)[0-9]{2})"), _read_month_of_year),
    (re.compile(r"(?P<year>(?:19|20)[0-9]{2})[-/](?P<month>[0-9]{1,2})"), _read_month_of_year),
    (re.compile(r"([0-9]{4})-?W([0-9]{2})-?([1-7])"), _read_day_of_week),
)


def _read_eastern_date(parts: Mapping[str, str | None], at: time | None) -> DateReading:
    words, year_text = read_calendar_words(), parts["year"] or ""
    era = words["era_letters"].get(parts.get("era"), parts.get("era"))
    year, month = 0 if year_text in words["era_words"]["first"] else int(year_text), int(parts["month"] or 0)
    if era:
        before, last = words["eras"][era]
        year = before + (year or 1)
        if year > last:
            return DateReading({}, at)
    elif len(year_text) == 2:
        year = full_year(year_text)
    if parts.get("day"):
        return DateReading(_in_any_order(make_day(year, month, int(parts["day"] or 0))), at)
    span = make_month(year, month)
    if isinstance(span, CalendarSpan) and parts.get("end"):
        span = CalendarSpan(span.last, span.last)
    return DateReading(_in_any_order(span), at)


@cache
def _eastern_shapes() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of dates with signs for year, month and day, with or without an era, and of R7.5.1."""
    words = read_calendar_words()
    signs = words["date_words"]
    years, months, days, ends = (
        "|".join(map(re.escape, signs[kind])) for kind in ("year_signs", "month_signs", "day_signs", "end")
    )
    first, eras = "|".join(words["era_words"]["first"]), "|".join(words["eras"])
    return (
        re.compile(
            rf"(?:(?P<era>{eras})\s*)?(?P<year>[0-9]{{1,4}}|{first})\s*(?:{years})\s*(?P<month>[0-9]{{1,2}})\s*(?:{months})"
            rf"\s*(?:(?P<day>[0-9]{{1,2}})\s*(?:{days})?|(?P<end>{ends}))?"
        ),
        re.compile(
            rf"(?P<era>[{''.join(words['era_letters'])}])(?P<year>[0-9]{{1,2}})[./-](?P<month>[0-9]{{1,2}})[./-](?P<day>[0-9]{{1,2}})"
        ),
    )


@cache
def _weekday_behind() -> re.Pattern[str]:
    signs = read_calendar_words()["date_words"]
    before, names, behind = (
        "|".join(map(re.escape, signs[f"weekday_{part}"])) for part in ("before", "names", "behind")
    )
    word = rf"(?:(?:{before})(?:{names})|(?:{names})(?:{behind}))"
    return re.compile(rf"\s*\((?:{word}|(?:{names}))\)|\s*{word}(?=\s|$)")


@cache
def _weekday_in_front() -> re.Pattern[str]:
    """Return the pattern of a weekday before a date in numbers: "Mo. 01.06.2026"."""
    words = (word for words in read_calendar_words()["weekdays"].values() for word in words)
    names = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"^(?:{names})\b[.,]*\s*(?=[0-9]{{1,4}}\s*[./-]\s*[0-9]{{1,2}}\s*[./-]\s*[0-9])", re.IGNORECASE)


def _count_days_from_today(text: str) -> int | None:
    """Return the number of days from today for texts such as “yesterday”, “3 days ago” or “in 2 Wochen”, or None."""
    known: int | None = read_calendar_words()["relative"].get(text)
    if known is not None:
        return known
    for shape, sign in _relative_shapes():
        match = shape.fullmatch(text)
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


def is_written_day(text: str) -> bool:
    """Return whether *text* is a single day, in any order; not a month and not “yesterday”."""
    reading = parse_date_reading(text)
    if reading is None:
        return False
    return reading.serial is not None or any(span.first == span.last for span in reading.days.values())
