"""Numbers that people wrote as text: 1,234.50, 12 %, １２, 1.2万元，(300)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from unicodedata import normalize

from xl_salesflow.model.column import Type
from xl_salesflow.workbook.faults import Doubt

_SCALES = MappingProxyType({"": 1, "千": 10**3, "k": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8})
_CURRENCIES = MappingProxyType(
    {
        "¥": ("CNY", "JPY"), "元": ("CNY",), "人民币": ("CNY",), "RMB": ("CNY",), "€": ("EUR",), "£": ("GBP",),
        "$": ("USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD"),
    }
)  # fmt: skip
_MONEY = r"[¥$€£元]|人民币|RMB|[A-Z]{3}"
_SHAPE = re.compile(
    rf"(?P<bracket>\()?(?P<before>{_MONEY})?\s*(?P<sign>[+-])?\s*(?P<between>{_MONEY})?\s*"
    rf"(?P<digits>[0-9][0-9.,' ]*|\.[0-9]+)(?P<power>[eE][+-]?[0-9]{{1,2}})?\s*(?P<scale>千万|百万|千|万|亿|[kK])?\s*"
    rf"(?P<after>{_MONEY})?\s*(?P<percent>%)?(?(bracket)\))"
)
_PLAIN = re.compile(r"[0-9]*\.?[0-9]+|[0-9]+\.")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?|[0-9]{1,3}(?:[' ][0-9]{3})+(?:\.[0-9]*)?")
_CONTINENTAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+|[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_EITHER = re.compile(r"[0-9]+,[0-9]+")  # 1,5: a decimal comma, or a thousands comma gone astray
_MAY_BE_PERCENT = (Type.PERCENT, Type.NUMBER)


@lru_cache(4096)
def parse(text: str, type: Type, currency: str = "") -> tuple[float | None, Doubt | None]:
    """Return the number that *text* means in a column of *type*, and what is doubtful about it.

    *currency* is the ISO code that money without a code is in; a percentage comes back as a fraction.
    """
    match = _SHAPE.fullmatch(normalize("NFKC", text).replace("−", "-").strip())
    if match is None or (match["percent"] and type not in _MAY_BE_PERCENT):
        return None, Doubt("not_a_number")
    if _is_foreign(match, currency):
        return None, Doubt("other_currency", {"currency": currency})
    digits = _digits(match["digits"].strip())
    if digits is None:
        return None, _ambiguity(match["digits"].strip())
    value = Decimal(digits + (match["power"] or "")) * _SCALES[(match["scale"] or "").lower()]
    if match["sign"] == "-" or match["bracket"]:
        value = -value
    if match["percent"]:
        value /= 100
    elif type is Type.PERCENT and value > 1:
        return None, Doubt("ambiguous_number", {"first": f"{value}%", "second": f"{value * 100:f}%"})
    return float(value), Doubt("number_as_text")


def _digits(text: str) -> str | None:
    if _PLAIN.fullmatch(text):
        return text
    if _GROUPED.fullmatch(text):
        return re.sub("[,' ]", "", text)
    if _CONTINENTAL.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    return None


def _ambiguity(text: str) -> Doubt:
    if _EITHER.fullmatch(text):
        return Doubt("ambiguous_number", {"first": text.replace(",", "."), "second": text.replace(",", "")})
    return Doubt("not_a_number")


def _is_foreign(match: re.Match[str], currency: str) -> bool:
    named = [mark for mark in (match["before"], match["between"], match["after"]) if mark]
    return bool(currency) and any(currency not in _CURRENCIES.get(mark, (mark,)) for mark in named)
