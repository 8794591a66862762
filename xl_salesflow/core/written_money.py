"""Parse what surrounds the digits of a number: signs, brackets, currency, magnitude, per cent; also the unit in a header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from types import MappingProxyType
from typing import NamedTuple

from xl_salesflow.core.written_values import (
    invert_word_lists,
    normalize_written_text,
    read_currency_words,
    read_number_words,
)

CurrencyCodes = tuple[str, ...]
"""ISO codes, the most likely first."""

NO_CURRENCY: CurrencyCodes = ()
_NUMBER_SIGNS = "+-()"
_INDIAN_END = "/-"  # of an amount without fractions, Rs 500/-; no sign
_SKIPPED_MARKS = " .:·"
_LETTER_RUN = re.compile(r"[^\W\d_]+")
_MOST_NAMED_CODES = 4
_FIRST_EASTERN_LETTER = "\u1100"  # from here on, scripts do not separate words by blanks


class NumberAffix(NamedTuple):
    """What one side of the digits means; *codes* is empty if there is no currency, *factor* is 1 without a unit.

    *local* names the amounts among which the unit is one, a key of LOCAL_CURRENCIES; "" for a unit anywhere.
    """

    signs: str = ""
    codes: CurrencyCodes = NO_CURRENCY
    factor: Decimal = Decimal(1)
    has_unit: bool = False
    per_cent: bool = False
    local: str = ""


class _AffixWord(NamedTuple):
    kind: str  # sign, currency, magnitude, shared, per_cent, round, or a key of LOCAL_CURRENCIES
    factor: Decimal = Decimal(1)
    codes: CurrencyCodes = NO_CURRENCY


_FILLER = _AffixWord("filler")
CHINESE_UNIT, _INDIAN_UNIT, _IBERIAN_UNIT = "chinese", "indian", "iberian"
LOCAL_CURRENCIES: Mapping[str, CurrencyCodes] = MappingProxyType(
    {
        CHINESE_UNIT: ("CNY", "TWD"),
        _INDIAN_UNIT: ("INR", "PKR", "NPR", "LKR", "BDT"),
        _IBERIAN_UNIT: ("BRL", "MXN", "ARS", "CLP", "COP", "PEN", "UYU"),
    }
)
"""Kind of a unit that is one in some countries only (12W, 12L, 85 mil) → the currencies of these."""

_MAGNITUDE_KINDS = (
    ("magnitude", "magnitudes"),
    ("shared", "shared_magnitudes"),
    *((kind, f"{kind}_magnitudes") for kind in LOCAL_CURRENCIES),
    ("per_cent", "per_cent"),
)


@lru_cache(1 << 12)
def parse_number_affix(text: str, fillers: frozenset[str] = frozenset()) -> NumberAffix | None:
    """Return the meaning of *text*, ignoring *fillers*, or None if part of it is unknown or contradictory."""
    if not text:  # most numbers have none
        return NumberAffix("", NO_CURRENCY, Decimal(1), False, False)
    words = _split_affix_words(text, fillers)
    if words is None:
        return None
    kinds = [word.kind for word in words]
    units = [word for word in words if word.kind in ("magnitude", "shared", *LOCAL_CURRENCIES)]
    if len(units) > 1 or kinds.count("per_cent") > 1 or not _stand_beside_currency(kinds):
        return None
    codes = join_currency_codes(word.codes for word in words)
    if codes is None:
        return None
    factor = Decimal(1)
    for word in words:
        factor *= word.factor
    signs = "".join(sign for sign in text.replace(_INDIAN_END, "") if sign in _NUMBER_SIGNS)
    return NumberAffix(
        signs,
        codes,
        factor,
        factor != 1,
        "per_cent" in kinds,
        next((kind for kind in LOCAL_CURRENCIES if kind in kinds), ""),
    )


def join_currency_codes(named: Iterable[CurrencyCodes]) -> CurrencyCodes | None:
    """Return the common codes of several names of a currency: “$ … USD” is USD; None if they contradict one another."""
    joined = NO_CURRENCY
    for codes in named:
        both = tuple(code for code in joined if code in codes) if joined and codes else joined + codes
        if (joined or codes) and not both:
            return None
        joined = both
    return joined


def _stand_beside_currency(kinds: Sequence[str]) -> bool:
    """Return whether every shared magnitude is next to a currency: T€ is thousands of euros, a T alone can be anything."""
    return all(
        "currency" in (*kinds[max(at - 1, 0) : at], *kinds[at + 1 : at + 2])
        for at, kind in enumerate(kinds)
        if kind == "shared"
    )


def _split_affix_words(text: str, fillers: frozenset[str]) -> list[_AffixWord] | None:
    found: list[_AffixWord] = []
    at, longest = 0, _longest_affix_word()
    while at < len(text):
        if text[at] in _SKIPPED_MARKS:
            at += 1
            continue
        for end in range(min(len(text), at + longest), at, -1):
            word = _FILLER if text[at:end].casefold() in fillers else _find_affix_word(text[at:end])
            if word is not None and _is_word_end(text, end):
                found.append(word)
                break
        else:
            return None
        at = end
    return [word for word in found if word is not _FILLER]


def _is_word_end(text: str, end: int) -> bool:
    """Return whether a word ends here: “bar” does not begin with the b of billion, but “kEUR” begins with a k."""
    if end == len(text) or not text[end - 1].isalpha() or not text[end].isalpha():
        return True
    if text[end - 1] >= _FIRST_EASTERN_LETTER or text[end] >= _FIRST_EASTERN_LETTER:
        return True
    rest = _LETTER_RUN.match(text, end)
    return rest is not None and _find_affix_word(rest[0]) is not None


def _find_affix_word(text: str) -> _AffixWord | None:
    known = _read_affix_words()
    return known.get(text) or known.get(text.casefold())


@cache
def _read_affix_words() -> Mapping[str, _AffixWord]:
    numbers = read_number_words()
    words = {sign: _AffixWord("sign") for sign in _NUMBER_SIGNS}
    words |= {word: _AffixWord("round") for word in numbers["signs"]["round"]}
    for kind, lists in _MAGNITUDE_KINDS:
        words |= {word: _AffixWord(kind, Decimal(one)) for word, one in invert_word_lists(numbers[lists])}
    return words | {word: _AffixWord("currency", codes=codes) for word, codes in _read_currency_codes().items()}


@cache
def _longest_affix_word() -> int:
    return max(map(len, _read_affix_words()))


@cache
def _read_currency_codes() -> Mapping[str, CurrencyCodes]:
    """Return word → codes. All codes are known in capitals, common ones in any case."""
    read = read_currency_words()
    words: dict[str, CurrencyCodes] = {word: tuple(codes) for word, codes in read["words"].items()}
    words |= {code: (_first_code(code),) for code in read["codes"].split()}
    return words | {code.casefold(): (_first_code(code),) for code in read["any_case"]}


def _first_code(code: str) -> str:
    same: Mapping[str, str] = read_currency_words()["same"]
    return same.get(code, code)


@lru_cache(1 << 10)
def currency_codes_of_text(text: str) -> CurrencyCodes:
    """Return the ISO codes that *text*, the name, code or sign of a currency, may mean; none if it is not a currency."""
    normalized, known = normalize_written_text(text).strip(". "), _read_currency_codes()
    folded = normalized.casefold().replace("-", " ")  # US-Dollar
    return known.get(normalized) or known.get(folded) or known.get(normalized.upper()) or NO_CURRENCY


def is_common_currency_code(text: str) -> bool:
    """Return whether *text* is the code of a common currency in capitals; rare ones, such as TOP or ALL, are also words."""
    return text in read_currency_words()["any_case"]


def is_same_currency(codes: CurrencyCodes, currency: str) -> bool:
    """Return whether a text with *codes* may be in *currency*; also true if either is blank."""
    return not codes or not currency or any(code in codes for code in currency_codes_of_text(currency) or (currency,))


def format_currency_codes(codes: CurrencyCodes) -> str:
    """Return the codes as shown in messages: EUR, SEK/NOK/DKK/ISK, or the most likely of many."""
    return "/".join(codes) if len(codes) <= _MOST_NAMED_CODES else f"{codes[0]}…"


@cache
def _read_currency_headers() -> frozenset[str]:
    return frozenset(read_currency_words()["column_headers"]["names"])


def is_currency_header(folded: str) -> bool:
    """Return whether a column with this header (lower case, words separated by one blank) holds the currency of amounts."""
    return folded in _read_currency_headers()


@cache
def _read_rate_headers() -> frozenset[str]:
    return frozenset(read_currency_words()["column_headers"]["rates"])


def is_rate_header(folded: str) -> bool:
    """Return whether a column with this header (see is_currency_header) holds exchange rates."""
    return folded in _read_rate_headers()


_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_BEHIND_MARK = re.compile(r"(?P<name>.*\S)\s*(?:[/,:|]|\s-)\s*(?P<unit>[^/,:|]+)")
_LAST_WORD = re.compile(r"(?P<name>.*\S)\s+(?P<unit>\S+)")
_COMPARISON_SIGNS = frozenset("<>\u2264\u2265=")
_ROUND_UNITS = (
    (re.compile(r"(?<![0-9])1[.,' ]?000[.,' ]?000s?(?![0-9])"), " mn "),
    (re.compile(r"(?<![0-9])1(?:00[.,' ]?000|00k)(?![0-9a-z])", re.IGNORECASE), " lakh "),
    (re.compile(r"(?<![0-9])1(?:0[.,' ]?000|0k)(?![0-9a-z])", re.IGNORECASE), " \u4e07 "),
    (re.compile(r"(?<![0-9])'?(?:000'?s?|1[.,' ]?000s?)(?![0-9])"), " k "),
)  # the third is the Chinese word for ten thousand


class HeaderUnit(NamedTuple):
    """The *name* in a header without the unit, the factor of the unit, and the currencies it may stand for."""

    name: str
    times: float = 1.0
    codes: CurrencyCodes = NO_CURRENCY
    per_cent: bool = False


@lru_cache(1 << 12)
def read_header_unit(header: str) -> HeaderUnit:
    """Return the unit that *header* has in brackets, after a separator or after a word for “in”."""
    normalized = unicodedata.normalize("NFKC", header).strip()
    in_words = _name_round_units(normalized)
    for inside in _BRACKETS.findall(in_words):
        if unit := _parse_unit(inside):
            return _make_unit(_BRACKETS.sub(" ", in_words).strip(), unit)
    for shape in (_BEHIND_MARK, _behind_preposition(), _LAST_WORD):
        match = shape.fullmatch(in_words if shape is not _LAST_WORD else in_words.replace("_", " "))
        unit = _parse_unit(match["unit"]) if match else None
        # a last word alone may be part of the name, unless it is a currency, a round number or cents
        if match and unit and (shape is not _LAST_WORD or unit.codes or in_words != normalized or unit.factor < 1):
            return _make_unit(match["name"].strip(), unit)
    return HeaderUnit(normalized)


def _name_round_units(text: str) -> str:
    """Return *text* with words instead of round numbers, such as k for 1,000 and for '000, unless it compares: "> 100k"."""
    if not _COMPARISON_SIGNS.isdisjoint(text):
        return text.strip()
    for shape, word in _ROUND_UNITS:
        text = shape.sub(word, text)
    return text.strip()


def parse_unit_text(text: str) -> HeaderUnit | None:
    """Return the unit that *text* alone is, such as "USD thousands" or "TEUR", or None."""
    unit = _parse_unit(_name_round_units(unicodedata.normalize("NFKC", text)))
    return _make_unit("", unit) if unit and not unit.per_cent else None


def _make_unit(name: str, unit: NumberAffix) -> HeaderUnit:
    return HeaderUnit(name, float(unit.factor), unit.codes, unit.per_cent)


def _parse_unit(text: str) -> NumberAffix | None:
    if len(text.strip()) == 1 and text.strip().casefold() in ("r", "\u0440", "l"):  # probably not a currency or a unit
        return None
    if (currencies := _read_hundredths().get(text.strip().casefold())) is not None:
        return NumberAffix("", currencies, Decimal("0.01"), has_unit=True)
    unit = parse_number_affix(text.replace(",", " ").strip(), _header_fillers())
    if unit is None or unit.signs or not (unit.has_unit or unit.codes):
        return None
    is_local = unit.local in (CHINESE_UNIT, _IBERIAN_UNIT) and not set(unit.codes) & set(LOCAL_CURRENCIES[unit.local])
    return None if is_local or unit.local == CHINESE_UNIT else unit


@cache
def _read_hundredths() -> Mapping[str, CurrencyCodes]:
    """Return the words for a hundredth of a currency → the currencies it may be; none if it may be any."""
    words: Mapping[str, Sequence[str]] = read_number_words()["header_words"]["hundredths"]
    return {word: tuple(codes) for word, codes in words.items()}


@cache
def _header_fillers() -> frozenset[str]:
    return frozenset(read_number_words()["header_words"]["fillers"])


@cache
def _behind_preposition() -> re.Pattern[str]:
    words = "|".join(map(re.escape, read_number_words()["header_words"]["prepositions"]))
    return re.compile(rf"(?P<name>.*\S)\s+(?i:{words})\s+(?P<unit>.+)")
