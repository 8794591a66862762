"""The words in written values, loaded once from the data files in this folder: units, currencies, months, ticks, blanks."""

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
def words_for_nobody() -> frozenset[str]:
    """Return the words, in any case, for no person or reference; a person may well be called Na."""
    return frozenset(read_number_words()["blanks"]["nobody"])


def _read_word_file(name: str) -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads((_DATA_FOLDER / name).read_text(encoding="utf-8")))
