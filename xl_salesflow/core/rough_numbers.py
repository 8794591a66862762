"""Take the words apart that make a number rough: about 5k, 5k or so, more than 5k, up to 5k, 10-15k.

A number with a word for "about" or "at least" is used and reported. An upper limit and a range name no number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from xl_salesflow.core.written_values import read_number_words

_FIRST_UNSPACED_LETTER = 0x1100  # from here on, scripts do not separate words by blanks
_NOT_BEHIND_LETTER, _NOT_BEFORE_LETTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"


class RoughNumber(NamedTuple):
    """The *number* in a text, still as text, and whether the text only sets an upper limit."""

    number: str
    is_limit: bool


def split_rough_number(text: str) -> RoughNumber | None:
    """Return the number in the normalized *text* without the words that make it rough, or None if it has no such words."""
    for is_limit, shapes in ((False, _shapes_of("about", "least")), (True, _shapes_of("most"))):
        for shape in shapes:
            if match := shape.fullmatch(text):
                return RoughNumber(f"{match['number']}{match.groupdict().get('tail') or ''}", is_limit)
    return None


def split_number_range(text: str) -> tuple[str, str] | None:
    """Return the two ends of a range such as "10-15k" or "10 to 15k" in the normalized *text*, or None if it is none."""
    match = _range_shape().fullmatch(text)
    return (match["first"], match["last"]) if match else None


@cache
def _shapes_of(*kinds: str) -> tuple[re.Pattern[str], ...]:
    words = read_number_words()["rough"]
    before, behind = (
        _any_word([word for kind in kinds for word in words[f"{kind}_{place}"]]) for place in ("before", "behind")
    )
    tails = _any_word(words["tails"])
    return (
        re.compile(rf"(?:{before})\s*(?P<number>.*[0-9].*)", re.IGNORECASE),
        re.compile(rf"(?P<number>.*[^\s(]) ?\(?(?:{behind})\)?(?P<tail>{tails})?", re.IGNORECASE),
    )


@cache
def _range_shape() -> re.Pattern[str]:
    words = read_number_words()["rough"]
    marks = "|".join(
        rf"(?<=\s){mark}(?=\s)" if _is_spaced_letter(mark[0]) else re.escape(mark) for mark in words["range_marks"]
    )
    return re.compile(
        rf"(?:(?:{_any_word(words['range_begins'])})\s*)?(?P<first>[^-]*[0-9][^-]*?)\s*(?:{marks})"
        r"\s*(?P<last>[^-]*[0-9][^-]*)",
        re.IGNORECASE,
    )


def _any_word(words: Sequence[str]) -> str:
    """Return the pattern of *words*; one that ends or begins with a letter does not run into another word."""

    def make_shape(word: str) -> str:
        before = _NOT_BEHIND_LETTER if _is_spaced_letter(word[0]) else ""
        behind = _NOT_BEFORE_LETTER if _is_spaced_letter(word[-1]) else ""
        return f"{before}{re.escape(word)}{behind}"

    return "|".join(map(make_shape, sorted(words, key=len, reverse=True)))


def _is_spaced_letter(sign: str) -> bool:
    return sign.isalpha() and ord(sign) < _FIRST_UNSPACED_LETTER
