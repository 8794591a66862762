"""Read the workbook that is open in Excel as a pipeline, and write change sets to it, through xlwings."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import pandas as pd
import xlwings as xw

from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.key_numbers import COUNTED_TABLES, KeyFormat, find_key_format
from xl_salesflow.core.lazy_frames import LazyFindings, LazyFrames, LoadedFrames
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.excel.app_state import suspend_excel
from xl_salesflow.excel.open_book_writing import OpenBookWriter
from xl_salesflow.excel.open_loose_cells import (
    find_missing_sheets_and_names,
    find_overwritten_loose_cells,
    make_loose_cell_findings,
    restore_loose_formulas,
)
from xl_salesflow.excel.open_tables import OpenNamedCells, OpenTable, find_open_named_cells, find_open_tables
from xl_salesflow.excel.table_growth import CellEncoder, OpenTablePositions
from xl_salesflow.excel.table_reading import read_deal_rows, read_open_table
from xl_salesflow.schema.named_values import Settings
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
from xl_salesflow.workbook.metric_formulas import LiveFormulas, find_missing_metric_rows
from xl_salesflow.workbook.workbook_layout import WorkbookLayout, find_workbook_layout


@dataclass
class _OpenReading:
    """What was read, for the following write; the keys show whether rows have moved since."""

    layout: WorkbookLayout
    tables: Mapping[str, OpenTable]
    deal: str = ""
    dialect: Dialect = field(default_factory=Dialect)
    settings: Settings = field(default_factory=lambda: Settings({}))
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    findings: dict[str, list[CellFinding]] = field(default_factory=dict)
    keys: dict[str, pd.Series] = field(default_factory=dict)
    free_rows: dict[str, int] = field(default_factory=dict)
    numeric_keys: set[str] = field(default_factory=set)
    live_formulas: dict[str, LiveFormulas] = field(default_factory=dict)

    def read_table(self, name: str) -> pd.DataFrame:
        """Return the frame of one table, which is read on first use."""
        if name in self.frames:
            return self.frames[name]
        table = TABLES[name]
        if self.deal and name == "Journal":
            return self._read_logged_keys()
        narrow = self.deal and table.key is not None and "deal" in table.by_id
        read = partial(read_deal_rows, self.deal, self._key_format(name)) if narrow else read_open_table
        part = read(self.tables[name], self.layout, self.dialect)
        self.frames[name], self.findings[name] = part.frame, part.findings
        self.free_rows[name], self.live_formulas[name] = part.free_row, part.live_formulas
        self.numeric_keys |= part.numeric_keys
        self.keys[name] = part.frame[table.key or table.columns[0].id].map(format_cell_as_text)
        return part.frame

    def _key_format(self, table: str) -> KeyFormat | None:
        today = self.dialect.today
        return find_key_format(table, self.settings, today) if table in COUNTED_TABLES and today else None

    def _read_logged_keys(self) -> pd.DataFrame:
        # a run on one deal only needs the keys that are in use
        place = self.tables["Journal"]
        columns = [
            (column, place.column_of(self.layout.headers["Journal"][column])) for column in ("run", "table", "key")
        ]
        cells = {column: map(format_cell_as_text, place.values(col, col)[0]) for column, col in columns}
        rows = [dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True)]
        self.frames["Journal"] = make_table_frame(TABLES["Journal"], rows, place.first_row)
        return self.frames["Journal"]

    def describe_findings(self, pipeline: Pipeline) -> list[Finding]:
        """Return the findings about cells of the tables read so far."""
        read = (table for table in TABLES if self.findings.get(table))
        return [finding for table in read for finding in describe_cell_findings(pipeline, table, self.findings[table])]


class OpenBook:
    """A workbook open in Excel; every button uses it."""

    def __init__(self, book: xw.Book) -> None:
        self.book = book
        self._reading: _OpenReading | None = None

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values, including the findings about its cells and structure.

        Raises:
            WorkbookError: one of our tables or columns is missing; the message says which.
        """
        opened, names, pipeline, named_findings = self._open(today)
        pipeline = replace(pipeline, tables=LoadedFrames({name: opened.read_table(name) for name in TABLES}))
        named_findings += make_loose_cell_findings(
            find_overwritten_loose_cells(self.book, opened.layout, names), pipeline.language
        )
        named_findings += find_missing_sheets_and_names(self.book, opened.layout, names, pipeline.language)
        findings = (*opened.describe_findings(pipeline), *find_missing_metric_rows(pipeline), *named_findings)
        opened.frames.clear()  # a run replaces most of them
        return replace(pipeline, cell_findings=findings)

    def read_as_needed(self, today: date, deal: str = "") -> Pipeline:
        """Return the workbook as values, reading each table on first use, for a run on some deals.

        With *deal*, tables with a column for the deal only have its rows, and the row with the highest key, which
        determines the next keys; of the Journal, only the keys of runs and rows are read. Only the cells that were read
        are checked.

        Raises:
            WorkbookError: one of our tables or columns is missing; the message says which.
        """
        opened, _, pipeline, _ = self._open(today)
        opened.deal = deal
        return replace(pipeline, cell_findings=LazyFindings(partial(opened.describe_findings, pipeline)))

    def _open(self, today: date) -> tuple[_OpenReading, OpenNamedCells, Pipeline, list[Finding]]:
        """Return the reading, the named cells, the pipeline whose tables it reads, and the findings about named cells."""
        found = find_open_tables(self.book)
        layout = find_workbook_layout(self.book.name, found)
        opened = _OpenReading(layout, {table: found[place.name] for table, place in layout.tables.items()})
        settings, wrong = read_workbook_settings(opened.read_table("Settings"))
        opened.findings["Settings"] += wrong
        opened.settings, opened.dialect = settings, Dialect(settings.text("currency"), today=today)
        language = message_language(settings, layout.language)
        names = find_open_named_cells(self.book)
        named, findings = check_named_cells(names.values(), names.addresses, opened.dialect, language)
        self._reading = opened
        pipeline = Pipeline(
            LazyFrames(opened.read_table), today, language, settings, query_from_named_cells(named), named, layout.table_places,
            source=_find_book_path(self.book),
        )  # fmt: skip
        return opened, names, pipeline, findings

    def first_row(self, table: str) -> int:
        """Return the first sheet row of the table body at the time it was read."""
        return self._reading.tables[table].first_row if self._reading else 0

    def restore_loose_cells(self) -> list[str]:
        """Restore the missing formulas outside the tables; return their cells. Formulas in tables are part of a change set."""
        layout = find_workbook_layout(self.book.name, find_open_tables(self.book))
        found = find_overwritten_loose_cells(self.book, layout, find_open_named_cells(self.book))
        with suspend_excel(self.book) if found else nullcontext():
            return restore_loose_formulas(self.book, found)

    def write(self, plan: ChangeSet) -> None:
        """Write *plan* to the workbook that was read, either completely or not at all.

        Raises:
            WorkbookError: rows were deleted meanwhile, a cell is being edited, a sheet is protected, or a cell refused
            its value.
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


def _find_book_path(book: xw.Book) -> str:
    # a file on OneDrive or SharePoint may have no path on this disk; then use its name
    try:
        return str(book.fullname)
    except (xw.XlwingsError, OSError):
        return str(book.name)
