"""The result of reading a written text, and the words in such texts, loaded once from the data files in this folder."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

_DATA_FOLDER = files("xl_salesflow.core") / "data"


@cache
def read_number_words() -> Mapping[str, Any]:
    """Return the words next to the digits of a number, by kind."""
    return _read_word_file("number_words.toml")


@cache
def read_currency_words() -> Mapping[str, Any]:
    """Return the names of currencies."""
    return _read_word_file("currency_words.toml")


@cache
def read_calendar_words() -> Mapping[str, Any]:
    """Return months, weekdays, periods, eras and durations in the supported languages."""
    return _read_word_file("calendar_words.toml")


def invert_word_lists(lists: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Return pairs of word and name for all words of *lists*, which maps names to words."""
    return ((word, name) for name, words in lists.items() for word in words)


@cache
def _read_flag_words() -> Mapping[str, str]:
    return MappingProxyType(dict(invert_word_lists(read_number_words()["flags"])))


def yes_no_of_word(word: str) -> str | None:
    """Return yes or no for a word or a ticked box, or None when *word* is neither."""
    return _read_flag_words().get(word.strip().casefold())


@cache
def words_for_nothing() -> frozenset[str]:
    """Return the words, in any case, for an unknown number, day or choice."""
    return frozenset(read_number_words()["blanks"]["unknown"])


@cache
def words_for_undecided() -> frozenset[str]:
    """Return the words, in any case, for a number or a day that is still to be decided."""
    return frozenset(read_number_words()["blanks"]["undecided"])


@cache
def words_for_no_day() -> frozenset[str]:
    """Return the words, in any case, that a column of days has for a day that nobody knows yet."""
    return words_for_undecided() | frozenset(read_number_words()["blanks"]["no_day"])


@cache
def words_for_nobody() -> frozenset[str]:
    """Return the words, in any case, for no person or reference; a person may well be called Na."""
    return frozenset(read_number_words()["blanks"]["nobody"])


def _read_word_file(name: str) -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads((_DATA_FOLDER / name).read_text(encoding="utf-8")))


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
        return " ".join(text.replace("`", "'").split())
    # normalise the width last, because NFKC turns an acute accent into a space and an accent
    normalized = unicodedata.normalize("NFKC", text.translate(_SIGN_TABLE)).translate(_SIGN_TABLE)
    normalized = _FOREIGN_DIGITS.sub(lambda digit: str(unicodedata.decimal(digit[0])), normalized)
    return " ".join(normalized.split())
