"""What an engine stands on: a grid of cells, and how its rectangles are named. One is in memory, one in a running LibreOffice."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple, Protocol


class Area(NamedTuple):
    """A rectangle of one sheet; rows and columns count from 1."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.bottom - self.top + 1, self.right - self.left + 1


class Grid(Protocol):
    """One workbook, as an application holds it."""

    path: Path
    calls: Counter[str]

    def sheets(self) -> list[str]: ...
    def values(self, area: Area) -> list[list[Any]]: ...
    def formulas(self, area: Area) -> list[list[Any]]: ...
    def put(self, area: Area, cells: list[list[Any]], arrays: bool = False) -> None: ...
    def clear(self, area: Area) -> None: ...
    def delete(self, area: Area) -> None: ...
    def insert(self, area: Area) -> None: ...
    def tables(self, sheet: str) -> list[str]: ...
    def table(self, name: str) -> Area: ...
    def add_table(self, name: str, area: Area) -> None: ...
    def resize(self, name: str, area: Area) -> None: ...
    def totals(self, name: str) -> bool: ...
    def show_totals(self, name: str, shown: bool) -> None: ...
    def names(self) -> dict[str, str]: ...
    def add_sheet(self, name: str, at: int) -> None: ...
    def rename_sheet(self, name: str, new: str) -> None: ...
    def delete_sheet(self, name: str) -> None: ...
    def used(self, sheet: str) -> tuple[int, int]: ...
    def add_name(self, name: str, refers_to: str) -> None: ...
    def delete_name(self, name: str) -> None: ...
    def save(self, path: Path) -> None: ...
    def calculate(self) -> None: ...
    def close(self) -> None: ...


LAST = (1_048_576, 16_384)
"""The last row and the last column of a sheet."""

ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)")


def letters(number: int) -> str:
    """Name a column."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def place(text: str) -> tuple[int, int]:
    """Read an address."""
    found = ADDRESS.fullmatch(text)
    assert found, f"{text} is no address"
    number = 0
    for letter in found[1].upper():
        number = number * 26 + ord(letter) - 64
    return int(found[2]), number
