"""Columns and tables, declared once and used by template, readers, checks and docs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, cached_property
from types import MappingProxyType

from xl_salesflow.locale.texts import Language, Text, as_text, fold_text, literal_text


class ColumnType(StrEnum):
    """The type of a column's cells, which determines how a frame stores it (see table_frames.py)."""

    TEXT = "text"  # a single line
    LONG = "long"  # wrapped text
    KEY = "key"  # identifies the row
    CHOICE = "choice"  # one of a closed list (choice_lists.py); a frame holds the id, a cell the label
    LIST = "list"  # one of an open list (choice_lists.py, sheet Lists); ids for the shipped values
    REF = "ref"  # the key of a row of another table
    INTEGER = "integer"
    NUMBER = "number"
    POINTS = "points"  # 0 unknown, 1 weak, 2 fair, 3 strong
    MONEY = "money"  # in the workbook's currency, two decimals
    PERCENT = "percent"  # a fraction, displayed in per cent
    DATE = "date"  # a whole day
    TIME = "time"  # a moment, to the second

    @property
    def is_text(self) -> bool:
        """Return whether a frame stores the column as text ("" if blank)."""
        return self in (
            ColumnType.TEXT,
            ColumnType.LONG,
            ColumnType.KEY,
            ColumnType.CHOICE,
            ColumnType.LIST,
            ColumnType.REF,
        )

    @property
    def is_date(self) -> bool:
        """Return whether a frame stores the column as datetime64[s] (NaT if blank)."""
        return self in (ColumnType.DATE, ColumnType.TIME)


class ColumnWriter(StrEnum):
    """Who writes the cells of a column."""

    PERSON = "person"
    FORMULA = "formula"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of one table; *formula* is a template for render_formula, *options* names a list or the table of a REF.

    *added* is the version that a column came with, if not with the first one: workbooks without it are older. A column
    is *printed* if customers see it, on a quote, a proposal, a contract or in a letter; all others are the team's own.
    """

    id: str
    header: Text
    type: ColumnType
    tip: Text
    writer: ColumnWriter = ColumnWriter.PERSON
    required: bool = False
    options: str | None = None
    formula: str | None = None
    width: int = 14
    added: str = ""
    printed: bool = False

    @property
    def is_formula(self) -> bool:
        """Return whether the cells hold a live formula."""
        return self.writer is ColumnWriter.FORMULA


def declare_column(
    column_id: str,
    header: str | Text,
    column_type: ColumnType,
    tip: str | Text,
    *,
    writer: ColumnWriter = ColumnWriter.PERSON,
    required: bool = False,
    options: str | None = None,
    formula: str | None = None,
    width: int | None = None,
    added: str = "",
    printed: bool = False,
) -> Column:
    """Declare a column on one line; a formula makes it a formula column."""
    if formula is not None:
        writer = ColumnWriter.FORMULA
    default_width = {ColumnType.LONG: 36, ColumnType.TEXT: 18, ColumnType.KEY: 14}.get(column_type, 13)
    return Column(
        column_id,
        as_text(header),
        column_type,
        as_text(tip),
        writer,
        required,
        options,
        formula,
        width or default_width,
        added,
        printed,
    )


OWN_COLUMN_TABLES = ("Deals", "Accounts", "Contacts", "Activities")
"""The tables to which a team may declare columns of its own, in the sheet Columns."""

_OWN_KINDS: Mapping[str, tuple[ColumnType, str | None]] = MappingProxyType(
    {
        "text": (ColumnType.TEXT, None),
        "number": (ColumnType.NUMBER, None),
        "amount": (ColumnType.MONEY, None),
        "percent": (ColumnType.PERCENT, None),
        "date": (ColumnType.DATE, None),
        "yes_no": (ColumnType.CHOICE, "yes_no"),
        "list": (ColumnType.TEXT, None),  # the sheet Columns has its values
    }
)
"""Choice "column_kind" → the type of the cells, and their choices."""

_OWN_MARK = "own:"


def own_column_id(kind: str, title: str) -> str:
    """Return the id of a declared column of a team; it says what the column is, because no declaration of ours does."""
    return f"{_OWN_MARK}{kind}:{title}"


@cache
def find_own_column(column_id: str) -> Column | None:
    """Return the declared column of a team with the id *column_id*, or None if the id is none of these."""
    kind, colon, title = column_id.removeprefix(_OWN_MARK).partition(":")
    if not column_id.startswith(_OWN_MARK) or not colon or kind not in _OWN_KINDS:
        return None
    column_type, options = _OWN_KINDS[kind]
    return Column(column_id, literal_text(title), column_type, Text(""), options=options, added="own")


def own_column_title(column_id: str) -> str:
    """Return the title in the id of a declared column of a team; "" for any other id."""
    return column_id.split(":", 2)[2] if find_own_column(column_id) else ""


class SheetGroup(StrEnum):
    """The part of the workbook that a sheet belongs to; it determines its tab colour and its place on Start."""

    WORK = "work"
    MANAGE = "manage"
    SETUP = "setup"
    RECORD = "record"


@dataclass(frozen=True)
class TableSchema:
    """One table: its stable name, its sheet, its columns, and the columns that identify a row.

    *generated* tables are filled by the product and replaced as a whole; *visible* sheets are shown in a new workbook.
    *added* is the version that the table came with, if not with the first one. *named_by* is the column that names a row of
    a table without a key; without it, the first one does. The first row of a table shows its sheet, if the team works in
    it, and those of the tables in *shows*.
    """

    name: str
    title: Text
    purpose: Text
    group: SheetGroup
    columns: tuple[Column, ...]
    key: str | None = None
    generated: bool = False
    visible: bool = False
    sheet: str = field(default="")
    added: str = ""
    named_by: str = ""
    shows: tuple[str, ...] = ()

    @property
    def name_column(self) -> str:
        """Return the column whose value names a row to people: the key, if there is one."""
        return self.key or self.named_by or self.columns[0].id

    @cached_property
    def by_id(self) -> dict[str, Column]:
        """Return the columns by id."""
        return {column.id: column for column in self.columns}

    @cached_property
    def formulas(self) -> tuple[Column, ...]:
        """Return the columns with live formulas."""
        return tuple(column for column in self.columns if column.is_formula)

    def __getitem__(self, column_id: str) -> Column:
        found = self.by_id.get(column_id) or find_own_column(column_id)
        if found is None:
            raise KeyError(column_id)
        return found

    def header(self, column_id: str, language: Language) -> str:
        """Return the header of column *column_id* in the sheet."""
        return self[column_id].header.in_(language)

    def find_column(self, header: str) -> Column | None:
        """Return the column with this header in any language, or this id, ignoring case and surrounding blanks."""
        return self._by_header.get(fold_text(header))

    @cached_property
    def _by_header(self) -> dict[str, Column]:
        found: dict[str, Column] = {}
        for column in self.columns:
            for name in (column.id, *column.header.translations()):
                found[fold_text(name)] = column
        return found


def extend_table(table: TableSchema, column_ids: Iterable[str]) -> TableSchema:
    """Return *table* with the team's declared columns among *column_ids*; the same object if there are none."""
    others = [column_id for column_id in column_ids if column_id not in table.by_id]
    if not others or table.name not in OWN_COLUMN_TABLES:
        return table
    added = tuple(column for column_id in others if (column := find_own_column(column_id)))
    return replace(table, columns=(*table.columns, *added)) if added else table


T, BY_PRODUCT, BY_FORMULA = ColumnType, ColumnWriter.PRODUCT, ColumnWriter.FORMULA

DEAL_NAME_COLUMN = declare_column(
    "deal_name", "Deal name", T.TEXT, "The customer and the name of the deal", writer=BY_PRODUCT, width=28, added="0.2"
)
"""Stands beside the number of a deal in other tables, because nobody knows deals by their numbers."""
