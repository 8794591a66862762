"""Find our tables, columns and language in a workbook, and write formulas with its headers."""

from __future__ import annotations

import re
from collections import ChainMap, Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, cast

from xl_salesflow.core.declared_columns import match_declared_headers, read_declared_columns
from xl_salesflow.core.name_suggestions import find_nearest
from xl_salesflow.core.pipelines import TablePosition
from xl_salesflow.errors import MissingColumn, MissingTable, NotOurWorkbook, Pathish
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.schema.table_columns import OWN_COLUMN_TABLES, Column, TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula

if TYPE_CHECKING:
    import pandas as pd

_LAYOUT_FORMULA_SLOT = re.compile(r"\{[^{}]*\}")


class SheetTable(Protocol):
    """The required properties of a table on a sheet; rows and columns count from 1."""

    @property
    def name(self) -> str:
        """The table's name."""

    @property
    def sheet(self) -> str:
        """The sheet's name."""

    @property
    def first_row(self) -> int:
        """The first row below the header."""

    @property
    def last_row(self) -> int:
        """The last row of the body."""

    @property
    def first_col(self) -> int:
        """The sheet column of the first header."""

    @property
    def headers(self) -> Sequence[str]:
        """The headers from left to right."""


@dataclass(frozen=True)
class WorkbookLayout:
    """The declared tables of one workbook. *headers*: table → column id → actual header.

    *language* is the language of its headers: labels are written and formulas expected in it, independent of the
    language of messages.
    """

    tables: Mapping[str, SheetTable]
    headers: Mapping[str, Mapping[str, str]]
    language: Language

    @cached_property
    def table_places(self) -> Mapping[str, TablePosition]:
        """Return the position of each table, for addresses."""
        return {name: self.find_table_place(name) for name in self.tables}

    def find_table_place(self, name: str) -> TablePosition:
        """Return the position of one table."""
        table = self.tables[name]
        order = {header: table.first_col + at for at, header in enumerate(table.headers)}
        columns = {column_id: column_letters(order[header]) for column_id, header in self.headers[name].items()}
        return TablePosition(table.sheet, columns)

    def formula(self, table: TableSchema, column: Column) -> str:
        """Return the expected formula of *column*, with the headers of this workbook."""
        return self.render(column.formula or "", table)

    def render(self, template: str, table: TableSchema) -> str:
        """Return a formula template (see render_formula) with the headers of this workbook."""
        known = self._rendered_slots.setdefault(table.name, {})

        def render_slot(found: re.Match[str]) -> str:
            slot = found.group()
            if slot not in known:
                known[slot] = self._slot(slot, table)
            return known[slot]

        return _LAYOUT_FORMULA_SLOT.sub(render_slot, template)

    @cached_property
    def _rendered_slots(self) -> dict[str, dict[str, str]]:
        """Table → slot → text: reading a workbook renders hundreds of formulas with a few slots."""
        return {}

    def _slot(self, slot: str, table: TableSchema) -> str:
        text = render_formula(slot, self.language, table)
        named, mark, rest = slot[1:-1].partition(".")
        owner, ids = (TABLES[named], [rest]) if mark else (table, named.split(":"))
        for column_id in ids:
            if column_id in owner.by_id and (header := self.headers[owner.name][column_id]) != owner.header(
                column_id, self.language
            ):
                text = text.replace(
                    f"[{_escape_header_reference(owner.header(column_id, self.language))}]",
                    f"[{_escape_header_reference(header)}]",
                )
        return text


def find_workbook_layout(path: Pathish, found: Mapping[str, SheetTable]) -> WorkbookLayout:
    """Return the position of every declared table and column among the tables *found* by name.

    Raises:
        NotOurWorkbook: none of our tables is there.
        MissingTable, MissingColumn: one of ours is missing; the message names the one it may have become.
    """
    by_name = {name.casefold(): table for name, table in found.items()}
    tables = {name: by_name[name.casefold()] for name in TABLES if name.casefold() in by_name}
    if not tables:
        raise NotOurWorkbook(path)
    others = [table.name for table in found.values() if table not in tables.values()]
    for name in TABLES:
        if name not in tables:
            raise MissingTable(path, name, find_nearest(name, others))
    language = language_of_headers(tables)
    headers = {name: find_table_headers(path, TABLES[name], table.headers, language) for name, table in tables.items()}
    return WorkbookLayout(tables, headers, language)


def with_declared_columns(layout: WorkbookLayout, rows: pd.DataFrame) -> WorkbookLayout:
    """Return *layout* with the columns that *rows*, the frame of Columns, declares, where they are on the sheets."""
    if rows.empty:
        return layout
    there = {name: layout.tables[name].headers for name in OWN_COLUMN_TABLES}
    ours = {name: dict(layout.headers[name]) for name in OWN_COLUMN_TABLES}
    found = match_declared_headers(read_declared_columns(rows, layout.language), there, ours)
    wider = {name: {**ours[name], **headers} for name, headers in found.items()}
    # the headers of other tables may not be known yet
    return replace(
        layout, headers=cast("Mapping[str, Mapping[str, str]]", ChainMap(wider, cast("dict[str, Any]", layout.headers)))
    )


def language_of_headers(tables: Mapping[str, SheetTable]) -> Language:
    """Return the language of most of the headers."""
    votes: Counter[Language] = Counter()
    for name, table in tables.items():
        there = {header.strip().casefold() for header in table.headers}
        for column in TABLES[name].columns:
            votes.update(language for language in LANGUAGES if column.header.in_(language).casefold() in there)
    return max(LANGUAGES, key=lambda language: votes[language])


def find_table_headers(path: Pathish, table: TableSchema, there: Sequence[str], language: Language) -> dict[str, str]:
    """Return the actual header of each column of *table*.

    Raises:
        MissingColumn: one is missing; the message names the one it may have become.
    """
    matched = match_headers(table, there, language)
    for column in table.columns:
        if column.id not in matched:
            raise MissingColumn(
                path, table.name, column.header.in_(language), guess_renamed_header(table, column, matched, there)
            )
    return {column.id: matched[column.id] for column in table.columns}


def match_headers(table: TableSchema, there: Iterable[str], language: Language) -> dict[str, str]:
    """Match columns to existing headers: in the language of the sheets, then in the others, then by id."""
    free = {header.strip().casefold(): header for header in there}
    matched: dict[str, str] = {}
    ordered = (language, *(other for other in LANGUAGES if other != language))
    names = [{c.id: c.header.in_(one) for c in table.columns} for one in ordered]
    for names_by_id in (*names, {c.id: c.id for c in table.columns}):
        for column in table.columns:
            name = names_by_id[column.id].casefold()
            if column.id not in matched and name in free:
                matched[column.id] = free.pop(name)
    return matched


def guess_renamed_header(
    table: TableSchema, column: Column, matched: Mapping[str, str], there: Sequence[str]
) -> str | None:
    """Return the likely new header of a missing column: a similar one, or an unknown one at its place."""
    others = [header for header in there if header not in matched.values()]
    near = next(filter(None, (find_nearest(name, others) for name in column.header.translations())), None)
    before = [one.id for one in table.columns[: table.columns.index(column)] if one.id in matched]
    place = there.index(matched[before[-1]]) + 1 if before else 0
    inside = place < max(
        (there.index(header) for header in matched.values()), default=0
    )  # people add their columns at the end
    return near or (there[place] if inside and there[place] in others else None)


def _escape_header_reference(header: str) -> str:
    return re.sub(r"(['\[\]#])", r"'\1", header)
