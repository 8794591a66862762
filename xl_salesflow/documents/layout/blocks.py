"""The blocks that papers are made of. A *field* is a dotted path into what a template is given, such as ``buyer.account``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Head:
    """Logo and seller on the left, the paper's title and number on the right."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Two parties side by side, and a few dates: each side a heading and lines, blank ones left out."""

    left: tuple[str, tuple[str, ...]]
    right: tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and text; nothing when the text is blank."""

    heading: str
    body: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """A heading and rows of label and value; nothing when there are none."""

    heading: str
    rows: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a listing: its head, its field in a row, its share of the width, and whether it holds figures."""

    head: str
    field: str
    share: int
    figures: bool = False
    under: str = ""  # a second line, in small


@dataclass(frozen=True, slots=True)
class Listing:
    """A table whose head is repeated on every page; nothing when it has no rows."""

    heading: str
    rows: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Cards:
    """For each row a bold line, and lines of text below it."""

    heading: str
    rows: str
    head: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """From the sum of the lines to the total, in figures and in words."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line in small print."""

    body: str


@dataclass(frozen=True, slots=True)
class Sign:
    """Room to sign, for one party or two."""

    headings: tuple[str, ...]


Block = Head | Sides | Section | Pairs | Listing | Cards | Sums | Note | Sign
