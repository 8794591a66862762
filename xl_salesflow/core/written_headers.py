"""Read the unit in a header: Amount in k€, Revenue (USD '000), Probability (%)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from xl_salesflow.core.written_money import NO_CURRENCY, CurrencyCodes, NumberAffix, parse_number_affix
from xl_salesflow.core.written_words import read_number_words

_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_BEHIND_MARK = re.compile(r"(?P<name>.*\S)\s*(?:[/,:|]|\s-)\s*(?P<unit>[^/,:|]+)")
_LAST_WORD = re.compile(r"(?P<name>.*\S)\s+(?P<unit>\S+)")
_ROUND_THOUSAND = re.compile(r"(?<![0-9])'?(?:000'?s?|1[.,' ]?000s?)(?![0-9])")


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
    without_thousands = _ROUND_THOUSAND.sub(" k ", normalized).strip()
    for inside in _BRACKETS.findall(without_thousands):
        if unit := _parse_unit(inside):
            return _make_unit(_BRACKETS.sub(" ", without_thousands).strip(), unit)
    for shape in (_BEHIND_MARK, _behind_preposition(), _LAST_WORD):
        match = shape.fullmatch(without_thousands)
        unit = _parse_unit(match["unit"]) if match else None
        # a last word alone may be part of the name, unless it is a currency
        if match and unit and (shape is not _LAST_WORD or unit.codes):
            return _make_unit(match["name"], unit)
    return HeaderUnit(normalized)


def _make_unit(name: str, unit: NumberAffix) -> HeaderUnit:
    return HeaderUnit(name, float(unit.factor), unit.codes, unit.per_cent)


def _parse_unit(text: str) -> NumberAffix | None:
    if len(text.strip()) == 1 and text.strip().casefold() in ("r", "\u0440"):  # probably not a currency
        return None
    unit = parse_number_affix(text.replace(",", " ").strip(), _header_fillers())
    return unit if unit and not unit.signs and (unit.has_unit or unit.codes) else None


@cache
def _header_fillers() -> frozenset[str]:
    return frozenset(read_number_words()["header_words"]["fillers"])


@cache
def _behind_preposition() -> re.Pattern[str]:
    words = "|".join(map(re.escape, read_number_words()["header_words"]["prepositions"]))
    return re.compile(rf"(?P<name>.*\S)\s+(?i:{words})\s+(?P<unit>.+)")
