"""A plan into a workbook's edits: values as cells hold them, formulas with what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.model.choices import label
from xl_salesflow.model.column import Column, Table, Type
from xl_salesflow.model.frames import complete
from xl_salesflow.model.plan import Append, Cell, Edit, Plan, Remove
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.ooxml import Cached, Formula
from xl_salesflow.workbook.grid import cells_of
from xl_salesflow.workbook.read import Reading
from xl_salesflow.workbook.settings import setting_cell

_SETTING = ("Settings", "value")
Rows = Mapping[str, Mapping[str, Sequence[int]]]  # table → column id → sheet rows


class Writer:
    """Collects a plan's edits in the workbook that was read."""

    def __init__(self, reading: Reading) -> None:
        self.workbook, self.layout, self._reading = reading.workbook, reading.layout, reading

    def collect(self, plan: Plan) -> bool:
        """Collect *plan*; tell whether there is anything to save."""
        caches = [edit for edit in map(self._with_formula, plan.caches) if len(edit)]
        for edit in plan.edits:
            self._set(edit, formula=False)
        for edit in caches:
            self._set(edit, formula=True)
        self._repair(plan.repairs, plan.caches)
        cells = [cell for cell in plan.cells if cell.name in self.workbook.names]
        for cell in cells:
            self.workbook.set_name(cell.name, self._named(cell))
        for fill in plan.fills:
            table = TABLES[fill.table]
            self.workbook.replace_rows(table.name, self._body(table, complete(table, fill.rows)))
        appends = _merged(plan.appends)
        for remove in plan.removes:
            self._remove(remove, appends)
        for name, rows in appends.items():
            self._append(TABLES[name], rows)
        rows_too = plan.appends or plan.removes
        return bool(plan.fills or plan.repairs or cells or caches or any(map(len, plan.edits)) or rows_too)

    def _with_formula(self, edit: Edit) -> Edit:
        """Leave out the rows whose formula was typed over: they have no cached value to refresh."""
        rows = self._reading.typed_over.get(edit.table, {}).get(edit.column, ())
        kept = ~edit.after.index.isin(list(rows))
        return Edit(edit.table, edit.column, edit.keys[kept], edit.before[kept], edit.after[kept], edit.because)

    def _set(self, edit: Edit, formula: bool) -> None:
        cells = self._cells(TABLES[edit.table][edit.column], edit.after)
        if (edit.table, edit.column) == _SETTING:
            cells = _settings(edit.keys, cells)
        if formula:
            cells = [Cached("" if cell is None else cell) for cell in cells]
        header = self.layout.headers[edit.table][edit.column]
        self.workbook.set_column(edit.table, header, (edit.after.index.to_numpy(), cells))

    def _cells(self, column: Column, values: pd.Series) -> list[Any]:
        return cells_of(column, values, self.layout.language, self._reading.numbered)

    def _repair(self, repairs: Rows, caches: Iterable[Edit]) -> None:
        fresh = {(edit.table, edit.column): edit for edit in caches}
        for name, columns in repairs.items():
            for id, rows in columns.items():
                edit, column = fresh.get((name, id)), TABLES[name][id]
                known = dict(zip(edit.after.index, self._cells(column, edit.after), strict=True)) if edit else {}
                cells = {
                    int(row): self._formula(TABLES[name], column, int(row), _shown(known.get(row))) for row in rows
                }
                self.workbook.set_column(name, self.layout.headers[name][id], cells)

    def _formula(self, table: Table, column: Column, row: int, cached: Any) -> Formula:
        live = self._reading.live.get(table.name, {}).get(column.id, {}).get(row)
        if live is None:
            return Formula(self.layout.formula(table, column), cached)
        letter = self.layout.places[table.name].letters[column.id]
        return Formula(live.text, cached, f"{letter}{row}" if live.array else "")

    def _named(self, cell: Cell) -> Any:
        value = _plain(cell.after)
        if cell.cached:
            return Cached("" if value is None else value)
        declared = NAMED_CELLS.get(cell.name)
        if declared and declared.type is Type.CHOICE and isinstance(value, str):
            return label(declared.options or "", value, self.layout.language)
        return value

    def _remove(self, remove: Remove, appends: dict[str, pd.DataFrame]) -> None:
        """Take rows out; rows that the same table gains are written in their places first, as it does not do both."""
        table, places = TABLES[remove.table], remove.rows.index.to_numpy()
        gained = appends.pop(table.name, None)
        if gained is not None:
            here = places[: len(gained)]
            for header, cells in self._body(table, gained.iloc[: len(places)]).items():
                self.workbook.set_column(table.name, header, (here, cells))
            for header in self._own(table):  # a person's mark goes with its row
                self.workbook.set_column(table.name, header, (here, [None] * len(here)))
            if len(gained) > len(places):
                appends[table.name] = gained.iloc[len(places) :]
            places = places[len(gained) :]
        on_sheet = self.layout.tables[table.name]
        if len(places) == on_sheet.last_row - on_sheet.first_row + 1:
            self.workbook.replace_rows(table.name, {})
        elif len(places):
            self.workbook.delete_rows(table.name, places.tolist())

    def _own(self, table: Table) -> list[str]:
        """Return the headers of the columns that a person added and fills in."""
        on_sheet, ours = self.workbook.tables[self.layout.tables[table.name].name], self.layout.headers[table.name]
        return [c.name for c in on_sheet.columns if not c.formula and c.name not in ours.values()]

    def _append(self, table: Table, rows: pd.DataFrame) -> None:
        """Add *rows* below the last one in use: into the table's blank tail, then into new rows."""
        on_sheet = self.layout.tables[table.name]
        first = self._reading.free[table.name]
        # the one blank row of an empty table is filled by append_rows itself
        room = on_sheet.last_row - first + 1 if on_sheet.last_row > on_sheet.first_row else 0
        here, below = rows.iloc[: max(room, 0)], rows.iloc[max(room, 0) :]
        if len(here):
            places = np.arange(first, first + len(here))
            for header, cells in self._body(table, here).items():
                self.workbook.set_column(table.name, header, (places, cells))
        if len(below):
            self.workbook.append_rows(table.name, self._body(table, below))

    def _body(self, table: Table, rows: pd.DataFrame) -> dict[str, list[Any]]:
        """Return *rows* by header, with live formulas and what they come to."""
        headers = self.layout.headers[table.name]
        body = {headers[column.id]: self._cells(column, rows[column.id]) for column in table.columns}
        if table.name == _SETTING[0]:
            body[headers["value"]] = _settings(rows["setting"], body[headers["value"]])
        for column in table.formulas:
            if column.formula:
                text = self.layout.formula(table, column)
                cells = body[headers[column.id]]
                body[headers[column.id]] = [Formula(text, "" if cell is None else cell) for cell in cells]
        return body


def _settings(ids: Iterable[str], cells: Iterable[Any]) -> list[Any]:
    """Return settings as their type asks: formulas compare them with numbers, though a frame holds text."""
    return [cell and setting_cell(id, cell) for id, cell in zip(ids, cells, strict=True)]


def _merged(appends: Iterable[Append]) -> dict[str, pd.DataFrame]:
    frames: dict[str, list[pd.DataFrame]] = {}
    for append in appends:
        if len(append.rows):
            frames.setdefault(append.table, []).append(complete(TABLES[append.table], append.rows))
    return {name: parts[0] if len(parts) == 1 else pd.concat(parts) for name, parts in frames.items()}


def _plain(value: Any) -> Any:
    """Return a value of a named cell as a cell holds it."""
    if value is None or value != value or value == "":
        return None
    if isinstance(value, datetime):
        value = value.replace(tzinfo=None)
        return value.date() if value == datetime.combine(value.date(), datetime.min.time()) else value
    if isinstance(value, np.generic):
        return _plain(value.item())
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _shown(cell: Any) -> Any:
    """What a formula shows: one that comes to nothing shows an empty text."""
    return "" if cell is None else cell
