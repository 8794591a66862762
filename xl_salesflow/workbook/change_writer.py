"""Turn a change set into edits of a workbook: values as cells hold them, formulas with their results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, NamedCellChange, Remove
from xl_salesflow.ooxml.cell_contents import CachedValue, CellFormula
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.plain_values import plain_value
from xl_salesflow.schema.sheet_modules import find_tables_shown_by
from xl_salesflow.schema.table_columns import Column, ColumnType, TableSchema, extend_table
from xl_salesflow.schema.table_frames import complete_columns
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.book_reader import WorkbookReading
from xl_salesflow.workbook.cell_conversion import values_to_cells
from xl_salesflow.workbook.input_cells import setting_to_cell
from xl_salesflow.workbook.needed_columns import find_opened_columns

_SETTING_VALUE_COLUMN = ("Settings", "value")
RepairRows = Mapping[str, Mapping[str, Sequence[int]]]  # table → column id → sheet rows


class ChangeSetWriter:
    """Collects the edits of a change set in the workbook that was read."""

    def __init__(self, reading: WorkbookReading) -> None:
        self.workbook, self.layout, self._reading = reading.workbook, reading.layout, reading

    def collect(self, plan: ChangeSet) -> bool:
        """Collect *plan*; return whether there is anything to save."""
        caches = [edit for edit in map(self._with_formula, plan.caches) if len(edit)]
        for edit in plan.edits:
            self._set(edit, formula=False)
        for edit in caches:
            self._set(edit, formula=True)
        self._repair(plan.repairs, plan.caches)
        cells = [cell for cell in plan.named_cells if cell.name in self.workbook.names]
        for cell in cells:
            self.workbook.set_name(cell.name, self._named(cell))
        for fill in plan.fills:
            table = TABLES[fill.table]
            self.workbook.replace_rows(table.name, self._body(table, complete_columns(table, fill.rows)))
        appends = _merge_appended_rows(plan.appends)
        for remove in plan.removes:
            self._remove(remove, appends)
        for name, rows in appends.items():
            table = extend_table(TABLES[name], self.layout.headers[name])
            self._append(table, complete_columns(table, rows))
        self._show_what_is_needed(plan)
        for order in plan.orders:
            self.workbook.order_rows(order.table, order.rows)
        rows_too = plan.appends or plan.removes or plan.orders
        return bool(plan.fills or plan.repairs or cells or caches or any(map(len, plan.edits)) or rows_too)

    def _show_what_is_needed(self, plan: ChangeSet) -> None:
        """Show the sheets of the tables that get their first rows, and columns first asked for; later hiding is kept."""
        given = [one.table for one in plan.appends if len(one.rows)] + [
            one.table for one in plan.fills if len(one.rows)
        ]
        places, free = self.layout.tables, self._reading.first_free_rows
        first = [name for name in given if free.get(name, 0) == places[name].first_row]
        for name in find_tables_shown_by(first):
            if name in places:
                self.workbook.show_sheet(places[name].sheet)
        for name, wanted, group in find_opened_columns(plan, set(first)):
            if name in places:
                headers = self.layout.headers[name]
                self.workbook.open_columns(
                    places[name].name,
                    [headers[column] for column in wanted if column in headers],
                    [headers[column] for column in group if column in headers],
                )

    def _with_formula(self, edit: Edit) -> Edit:
        """Leave out rows whose formula was overwritten, because they have no cached value to update."""
        rows = self._reading.find_typed_over(edit.table).get(edit.column, ())
        kept = ~edit.after.index.isin(list(rows))
        return Edit(edit.table, edit.column, edit.keys[kept], edit.before[kept], edit.after[kept], edit.because)

    def _set(self, edit: Edit, formula: bool) -> None:
        cells = self._cells(TABLES[edit.table][edit.column], edit.after)
        if (edit.table, edit.column) == _SETTING_VALUE_COLUMN:
            cells = _settings_to_cells(edit.keys, cells)
        if formula:
            cells = [CachedValue("" if cell is None else cell) for cell in cells]
        header = self.layout.headers[edit.table][edit.column]
        self.workbook.set_column(edit.table, header, (edit.after.index.to_numpy(), cells))

    def _cells(self, column: Column, values: pd.Series) -> list[Any]:
        return values_to_cells(column, values, self.layout.language, self._reading.numbered)

    def _repair(self, repairs: RepairRows, caches: Iterable[Edit]) -> None:
        fresh = {(edit.table, edit.column): edit for edit in caches}
        for name, columns in repairs.items():
            for column_id, rows in columns.items():
                edit, column = fresh.get((name, column_id)), TABLES[name][column_id]
                known = dict(zip(edit.after.index, self._cells(column, edit.after), strict=True)) if edit else {}
                cells = {
                    int(row): self._formula(TABLES[name], column, int(row), _formula_result_cell(known.get(row)))
                    for row in rows
                }
                self.workbook.set_column(name, self.layout.headers[name][column_id], cells)

    def _formula(self, table: TableSchema, column: Column, row: int, cached: Any) -> CellFormula:
        live = self._reading.live.get(table.name, {}).get(column.id, {}).get(row)
        if live is None:
            return CellFormula(self.layout.formula(table, column), cached)
        letter = self.layout.table_places[table.name].letters[column.id]
        return CellFormula(live.text, cached, f"{letter}{row}" if live.array else "")

    def _named(self, cell: NamedCellChange) -> Any:
        value = plain_value(cell.after)
        if cell.cached:
            return CachedValue("" if value is None else value)
        declared = NAMED_CELLS.get(cell.name)
        if declared and declared.type is ColumnType.CHOICE and isinstance(value, str):
            return choice_label(declared.options, value, self.layout.language)
        return value

    def _remove(self, remove: Remove, appends: dict[str, pd.DataFrame]) -> None:
        """Remove rows, after writing the table's new rows into some of them, as both cannot be done at once."""
        table, places = TABLES[remove.table], remove.rows.index.to_numpy()
        gained = appends.pop(table.name, None)
        if gained is not None:
            here = places[: len(gained)]
            table = extend_table(table, self.layout.headers[table.name])
            gained = complete_columns(table, gained)
            for header, cells in self._body(table, gained.iloc[: len(places)]).items():
                self.workbook.set_column(table.name, header, (here, cells))
            for header in self._own(table):  # a person's note is removed with its row
                self.workbook.set_column(table.name, header, (here, [None] * len(here)))
            if len(gained) > len(places):
                appends[table.name] = gained.iloc[len(places) :]
            places = places[len(gained) :]
        on_sheet = self.layout.tables[table.name]
        if len(places) == on_sheet.last_row - on_sheet.first_row + 1:
            self.workbook.replace_rows(table.name, {})
        elif len(places):
            self.workbook.delete_rows(table.name, places.tolist())

    def _own(self, table: TableSchema) -> list[str]:
        """Return the headers of the columns that a person added and fills in."""
        on_sheet, ours = self.workbook.tables[self.layout.tables[table.name].name], self.layout.headers[table.name]
        return [c.name for c in on_sheet.columns if not c.formula and c.name not in ours.values()]

    def _append(self, table: TableSchema, rows: pd.DataFrame) -> None:
        """Add *rows* below the last used one: first into the table's blank tail, then as new rows."""
        on_sheet = self.layout.tables[table.name]
        first = self._reading.first_free_rows[table.name]
        # append_rows itself fills the single blank row of an empty table
        room = on_sheet.last_row - first + 1 if on_sheet.last_row > on_sheet.first_row else 0
        here, below = rows.iloc[: max(room, 0)], rows.iloc[max(room, 0) :]
        if len(here):
            places = np.arange(first, first + len(here))
            for header, cells in self._body(table, here).items():
                self.workbook.set_column(table.name, header, (places, cells))
        if len(below):
            self.workbook.append_rows(table.name, self._body(table, below))

    def _body(self, table: TableSchema, rows: pd.DataFrame) -> dict[str, list[Any]]:
        """Return *rows* by header, with live formulas and their results."""
        headers = self.layout.headers[table.name]
        body = {headers[column.id]: self._cells(column, rows[column.id]) for column in table.columns}
        if table.name == _SETTING_VALUE_COLUMN[0]:
            body[headers["value"]] = _settings_to_cells(rows["setting"], body[headers["value"]])
        for column in table.formulas:
            if column.formula:
                text = self.layout.formula(table, column)
                cells = body[headers[column.id]]
                body[headers[column.id]] = [CellFormula(text, "" if cell is None else cell) for cell in cells]
        return body


def _settings_to_cells(ids: Iterable[str], cells: Iterable[Any]) -> list[Any]:
    """Return settings in the type of their declaration: formulas compare them with numbers, though a frame holds text."""
    return [cell and setting_to_cell(setting_id, cell) for setting_id, cell in zip(ids, cells, strict=True)]


def _merge_appended_rows(appends: Iterable[Append]) -> dict[str, pd.DataFrame]:
    frames: dict[str, list[pd.DataFrame]] = {}
    for append in appends:
        if len(append.rows):
            frames.setdefault(append.table, []).append(complete_columns(TABLES[append.table], append.rows))
    return {name: parts[0] if len(parts) == 1 else pd.concat(parts) for name, parts in frames.items()}


def _formula_result_cell(cell: Any) -> Any:
    """Return the displayed result of a formula; a blank result is an empty text."""
    return "" if cell is None else cell
