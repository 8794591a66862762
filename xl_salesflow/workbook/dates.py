"""Dates that people wrote as text: 2025-05-01, 2025/5/1, 2025年5月1日，1 May 2025; what may be two days is asked about."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache
from unicodedata import normalize

from xl_salesflow.workbook.faults import Doubt

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?:[T\s]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?Z?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<y>[0-9]{{4}})\s*[-/.年]\s*(?P<m>[0-9]{{1,2}})\s*[-/.月]\s*(?P<d>[0-9]{{1,2}})\s*日?{_CLOCK}"
)
_COMPACT = re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<clock>)")
_YEAR_LAST = re.compile(rf"(?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}})[-/.](?P<y>[0-9]{{4}}){_CLOCK}")
_DAY_MONTH = re.compile(r"(?P<d>[0-9]{1,2})[-\s]+(?P<name>[A-Za-z]{3,9})\.?[-\s,]+(?P<y>[0-9]{4})")
_MONTH_DAY = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<d>[0-9]{1,2}),?\s+(?P<y>[0-9]{4})")


@lru_cache(4096)
def parse(text: str) -> tuple[datetime | None, Doubt | None]:
    """Return the moment that *text* means, and what is doubtful about it."""
    text = normalize("NFKC", text).strip()
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _day(match["y"], match["m"], match["d"], match["clock"])
    if match := _YEAR_LAST.fullmatch(text):
        return _day_or_month(match["y"], int(match["a"]), int(match["b"]), match["clock"])
    match = _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text)
    if match and (name := match["name"][:3].lower()) in _MONTHS:
        return _day(match["y"], _MONTHS.index(name) + 1, match["d"])
    return None, Doubt("not_a_date")


def _day(
    year: str | int, month: str | int, day: str | int, clock: str | None = None
) -> tuple[datetime | None, Doubt | None]:
    try:
        at = time.fromisoformat(clock.zfill(5)) if clock else time()
        return datetime.combine(date(int(year), int(month), int(day)), at), Doubt("date_as_text")
    except ValueError:
        return None, Doubt("impossible_date")


def _day_or_month(year: str, first: int, second: int, clock: str | None) -> tuple[datetime | None, Doubt | None]:
    if first == second or first > 12 or second > 12:
        day, month = (first, second) if first > 12 else (second, first)
        return _day(year, month, day, clock)
    return None, Doubt(
        "ambiguous_date", {"first": f"{year}-{first:02}-{second:02}", "second": f"{year}-{second:02}-{first:02}"}
    )
