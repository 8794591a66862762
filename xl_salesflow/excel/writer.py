"""A plan into an open workbook: rows found again by their keys, tables grown and shrunk, formulas left to Excel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd
import xlwings as xw

from xl_salesflow.errors import UnsupportedEdit, WorkbookChanged
from xl_salesflow.excel.blocks import Blocks
from xl_salesflow.excel.reading import free_row
from xl_salesflow.excel.tables import OnSheet, on_sheet, runs, values
from xl_salesflow.model.choices import label
from xl_salesflow.model.column import Column, Table, Type
from xl_salesflow.model.frames import complete
from xl_salesflow.model.plan import Append, Cell, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.workbook.columns import shown
from xl_salesflow.workbook.grid import cells_of
from xl_salesflow.workbook.layout import Layout
from xl_salesflow.workbook.settings import setting_cell


@dataclass
class Writer:
    """Carries out one plan. *keys* and *free* are as they were read: table → keys by row, first row of its blank tail.

    *numbered* are keys that are numbers in their cells.
    """

    book: xw.Book
    layout: Layout
    found: Mapping[str, OnSheet]
    keys: Mapping[str, pd.Series]
    free: Mapping[str, int]
    numbered: Set[str]

    def __post_init__(self) -> None:
        self._blocks = Blocks(self.book)
        self._places: dict[str, OnSheet] = {}
        self._resized: list[tuple[OnSheet, int]] = []

    def carry_out(self, plan: Plan) -> None:
        """Write everything *plan* wants; on failure put everything back. What formulas come to is left to Excel."""
        rows = {table: self._rows(table) for table in _touched(plan)}
        done = False
        try:
            for edit in plan.edits:
                column = TABLES[edit.table][edit.column]
                places = [rows[edit.table][int(row)] for row in edit.after.index]
                cells = self._cells(edit.table, column, edit.after, edit.keys)
                place = self._place(edit.table)
                self._blocks.column(
                    place.on, self._col(place, edit.table, column.id), column, dict(zip(places, cells, strict=True))
                )
            self._repair(plan, rows)
            for cell in plan.cells:
                self._name(cell)
            for fill in plan.fills:
                self._fill(TABLES[fill.table], complete(TABLES[fill.table], fill.rows))
            for name, added in _merged(plan.appends).items():
                self._append(TABLES[name], added)
            done = True
        finally:
            if not done:
                self._undo()

    # -- where -----------------------------------------------------------------------------------------------------

    def _place(self, table: str) -> OnSheet:
        if table not in self._places:
            before = self.found[table]
            self._places[table] = on_sheet(before.on, before.table)
        return self._places[table]

    def _col(self, place: OnSheet, table: str, id: str) -> int:
        return place.column_of(self.layout.headers[table][id])

    def _rows(self, table: str) -> Mapping[int, int]:
        """Return where each row that was read stands now.

        Raises:
            WorkbookChanged: a row was deleted, or moved and has no key of its own.
        """
        then, place = self.keys[table], self._place(table)
        declared = TABLES[table]
        col = self._col(place, table, declared.key or declared.columns[0].id)
        now = [shown(row[0]) for row in values(place.block(place.first_row, place.last_row, col, col))]
        offset = place.first_row - self.found[table].first_row
        at = [int(row) - self.found[table].first_row for row in then.index]
        if all(0 <= row < len(now) and now[row] == key for row, key in zip(at, then, strict=True)):
            return {int(row): int(row) + offset for row in then.index}
        keyed, times = {key: place.first_row + row for row, key in enumerate(now)}, Counter(now)
        unique = then.is_unique and all(times[key] == 1 for key in then)
        if declared.key is None or not unique:
            raise WorkbookChanged(self.book.name)
        return {int(row): keyed[key] for row, key in zip(then.index, then, strict=True)}

    # -- what ------------------------------------------------------------------------------------------------------

    def _cells(self, table: str, column: Column, cells: pd.Series, keys: pd.Series) -> list[Any]:
        given = cells_of(column, cells, self.layout.language, self.numbered)
        if (table, column.id) == ("Settings", "value"):
            return [cell and setting_cell(id, cell) for id, cell in zip(keys, given, strict=True)]
        return given

    def _repair(self, plan: Plan, rows: Mapping[str, Mapping[int, int]]) -> None:
        for name, columns in plan.repairs.items():
            place = self._place(name)
            for id, wrong in columns.items():
                text, col = self.layout.formula(TABLES[name], TABLES[name][id]), self._col(place, name, id)
                for first, last in runs(sorted(rows[name].get(int(row), int(row)) for row in wrong)):
                    self._blocks.formula(place.block(first, last, col, col), text)

    def _name(self, cell: Cell) -> None:
        # a formula comes to its value by itself
        if cell.cached or cell.name not in self.book.names:
            return
        declared, value = NAMED_CELLS.get(cell.name), cell.after
        if declared and declared.type is Type.CHOICE and isinstance(value, str):
            value = label(declared.options or "", value, self.layout.language)
        self._blocks.write(self.book.names[cell.name].refers_to_range, [[_plain(value)]])

    def _fill(self, table: Table, rows: pd.DataFrame) -> None:
        place = self._place(table.name)
        last = place.first_row + max(len(rows), 1) - 1
        self._blocks.clear(place.block(place.first_row, place.last_row, place.first_col, place.last_col))
        place = self._resize(place, last)
        if len(rows):
            self._body(table, place, rows, place.first_row)

    def _append(self, table: Table, rows: pd.DataFrame) -> None:
        place = self._place(table.name)
        if table.name in self.free:
            first = self.free[table.name] + place.first_row - self.found[table.name].first_row
        else:
            first = free_row(place, self.layout)
        if first + len(rows) - 1 > place.last_row:
            place = self._resize(place, first + len(rows) - 1)
        self._body(table, place, rows, first)

    def _body(self, table: Table, place: OnSheet, rows: pd.DataFrame, first: int) -> None:
        """Write *rows* from sheet row *first* on: a block per stretch of columns, a formula per formula column."""
        last, at = first + len(rows) - 1, {self._col(place, table.name, c.id): c for c in table.columns}
        values = {col: c for col, c in at.items() if not c.formula}
        keys = rows[table.key or table.columns[0].id]
        for left, right in runs(sorted(values)):
            columns = [
                self._cells(table.name, values[col], rows[values[col].id], keys) for col in range(left, right + 1)
            ]
            self._blocks.write(place.block(first, last, left, right), [list(row) for row in zip(*columns, strict=True)])
        for col, column in at.items():
            if column.formula:
                self._blocks.formula(place.block(first, last, col, col), self.layout.formula(table, column))
        if table.name == "Findings":
            col = self._col(place, table.name, "cell")
            self._blocks.links(place.block(first, last, col, col), list(rows["cell"]))

    # -- growing and shrinking -------------------------------------------------------------------------------------

    def _resize(self, place: OnSheet, last_row: int) -> OnSheet:
        """Make *last_row* the last of the body.

        Raises:
            UnsupportedEdit: something stands below the table, where its new rows would go.
        """
        if last_row == place.last_row:
            return place
        if last_row > place.last_row:
            self._make_room(place, last_row)
        self._resized.append((place, place.last_row))
        self._to(place, last_row)
        grown = replace(place, last_row=last_row)
        self._places[next(name for name, one in self._places.items() if one is place)] = grown
        return grown

    def _make_room(self, place: OnSheet, last_row: int) -> None:
        first = place.last_row + 1 + place.totals
        below = place.block(first, last_row + place.totals, place.first_col, place.last_col)
        if any(cell is not None for row in values(below) for cell in row):
            raise UnsupportedEdit(
                self.book.name,
                f"{place.sheet}!{place.last_row + 1}",
                (
                    f"something stands below the table {place.name}, where its new rows go; move it away",
                    f"表 {place.name} 下方有内容，新行无处可放；请将其移走",
                ),
            )

    def _to(self, place: OnSheet, last_row: int) -> None:
        if place.totals:  # Excel keeps its formulas while it is off
            place.table.show_totals = False
        place.table.resize(place.block(place.first_row - 1, last_row, place.first_col, place.last_col))
        if place.totals:
            place.table.show_totals = True

    def _undo(self) -> None:
        self._blocks.undo()
        for place, last_row in reversed(self._resized):
            self._to(place, last_row)


def _touched(plan: Plan) -> set[str]:
    return {edit.table for edit in plan.edits if len(edit)} | set(plan.repairs)


def _merged(appends: tuple[Append, ...]) -> dict[str, pd.DataFrame]:
    found: dict[str, list[pd.DataFrame]] = {}
    for append in appends:
        if len(append.rows):
            found.setdefault(append.table, []).append(complete(TABLES[append.table], append.rows))
    return {name: pd.concat(parts) if len(parts) > 1 else parts[0] for name, parts in found.items()}


def _plain(value: Any) -> Any:
    if value is None or value != value or value == "":
        return None
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
