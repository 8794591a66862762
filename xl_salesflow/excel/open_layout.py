"""Find our tables in an open workbook: all of them at once, or each when it is first needed.

A button for one deal needs ten tables of forty. Each is looked up where the template has it; only if one is elsewhere are all
sheets gone through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import xlwings as xw
from xlwings.main import Table

from xl_salesflow.core.pipelines import TablePosition
from xl_salesflow.errors import MissingTable
from xl_salesflow.excel.excel_refusals import refusal_errors
from xl_salesflow.excel.open_tables import (
    OpenTable,
    find_open_tables,
    list_open_sheets,
    locate_by_name,
    locate_named_table,
)
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.workbook_layout import WorkbookLayout, find_table_headers, language_of_headers

_LANGUAGE_TABLES = ("Deals", "Settings")

_TablePlace = tuple[xw.Sheet, Table | None, str]  # the table if it was looked up, and the name of the sheet


_Found = TypeVar("_Found")


class FoundAsNeeded(Mapping[str, _Found]):
    """One thing for each declared table, found when it is first asked for."""

    def __init__(self, find: Callable[[str], _Found]) -> None:
        self._find = find
        self._found: dict[str, _Found] = {}

    def __getitem__(self, table: str) -> _Found:
        if table not in TABLES:
            raise KeyError(table)
        if table not in self._found:
            self._found[table] = self._find(table)
        return self._found[table]

    def __contains__(self, table: object) -> bool:
        return table in TABLES

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


class SheetsAsNeeded(Mapping[str, xw.Sheet]):
    """The sheets of a workbook by name, asked for one at a time; iterating asks for all names."""

    def __init__(self, book: xw.Book) -> None:
        self._sheets = book.sheets
        self._found: dict[str, xw.Sheet | None] = {}

    def __getitem__(self, title: str) -> xw.Sheet:
        if title not in self._found:
            self._found[title] = None
            with suppress(KeyError, *refusal_errors()):
                self._found[title] = self._sheets[title]
        if sheet := self._found[title]:
            return sheet
        raise KeyError(title)

    def __iter__(self) -> Iterator[str]:
        return iter([sheet.name for sheet in self._sheets])

    def __len__(self) -> int:
        return len(self._sheets)


class TableFinder:
    """Finds our tables in *book*, one at a time, and remembers on which sheets they are."""

    def __init__(self, book: xw.Book) -> None:
        self.sheets = SheetsAsNeeded(book)
        self._book = book
        self._places: dict[str, _TablePlace] = {}
        self._language: Language = "en"

    def find(self, name: str, with_cells: bool = False) -> OpenTable:
        """Return the current position of one of our tables; *with_cells* also its cells.

        Raises:
            MissingTable: it is not in the workbook.
        """
        if name in self._places:
            return self._locate(self._places[name], name, with_cells)
        found = self._find_at_home(name, with_cells) or self._locate(self._find_anywhere(name), name, with_cells)
        self._places[name] = found.xw_sheet, found.listed, found.sheet
        return found

    def _locate(self, place: _TablePlace, name: str, with_cells: bool) -> OpenTable:
        sheet, table, title = place
        if table is None and (found := locate_by_name(sheet, title, name, with_cells)):
            return found
        return locate_named_table(sheet, table or sheet.tables[name], title, name, with_cells)

    def find_if_there(self, name: str) -> OpenTable | None:
        """Return the current position of one of our tables; None if it is missing."""
        try:
            return self.find(name)
        except MissingTable:
            return None

    def find_all(self, with_cells: bool = False) -> dict[str, OpenTable]:
        """Return the positions of our tables, and if one is missing, of all tables, for a message that guesses."""
        try:
            return {name: self.find(name, with_cells) for name in TABLES}
        except MissingTable:
            return find_open_tables(self._book)

    def _find_at_home(self, name: str, with_cells: bool) -> OpenTable | None:
        title = TABLES[name].title
        for language in dict.fromkeys((self._language, *LANGUAGES)):
            if found := self._find_on(title.in_(language), name, with_cells):
                self._language = language
                return found
        return self._find_on(name, name, with_cells)  # as in older workbooks

    def _find_on(self, title: str, name: str, with_cells: bool) -> OpenTable | None:
        if title not in self.sheets:
            return None
        sheet, table = self.sheets[title], None
        if found := locate_by_name(sheet, title, name, with_cells):
            return found
        with suppress(KeyError, *refusal_errors()):
            table = sheet.tables[name]
        return locate_named_table(sheet, table, title, name, with_cells) if table else None

    def _find_anywhere(self, name: str) -> _TablePlace:
        if name.casefold() not in self._everywhere:
            raise MissingTable(self._book.name, name)
        return self._everywhere[name.casefold()]

    @cached_property
    def _everywhere(self) -> dict[str, _TablePlace]:
        return {
            table.name.casefold(): (sheet, table, title)
            for title, sheet in list_open_sheets(self._book).items()
            for table in sheet.tables
        }


@dataclass(frozen=True)
class _LayoutAsNeeded(WorkbookLayout):
    """A layout whose tables are found when they are first needed."""

    @cached_property
    def table_places(self) -> FoundAsNeeded[TablePosition]:
        """Return the position of each table, for addresses."""
        return FoundAsNeeded(self.find_table_place)


def find_layout_as_needed(book: xw.Book, finder: TableFinder) -> WorkbookLayout:
    """Return the layout of *book*; a missing table or column is reported when it is needed."""
    tables = FoundAsNeeded(finder.find)
    language = language_of_headers({name: tables[name] for name in _LANGUAGE_TABLES})

    def find_headers(name: str) -> Mapping[str, str]:
        return find_table_headers(book.name, TABLES[name], tables[name].headers, language)

    return _LayoutAsNeeded(tables, FoundAsNeeded(find_headers), language)
