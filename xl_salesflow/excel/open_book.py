"""Read the workbook that is open in Excel as a pipeline, and write change sets to it; a write that fails is undone completely."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from itertools import groupby
from typing import Any, cast

import pandas as pd
import xlwings as xw

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, NamedCellChange
from xl_salesflow.core.key_numbers import COUNTED_TABLES, KeyFormat, find_key_format
from xl_salesflow.core.lazy_frames import LazyFrames, LoadedFrames
from xl_salesflow.core.pipelines import Finding, LazyFindings, Pipeline
from xl_salesflow.excel.block_writing import BlockWriter, ColumnWrite, suspend_excel
from xl_salesflow.excel.excel_refusals import ChangedMeanwhile, WriteRefused, refusal_errors, translate_refusals
from xl_salesflow.excel.open_layout import TableFinder, find_layout_as_needed
from xl_salesflow.excel.open_loose_cells import (
    find_missing_sheets_and_names,
    find_overwritten_loose_cells,
    make_loose_cell_findings,
    restore_loose_formulas,
)
from xl_salesflow.excel.open_names import OpenNamedCells, find_open_named_cells
from xl_salesflow.excel.open_tables import OpenTable, group_consecutive_rows
from xl_salesflow.excel.sheet_guards import PlannedWrite, SheetGuard, has_hidden_columns, make_sheet_visible
from xl_salesflow.excel.table_growth import CellEncoder, OpenTablePositions, TableRowRemover, TableRowWriter
from xl_salesflow.excel.table_reading import read_deal_rows, read_open_table
from xl_salesflow.metrics.metric_declaration import MetricFormula
from xl_salesflow.schema.named_values import NAMED_CELLS, Settings
from xl_salesflow.schema.sheet_modules import find_tables_shown_by
from xl_salesflow.schema.table_columns import extend_table
from xl_salesflow.schema.table_frames import complete_columns, make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect, cells_to_values, format_cell_as_text
from xl_salesflow.workbook.cell_findings import CellFinding, collect_typed_texts, describe_cell_findings
from xl_salesflow.workbook.input_cells import (
    check_named_cells,
    message_language,
    query_from_named_cells,
    read_workbook_settings,
)
from xl_salesflow.workbook.metric_formulas import LiveFormulas, find_missing_metric_rows
from xl_salesflow.workbook.needed_columns import find_opened_columns
from xl_salesflow.workbook.own_cells import OwnCells, OwnTableCells
from xl_salesflow.workbook.workbook_layout import WorkbookLayout, find_workbook_layout, with_declared_columns

OpenRowPositions = Mapping[str, Mapping[int, int]]  # table → sheet row when read → current sheet row


@dataclass
class OpenBookWriter:
    """Writes one change set; *free_rows*: table → first row of its blank tail.

    *live_formulas*: table → formulas of its rows; *bodies*: generated table → its cells by header.
    """

    positions: OpenTablePositions
    encoder: CellEncoder
    free_rows: Mapping[str, int]
    live_formulas: Mapping[str, LiveFormulas]
    bodies: Mapping[str, Mapping[str, Sequence[Any]]]

    def write(self, plan: ChangeSet) -> None:
        """Write all changes of *plan*; on failure restore everything. Excel itself computes the results of formulas.

        Raises:
            WriteRefused: Excel refuses; it names the cells that could not be restored, if any.
        """
        book = self.positions.book
        self._blocks, self._guard = BlockWriter(book), SheetGuard(book)
        with translate_refusals(book):
            rows: OpenRowPositions = {table: self.positions.find_rows(table) for table in _find_touched_tables(plan)}
            self._guard.require_writable(self._list_writes(plan, rows))
        done = False
        try:
            with translate_refusals(book):
                for table in sorted(_find_tables_written_in_blocks(plan)):
                    self._guard.lift_filter(self.positions.locate(table))
                self._write_changes(plan, rows)
            done = True
        except WriteRefused as error:
            done = True
            if left := self._undo():
                raise WriteRefused(book.name, error.why, left) from error
            raise
        finally:
            if not done:
                self._undo()
            self._guard.reapply()

    def _undo(self) -> list[str]:
        """Restore everything; return what could not be restored."""
        return [*self._blocks.undo(), *self.positions.undo()]

    def _list_writes(self, plan: ChangeSet, rows: OpenRowPositions) -> Iterator[PlannedWrite]:
        """Yield each sheet that *plan* writes to, with the range, or None where rows are added or removed."""
        for table in sorted(_find_resized_tables(plan) | set(plan.repairs)):
            place = self.positions.locate(table)
            yield place.sheet, place.xw_sheet, None
        for edit in plan.edits:
            if len(edit):
                place, at = self.positions.locate(edit.table), self.positions.find_column(edit.table, edit.column)
                places = [rows[edit.table][int(row)] for row in edit.after.index]
                yield place.sheet, place.xw_sheet, partial(place.cell_range, min(places), max(places), at, at)
        for cell in plan.named_cells:
            if (block := self._find_named_cell(cell)) is not None:
                yield block.sheet.name, block.sheet, lambda block=block: block  # type: ignore[misc]

    def _write_changes(self, plan: ChangeSet, rows: OpenRowPositions) -> None:
        for table, edits in _group_edits(plan.edits).items():
            self._edit_table(table, edits, rows[table])
        for name, columns in plan.repairs.items():
            for column_id, wrong in columns.items():
                self._repair(name, column_id, wrong, rows[name])
        for cell in plan.named_cells:
            self._write_named_cell(cell)
        growing = TableRowWriter(self.positions, self._blocks, self.encoder, self.free_rows, self.bodies)
        for fill in plan.fills:
            growing.fill(TABLES[fill.table], complete_columns(TABLES[fill.table], fill.rows))
        for name, added in _merge_open_appends(plan.appends).items():
            declared = extend_table(TABLES[name], self.positions.layout.headers[name])
            growing.append(declared, complete_columns(declared, added))
        self._show_what_is_needed(plan)
        for remove in plan.removes:  # last, and not below anything that was written
            removed = [rows[remove.table][int(row)] for row in remove.rows.index]
            TableRowRemover(self.positions, self._blocks).remove(remove.table, removed)

    def _show_what_is_needed(self, plan: ChangeSet) -> None:
        """Show the sheets of the tables that get their first rows, and columns first asked for; later hiding is kept."""
        given = [one.table for one in plan.appends if len(one.rows)] + [
            one.table for one in plan.fills if len(one.rows)
        ]
        first = [name for name in given if self.free_rows.get(name, 0) == self.positions.tables[name].first_row]
        for name in find_tables_shown_by(first):
            if name in self.positions.tables:
                with suppress(*refusal_errors()):  # the structure of the workbook may be protected
                    make_sheet_visible(self.positions.locate(name).xw_sheet)
        for name, wanted, group in find_opened_columns(plan, set(first)):
            place, asked = self.positions.locate(name), self._find_columns(name, wanted)
            with suppress(*refusal_errors()):  # a protected sheet keeps its columns as they are
                if has_hidden_columns(place, asked[0], asked[-1]):
                    for start, end in _join_neighbours(self._find_columns(name, group)):
                        place.cell_range(place.first_row, place.first_row, start, end).columns.hidden = False

    def _find_columns(self, table: str, columns: Iterable[str]) -> list[int]:
        return sorted(self.positions.find_column(table, column) for column in columns)

    def _edit_table(self, table: str, edits: Sequence[Edit], rows: Mapping[int, int]) -> None:
        place = self.positions.locate(table)
        writes = []
        for edit in edits:
            column = TABLES[table][edit.column]
            places = [rows[int(row)] for row in edit.after.index]
            cells = self.encoder.encode_column(table, column, edit.after, edit.keys)
            new = dict(zip(places, cells, strict=True))
            at = self.positions.find_column(table, column.id)
            writes.append(ColumnWrite(at, column, new, partial(self._confirm_cells, edit, place)))
        self._blocks.write_columns(place.xw_sheet, writes)

    def _confirm_cells(self, edit: Edit, place: OpenTable, held: Sequence[Any]) -> None:
        """Raise a ChangedMeanwhile if cells do not hold what they held when they were read."""
        column = TABLES[edit.table][edit.column]
        now = pd.Series(cells_to_values(column, held, self.encoder.dialect).values, edit.before.index)
        if column.is_formula or edit.table == "Settings":
            return
        changed = (now != edit.before) & ~(now.isna() & edit.before.isna())
        if changed.any():
            key = str(edit.keys[changed].iloc[0])
            raise ChangedMeanwhile(self.positions.book.name, f"{place.sheet} {key}")

    def _repair(self, name: str, column_id: str, wrong: Sequence[int], rows: Mapping[int, int]) -> None:
        place, col = self.positions.locate(name), self.positions.find_column(name, column_id)
        formulas = {rows.get(int(row), int(row)): self._formula(name, column_id, int(row)) for row in wrong}
        for formula, first, last in _group_equal_formulas(formulas):
            self._blocks.write_formula(place.cell_range(first, last, col, col), formula.text, formula.array)

    def _formula(self, name: str, column_id: str, row: int) -> MetricFormula:
        live = self.live_formulas.get(name, {}).get(column_id, {}).get(row)
        return live or MetricFormula(self.positions.layout.formula(TABLES[name], TABLES[name][column_id]))

    def _write_named_cell(self, cell: NamedCellChange) -> None:
        if (block := self._find_named_cell(cell)) is not None:
            self._blocks.write(block, [[self.encoder.encode_named_cell(cell)]])

    def _find_named_cell(self, cell: NamedCellChange) -> xw.Range | None:
        # the results of formulas come by themselves
        if cell.cached or cell.name not in self.positions.book.names:
            return None
        return self.positions.book.names[cell.name].refers_to_range


def _group_equal_formulas(formulas: Mapping[int, MetricFormula]) -> Iterator[tuple[MetricFormula, int, int]]:
    """Yield each formula with the stretches of rows that have it; array formulas are yielded row by row."""
    for formula in dict.fromkeys(formulas.values()):
        rows = sorted(row for row, one in formulas.items() if one == formula)
        for first, last in [(row, row) for row in rows] if formula.array else group_consecutive_rows(rows):
            yield formula, first, last


def _join_neighbours(columns: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of each stretch of neighbours among ascending *columns*."""
    for _, stretch in groupby(enumerate(columns), lambda one: one[1] - one[0]):
        members = [column for _, column in stretch]
        yield members[0], members[-1]


def _group_edits(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    grouped: dict[str, list[Edit]] = {}
    for edit in edits:
        if len(edit):
            grouped.setdefault(edit.table, []).append(edit)
    return grouped


def _find_touched_tables(plan: ChangeSet) -> set[str]:
    edited = {edit.table for edit in plan.edits if len(edit)}
    return edited | set(plan.repairs) | {remove.table for remove in plan.removes if len(remove.rows)}


def _find_tables_written_in_blocks(plan: ChangeSet) -> set[str]:
    """Return the tables of which *plan* writes more than single rows that exist."""
    edited = {edit.table for edit in plan.edits if len(edit) > 1}
    return edited | set(plan.repairs) | _find_resized_tables(plan)


def _find_resized_tables(plan: ChangeSet) -> set[str]:
    """Return the tables that get or lose rows."""
    appended = {append.table for append in plan.appends if len(append.rows)}
    removed = {remove.table for remove in plan.removes if len(remove.rows)}
    return {fill.table for fill in plan.fills} | appended | removed


def _merge_open_appends(appends: tuple[Append, ...]) -> dict[str, pd.DataFrame]:
    found: dict[str, list[pd.DataFrame]] = {}
    for append in appends:
        if len(append.rows):
            found.setdefault(append.table, []).append(complete_columns(TABLES[append.table], append.rows))
    return {name: pd.concat(parts) if len(parts) > 1 else parts[0] for name, parts in found.items()}


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
    own_cells: dict[str, OwnTableCells] = field(default_factory=dict)
    bodies: dict[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)

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
        self.bodies[name] = part.body
        self.numeric_keys |= part.numeric_keys
        self.own_cells[name] = part.own_cells
        self.keys[name] = part.frame[table.name_column].map(format_cell_as_text)
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

    @cached_property
    def finder(self) -> TableFinder:
        """Return what finds the tables of the workbook."""
        return TableFinder(self.book)

    def read(self, today: date) -> Pipeline:
        """Return the workbook as values, including the findings about its cells and structure.

        Raises:
            WorkbookError: one of our tables or columns is missing; the message says which.
        """
        layout = find_workbook_layout(self.book.name, self.finder.find_all(with_cells=True))
        opened, names, pipeline, named_findings = self._open(today, layout, _list_all_names(layout))
        pipeline = replace(pipeline, tables=LoadedFrames({name: opened.read_table(name) for name in TABLES}))
        pipeline = replace(pipeline, typed_texts=collect_typed_texts(opened.findings))
        named_findings += make_loose_cell_findings(
            find_overwritten_loose_cells(self.finder.sheets, layout, names), pipeline.language
        )
        named_findings += find_missing_sheets_and_names(self.finder.sheets, layout, names, pipeline.language)
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
        opened, _, pipeline, _ = self._open(today, find_layout_as_needed(self.book, self.finder), _NAMES_BY_SHEET)
        opened.deal = deal
        return replace(pipeline, cell_findings=LazyFindings(partial(opened.describe_findings, pipeline)))

    def _open(
        self, today: date, layout: WorkbookLayout, asked: Iterable[Sequence[str]]
    ) -> tuple[_OpenReading, OpenNamedCells, Pipeline, list[Finding]]:
        """Return the reading, the named cells, the pipeline whose tables it reads, and the findings about named cells.

        *asked* are the names to look for, by sheet.
        """
        opened = _OpenReading(layout, cast("Mapping[str, OpenTable]", layout.tables))
        settings, wrong = read_workbook_settings(opened.read_table("Settings"))
        opened.findings["Settings"] += wrong
        opened.settings, opened.dialect = (
            settings,
            Dialect(settings.text("currency"), today=today, language=layout.language),
        )
        opened.layout = layout = with_declared_columns(layout, opened.read_table("Columns"))
        language = message_language(settings, layout.language)
        names = find_open_named_cells(self.book, self.finder.sheets, asked)
        named, findings = check_named_cells(names.values(), names.addresses, opened.dialect, language)
        self._reading = opened
        pipeline = Pipeline(
            LazyFrames(opened.read_table), today, language, settings, query_from_named_cells(named), named, layout.table_places,
            source=_find_book_path(self.book),
            own_columns=OwnCells(opened.read_table, opened.own_cells, opened.dialect),
        )  # fmt: skip
        return opened, names, pipeline, findings

    def first_row(self, table: str) -> int:
        """Return the first sheet row of the table body at the time it was read."""
        return self._reading.tables[table].first_row if self._reading else 0

    def restore_loose_cells(self) -> list[str]:
        """Restore the missing formulas outside the tables; return their cells. Formulas in tables are part of a change set."""
        layout = find_workbook_layout(self.book.name, self.finder.find_all())
        names = find_open_named_cells(self.book, self.finder.sheets, _list_all_names(layout))
        found = find_overwritten_loose_cells(self.finder.sheets, layout, names)
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
        spelling = CellEncoder(opened.dialect, opened.layout.language, opened.numeric_keys)
        with suspend_excel(self.book):
            OpenBookWriter(ground, spelling, opened.free_rows, opened.live_formulas, opened.bodies).write(plan)


_NAMES_BY_SHEET = tuple(
    tuple(cell.name for cell in NAMED_CELLS.values() if cell.sheet == sheet)
    for sheet in dict.fromkeys(cell.sheet for cell in NAMED_CELLS.values())
    if sheet != "Start"  # a run reads nothing there, and the results of its formulas come by themselves
)


def _list_all_names(layout: WorkbookLayout) -> list[Sequence[str]]:
    """Return the names of single cells that the template has, by sheet."""
    from xl_salesflow.workbook.loose_cells import read_template_loose_cells

    by_sheet: dict[str, list[str]] = {}
    shipped = read_template_loose_cells(layout.language).names
    for name, (sheet, *_) in shipped.items():
        by_sheet.setdefault(sheet, []).append(name)
    return [*by_sheet.values(), [name for name in NAMED_CELLS if name not in shipped]]


def _find_book_path(book: xw.Book) -> str:
    # a file on OneDrive or SharePoint may have no path on this disk; then use its name
    try:
        return str(book.fullname)
    except (xw.XlwingsError, OSError):
        return str(book.name)
