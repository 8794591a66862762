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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xl_salesflow.core.eastern_numerals import digits_of_numerals
from xl_salesflow.core.relative_dates import RelativePeriod, find_relative_spans, parse_relative_period
from xl_salesflow.core.written_periods import (
    NO_SUCH_DAY,
    CalendarSpan,
    FiscalPeriod,
    cut_month,
    fiscal_span,
    full_year,
    is_month_name,
    make_day,
    make_month,
    month_cuts,
    parse_calendar_words,
    parse_fiscal_period,
)
from xl_salesflow.core.written_times import NO_CLOCK, split_clock
from xl_salesflow.core.written_values import (
    LONGEST_WRITTEN_VALUE,
    WrittenDate,
    normalize_written_text,
    read_calendar_words,
    words_for_no_day,
)
from xl_salesflow.core.yearless_dates import LEAP_YEAR, YearlessText, find_yearless_text, find_years_near
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

    *at* is the time of day. *relative* is a day or a period counted from today, *serial* the days since the workbook's
    epoch, and *yearless* the text with a place for the year that it lacks, if the text is of that kind.
    """

    days: Days
    at: time | None = NO_CLOCK
    relative: RelativePeriod | None = None
    serial: float | None = None
    fiscal: FiscalPeriod | None = None
    yearless: YearlessText | None = None


@dataclass(frozen=True, slots=True)
class DateStyle:
    """How the dates of a column are written: *order* is one of DATE_ORDERS, or "" if unknown.

    *today* is the day that “yesterday” refers to; *takes_first* means that a month stands for its first day. *fiscal_2025*
    is the first day of the fiscal year 2025; without it, the quarters of fiscal years are not known. *year* is that of the
    days without a year, None if the one nearest to today counts; *is_past* means that days have passed.
    """

    order: str = ""
    today: date | None = None
    takes_first: bool = False
    date1904: bool = False
    fiscal_2025: date | None = None
    year: int | None = None
    is_past: bool = False


_ANY_DATE_STYLE = DateStyle()


@lru_cache(1 << 14)
def read_written_date(text: str, style: DateStyle = _ANY_DATE_STYLE) -> WrittenDate:
    """Return the moment that *text* means in a column of *style*."""
    reading = parse_date_reading(text)
    if reading is None:
        is_undecided = normalize_written_text(text).casefold() in words_for_no_day()
        return WrittenDate(None, "undecided" if is_undecided else "not_a_date")
    if reading.relative is not None:
        return _read_relative_date(reading.relative, style)
    if reading.yearless is not None:
        return _read_yearless_date(text, reading.yearless, style)
    if reading.serial is not None:
        return WrittenDate(serial_to_datetime(reading.serial, style.date1904), "date_as_text")
    if reading.fiscal is not None and style.fiscal_2025 is None:
        return WrittenDate(None, "not_a_date")
    spans = _decide_days(_days_of_reading(reading, style), style.order)
    if not spans or reading.at is None:
        return WrittenDate(None, "impossible_date")
    if len(spans) > 1:
        return _ambiguous_date(spans)
    (span,) = spans
    if span.first == span.last:
        moment = datetime.combine(span.first, reading.at)
        if style.order in (DAY_FIRST, MONTH_FIRST) and not {"", YEAR_FIRST, style.order} & set(reading.days):
            return WrittenDate(moment, "other_order", {"order": style.order, "day": span.first.isoformat()})
        return WrittenDate(moment, "date_as_text")
    return _take_day_of_span(span, style, "period_as_date")


def _ambiguous_date(spans: Sequence[CalendarSpan], rule: str = "ambiguous_date") -> WrittenDate:
    first, *others = (span.first.isoformat() for span in spans)
    return WrittenDate(None, rule, {"first": first, "second": " / ".join(others)})


def _take_day_of_span(span: CalendarSpan, style: DateStyle, rule: str) -> WrittenDate:
    day = span.first if style.takes_first else span.last
    return WrittenDate(datetime.combine(day, time()), rule, {"day": day.isoformat()})


def _read_relative_date(period: RelativePeriod, style: DateStyle) -> WrittenDate:
    if style.today is None:
        return WrittenDate(None, "not_a_date")
    spans = find_relative_spans(period, style.today)
    if not spans:
        return WrittenDate(None, "impossible_date")
    return _ambiguous_date(spans) if len(spans) > 1 else _take_day_of_span(spans[0], style, "relative_date")


def _read_yearless_date(text: str, yearless: YearlessText, style: DateStyle) -> WrittenDate:
    """Return the day of a text without a year, in the year of the column or else the only one that is near today."""
    today = style.today
    if today is None:
        return WrittenDate(None, "not_a_date")
    if yearless.shift is not None:
        spans = _spans_in_year(yearless, today.year + yearless.shift, style.order)
        return _take_only_span(spans, style, "relative_date")
    if style.year is not None:
        return _take_only_span(_spans_in_year(yearless, style.year, style.order), style, "day_without_year")
    years = range(today.year - 1, today.year + 2)
    found = {year: spans for year in years if (spans := _spans_in_year(yearless, year, style.order))}
    if any(len(spans) > 1 for spans in found.values()):
        return _ambiguous_date(found.get(today.year) or next(iter(found.values())))
    days = {year: spans[0].first if style.takes_first else spans[0].last for year, spans in found.items()}
    near = find_years_near({year: spans[0] for year, spans in found.items()}, today, style.is_past)
    if len(near) != 1 or _is_month_of_year(text, today.year):
        nearest = sorted(days.values(), key=lambda day: abs(day - today))[:2]
        return _ambiguous_date([CalendarSpan(day, day) for day in sorted(nearest)], "no_year")
    return _take_day_of_span(found[near[0]][0], style, "day_without_year")


def _take_only_span(spans: Sequence[CalendarSpan], style: DateStyle, rule: str) -> WrittenDate:
    if len(spans) == 1:
        return _take_day_of_span(spans[0], style, rule)
    return _ambiguous_date(spans) if spans else WrittenDate(None, "impossible_date")


def _spans_in_year(yearless: YearlessText, year: int, order: str) -> tuple[CalendarSpan, ...]:
    reading = parse_date_reading(yearless.in_year(year))
    return _decide_days(reading.days, order) if reading is not None else ()


def _is_month_of_year(text: str, year: int) -> bool:
    """Return whether *text* may also be a month and its year: Mar 26."""
    match = _MONTH_AND_NUMBER.fullmatch(normalize_written_text(text))
    return match is not None and is_month_name(match[1]) and abs(full_year(match[2]) - year) <= _NEAR_YEARS


def read_month_as_day(text: str, year: int) -> date | None:
    """Return the day of *year* that *text*, read as a month and its year (Jul-20), may also be; None if it is none."""
    match = _MONTH_DASH_NUMBER.fullmatch(normalize_written_text(text))
    if match is None or not is_month_name(match[1]):
        return None
    reading = parse_date_reading(f"{match[2]} {match[1]} {year}")
    return next((span.first for span in reading.days.values()), None) if reading is not None else None


def is_day_without_year(text: str) -> bool:
    """Return whether *text* names a day of a month without its year: 15-Jul, 6/30; not July."""
    reading = parse_date_reading(text)
    if reading is None or reading.yearless is None:
        return False
    return any(span.first == span.last for span in days_by_order(reading).values())


def days_by_order(reading: DateReading) -> Days:
    """Return the days of *reading* by the order of its column; those of a text without a year in a leap year."""
    if reading.yearless is None:
        return reading.days
    dated = parse_date_reading(reading.yearless.in_year(LEAP_YEAR))
    return dated.days if dated is not None else {}


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
    if (period := parse_relative_period(written.casefold())) is not None:
        return DateReading({}, relative=period)
    yearless = find_yearless_text(written, _parse_dated) if not _has_year(written) else None
    return None if yearless is None else DateReading({}, yearless=yearless)


def _has_year(text: str) -> bool:
    """Return whether the numbers in *text* leave no place for a year: one of four digits, or three numbers."""
    numbers = _NUMBERS.findall(text)
    return len(numbers) > 2 or any(len(number) > 2 for number in numbers)


def _parse_dated(text: str) -> DateReading | None:
    """Return the reading of *text* if it names days, whatever the year."""
    reading = parse_date_reading(text)
    return reading if reading is not None and reading.days else None


def _in_any_order(span: CalendarSpan | tuple[()]) -> Days:
    return {"": span} if isinstance(span, CalendarSpan) else {}


def _keep_possible(days: Mapping[str, CalendarSpan | tuple[()]]) -> Days:
    return {order: span for order, span in days.items() if isinstance(span, CalendarSpan)}


_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_NUMBERS = re.compile(r"[0-9]+")
_MONTH_AND_NUMBER = re.compile(r"([^\W\d_]+\.?) ([0-9]{2})")
_MONTH_DASH_NUMBER = re.compile(r"([^\W\d_]+)-([0-9]{2})")
_NEAR_YEARS = 3
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
    # up to 2012, 201206 may be a day with its year first
    (re.compile(r"(?P<year>20(?:1[3-9]|[2-9][0-9]))(?P<month>0[1-9]|1[0-2])"), _read_month_of_year),
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
    return DateReading(_in_any_order(cut_month(make_month(year, month), parts.get("part") or "") or NO_SUCH_DAY), at)


@cache
def _eastern_shapes() -> tuple[re.Pattern[str], ...]:
    """Return the patterns of dates with signs for year, month and day, with or without an era, and of R7.5.1."""
    words = read_calendar_words()
    signs = words["date_words"]
    years, months, days = ("|".join(map(re.escape, signs[f"{kind}_signs"])) for kind in ("year", "month", "day"))
    cuts = "|".join(map(re.escape, sorted(month_cuts(), key=len, reverse=True)))
    first, eras = "|".join(words["era_words"]["first"]), "|".join(words["eras"])
    return (
        re.compile(
            rf"(?:(?P<era>{eras})\s*)?(?P<year>[0-9]{{1,4}}|{first})\s*(?:{years})\s*(?P<month>[0-9]{{1,2}})\s*(?:{months})"
            rf"\s*(?:(?P<day>[0-9]{{1,2}})\s*(?:{days})?|(?P<part>{cuts}))?"
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


def is_day_or_yearless_day(text: str) -> bool:
    """Return whether *text* is a single day, with its year or without it: 1 May."""
    reading = parse_date_reading(text)
    return is_written_day(text) or (
        reading is not None and any(s.first == s.last for s in days_by_order(reading).values())
    )


def is_written_day(text: str) -> bool:
    """Return whether *text* is a single day, in any order; not a month and not “yesterday”."""
    reading = parse_date_reading(text)
    if reading is None:
        return False
    return reading.serial is not None or any(span.first == span.last for span in reading.days.values())
