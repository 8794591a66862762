"""Parse numbers and dates that people typed as text.

Numbers: 1,234.50, 12 %, １２, 1.2万元, (300). Dates: 2025-05-01, 2025/5/1, 2025年5月1日, 1 May 2025.
A text that may mean two numbers or two days is a finding, not a guess.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize

from xl_salesflow.schema.table_columns import ColumnType
from xl_salesflow.workbook.cell_findings import ValueFinding

_TYPED_NUMBER_SCALES = MappingProxyType(
    {"": 1, "千": 10**3, "k": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
)
_CURRENCIES_OF_SIGNS = MappingProxyType(
    {
        "¥": ("CNY", "JPY"), "元": ("CNY",), "人民币": ("CNY",), "RMB": ("CNY",), "€": ("EUR",), "£": ("GBP",),
        "$": ("USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD"),
    }
)  # fmt: skip
_TYPED_MONEY_SIGN = r"[¥$€£元]|人民币|RMB|[A-Z]{3}"
_TYPED_NUMBER_SHAPE = re.compile(
    rf"(?P<bracket>\()?(?P<before>{_TYPED_MONEY_SIGN})?\s*(?P<sign>[+-])?\s*(?P<between>{_TYPED_MONEY_SIGN})?\s*"
    rf"(?P<digits>[0-9][0-9.,' ]*|\.[0-9]+)(?P<power>[eE][+-]?[0-9]{{1,2}})?\s*(?P<scale>千万|百万|千|万|亿|[kK])?\s*"
    rf"(?P<after>{_TYPED_MONEY_SIGN})?\s*(?P<percent>%)?(?(bracket)\))"
)
_UNGROUPED_DIGITS = re.compile(r"[0-9]*\.?[0-9]+|[0-9]+\.")
_GROUPED_DIGITS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]{1,3}(?:[' ][0-9]{3})+(?:\.[0-9]*)?")
_CONTINENTAL_DIGITS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_AMBIGUOUS_DIGITS = re.compile(r"[0-9]+,[0-9]+")  # 1,5: a decimal comma, or a thousands comma gone astray
_PERCENT_SIGN_TYPES = (ColumnType.PERCENT, ColumnType.NUMBER)


@lru_cache(4096)
def parse_typed_number(text: str, type: ColumnType, currency: str = "") -> tuple[float | None, ValueFinding | None]:
    """Return the number that *text* means in a column of *type*, and what is doubtful about it.

    *currency* is the ISO code that money without a code is in; a percentage comes back as a fraction.
    """
    match = _TYPED_NUMBER_SHAPE.fullmatch(normalize("NFKC", text).replace("−", "-").strip())
    if match is None or (match["percent"] and type not in _PERCENT_SIGN_TYPES):
        return None, ValueFinding("not_a_number")
    if _is_other_currency(match, currency):
        return None, ValueFinding("other_currency", {"currency": currency})
    digits = _normalize_typed_digits(match["digits"].strip())
    if digits is None:
        return None, _ambiguous_number_finding(match["digits"].strip())
    value = Decimal(digits + (match["power"] or "")) * _TYPED_NUMBER_SCALES[(match["scale"] or "").lower()]
    if match["sign"] == "-" or match["bracket"]:
        value = -value
    if match["percent"]:
        value /= 100
    elif type is ColumnType.PERCENT and value > 1:
        return None, ValueFinding("ambiguous_number", {"first": f"{value}%", "second": f"{value * 100:f}%"})
    return float(value), ValueFinding("number_as_text")


def _normalize_typed_digits(text: str) -> str | None:
    if _UNGROUPED_DIGITS.fullmatch(text):
        return text
    if _GROUPED_DIGITS.fullmatch(text):
        return re.sub("[,' ]", "", text)
    if _CONTINENTAL_DIGITS.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    return None


def _ambiguous_number_finding(text: str) -> ValueFinding:
    if _AMBIGUOUS_DIGITS.fullmatch(text):
        return ValueFinding("ambiguous_number", {"first": text.replace(",", "."), "second": text.replace(",", "")})
    return ValueFinding("not_a_number")


def _is_other_currency(match: re.Match[str], currency: str) -> bool:
    named = [mark for mark in (match["before"], match["between"], match["after"]) if mark]
    return bool(currency) and any(currency not in _CURRENCIES_OF_SIGNS.get(mark, (mark,)) for mark in named)


_TYPED_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TYPED_CLOCK = r"(?:[T\s]+(?P<clock>[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?Z?)?"
_TYPED_YEAR_FIRST = re.compile(
    rf"(?P<y>[0-9]{{4}})\s*[-/.年]\s*(?P<m>[0-9]{{1,2}})\s*[-/.月]\s*(?P<d>[0-9]{{1,2}})\s*日?{_TYPED_CLOCK}"
)
_TYPED_COMPACT_DATE = re.compile(r"(?P<y>(?:19|20)[0-9]{2})(?P<m>[0-9]{2})(?P<d>[0-9]{2})(?P<clock>)")
_TYPED_YEAR_LAST = re.compile(rf"(?P<a>[0-9]{{1,2}})[-/.](?P<b>[0-9]{{1,2}})[-/.](?P<y>[0-9]{{4}}){_TYPED_CLOCK}")
_TYPED_DAY_MONTH = re.compile(r"(?P<d>[0-9]{1,2})[-\s]+(?P<name>[A-Za-z]{3,9})\.?[-\s,]+(?P<y>[0-9]{4})")
_TYPED_MONTH_DAY = re.compile(r"(?P<name>[A-Za-z]{3,9})\.?\s+(?P<d>[0-9]{1,2}),?\s+(?P<y>[0-9]{4})")


@lru_cache(4096)
def parse_typed_date(text: str) -> tuple[datetime | None, ValueFinding | None]:
    """Return the moment that *text* means, and what is doubtful about it."""
    text = normalize("NFKC", text).strip()
    if match := _TYPED_YEAR_FIRST.fullmatch(text) or _TYPED_COMPACT_DATE.fullmatch(text):
        return _build_typed_date(match["y"], match["m"], match["d"], match["clock"])
    if match := _TYPED_YEAR_LAST.fullmatch(text):
        return _date_of_day_or_month(match["y"], int(match["a"]), int(match["b"]), match["clock"])
    match = _TYPED_DAY_MONTH.fullmatch(text) or _TYPED_MONTH_DAY.fullmatch(text)
    if match and (name := match["name"][:3].lower()) in _TYPED_MONTH_NAMES:
        return _build_typed_date(match["y"], _TYPED_MONTH_NAMES.index(name) + 1, match["d"])
    return None, ValueFinding("not_a_date")


def _build_typed_date(
    year: str | int, month: str | int, day: str | int, clock: str | None = None
) -> tuple[datetime | None, ValueFinding | None]:
    try:
        at = time.fromisoformat(clock.zfill(5)) if clock else time()
        return datetime.combine(date(int(year), int(month), int(day)), at), ValueFinding("date_as_text")
    except ValueError:
        return None, ValueFinding("impossible_date")


def _date_of_day_or_month(
    year: str, first: int, second: int, clock: str | None
) -> tuple[datetime | None, ValueFinding | None]:
    if first == second or first > 12 or second > 12:
        day, month = (first, second) if first > 12 else (second, first)
        return _build_typed_date(year, month, day, clock)
    return None, ValueFinding(
        "ambiguous_date", {"first": f"{year}-{first:02}-{second:02}", "second": f"{year}-{second:02}-{first:02}"}
    )
