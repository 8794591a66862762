"""The words of written values, read once from the data files beside: units, currencies, months, ticks, blanks."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_DATA_FOLDER = files("xl_salesflow.core") / "data"


@cache
def read_number_words() -> Mapping[str, Any]:
    """Return what stands beside the digits of a number, by kind."""
    return _read_word_file("number_words.toml")


@cache
def read_currency_words() -> Mapping[str, Any]:
    """Return how money says its currency."""
    return _read_word_file("currency_words.toml")


@cache
def read_calendar_words() -> Mapping[str, Any]:
    """Return months, weekdays, periods, eras and spans of time in the languages we read."""
    return _read_word_file("calendar_words.toml")


def invert_word_lists(lists: Mapping[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Yield word and name for each word of *lists*, which holds words by name."""
    return ((word, name) for name, words in lists.items() for word in words)


@cache
def _read_flag_words() -> Mapping[str, str]:
    return MappingProxyType(dict(invert_word_lists(read_number_words()["flags"])))


def yes_no_of_word(word: str) -> str | None:
    """Return yes or no for a word or a ticked box, or None when *word* is neither."""
    return _read_flag_words().get(word.strip().casefold())


@cache
def words_for_nothing() -> frozenset[str]:
    """Return what stands, in any case, where a number, a day or a choice is not known."""
    return frozenset(read_number_words()["blanks"]["unknown"])


@cache
def words_for_nobody() -> frozenset[str]:
    """Return what stands, in any case, where nobody and nothing is referred to; a person may well be called Na."""
    return frozenset(read_number_words()["blanks"]["nobody"])


def _read_word_file(name: str) -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads((_DATA_FOLDER / name).read_text(encoding="utf-8")))
