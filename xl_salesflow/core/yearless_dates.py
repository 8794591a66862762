"""Read days and months without a year: 30 June, July, 6/30, Q3. The year is that of the column, or the only one near today.

Days that have passed (created, sent, paid) are looked for in the nine months before today; all others from three months
before to six months after today. Whatever does not lie there is a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from xl_salesflow.core.written_periods import CalendarSpan
from xl_salesflow.core.written_values import read_calendar_words

PAST_DAY_COLUMNS = frozenset(
    {
        "created", "since", "entered", "assigned", "date", "contract_signed", "done", "sent", "decided", "invoiced",
        "paid_on", "reminded", "ended", "resolved", "closed", "day", "won_date", "lost_date", "stage_since", "deleted_on",
    }
)  # fmt: skip
"""The columns with days that have passed when they are written down."""

LEAP_YEAR = 2024  # every day exists in it
_PAST_WINDOW, _AHEAD_WINDOW = (-274, 0), (-92, 183)
_FIRST_SIGN_OF_EAST = 0x2E80
_DAY_AND_MONTH = re.compile(r"[0-9]{1,2}/[0-9]{1,2}")
_DOTTED_DAY = re.compile(r"[0-9]{1,2}\. ?[0-9]{1,2}\.")
_DOTTED_PAIR = re.compile(r"[1-9][0-9]?\.[0-9]{1,2}")  # 30.6 in Europe, 6.30 in China


class YearlessText(NamedTuple):
    """A text with a place for its year; *shift* counts years from the present one, if the text says which."""

    template: str
    shift: int | None = None

    def in_year(self, year: int) -> str:
        """Return the text with *year*."""
        return self.template.format(year=f"{year:04d}")


def find_yearless_text(text: str, parse: Callable[[str], object | None]) -> YearlessText | None:
    """Return the normalized *text* with a place for its year, if *parse* then reads it; None otherwise."""
    folded = text.casefold().replace("{", "").replace("}", "")
    for template, shift in _make_templates(folded):
        found = YearlessText(template, shift)
        if parse(found.in_year(LEAP_YEAR)) is not None:
            return found
    return None


def _make_templates(text: str) -> Iterator[tuple[str, int | None]]:
    for word, shift in _read_year_words().items():
        if word in text:
            is_eastern = ord(word[0]) >= _FIRST_SIGN_OF_EAST
            yield text.replace(word, f"{{year}}{_year_sign()}" if is_eastern else " {year}", 1).strip(), shift
            return
    if _DAY_AND_MONTH.fullmatch(text):
        yield f"{text}/{{year}}", None
    elif _DOTTED_PAIR.fullmatch(text):
        yield f"{text.replace('.', '/')}/{{year}}", None
    elif _DOTTED_DAY.fullmatch(text):
        yield f"{text}{{year}}", None
    elif any(ord(sign) >= _FIRST_SIGN_OF_EAST for sign in text):
        yield f"{{year}}{_year_sign()}{text}", None
    elif any(sign.isalpha() for sign in text):
        yield f"{text} {{year}}", None


@cache
def _read_year_words() -> Mapping[str, int]:
    words: Mapping[str, int] = read_calendar_words()["relative_years"]
    return words


@cache
def _year_sign() -> str:
    sign: str = read_calendar_words()["date_words"]["year_signs"][0]
    return sign


def find_years_near(spans: Mapping[int, CalendarSpan], today: date, is_past: bool) -> tuple[int, ...]:
    """Return the years of *spans* (year → the days in it) that reach into the window around *today*."""
    least, most = (today + timedelta(days=shift) for shift in (_PAST_WINDOW if is_past else _AHEAD_WINDOW))
    return tuple(year for year, span in spans.items() if least <= span.last and span.first <= most)
