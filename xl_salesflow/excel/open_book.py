"""Read the workbook that is open in Excel as a pipeline, and write change sets to it, through xlwings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import pandas as pd
import xlwings as xw

from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.excel.app_state import suspend_excel
from xl_salesflow.excel.open_book_writing import OpenBookWriter
from xl_salesflow.excel.open_loose_cells import (
    find_missing_sheets_and_names,
    find_overwritten_loose_cells,
    make_loose_cell_findings,
    restore_loose_formulas,
)
from xl_salesflow.excel.open_tables import OpenTable, find_open_named_cells, find_open_tables
from xl_salesflow.excel.table_growth import CellEncoder, OpenTablePositions
from xl_salesflow.excel.table_reading import read_deal_rows, read_open_table
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect, format_cell_as_text
from xl_salesflow.workbook.cell_findings import CellFinding, describe_cell_findings
from xl_salesflow.workbook.input_cells import (
    check_named_cells,
    message_language,
    query_from_named_cells,
    read_workbook_settings,
)
from xl_salesflow.workbook.workbook_layout import (
    LiveFormulas,
    WorkbookLayout,
    find_missing_metric_rows,
    find_workbook_layout,
)

SETUP_TABLES = ("Settings", "Stages", "Gates", "StageTasks", "Questions")
"""Small tables that say how deals are judged; every reading has them."""


@dataclass
class _OpenReading:
    """What was read, for the write that follows: keys tell whether rows have moved since."""

    layout: WorkbookLayout
    tables: Mapping[str, OpenTable]
    keys: dict[str, pd.Series] = field(default_factory=dict)
    free_rows: dict[str, int] = field(default_factory=dict)
    numeric_keys: set[str] = field(default_factory=set)
    live_formulas: dict[str, LiveFormulas] = field(default_factory=dict)


class OpenBook:
    """A workbook open in Excel; the Book behind every button."""

    def __init__(self, book: xw.Book) -> None:
        self.book = book
        self._reading: _OpenReading | None = None

    def read(self, today: date, only: Sequence[str] | None = None, deal: str = "") -> Pipeline:
        """Return the workbook as values; *only* names the tables that are needed beside the set-up, others stay empty.

        With *deal*, tables that speak of deals hold its rows alone, and the row with the highest key, after which new rows
        are numbered.

        Raises:
            WorkbookError: one of our tables or columns is missing; it says which.
        """
        name = self.book.name
        found = find_open_tables(self.book)
        layout = find_workbook_layout(name, found)
        opened = _OpenReading(layout, {table: found[place.name] for table, place in layout.tables.items()})
        wanted = TABLES if only is None else dict.fromkeys((*SETUP_TABLES, *only))
        frames = {table: make_table_frame(declared) for table, declared in TABLES.items()}
        faults: dict[str, list[CellFinding]] = {table: [] for table in TABLES}

        def take(table: str, dialect: Dialect) -> pd.DataFrame:
            narrow = bool(deal) and "deal" in TABLES[table].by_id and TABLES[table].key is not None
            read = partial(read_deal_rows, deal) if narrow else read_open_table
            part = read(opened.tables[table], layout, dialect)
            frames[table], faults[table] = part.frame, part.findings
            opened.free_rows[table], opened.live_formulas[table] = part.free_row, part.live_formulas
            opened.numeric_keys |= part.numeric_keys
            opened.keys[table] = part.frame[TABLES[table].key or TABLES[table].columns[0].id].map(format_cell_as_text)
            return part.frame

        settings, wrong = read_workbook_settings(take("Settings", Dialect()))
        dialect = Dialect(settings.text("currency"), today=today)
        for table in wanted:
            if table != "Settings":
                take(table, dialect)
        faults["Settings"] += wrong
        language = message_language(settings, layout.language)
        names = find_open_named_cells(self.book)
        named, told = check_named_cells(names.values(), names.addresses, dialect, language)
        if only is None:
            told += make_loose_cell_findings(find_overwritten_loose_cells(self.book, layout, names), language)
            told += find_missing_sheets_and_names(self.book, layout, names, language)
        self._reading = opened
        pipeline = Pipeline(
            frames,
            today,
            language,
            settings,
            query_from_named_cells(named),
            named,
            layout.table_places,
            source=_find_book_path(self.book),
        )
        return replace(
            pipeline,
            cell_findings=(*_describe_open_findings(pipeline, faults), *find_missing_metric_rows(pipeline), *told),
        )

    def first_row(self, table: str) -> int:
        """Return the sheet row where the body of *table* began when it was read."""
        return self._reading.tables[table].first_row if self._reading else 0

    def restore_loose_cells(self) -> list[str]:
        """Write the formulas back that are gone beside the tables; return the cells. Tables are a plan's affair."""
        layout = find_workbook_layout(self.book.name, find_open_tables(self.book))
        found = find_overwritten_loose_cells(self.book, layout, find_open_named_cells(self.book))
        with suspend_excel(self.book) if found else nullcontext():
            return restore_loose_formulas(self.book, found)

    def write(self, plan: ChangeSet) -> None:
        """Carry out *plan* on the workbook that was read; when it cannot be carried out whole, nothing of it stays.

        Raises:
            WorkbookError: rows vanished meanwhile, a cell is being edited, a sheet is protected, or a cell took no value.
        """
        if not plan.writes:
            return
        if self._reading is None:
            raise ValueError("read the workbook before writing to it: a plan is about what was read")
        opened, self._reading = self._reading, None
        ground = OpenTablePositions(self.book, opened.layout, opened.tables, opened.keys)
        spelling = CellEncoder(opened.layout.language, opened.numeric_keys)
        with suspend_excel(self.book):
            OpenBookWriter(ground, spelling, opened.free_rows, opened.live_formulas).write(plan)


def _describe_open_findings(pipeline: Pipeline, faults: Mapping[str, list[CellFinding]]) -> Iterator[Finding]:
    for table in TABLES:
        yield from describe_cell_findings(pipeline, table, faults[table])


def _find_book_path(book: xw.Book) -> str:
    # a file on OneDrive or SharePoint may have no place on this disk; then its name must do
    try:
        return str(book.fullname)
    except (xw.XlwingsError, OSError):
        return str(book.name)


TABLES_OF_A_DEAL = ("Deals", "History", "Tasks", "Activities", "Quotes", "Answers")
