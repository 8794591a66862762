"""The workbook that is open in Excel: read as a pipeline, written by a plan, through the public part of xlwings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

import pandas as pd
import xlwings as xw

from xl_salesflow.excel import beside
from xl_salesflow.excel.ground import Ground
from xl_salesflow.excel.names import find_names
from xl_salesflow.excel.quiet import still
from xl_salesflow.excel.reading import read_rows_of, read_whole
from xl_salesflow.excel.spelling import Spelling
from xl_salesflow.excel.tables import OnSheet, find_tables
from xl_salesflow.excel.writer import Writer
from xl_salesflow.model.frames import frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.workbook.columns import Dialect, shown
from xl_salesflow.workbook.faults import Fault, findings
from xl_salesflow.workbook.layout import Layout, find_layout
from xl_salesflow.workbook.live import LiveFormulas, missing_rows
from xl_salesflow.workbook.named import read_named, view_of
from xl_salesflow.workbook.settings import language_of, read_settings

SETUP = ("Settings", "Stages", "Gates", "StageTasks", "Questions")
"""Small tables that say how deals are judged; every reading has them."""


@dataclass
class _Opened:
    """What was read, for the write that follows: keys tell whether rows have moved since."""

    layout: Layout
    found: Mapping[str, OnSheet]
    keys: dict[str, pd.Series] = field(default_factory=dict)
    free: dict[str, int] = field(default_factory=dict)
    numbered: set[str] = field(default_factory=set)
    live: dict[str, LiveFormulas] = field(default_factory=dict)


class OpenBook:
    """A workbook open in Excel; the Book behind every button."""

    def __init__(self, book: xw.Book) -> None:
        self.book = book
        self._opened: _Opened | None = None

    def read(self, today: date, only: Sequence[str] | None = None, deal: str = "") -> Pipeline:
        """Return the workbook as values; *only* names the tables that are needed beside the set-up, others stay empty.

        With *deal*, tables that speak of deals hold its rows alone, and the row with the highest key, after which new rows
        are numbered.

        Raises:
            WorkbookError: one of our tables or columns is missing; it says which.
        """
        name = self.book.name
        found = find_tables(self.book)
        layout = find_layout(name, found)
        opened = _Opened(layout, {table: found[place.name] for table, place in layout.tables.items()})
        wanted = TABLES if only is None else dict.fromkeys((*SETUP, *only))
        frames = {table: frame(declared) for table, declared in TABLES.items()}
        faults: dict[str, list[Fault]] = {table: [] for table in TABLES}

        def take(table: str, dialect: Dialect) -> pd.DataFrame:
            narrow = bool(deal) and "deal" in TABLES[table].by_id and TABLES[table].key is not None
            read = partial(read_rows_of, deal) if narrow else read_whole
            part = read(opened.found[table], layout, dialect)
            frames[table], faults[table] = part.frame, part.faults
            opened.free[table], opened.live[table] = part.free, part.live
            opened.numbered |= part.numbered
            opened.keys[table] = part.frame[TABLES[table].key or TABLES[table].columns[0].id].map(shown)
            return part.frame

        settings, wrong = read_settings(take("Settings", Dialect()))
        dialect = Dialect(settings.text("currency"))
        for table in wanted:
            if table != "Settings":
                take(table, dialect)
        faults["Settings"] += wrong
        language = language_of(settings, layout.language)
        names = find_names(self.book)
        named, told = read_named(names.values(), names.addresses, dialect, language)
        if only is None:
            told += beside.told(beside.strayed(self.book, layout, names), language)
            told += beside.gone(self.book, layout, names, language)
        self._opened = opened
        pipeline = Pipeline(
            frames, today, language, settings, view_of(named), named, layout.places, source=_source(self.book)
        )
        return replace(pipeline, faults=(*_told(pipeline, faults), *missing_rows(pipeline), *told))

    def first_row(self, table: str) -> int:
        """Return the sheet row where the body of *table* began when it was read."""
        return self._opened.found[table].first_row if self._opened else 0

    def restore(self) -> list[str]:
        """Write the formulas back that are gone beside the tables; return the cells. Tables are a plan's affair."""
        layout = find_layout(self.book.name, find_tables(self.book))
        found = beside.strayed(self.book, layout, find_names(self.book))
        with still(self.book) if found else nullcontext():
            return beside.written_back(self.book, found)

    def write(self, plan: Plan) -> None:
        """Carry out *plan* on the workbook that was read; when it cannot be carried out whole, nothing of it stays.

        Raises:
            WorkbookError: rows vanished meanwhile, a cell is being edited, a sheet is protected, or a cell took no value.
        """
        if not plan.writes:
            return
        if self._opened is None:
            raise ValueError("read the workbook before writing to it: a plan is about what was read")
        opened, self._opened = self._opened, None
        ground = Ground(self.book, opened.layout, opened.found, opened.keys)
        spelling = Spelling(opened.layout.language, opened.numbered)
        with still(self.book):
            Writer(ground, spelling, opened.free, opened.live).carry_out(plan)


def _told(pipeline: Pipeline, faults: Mapping[str, list[Fault]]) -> Iterator[Finding]:
    for table in TABLES:
        yield from findings(pipeline, table, faults[table])


def _source(book: xw.Book) -> str:
    # a file on OneDrive or SharePoint may have no place on this disk; then its name must do
    try:
        return str(book.fullname)
    except (xw.XlwingsError, OSError):
        return str(book.name)
