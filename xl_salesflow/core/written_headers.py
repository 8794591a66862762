"""Read the unit that a header names beside its name: Amount in k€, Revenue (USD '000), Probability (%)."""

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
    """The *name* that a header leaves without its unit; what one stands for, and the currencies it may be in."""

    name: str
    times: float = 1.0
    codes: CurrencyCodes = NO_CURRENCY
    per_cent: bool = False


@lru_cache(1 << 12)
def read_header_unit(header: str) -> HeaderUnit:
    """Return the unit that *header* names in brackets, behind a mark or behind a word for “in”."""
    whole = unicodedata.normalize("NFKC", header).strip()
    plain = _ROUND_THOUSAND.sub(" k ", whole).strip()
    for inside in _BRACKETS.findall(plain):
        if unit := _parse_unit(inside):
            return _make_unit(_BRACKETS.sub(" ", plain).strip(), unit)
    for shape in (_BEHIND_MARK, _behind_preposition(), _LAST_WORD):
        match = shape.fullmatch(plain)
        unit = _parse_unit(match["unit"]) if match else None
        # a last word alone may be part of the name: a currency is not
        if match and unit and (shape is not _LAST_WORD or unit.codes):
            return _make_unit(match["name"], unit)
    return HeaderUnit(whole)


def _make_unit(name: str, unit: NumberAffix) -> HeaderUnit:
    return HeaderUnit(name, float(unit.factor), unit.codes, unit.per_cent)


def _parse_unit(text: str) -> NumberAffix | None:
    if len(text.strip()) == 1 and text.strip().casefold() in ("r", "\u0440"):  # hardly a currency
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
