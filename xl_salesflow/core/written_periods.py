"""Read dates with named months, and calendar periods: 5. März 2026, Mar-26, Q3 2026, KW 23/2026."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from xl_salesflow.core.written_values import invert_word_lists, normalize_written_text, read_calendar_words

TWO_DIGIT_YEARS = range(1970, 2070)
"""Which years two digits mean: 70 is 1970, 69 is 2069."""

_DATE_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+(?:['-][^\W\d_]+)*")
_BETWEEN_TOKENS = re.compile(r"[\s.,/'()º°ª-]*")
_JOINED_YEAR = re.compile(r"[^\W\d_]+\.?(?:[-/']'?|\s+')[0-9]{2}")
_JOINED_CUT = re.compile(r"^(mid|early|late|end|fin)-(?=[^\W\d_])")
_FRENCH_MIDDLE = re.compile(r"^mi-(?=[^\W\d_])")  # alone, it is a German weekday
_ROMAN_NUMBERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_FISCAL, _FIRST_EASTERN_SIGN = "fy", 0x2E80
_DAYS_OF_CUT = {"early": (1, 10), "mid": (15, 15), "middle": (11, 20), "late": (21, 0)}
_PERIODS_A_YEAR = {"quarter": 4, "half": 2, "week": 53}


class CalendarSpan(NamedTuple):
    """The first and the last day of a period; equal for a single day, None if there are no such days."""

    first: date
    last: date


NO_SUCH_DAY: tuple[()] = ()
"""The result for a text that looks like a date but is invalid: 31 February 2026."""


def full_year(text: str) -> int:
    """Return the year for four digits or for two (see TWO_DIGIT_YEARS)."""
    year = int(text)
    if len(text) > 2:
        return year
    century = TWO_DIGIT_YEARS.start - TWO_DIGIT_YEARS.start % 100
    return century + year if century + year in TWO_DIGIT_YEARS else century + 100 + year


def make_day(year: int, month: int, day: int) -> CalendarSpan | tuple[()]:
    """Return one day, or NO_SUCH_DAY."""
    try:
        found = date(year, month, day)
    except ValueError:  # an invalid day
        return NO_SUCH_DAY
    return CalendarSpan(found, found)


def make_month(year: int, month: int, count: int = 1) -> CalendarSpan | tuple[()]:
    """Return the span of *count* months starting with *month*, or NO_SUCH_DAY."""
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        return NO_SUCH_DAY
    last = month + count - 1
    return CalendarSpan(date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def parse_calendar_words(text: str) -> CalendarSpan | tuple[()] | None:
    """Return the days of the month, quarter, half year or week named in *text*; None if there is none."""
    folded = _fold_calendar_text(text)
    tokens = _split_date_tokens(folded)
    if tokens is None:
        return None
    months, kinds = _read_months(), _read_period_words()
    if sum(token in months for token in tokens) > 1 and tokens[0] in _read_weekdays():
        tokens = tokens[1:]  # mar. 5 mai: a Tuesday
    named = [token for token in tokens if token in months]
    tokens = [token for token in tokens if token in months or token not in _read_date_fillers() or token in kinds]
    cut = next((token for token in (*tokens[:1], *tokens[-1:]) if token in month_cuts()), "")
    tokens = [token for token in tokens if token != cut]
    if len(named) == 1:
        found = _span_of_named_month(tokens, named[0], _JOINED_YEAR.search(folded) is not None)
    else:
        found = _span_of_period(tokens) if not named else None
    return cut_month(found, cut) if found else found


@cache
def month_cuts() -> Mapping[str, str]:
    """Return the words for parts of a month → end, early, mid, middle or late."""
    words = read_calendar_words()["date_words"]
    return dict(invert_word_lists({kind: words[kind] for kind in ("end", "early", "mid", "middle", "late")}))


def cut_month(span: CalendarSpan | tuple[()], word: str) -> CalendarSpan | tuple[()] | None:
    """Return the part of *span* that *word* names: its end, or the first ten days, the 15th, the 11th to 20th or the rest.

    The result is None if *span* is no month and *word* does not name its end.
    """
    kind = month_cuts().get(word, "")
    if not kind or not isinstance(span, CalendarSpan):
        return span
    if kind == "end":
        return CalendarSpan(span.last, span.last)
    if (span.first.day, span.last.month) != (1, span.first.month):
        return None
    first, last = _DAYS_OF_CUT[kind]
    return CalendarSpan(span.first.replace(day=first), span.first.replace(day=last) if last else span.last)


def is_named_period(text: str) -> bool:
    """Return whether *text* is no more than the name of a month, a quarter, a half or a week, with or without its year."""
    tokens = _split_date_tokens(_fold_calendar_text(text)) or ()
    words = [token for token in tokens if not token.isdigit()]
    return len(tokens) <= 3 and len(words) == 1 and (words[0] in _read_months() or words[0] in _read_period_words())


def is_month_name(word: str) -> bool:
    """Return whether *word* is the name of a month, in any case and with or without a dot."""
    return word.casefold().rstrip(".") in _read_months()


class FiscalPeriod(NamedTuple):
    """A fiscal year, or the part with *number* when it is divided into *parts* (4 for quarters, 2 for halves)."""

    year: int
    parts: int = 1
    number: int = 1


def parse_fiscal_period(text: str) -> FiscalPeriod | None:
    """Return the fiscal year, half or quarter that *text* names, such as "FY25 Q3" or "Q1 FY2025/26"; None if there is none.

    A year in two numbers is the first one.
    """
    marked, count = _fiscal_words().subn(f" {_FISCAL} ", text.casefold())
    tokens = _split_date_tokens(_fold_calendar_text(marked)) if count == 1 else None
    if not tokens:
        return None
    at = tokens.index(_FISCAL)
    place = next((place for place in (at + 1, at - 1) if 0 <= place < len(tokens) and _is_year(tokens[place])), None)
    if place is None:
        return None
    year = tokens[place]
    rest = [token for index, token in enumerate(tokens) if index not in (at, place)]
    if rest[place - (place > at) :] and _is_next_year(year, rest[place - (place > at)]):
        del rest[place - (place > at)]
    return _make_fiscal_period(full_year(year), rest)


def _is_year(text: str) -> bool:
    return text.isdigit() and len(text) in (2, 4)


def _is_next_year(year: str, text: str) -> bool:
    return _is_year(text) and int(text) % 100 == (int(year) + 1) % 100


def _make_fiscal_period(year: int, rest: Sequence[str]) -> FiscalPeriod | None:
    if not rest:
        return FiscalPeriod(year)
    kinds = [kind for token in rest if (kind := _read_period_words().get(token))]
    numbers = [_ROMAN_NUMBERS.get(token) or (int(token) if token.isdigit() else 0) for token in rest]
    found = [
        number for number, token in zip(numbers, rest, strict=True) if number and token not in _read_period_words()
    ]
    if len(rest) != 2 or len(kinds) != 1 or len(found) != 1 or kinds[0] not in ("quarter", "half"):
        return None
    parts = _PERIODS_A_YEAR[kinds[0]]
    return FiscalPeriod(year, parts, found[0]) if found[0] <= parts else None


def fiscal_span(period: FiscalPeriod, first_2025: date) -> CalendarSpan | tuple[()]:
    """Return the days of *period*, if the fiscal year 2025 begins on *first_2025*; NO_SUCH_DAY after the year 9999."""
    months = 12 // period.parts
    begin = 12 * (first_2025.year + period.year - 2025) + first_2025.month - 1 + (period.number - 1) * months
    days = [_day_of_month(begin + shift, first_2025.day) for shift in (0, months)]
    for first, after in pairwise(days):
        if first and after:
            return CalendarSpan(first, after - timedelta(days=1))
    return NO_SUCH_DAY


def _day_of_month(months: int, day: int) -> date | None:
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1])) if 1 <= year <= 9999 else None


def _fold_calendar_text(text: str) -> str:
    folded = text.casefold()
    for word, meaning in read_calendar_words()["periods"]["written_out"].items():
        folded = folded.replace(word, meaning)
    return _eastern_marks().sub(
        " ", _joined_end().sub(r" \1", _JOINED_CUT.sub(r"\1 ", _FRENCH_MIDDLE.sub("mid ", folded)))
    )


@cache
def _fiscal_words() -> re.Pattern[str]:
    words = sorted(read_calendar_words()["periods"]["fiscal"], key=len, reverse=True)
    spaced = "|".join(re.escape(word) for word in words if ord(word[0]) < _FIRST_EASTERN_SIGN)
    joined = "|".join(re.escape(word) for word in words if ord(word[0]) >= _FIRST_EASTERN_SIGN)
    return re.compile(rf"(?<![^\W\d_])(?:{spaced})(?![^\W\d_])\.?|{joined}")


def _split_date_tokens(text: str) -> list[str] | None:
    """Return the numbers and the words of *text*, or None if there is anything else between them."""
    tokens, at = list[str](), 0
    for match in _DATE_TOKEN.finditer(text):
        if not _BETWEEN_TOKENS.fullmatch(text, at, match.start()):
            return None
        tokens.append(match[0])
        at = match.end()
    return tokens if tokens and _BETWEEN_TOKENS.fullmatch(text, at) else None


def _span_of_named_month(tokens: Sequence[str], name: str, is_joined: bool) -> CalendarSpan | tuple[()] | None:
    month, at = _read_months()[name], list(tokens).index(name)
    numbers = [token for token in tokens if token.isdigit()]
    if len(numbers) != len(tokens) - 1 or len(numbers) > 2 or not numbers:
        return None
    if len(numbers) == 1:
        (year,) = numbers
        return make_month(full_year(year), month) if len(year) == 4 or (is_joined and at == 0) else None
    if at == 2:
        return None
    day, year = (numbers[1], numbers[0]) if len(numbers[0]) == 4 else (numbers[0], numbers[1])
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    return make_day(full_year(year), month, int(day))


def _span_of_period(tokens: Sequence[str]) -> CalendarSpan | tuple[()] | None:
    kinds = _read_period_words()
    places = [at for at, token in enumerate(tokens) if token in kinds]
    if len(places) != 1 or len(tokens) != 3:
        return None
    (at,) = places
    kind, others = kinds[tokens[at]], [token for place, token in enumerate(tokens) if place != at]
    counted = _pick_period_number(others, kind, at)
    if counted is None:
        return None
    number, year = counted
    if not 1 <= number <= _PERIODS_A_YEAR[kind]:
        return NO_SUCH_DAY
    if kind == "week":
        return _span_of_week(year, number)
    months = 12 // _PERIODS_A_YEAR[kind]
    return make_month(year, (number - 1) * months + 1, months)


def _pick_period_number(others: Sequence[str], kind: str, at: int) -> tuple[int, int] | None:
    """Return which of two numbers is the count and which is the year: the longer one, or the one that cannot be a count."""
    values = [_ROMAN_NUMBERS.get(token, int(token) if token.isdigit() else None) for token in others]
    first, second = values
    if first is None or second is None:
        return None
    lengths = [len(token) if token.isdigit() else 0 for token in others]
    if lengths[0] == 4 or (lengths == [2, 2] and kind == "week" and at == 1):
        return second, full_year(others[0])
    if lengths[1] == 4 or (lengths[1] == 2 and (first <= _PERIODS_A_YEAR[kind])):
        return first, full_year(others[1])
    return (second, full_year(others[0])) if lengths[0] == 2 and lengths[1] == 1 else None


def _span_of_week(year: int, week: int) -> CalendarSpan | tuple[()]:
    try:
        first = date.fromisocalendar(year, week, 1)
    except ValueError:  # a year of 52 weeks
        return NO_SUCH_DAY
    return CalendarSpan(first, first + timedelta(days=6))


@cache
def _read_months() -> Mapping[str, int]:
    months: Mapping[str, list[list[str]]] = read_calendar_words()["months"]
    return {word: number for names in months.values() for number, words in enumerate(names, 1) for word in words}


@cache
def _read_weekdays() -> frozenset[str]:
    words = (word for words in read_calendar_words()["weekdays"].values() for word in words)
    return frozenset(map(normalize_written_text, words))


@cache
def _read_date_fillers() -> frozenset[str]:
    return _read_weekdays() | frozenset(read_calendar_words()["date_words"]["fillers"])


@cache
def _read_period_words() -> Mapping[str, str]:
    periods = read_calendar_words()["periods"]
    return dict(invert_word_lists({kind: periods[kind] for kind in _PERIODS_A_YEAR}))


@cache
def _joined_end() -> re.Pattern[str]:
    words = (word for word in read_calendar_words()["date_words"]["end"] if ord(word[0]) >= _FIRST_EASTERN_SIGN)
    return re.compile(rf"({'|'.join(words)})$")


@cache
def _eastern_marks() -> re.Pattern[str]:
    words = read_calendar_words()
    return re.compile("|".join(map(re.escape, words["date_words"]["year_signs"] + words["periods"]["ordinals"])))
