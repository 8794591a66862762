"""The result of reading a written text, in a cell or in a file: a value, and a verdict if there is something to report.

Verdicts on texts that are accepted: number_as_text, date_as_text, other_order (13/02/2026 among month-first dates),
period_as_date (“Q3 2026”), relative_date (“yesterday”).

Verdicts on texts that are not: not_a_number, not_whole, not_a_share, ambiguous_number, other_currency; not_a_date,
impossible_date, ambiguous_date, unlikely_date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

LONGEST_WRITTEN_VALUE = 80  # characters; a longer text is not a number or date
_NO_FACTS: Mapping[str, str] = MappingProxyType({})
_MINUS_SIGNS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_APOSTROPHES = dict.fromkeys(map(ord, "\u2018\u2019\u02bc\u2032\u00b4`\u066c"), "'")
_ARABIC_DECIMAL = {0x066B: "."}
_UNSEEN_SIGNS = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2060\ufeff\u00ad"))
_SIGN_TABLE = {**_MINUS_SIGNS, **_APOSTROPHES, **_ARABIC_DECIMAL, **_UNSEEN_SIGNS}
_FOREIGN_DIGITS = re.compile(r"(?![0-9])\d")


class WrittenNumber(NamedTuple):
    """The number that a text means, or None if it is not accepted, and the verdict."""

    value: float | None
    rule: str
    facts: Mapping[str, str] = _NO_FACTS


class WrittenDate(NamedTuple):
    """The date and time that a text means, or None if it is not accepted, and the verdict."""

    value: datetime | None
    rule: str
    facts: Mapping[str, str] = _NO_FACTS


@lru_cache(1 << 12)
def normalize_written_text(text: str) -> str:
    """Return *text* with uniform digits, spaces, minus signs and apostrophes, without surrounding blanks."""
    if text.isascii():
        return " ".join(text.split())
    # normalise the width last, because NFKC turns an acute accent into a space and an accent
    normalized = unicodedata.normalize("NFKC", text.translate(_SIGN_TABLE)).translate(_SIGN_TABLE)
    normalized = _FOREIGN_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), normalized)
    return " ".join(normalized.split())
