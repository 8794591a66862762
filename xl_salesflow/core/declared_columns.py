"""The columns that a team declares in the sheet Columns: each counts like one of ours, and its cells stay the team's.

A row of Columns is used if it names a sheet and a header that is none of ours; the first of equal rows counts. What is
wrong with the others, `process/own_column_rules.py` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol
from unicodedata import normalize

import pandas as pd

from xl_salesflow.locale.texts import LANGUAGES, GivenText, Language, fold_text
from xl_salesflow.schema.table_columns import (
    OWN_COLUMN_TABLES,
    Column,
    find_own_column,
    own_column_id,
    own_column_title,
)
from xl_salesflow.schema.table_registry import TABLES


class DeclaringTables(Protocol):
    """The frames of a workbook by table, and the language of its messages; a Pipeline is one."""

    @property
    def language(self) -> Language:
        """The language of messages."""

    def __getitem__(self, table: str) -> pd.DataFrame: ...


@dataclass(frozen=True)
class DeclaredColumn:
    """One row of the sheet Columns: a column of *table*, with its *values* if it is a list; *row* is the row of Columns.

    *stage* is the stage before which it is needed ("" never), *effect* block or warn, *condition* as in Gates.
    """

    table: str
    column: Column
    kind: str
    other_title: str = ""
    values: tuple[str, ...] = ()
    stage: str = ""
    effect: str = "block"
    condition: str = ""
    is_slice: bool = False
    aliases: tuple[str, ...] = ()
    row: int = 0

    @property
    def title(self) -> str:
        """Return the header as the sheet Columns has it."""
        return own_column_title(self.column.id)

    @property
    def asked_as(self) -> str:
        """Return the name by which a gate asks for the column; "" for one of Activities, which no deal refers to."""
        about = {"Deals": "", "Activities": None}.get(self.table, f"{self.table}: ")
        return "" if about is None else about + self.column.id

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """Return the folded headers that the column may have on the sheet, its own one first."""
        return tuple(dict.fromkeys(filter(None, map(fold_text, (self.title, self.other_title)))))

    @cached_property
    def names(self) -> frozenset[str]:
        """Return every folded name: the headers, the id, and the names of other programs."""
        return frozenset({*self.headers, fold_text(self.column.id), *map(fold_text, self.aliases)})

    @cached_property
    def spellings(self) -> Mapping[str, str]:
        """Return folded value → value of a list."""
        return {fold_text(value): value for value in reversed(self.values)}


def split_semicolons(cell: str) -> tuple[str, ...]:
    """Return the parts of a cell with semicolons, or line breaks, between them."""
    parts = normalize("NFKC", cell).replace("\n", ";").split(";")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def read_declared_columns(rows: pd.DataFrame, language: Language = "en") -> tuple[DeclaredColumn, ...]:
    """Return the columns that *rows*, the frame of Columns, declares; the titles of a sheet are in *language*."""
    found: dict[tuple[str, str], DeclaredColumn] = {}
    for row, cells in zip(rows.index, rows.to_dict("records"), strict=True) if len(rows) else ():
        table, title = str(cells["table"]), " ".join(str(cells["column"]).split())
        if table not in OWN_COLUMN_TABLES or not title or TABLES[table].find_column(title):
            continue
        found.setdefault((table, fold_text(title)), _read_declaration(cells, table, title, int(row), language))
    return tuple(found.values())


def _read_declaration(cells: Mapping[Any, Any], table: str, title: str, row: int, language: Language) -> DeclaredColumn:
    kind, other = cells["kind"] or "text", " ".join(cells["other_title"].split())
    column = find_own_column(own_column_id(kind, title))
    assert column is not None, kind
    header = GivenText(title, given=tuple((one, title if one == language or not other else other) for one in LANGUAGES))
    return DeclaredColumn(
        table,
        replace(column, header=header, printed=cells["printed"] == "yes"),
        kind,
        other,
        split_semicolons(cells["values"]) if kind == "list" else (),
        cells["stage"].strip(),
        cells["effect"] or "block",
        cells["condition"],
        cells["slice"] == "yes",
        split_semicolons(cells["aliases"]),
        row,
    )


def list_declared_columns(pipeline: DeclaringTables, table: str = "") -> tuple[DeclaredColumn, ...]:
    """Return the declared columns that are on the sheets, of *table* or of all."""
    return tuple(
        one
        for one in read_declared_columns(pipeline["Columns"], pipeline.language)
        if table in ("", one.table) and one.column.id in pipeline[one.table]
    )


def find_declared_column(pipeline: DeclaringTables, table: str, written: str) -> DeclaredColumn | None:
    """Return the declared column of *table* that *written* names by a header, its id or an import name, or None."""
    name = fold_text(written)
    return next((one for one in list_declared_columns(pipeline, table) if name in one.names), None)


def match_declared_headers(
    declared: Iterable[DeclaredColumn], headers: Mapping[str, Iterable[str]], ours: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Mapping[str, str]]:
    """Return table → column id → header of the declared columns among *headers* by table, without those of *ours*."""
    found: dict[str, dict[str, str]] = {}
    for one in declared:
        taken = {*ours.get(one.table, {}).values(), *found.get(one.table, {}).values()}
        free = {fold_text(header): header for header in headers.get(one.table, ()) if header not in taken}
        header = next((free[name] for name in one.headers if name in free), None)
        if header is not None:
            found.setdefault(one.table, {})[one.column.id] = header
    return MappingProxyType(found)


def find_missing_columns(
    declared: Iterable[DeclaredColumn], headers: Mapping[str, Iterable[str]]
) -> Iterator[DeclaredColumn]:
    """Yield the declared columns for which a sheet has no header; *headers* are those of each table."""
    for one in declared:
        there = set(map(fold_text, headers.get(one.table, ())))
        if there.isdisjoint(one.headers):
            yield one
