"""The width of text in columns of a terminal or a text editor, and lines of a given width.

Chinese characters are two columns wide, and a line may end after each of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_CLOSING_PUNCTUATION = ("Po", "Pe", "Pf")
"""The Unicode categories of what a line never begins with: stops and commas, closing brackets, closing quotation marks."""


def screen_width(text: str) -> int:
    """Return how many columns *text* takes."""
    return sum(2 if _is_wide(letter) else 1 for letter in text)


def cut_to_width(text: str, width: int) -> str:
    """Return *text*, with an ellipsis for its end if it takes more than *width* columns."""
    if screen_width(text) <= width:
        return text
    kept = ""
    for letter in text:
        if screen_width(kept + letter) > width - 1:
            break
        kept += letter
    return f"{kept}…"


def wrap_to_width(text: str, width: int) -> Iterator[str]:
    """Yield *text* in lines of at most *width* columns."""
    line = ""
    for word in _split_into_words(text):
        if line and screen_width(line + word.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += word
    yield line.rstrip()


def _split_into_words(text: str) -> Iterator[str]:
    """Yield words with the blank after them; a Chinese character is a word of its own, with the punctuation after it."""
    word = ""
    for letter in text:
        begins = word and letter != " " and unicodedata.category(letter) not in _CLOSING_PUNCTUATION
        if begins and (word[-1] == " " or _is_wide(word[-1]) or _is_wide(letter)):
            yield word
            word = ""
        word += letter
    yield word


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
