"""The context of a button: the open book, the selected row, who pressed it and when.

The context also shows the outcome: it activates sheets, lists findings and opens files.
"""

from __future__ import annotations

import os
import webbrowser
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import xlwings as xw

from xl_salesflow.core.change_sets import ChangeSet, Fill
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import UsageError
from xl_salesflow.excel.cell_blocks import read_block_values
from xl_salesflow.excel.excel_refusals import refusal_errors
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.open_tables import OpenTable, locate_named_table
from xl_salesflow.excel.sheet_guards import make_sheet_visible
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.atomic_save import find_system_account

_SELECT_ROW_TEXTS: Mapping[str, Text] = MappingProxyType(
    {
        "deal": Text("Select a row first: of Deals, or of any list with the column Deal."),
        "quote": Text("Select the row of a quote first, on the sheet Quotes."),
        "activity": Text("Select the row of an activity first."),
        "approval": Text("Select the row of a request first, on the sheet Waiting for me."),
    }
)


@dataclass
class ButtonContext:
    """One press of a button.

    *choice* is the table row or the entry chosen in a menu, or the sheet row of a live check; 0 means none. *file* is
    the other workbook that was chosen; *typed* is what was typed into a form, a line for each field.
    """

    xw_book: xw.Book
    choice: int = 0
    language: Language = "en"
    now: datetime = field(default_factory=lambda: datetime.now().replace(microsecond=0))
    file: Path | None = None
    typed: tuple[str, ...] = ()
    _places: dict[str, OpenTable] = field(default_factory=dict)

    @cached_property
    def book(self) -> OpenBook:
        """Return the open workbook as a Book."""
        return OpenBook(self.xw_book)

    @cached_property
    def run(self) -> Run:
        """Return who runs the verb, and when."""
        account = find_system_account()
        return Run(os.environ.get("SALESFLOW_USER") or account, self.now, account)

    def read(self) -> Pipeline:
        """Return the workbook as values."""
        return self.book.read(self.now.date())

    def read_as_needed(self, deal: str = "") -> Pipeline:
        """Return the workbook, reading only what is needed; with *deal*, only its rows."""
        return self.book.read_as_needed(self.now.date(), deal)

    def selected_value(self, column: str, row: int = 0) -> str:
        """Return the value of *column* in the selected row, or in *row* of the active sheet.

        Raises:
            UsageError: the selected row is not in a table with that column.
        """
        if cell := self.value_in_row(column, row):
            return cell
        raise UsageError(_SELECT_ROW_TEXTS.get(column, _SELECT_ROW_TEXTS["deal"]))

    def value_in_row(self, column: str, row: int = 0) -> str:
        """Return the value of *column* in that row, "" if it is not in a table with that column."""
        try:
            selected = self.xw_book.app.impl.selection  # App.selection asks Excel twice for the same cells
        except refusal_errors():  # the whole sheet is selected, which has more cells than Excel counts
            selected = None
        if selected is None:
            return ""
        selection = xw.Range(impl=selected)
        return _read_value_in_row(selection, column, row or selection.row)

    def show_table(self, table: str, row: int = 0, column: str = "") -> None:
        """Activate the sheet of *table*; with *row*, select one of its cells."""
        if place := self._places.pop(table, None) or self.book.finder.find_if_there(table):
            _bring_sheet_to_front(place.xw_sheet)
            if row:
                col = _find_sheet_column(place, table, column) or place.first_col
                place.cell_range(row, row, col, col).select()

    def show_findings(self, findings: Iterable[Finding]) -> None:
        """Write *findings* to their sheet, each with a link to its cell, and activate it."""
        from xl_salesflow.process.rule_catalogue import list_finding_rows

        rows = make_table_frame(TABLES["Findings"], list_finding_rows(findings, self.language))
        self.book.write(ChangeSet(fills=(Fill("Findings", rows),)))
        self.show_table("Findings")

    def next_row(self, table: str) -> int:
        """Return the row below the last one of *table* with a key, where its next row will be."""
        if place := self.book.finder.find_if_there(table):
            self._places[table] = place  # where `show_table` goes; rows that are added do not move its columns
        return max(_find_last_keyed_row(place, table) + 1, place.first_row) if place else 0

    @cached_property
    def folder(self) -> Path:
        """Return the folder for documents: that of the workbook, or the user's documents if the workbook is in the cloud."""
        try:
            workbook_folder = Path(self.xw_book.fullname).parent
        except (xw.XlwingsError, OSError):
            workbook_folder = Path()
        return (
            workbook_folder if workbook_folder.is_absolute() and workbook_folder.is_dir() else Path.home() / "Documents"
        )

    def confirm(self, question: str) -> bool:
        """Return whether the person answers *question* with Yes."""
        return bool(self.xw_book.app.alert(question, title="Salesflow", buttons="yes_no") == "yes")

    def open_file(self, file: Path) -> None:
        """Open a document in the user's program for it."""
        webbrowser.open(file.as_uri())


def _read_value_in_row(selection: xw.Range, column: str, row: int) -> str:
    sheet = selection.sheet
    for table in sheet.tables:
        name = table.name
        known = next((one for one in TABLES if one.casefold() == name.casefold()), "")
        if not known or column not in TABLES[known].by_id:
            continue
        place = locate_named_table(sheet, table, "", name)
        col = _find_sheet_column(place, known, column)
        if col and place.first_row <= row <= place.last_row:
            return str(read_block_values(sheet.range((row, col), (row, col)))[0][0] or "")
    return ""


def _find_sheet_column(place: OpenTable, table: str, column_id: str) -> int:
    for at, header in enumerate(place.headers, start=place.first_col):
        column = TABLES[table].find_column(header)
        if column and column.id == column_id:
            return at
    return 0


def _find_last_keyed_row(place: OpenTable, table: str) -> int:
    col = _find_sheet_column(place, table, TABLES[table].name_column)
    cells = place.values(col, col)[0]
    return max((row for row, cell in enumerate(cells, start=place.first_row) if cell is not None), default=0)


def _bring_sheet_to_front(sheet: xw.Sheet) -> None:
    make_sheet_visible(sheet)
    sheet.activate()
