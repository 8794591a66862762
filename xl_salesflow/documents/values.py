"""What a template is given: text as it is printed, with the number or day behind it for cells that compute."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from xl_salesflow.model.text import Language

Tongue = Literal["en", "zh", "both"]
"""A document's language; *both* prints Chinese and English side by side."""

Context = dict[str, Any]

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SHORT = 44  # marks that two languages may take together on one line


class Figure(str):
    """A number, amount or day as text, with its *value*."""

    value: Decimal | int | date | None

    def __new__(cls, text: str, value: Decimal | int | date | None) -> Figure:
        figure = super().__new__(cls, text)
        figure.value = value
        return figure


def printable(text: str) -> str:
    """Return *text* without the marks that no document can hold; line ends are one kind, tabs stay."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def in_both(zh: Any, en: Any) -> Any:
    """Return two contexts of one document as one: what differs stands side by side, figures in the Chinese way."""
    if isinstance(zh, Mapping):
        return {id: in_both(value, en[id]) for id, value in zh.items()}
    if isinstance(zh, str) and not isinstance(zh, Figure) and zh != en and zh and en:
        return _side_by_side(zh, en)
    if isinstance(zh, Sequence) and not isinstance(zh, str):
        return [in_both(*pair) for pair in zip(zh, en, strict=True)]
    return zh


def _side_by_side(zh: str, en: str) -> str:
    # what both say, such as a number after two labels, is said once
    label = not set("。，；") & set(zh)  # a sentence stands whole
    start, end = (_shared(zh, en, 1), _shared(zh, en, -1)) if label else (0, 0)
    if start + end < min(len(zh), len(en)):
        middle = (zh[start : len(zh) - end].strip(), en[start : len(en) - end].strip())
        if start or end:
            return zh[:start] + " ".join(filter(None, middle)) + (" " * (end > 0)) + zh[len(zh) - end :].lstrip()
    return f"{zh} {en}" if len(zh) + len(en) < _SHORT and "\n" not in zh else f"{zh}\n{en}"


def _shared(one: str, other: str, step: int) -> int:
    """Return how many marks two texts share from the start (step 1) or the end (-1), whole words only."""
    one, other = one[::step], other[::step]
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return one[:same].rfind(" ") + 1


def languages(tongue: Tongue) -> tuple[Language, ...]:
    """Return the languages that are printed, the leading one first."""
    return ("zh", "en") if tongue == "both" else (tongue,)
