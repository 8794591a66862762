"""The words around the rows of a list: totals, statistics, notes below it, numbers of pages and of lines."""

from __future__ import annotations

import re
from functools import cache

from xl_salesflow.imports.import_vocabulary import fold_name, read_vocabulary


@cache
def read_total_pattern() -> re.Pattern[str]:
    """Return the pattern that matches the first cell of a line of totals."""
    return re.compile("|".join(read_vocabulary()["totals"]["patterns"]))


@cache
def read_statistics() -> frozenset[str]:
    """Return the words for figures about rows other than their total, as returned by fold_name."""
    return frozenset(map(fold_name, read_vocabulary()["totals"]["statistics"]))


@cache
def read_total_words() -> re.Pattern[str]:
    """Return the pattern of a word for a total at the beginning or the end of a text, as returned by fold_name."""
    words = read_vocabulary()["totals"]["words"]
    latin = "|".join(word for word in words if word.isascii())
    other = "|".join(word for word in words if not word.isascii())
    return re.compile(rf"^(?:{latin})\b|\b(?:{latin})$|^(?:{other})|(?:{other})$")


@cache
def read_program_notes() -> re.Pattern[str]:
    """Return the pattern of a note that the program which wrote a list puts below it."""
    return re.compile("|".join(read_vocabulary()["notes_below"]["patterns"]), re.IGNORECASE)


@cache
def read_page_notes() -> re.Pattern[str]:
    """Return the pattern of the number of a page, which stands between the rows of a printed list."""
    return re.compile("|".join(read_vocabulary()["notes_below"]["pages"]), re.IGNORECASE)


@cache
def read_line_headers() -> frozenset[str]:
    """Return the headers of columns that count the lines of a list, as returned by fold_name; blank for a sign alone (#)."""
    return frozenset(map(fold_name, read_vocabulary()["line_numbers"]["headers"])) | {""}


@cache
def read_total_scopes() -> frozenset[str]:
    """Return the words that say what a total is of, beside its word, as returned by fold_name."""
    return frozenset(map(fold_name, read_vocabulary()["totals"]["scopes"]))
