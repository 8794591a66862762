"""Single words that mean yes, no or nothing."""

from __future__ import annotations

_YES = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "✔", "√", "是", "对", "有"})
_NO = frozenset({"no", "n", "false", "f", "0", "否", "不", "无"})
NOTHING = frozenset({"", "-", "--", "—", "–", "n/a", "na", "null", "none", "nil", "nan", "\\n", "无", "空", "?"})
"""What stands, in any case, where a number, a day or a choice is not known."""

NOBODY = frozenset({"-", "--", "—", "–", "n/a", "null", "none", "nil", "\\n", "(blank)", "(none)"})
"""What stands, in any case, where nobody and nothing is referred to; a person may well be called Na."""

ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
"""What Excel shows where a formula failed."""


def truth(word: str) -> str | None:
    """Return yes or no, or None when *word* is neither."""
    compared = word.strip().casefold()
    return "yes" if compared in _YES else "no" if compared in _NO else None
