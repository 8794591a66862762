"""A workbook on disk, read as a pipeline and written by a change set, without Excel.

Also finds the backup that two copies have in common. Modules that a partial read does not need are imported where they
are used.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from xl_salesflow.core.answers import OwnFormulaResults, SomeAnswer
from xl_salesflow.core.change_sets import ChangeSet
from xl_salesflow.core.file_saving import hidden_file_beside
from xl_salesflow.core.lazy_frames import LazyFrames, LoadedFrames
from xl_salesflow.core.pipelines import Finding, LazyFindings, Pipeline
from xl_salesflow.errors import MissingColumn, MissingTable
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.atomic_save import remove_litter, save_workbook
from xl_salesflow.workbook.book_reader import WorkbookReading, read_single_cell_names
from xl_salesflow.workbook.cell_conversion import Dialect
from xl_salesflow.workbook.cell_findings import collect_typed_texts, describe_cell_findings
from xl_salesflow.workbook.change_writer import ChangeSetWriter
from xl_salesflow.workbook.input_cells import (
    check_named_cells,
    message_language,
    query_from_named_cells,
    read_workbook_settings,
)
from xl_salesflow.workbook.own_cells import OwnCells
from xl_salesflow.workbook.workbook_layout import find_workbook_layout, language_of_headers

if TYPE_CHECKING:
    from xl_salesflow.core.verb_answers import LostCells


class ClosedBook:
    """A workbook on disk; every run without Excel uses it.

    *data* is a workbook that is to be written to *path*: it is read instead of the file, and `write_to_bytes` returns
    it. *keeps_backups* is False while a new workbook is made in several steps.
    """

    def __init__(self, path: str | PathLike[str], data: bytes | None = None, keeps_backups: bool = True) -> None:
        self.path = Path(path)
        self._data, self._keeps_backups = data, keeps_backups
        self._reading: WorkbookReading | None = None
        self._dialect, self._partial = Dialect(), False
        self.backups, self._digest = 0, ""
        self._own_formulas: OwnFormulaResults | None = None

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values, including the findings about single cells.

        Raises:
            WorkbookError: the file is not a valid workbook of ours; the message says what is missing.
        """
        from xl_salesflow.workbook.book_integrity import check_book_integrity
        from xl_salesflow.workbook.metric_formulas import find_missing_metric_rows

        reading, pipeline = self._open(today, finds_spellings=True)
        frames = LoadedFrames({name: pipeline[name] for name in TABLES})
        for name in TABLES:
            reading.find_typed_over(name)
        named, missing = check_named_cells(*read_single_cell_names(reading.workbook), self._dialect, pipeline.language)
        pipeline = replace(pipeline, tables=frames, query=query_from_named_cells(named), named=named)
        pipeline = replace(pipeline, typed_texts=collect_typed_texts(reading.findings))
        found = _describe_reading(pipeline, reading)
        reading.frames.clear()  # a run replaces most of them
        integrity = check_book_integrity(reading.workbook, pipeline.language)
        return replace(pipeline, cell_findings=(*found, *find_missing_metric_rows(pipeline), *missing, *integrity))

    def count_lost_cells(self, pipeline: Pipeline, rules: frozenset[str]) -> tuple[LostCells, ...]:
        """Return the cells of *pipeline*, as `read` returned it, with findings of *rules*, column by column."""
        from xl_salesflow.workbook.lost_cells import count_lost_cells

        found = self._reading.findings if self._reading else {}
        return tuple(count_lost_cells(self.path.name, pipeline, found, rules))

    def read_as_needed(self, today: date) -> Pipeline:
        """Return the workbook as values, reading each table on first use, for a run on some deals.

        Only cells of tables that were read are checked; named cells, including the query of the sheet Funnel, are not
        read. The numbers on other sheets are left to the next update and to Excel.

        Raises:
            WorkbookError: the file is not a valid workbook of ours; the message says what is missing.
        """
        reading, pipeline = self._open(today)
        self._partial = True
        return replace(pipeline, cell_findings=LazyFindings(partial(_describe_reading, pipeline, reading)))

    def _open(self, today: date, finds_spellings: bool = False) -> tuple[WorkbookReading, Pipeline]:
        """Return the reading, and the pipeline whose tables are read when they are needed."""
        workbook = Workbook.open(self.path) if self._data is None else Workbook(self.path, self._data)
        self._digest = workbook.digest
        if next(self.path.parent.glob(hidden_file_beside(self.path, "*").name), None):
            remove_litter(self.path)
        reading = _read_layout(workbook)
        settings, wrong = read_workbook_settings(reading.read_table("Settings", Dialect()))
        reading.findings["Settings"] += wrong
        self._dialect = Dialect(
            settings.text("currency"), workbook.date1904, today, reading.layout.language if finds_spellings else ""
        )
        reading = reading.with_own_columns(self._dialect)
        self._reading, self._partial = reading, False
        self.backups = int(settings.number("backups")) if self._keeps_backups else 0
        language = message_language(settings, reading.layout.language)
        frames = LazyFrames(partial(reading.read_table, dialect=self._dialect))
        return reading, Pipeline(
            frames,
            today,
            language,
            settings,
            table_positions=reading.layout.table_places,
            source=str(self.path),
            own_columns=OwnCells(frames.__getitem__, reading.own_cells, self._dialect),
        )

    def restore(self) -> list[str]:
        """Add what the file lacks of the declared workbook, and restore overwritten formulas; return what was done.

        A workbook of an older version gets new tables, columns, rows and names. Formulas in tables are restored by the
        change set of a check. Raises WorkbookError; the file is then unchanged.
        """
        from xl_salesflow.workbook.book_upgrade import restore_workbook
        from xl_salesflow.workbook.missing_parts import find_declared_tables

        workbook = Workbook.open(self.path)
        after, added, strayed, slimmed = restore_workbook(workbook)
        if not added and not strayed and not slimmed:
            return []
        after.require_recalculation()
        settings, _ = read_workbook_settings(_read_layout(after).read_table("Settings", Dialect()))
        save_workbook(self.path, after.write_to, workbook.digest, int(settings.number("backups")))
        language = language_of_headers(find_declared_tables(after))
        storage = [Text("the compact storage of cells").in_(language)] if slimmed else []
        return [one.describe(language) for one in added] + [one.cell for one in strayed] + storage

    def write(self, plan: ChangeSet) -> None:
        """Write *plan* to the workbook that was read; if it changes nothing, the file is not touched.

        Raises:
            WorkbookError: somebody has it open or saved it meanwhile, or the disk refuses; the file is unchanged.
        """
        before, workbook = self._carry_out(plan)
        if workbook:
            save_workbook(self.path, workbook.write_to, before, self.backups)

    def write_to_bytes(self, plan: ChangeSet[SomeAnswer]) -> tuple[bytes, ChangeSet[SomeAnswer]]:
        """Return the changed workbook as bytes for the caller to save, and the plan as `write_and_report` returns it."""
        _, workbook = self._carry_out(plan)
        data = workbook.to_bytes() if workbook else self._data or self.path.read_bytes()
        return data, replace(plan, own_formulas=self._own_formulas)

    def write_and_report(self, plan: ChangeSet[SomeAnswer]) -> ChangeSet[SomeAnswer]:
        """Write *plan*; return it with the results of the users' own formulas in `own_formulas`."""
        self.write(plan)
        return replace(plan, own_formulas=self._own_formulas)

    def _carry_out(self, plan: ChangeSet) -> tuple[str, Workbook | None]:
        """Return the digest of what was read, and the workbook to save in its place; None if nothing changes."""
        if not plan.writes:
            return "", None
        from xl_salesflow.workbook.own_formulas import known_formulas, report_own_formulas

        if self._reading is None:
            raise ValueError("read the workbook before writing to it: a plan is about what was read")
        reading, self._reading = self._reading, None
        declared = [append.rows for append in plan.appends if append.table == "Columns"]
        if declared:
            from xl_salesflow.workbook.own_column_sheets import widen_reading

            reading = widen_reading(reading, pd.concat(declared))
        if not ChangeSetWriter(reading).collect(plan):
            return "", None
        # formulas in place of ours are not calculated here, and tables that were not read were not updated
        if reading.typed_over or self._partial:
            reading.workbook.require_recalculation()
        workbook, outcome = reading.workbook.with_recalculation(known_formulas(reading.layout, reading.workbook))
        self._own_formulas = report_own_formulas(outcome, workbook, reading.layout.language)
        return self._digest, workbook


def _read_layout(workbook: Workbook) -> WorkbookReading:
    # a workbook of an older version is upgraded in memory; the first run that writes saves it like that
    try:
        return WorkbookReading(workbook, find_workbook_layout(workbook.path, workbook.tables))
    except (MissingTable, MissingColumn):
        from xl_salesflow.workbook.older_workbooks import upgrade_older_workbook

        newer = upgrade_older_workbook(workbook)
        if newer is None:
            raise
        return WorkbookReading(newer, find_workbook_layout(newer.path, newer.tables))


def _describe_reading(pipeline: Pipeline, reading: WorkbookReading) -> list[Finding]:
    read = (table for table in TABLES if reading.findings.get(table))
    return [finding for table in read for finding in describe_cell_findings(pipeline, table, reading.findings[table])]
