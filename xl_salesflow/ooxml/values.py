"""What a caller puts into a cell beside plain Python values, and what a cell refuses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple


class CannotHold(ValueError):
    """A value that no cell can hold; says why in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.why = (en, zh)


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An Excel error such as #N/A, told apart from text that looks like one."""

    code: str

    def __str__(self) -> str:
        return self.code


class Formula(NamedTuple):
    """A formula in file syntax without its leading =, and the value it has now.

    *array* says which cells a formula entered as an array fills, from its own on.
    """

    text: str
    cached: Any = None
    array: str = ""


class Cached(NamedTuple):
    """A new cached value for a cell that keeps its formula; a cell without a formula is left alone."""

    value: Any


class _Nothing:
    """No value at all, where None is one."""


NOTHING = _Nothing()


class Raw(NamedTuple):
    """A cell that moves as it is: its attributes without its place, its content, and a value set since."""

    attributes: bytes
    content: bytes
    value: Any = NOTHING


class _Removed:
    """The value of a cell that is to go away."""


REMOVED = _Removed()
