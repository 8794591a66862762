"""Track the positions of open tables during a write; add rows to them and remove rows from them.

Rows are found again by their keys. New rows take one block for each stretch of columns and one formula for each formula
column; rows are removed from the bottom up, one call for each stretch. Values are encoded in the form that the cells of
this workbook hold. On failure every table gets its size and its rows back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd
import xlwings as xw

from xl_salesflow.core.change_sets import NamedCellChange
from xl_salesflow.errors import UnsupportedEdit, WorkbookChanged
from xl_salesflow.excel.block_writing import BlockWriter, read_restorable_block, restore_block
from xl_salesflow.excel.cell_blocks import CellBlock, read_block_values
from xl_salesflow.excel.excel_refusals import ChangedMeanwhile, WriteRefused, refusal_errors
from xl_salesflow.excel.open_tables import (
    OpenTable,
    group_consecutive_rows,
    is_formula,
    locate_open_table,
    relocate_open_table,
)
from xl_salesflow.excel.table_reading import find_free_row, is_blank_from, read_columns
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.plain_values import plain_value
from xl_salesflow.schema.table_columns import Column, ColumnType, TableSchema
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_conversion import Dialect, format_cell_as_text, values_to_cells
from xl_salesflow.workbook.input_cells import setting_to_cell
from xl_salesflow.workbook.workbook_layout import WorkbookLayout


@dataclass(frozen=True)
class CellEncoder:
    """Encodes values for cells, in the *language* of the sheets.

    Keys that are numbers in their cells stay numbers, since lookups distinguish 7 and "7".
    """

    dialect: Dialect
    language: Language
    numeric_keys: Set[str]

    def encode_column(self, table: str, column: Column, values: pd.Series, keys: pd.Series) -> list[Any]:
        """Return *values* of a column in the form of its cells; *keys* show which settings are numbers."""
        spelled = values_to_cells(column, values, self.language, self.numeric_keys)
        if (table, column.id) == ("Settings", "value"):
            return [cell and setting_to_cell(setting_id, cell) for setting_id, cell in zip(keys, spelled, strict=True)]
        return spelled

    def encode_named_cell(self, cell: NamedCellChange) -> Any:
        """Return the value of a named cell in the form of the cell."""
        declared, value = NAMED_CELLS.get(cell.name), cell.after
        if declared and declared.type is ColumnType.CHOICE and isinstance(value, str):
            value = choice_label(declared.options, value, self.language)
        return plain_value(value)


@dataclass
class OpenTablePositions:
    """The tables as they were read (*layout*, *tables*, *keys* by sheet row), and their current positions."""

    book: xw.Book
    layout: WorkbookLayout
    tables: Mapping[str, OpenTable]
    keys: Mapping[str, pd.Series]
    _now: dict[str, OpenTable] = field(default_factory=dict)
    _resized: list[tuple[str, int]] = field(default_factory=list)

    def locate(self, table: str) -> OpenTable:
        """Return the current position of *table*, which Excel is asked for once."""
        if table not in self._now:
            self._locate_with_cells(table)
        return self._now[table]

    def _locate_with_cells(self, table: str) -> OpenTable:
        """Return the current position of *table* with its cells of this moment, which are not kept, as writes follow."""
        place = self._now[table] if table in self._now else relocate_open_table(self.tables[table])
        self._now[table] = replace(place, cells=None)
        return place

    def find_column(self, table: str, column_id: str) -> int:
        """Return the sheet column of a column of *table*."""
        return self.locate(table).column_of(self.layout.headers[table][column_id])

    def row_shift(self, table: str) -> int:
        """Return the number of sheet rows by which *table* has moved since it was read."""
        return self.locate(table).first_row - self.tables[table].first_row

    def find_rows(self, table: str) -> Mapping[int, int]:
        """Return the current position of each row that was read.

        Raises:
            WorkbookChanged: a row was deleted, or was moved and has no unique key.
        """
        then, place, declared = self.keys[table], self._locate_with_cells(table), TABLES[table]
        col = self.find_column(table, declared.name_column)
        now = [format_cell_as_text(cell) for cell in place.values(col, col)[0]]
        at = [int(row) - self.tables[table].first_row for row in then.index]
        if all(0 <= row < len(now) and now[row] == key for row, key in zip(at, then, strict=True)):
            return {int(row): int(row) + self.row_shift(table) for row in then.index}
        keyed, times = {key: place.first_row + row for row, key in enumerate(now)}, Counter(now)
        unique = then.is_unique and all(times[key] == 1 for key in then)
        if declared.key is None or not unique:
            raise WorkbookChanged(self.book.name)
        return {int(row): keyed[key] for row, key in zip(then.index, then, strict=True)}

    def resize(self, table: str, last_row: int) -> OpenTable:
        """Make *last_row* the last row of the body of *table*, and return its new position.

        Raises:
            UnsupportedEdit: there are cells below the table, where its new rows would be.
        """
        place = self.locate(table)
        if last_row == place.last_row:
            return place
        if last_row > place.last_row:
            self._make_room(place, last_row)
        self._resized.append((table, place.last_row))
        grown = self.stretch(table, last_row)
        if last_row > place.last_row:
            _copy_row_formats(place, last_row)
        return grown

    def note_last_row(self, table: str, last_row: int) -> None:
        """Record that Excel itself moved the end of *table*, because rows were deleted or inserted."""
        self._now[table] = replace(self.locate(table), last_row=last_row)

    def undo(self) -> list[str]:
        """Restore the size of every table; return the tables whose size could not be restored."""
        left = []
        while self._resized:
            table, last_row = self._resized.pop()
            try:
                self.stretch(table, last_row)
            except refusal_errors():
                left.append(self.locate(table).name)
        return left

    def stretch(self, table: str, last_row: int) -> OpenTable:
        """Make *last_row* the last row of the body of *table*, whatever is there."""
        place = self.locate(table)
        if place.has_totals_row:  # Excel keeps its formulas while it is switched off
            place.table.show_totals = False
        place.table.resize(place.cell_range(place.first_row - 1, last_row, place.first_col, place.last_col))
        if place.has_totals_row:
            place.table.show_totals = True
        self.note_last_row(table, last_row)
        return self.locate(table)

    def _make_room(self, place: OpenTable, last_row: int) -> None:
        first = place.last_row + 1 + place.has_totals_row
        below = place.cell_range(first, last_row + place.has_totals_row, place.first_col, place.last_col)
        if any(cell is not None for row in read_block_values(below) for cell in row):
            raise UnsupportedEdit(
                self.book.name,
                f"{place.sheet}!{place.last_row + 1}",
                Text("there are cells below the table {place}, where its new rows go; move them away").with_facts(
                    place=place.name
                ),
            )


def _copy_row_formats(place: OpenTable, last_row: int) -> None:
    """Format new rows like the last row; resizing a table gives them its stripes, but no formats."""
    with suppress(NotImplementedError):  # Excel on the web has no such call
        pattern = place.cell_range(place.last_row, place.last_row, place.first_col, place.last_col)
        pattern.autofill(place.cell_range(place.last_row, last_row, place.first_col, place.last_col), "fill_formats")


@dataclass
class TableRowWriter:
    """Writes the new rows of one change set.

    *free_rows*: table → first row of its blank tail when read; *bodies*: generated table → its cells when read.
    """

    positions: OpenTablePositions
    blocks: BlockWriter
    encoder: CellEncoder
    free_rows: Mapping[str, int]
    bodies: Mapping[str, Mapping[str, Sequence[Any]]]

    def fill(self, table: TableSchema, rows: pd.DataFrame) -> None:
        """Make *rows* the whole body of a generated table.

        Raises:
            ChangedMeanwhile: somebody typed into it since it was read.
        """
        place = self.positions.locate(table.name)
        if (body := self.bodies.get(table.name)) and not self._holds(table, place, body):
            raise ChangedMeanwhile(self.positions.book.name, place.sheet)
        self.blocks.clear(place.cell_range(place.first_row, place.last_row, place.first_col, place.last_col))
        place = self.positions.resize(table.name, place.first_row + max(len(rows), 1) - 1)
        if len(rows):
            self._write_rows(table, place, rows, place.first_row)

    def _holds(self, table: TableSchema, place: OpenTable, body: Mapping[str, Sequence[Any]]) -> bool:
        """Return whether the cells that people type into hold what they held; formulas may have been recalculated."""
        now, headers = read_columns(place), self.positions.layout.headers[table.name]
        computed = {headers[column.id] for column in table.formulas}
        return all(cells == now.get(header) for header, cells in body.items() if header not in computed)

    def append(self, table: TableSchema, rows: pd.DataFrame) -> None:
        """Write *rows* into the blank tail of a table, which is extended if it is too short."""
        place = self.positions.locate(table.name)
        first = self._find_free_row(table, place, rows)
        if first + len(rows) - 1 > place.last_row:
            place = self.positions.resize(table.name, first + len(rows) - 1)
        self._write_rows(table, place, rows, first)

    def _find_free_row(self, table: TableSchema, place: OpenTable, rows: pd.DataFrame) -> int:
        """Return the first row of the blank tail now: somebody may have typed rows since the table was read.

        Raises:
            ChangedMeanwhile: one of the new rows has the key of a row that appeared meanwhile, as after two presses.
        """
        known = self.free_rows.get(table.name, 0)
        if known and is_blank_from(place, self.positions.layout, known := known + self.positions.row_shift(table.name)):
            return known
        free = find_free_row(place, self.positions.layout)
        known = self.free_rows.get(table.name, place.first_row) + self.positions.row_shift(table.name)
        if table.key and free > known:
            col = self.positions.find_column(table.name, table.key)
            appeared = read_block_values(place.cell_range(known, free - 1, col, col))
            taken = {format_cell_as_text(row[0]) for row in appeared} & set(rows[table.key].map(format_cell_as_text))
            if taken - {""}:
                raise ChangedMeanwhile(self.positions.book.name, f"{place.sheet} {min(taken)}")
        return free

    def _write_rows(self, table: TableSchema, place: OpenTable, rows: pd.DataFrame, first: int) -> None:
        """Write *rows* over whole rows, which are remembered and compared at once."""
        last, at = first + len(rows) - 1, {self.positions.find_column(table.name, c.id): c for c in table.columns}
        keys = rows[table.name_column]
        whole = place.cell_range(first, last, place.first_col, place.last_col)
        seen, written = self.blocks.remember(whole), dict[int, list[Any]]()
        for left, right in group_consecutive_rows(sorted(col for col, column in at.items() if not column.formula)):
            columns = {
                col: self.encoder.encode_column(table.name, at[col], rows[at[col].id], keys)
                for col in range(left, right + 1)
            }
            self.blocks.put(
                place.cell_range(first, last, left, right), [list(row) for row in zip(*columns.values(), strict=True)]
            )
            written |= {col - place.first_col: cells for col, cells in columns.items()}
        for left, right in group_consecutive_rows(sorted(col for col, column in at.items() if column.formula)):
            formulas = [self.positions.layout.formula(table, at[col]) for col in range(left, right + 1)]
            self.blocks.put_formulas(place.cell_range(first, last, left, right), formulas, len(rows))
        if seen:
            self.blocks.verify(whole, written)
        if table.name == "Findings":
            col = self.positions.find_column(table.name, "cell")
            self.blocks.write_links(place.cell_range(first, last, col, col), list(rows["cell"]))


@dataclass
class TableRowRemover:
    """The removals of one change set. They come last, because deleted rows can be restored only as values and formulas."""

    positions: OpenTablePositions
    blocks: BlockWriter

    def remove(self, table: str, rows: Iterable[int]) -> None:
        """Remove the sheet *rows* from *table*; if no row would be left, one is cleared, because a table has at least one.

        Raises:
            WriteRefused: Excel refuses, or deletes other cells, which happens in a filtered table.
        """
        place, removed = self.positions.locate(table), sorted(rows)
        if len(removed) == place.last_row - place.first_row + 1:
            self._clear_row(place, removed.pop(0))
        if not removed:
            return
        before, seen = read_restorable_block(_table_body_range(place))
        self.blocks.on_undo(lambda: self._restore_rows(table, place, before, seen), lambda: _name_body(place))
        for first, last in reversed(group_consecutive_rows(removed)):
            try:
                place.cell_range(first, last, place.first_col, place.last_col).delete("up")
            except refusal_errors() as error:
                raise _make_deletion_refusal(self.positions.book, place) from error
        self.positions.note_last_row(table, place.last_row - len(removed))
        left = [line for row, line in enumerate(before, start=place.first_row) if row not in removed]
        if seen and not _has_expected_rows(place, left):
            raise _make_deletion_refusal(self.positions.book, place)

    def _clear_row(self, place: OpenTable, row: int) -> None:
        # formulas stay, so that the table still computes its columns
        line, _ = read_restorable_block(place.cell_range(row, row, place.first_col, place.last_col))
        for left, right in group_consecutive_rows(
            [at for at, cell in enumerate(line[0], place.first_col) if not is_formula(cell)]
        ):
            self.blocks.clear(place.cell_range(row, row, left, right))

    def _restore_rows(self, table: str, place: OpenTable, before: CellBlock, seen: bool) -> bool:
        now = locate_open_table(place.xw_sheet, place.table)
        if missing := place.last_row - now.last_row:
            first = now.last_row + 1
            place.cell_range(first, first + missing - 1, place.first_col, place.last_col).insert("down")
            if locate_open_table(place.xw_sheet, place.table).last_row != place.last_row:
                self.positions.stretch(table, place.last_row)
        self.positions.note_last_row(table, place.last_row)
        return restore_block(_table_body_range(place), before, seen)


def _table_body_range(place: OpenTable) -> xw.Range:
    return place.cell_range(place.first_row, place.last_row, place.first_col, place.last_col)


def _name_body(place: OpenTable) -> str:
    return f"{place.sheet}!{place.name}"


def _has_expected_rows(place: OpenTable, expected: CellBlock) -> bool:
    """Return whether the table has these rows now; references in formulas may have changed."""
    now = locate_open_table(place.xw_sheet, place.table)
    if now.last_row - now.first_row + 1 != len(expected):
        return False
    found, _ = read_restorable_block(_table_body_range(now))
    return [_mask_row_formulas(line) for line in found] == [_mask_row_formulas(line) for line in expected]


def _mask_row_formulas(line: list[object]) -> list[object]:
    return ["=" if is_formula(cell) else cell for cell in line]


def _make_deletion_refusal(book: xw.Book, place: OpenTable) -> WriteRefused:
    return WriteRefused(
        book.name,
        Text("rows of the table {place} could not be deleted; clear its filter or unprotect {sheet}").with_facts(
            place=place.name, sheet=place.sheet
        ),
    )
