"""A column and a table: declared once, read by the template, the reader, the checks and the docs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from unicodedata import normalize

from xl_salesflow.model.text import Language, Text


class Type(StrEnum):
    """What a cell of the column holds, and so how a frame keeps it (see pipeline.py)."""

    TEXT = "text"  # a line
    LONG = "long"  # wrapped prose
    KEY = "key"  # identifies the row
    CHOICE = "choice"  # one of a closed list (choices.py); a frame holds the id, a cell the label
    LIST = "list"  # one of an open list (lists.py, sheet Lists); ids for the values that ship
    REF = "ref"  # the key of a row of another table
    INTEGER = "integer"
    NUMBER = "number"
    POINTS = "points"  # 0 unknown, 1 weak, 2 fair, 3 strong
    MONEY = "money"  # in the workbook's currency, two decimals
    PERCENT = "percent"  # a fraction, shown as per cent
    DATE = "date"  # a whole day
    TIME = "time"  # a moment, to the second

    @property
    def is_text(self) -> bool:
        """Tell whether a frame keeps the column as text ("" when blank)."""
        return self in (Type.TEXT, Type.LONG, Type.KEY, Type.CHOICE, Type.LIST, Type.REF)

    @property
    def is_date(self) -> bool:
        """Tell whether a frame keeps the column as datetime64[s] (NaT when blank)."""
        return self in (Type.DATE, Type.TIME)


class Writer(StrEnum):
    """Who writes the cells of a column."""

    PERSON = "person"
    FORMULA = "formula"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table. *formula* is a template of formulas.render; *options* names a list or the table of a REF."""

    id: str
    header: Text
    type: Type
    tip: Text
    writer: Writer = Writer.PERSON
    required: bool = False
    options: str | None = None
    formula: str | None = None
    width: int = 14

    @property
    def is_formula(self) -> bool:
        """Tell whether the cells hold a live formula."""
        return self.writer is Writer.FORMULA


def column(
    id: str,
    en: str,
    zh: str,
    type: Type,
    tip_en: str,
    tip_zh: str,
    *,
    writer: Writer = Writer.PERSON,
    required: bool = False,
    options: str | None = None,
    formula: str | None = None,
    width: int | None = None,
) -> Column:
    """Declare a column on one line; a formula makes it a formula column."""
    if formula is not None:
        writer = Writer.FORMULA
    default_width = {Type.LONG: 36, Type.TEXT: 18, Type.KEY: 14}.get(type, 13)
    return Column(
        id, Text(en, zh), type, Text(tip_en, tip_zh), writer, required, options, formula, width or default_width
    )


class Group(StrEnum):
    """The part of the workbook a sheet belongs to; gives its tab colour and its place on Start."""

    WORK = "work"
    MANAGE = "manage"
    SETUP = "setup"
    RECORD = "record"


@dataclass(frozen=True)
class Table:
    """One table: its stable name, its sheet, its columns, and the columns that identify a row.

    *generated* tables are filled by the product and replaced as a whole; *shown* sheets are visible in a new workbook.
    """

    name: str
    title: Text
    purpose: Text
    group: Group
    columns: tuple[Column, ...]
    key: str | None = None
    generated: bool = False
    shown: bool = False
    sheet: str = field(default="")

    @cached_property
    def by_id(self) -> dict[str, Column]:
        """Return the columns by id."""
        return {column.id: column for column in self.columns}

    @cached_property
    def formulas(self) -> tuple[Column, ...]:
        """Return the columns that hold live formulas."""
        return tuple(column for column in self.columns if column.is_formula)

    def __getitem__(self, id: str) -> Column:
        return self.by_id[id]

    def header(self, id: str, language: Language) -> str:
        """Return the header of column *id* as it stands in the sheet."""
        return self.by_id[id].header.in_(language)

    def find(self, header: str) -> Column | None:
        """Return the column whose header, in any language, or id is *header*; case and outer blanks do not matter."""
        return self._by_header.get(_plain(header))

    @cached_property
    def _by_header(self) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for column in self.columns:
            for name in (column.id, *column.header.both()):
                found[_plain(name)] = column
        return found


def _plain(header: str) -> str:
    # full-width and half-width signs are typed for one another
    return normalize("NFKC", header).strip().casefold()
