"""Tidy the text cells of files, each distinct text once. The module core.written_columns reads numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from xl_salesflow.core.written_values import words_for_nothing

FAILED_FORMULA_VALUES = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
"""What Excel shows if a formula fails."""

UNCALCULATED_FORMULA = "#UNCALCULATED!"
"""Our placeholder for a formula that no program has calculated yet."""

LONGEST_NAME = 500
"""Letters of a name of a stage or a person: the patterns that take names apart would take minutes for a much longer text."""

_INVISIBLE_CHARACTERS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\u200b\ufffe\uffff\ud800-\udfff]")
_BLANK_RUNS = re.compile(r"[\s\u00a0\u3000]+")
_BLANK_RUNS_IN_LINE = re.compile(r"[^\S\n]+")


def remove_invisible_characters(text: str) -> str:
    """Return *text* without NULs, other control characters, byte order marks and blanks of no width."""
    return _INVISIBLE_CHARACTERS.sub("", text)


def tidy_texts(cells: pd.Series, lines: bool = False) -> pd.Series:
    """Return text *cells* without surrounding or repeated blanks and invisible characters; *lines* keeps line breaks."""

    def tidy(text: str) -> str:
        text = _INVISIBLE_CHARACTERS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
        return (_BLANK_RUNS_IN_LINE if lines else _BLANK_RUNS).sub(" ", text).strip()

    return map_distinct_texts(cells, tidy)


def is_filled_text(texts: pd.Series) -> pd.Series:
    """Return which of *texts* hold a value: not blank and not a word for "nothing"."""
    nothing = words_for_nothing()
    return ~map_distinct_texts(texts, lambda text: "" if text.casefold() in nothing else text).eq("")


def map_distinct_texts(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Return *texts* with *change* applied, called once per distinct text."""
    codes, distinct = pd.factorize(texts)
    changed = np.array([change(text) for text in distinct], dtype=object)
    return pd.Series(changed[codes] if len(distinct) else changed, index=texts.index, dtype=object)
