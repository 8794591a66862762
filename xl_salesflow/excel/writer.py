"""A plan into an open workbook: rows found again by their keys, tables grown and shrunk, formulas left to Excel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from xl_salesflow.excel.blocks import Blocks
from xl_salesflow.excel.ground import Ground
from xl_salesflow.excel.growing import Growing
from xl_salesflow.excel.removing import Removing
from xl_salesflow.excel.spelling import Spelling
from xl_salesflow.excel.tables import runs
from xl_salesflow.metrics.declaration import Formula
from xl_salesflow.model.frames import complete
from xl_salesflow.model.plan import Append, Cell, Edit, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.workbook.live import LiveFormulas

Rows = Mapping[str, Mapping[int, int]]  # table → sheet row as it was read → sheet row now


@dataclass
class Writer:
    """Carries out one plan. *free*: table → first row of its blank tail; *live*: table → the formulas of its rows."""

    ground: Ground
    spelling: Spelling
    free: Mapping[str, int]
    live: Mapping[str, LiveFormulas]

    def carry_out(self, plan: Plan) -> None:
        """Write everything *plan* wants; on failure put everything back. What formulas come to is left to Excel."""
        self._blocks = Blocks(self.ground.book)
        rows: Rows = {table: self.ground.rows(table) for table in _touched(plan)}
        done = False
        try:
            self._all(plan, rows)
            done = True
        finally:
            if not done:
                self._blocks.undo()
                self.ground.undo()

    def _all(self, plan: Plan, rows: Rows) -> None:
        for edit in plan.edits:
            self._edit(edit, rows)
        for name, columns in plan.repairs.items():
            for id, wrong in columns.items():
                self._repair(name, id, wrong, rows[name])
        for cell in plan.cells:
            self._name(cell)
        growing = Growing(self.ground, self._blocks, self.spelling, self.free)
        for fill in plan.fills:
            growing.fill(TABLES[fill.table], complete(TABLES[fill.table], fill.rows))
        for name, added in _merged(plan.appends).items():
            growing.append(TABLES[name], added)
        for remove in plan.removes:  # last, and below nothing that was written
            gone = [rows[remove.table][int(row)] for row in remove.rows.index]
            Removing(self.ground, self._blocks).remove(remove.table, gone)

    def _edit(self, edit: Edit, rows: Rows) -> None:
        if not len(edit):
            return
        column, place = TABLES[edit.table][edit.column], self.ground.place(edit.table)
        places = [rows[edit.table][int(row)] for row in edit.after.index]
        cells = self.spelling.cells(edit.table, column, edit.after, edit.keys)
        at = self.ground.column(edit.table, column.id)
        self._blocks.column(place.on, at, column, dict(zip(places, cells, strict=True)))

    def _repair(self, name: str, id: str, wrong: Sequence[int], rows: Mapping[int, int]) -> None:
        place, col = self.ground.place(name), self.ground.column(name, id)
        wanted = {rows.get(int(row), int(row)): self._formula(name, id, int(row)) for row in wrong}
        for formula, first, last in _alike(wanted):
            self._blocks.formula(place.block(first, last, col, col), formula.text, formula.array)

    def _formula(self, name: str, id: str, row: int) -> Formula:
        live = self.live.get(name, {}).get(id, {}).get(row)
        return live or Formula(self.ground.layout.formula(TABLES[name], TABLES[name][id]))

    def _name(self, cell: Cell) -> None:
        # a formula comes to its value by itself
        if not cell.cached and cell.name in self.ground.book.names:
            self._blocks.write(self.ground.book.names[cell.name].refers_to_range, [[self.spelling.named(cell)]])


def _alike(wanted: Mapping[int, Formula]) -> Iterator[tuple[Formula, int, int]]:
    """Yield each formula with the stretches of rows that hold it; an array formula goes row by row."""
    for formula in dict.fromkeys(wanted.values()):
        rows = sorted(row for row, one in wanted.items() if one == formula)
        for first, last in [(row, row) for row in rows] if formula.array else runs(rows):
            yield formula, first, last


def _touched(plan: Plan) -> set[str]:
    edited = {edit.table for edit in plan.edits if len(edit)}
    return edited | set(plan.repairs) | {remove.table for remove in plan.removes if len(remove.rows)}


def _merged(appends: tuple[Append, ...]) -> dict[str, pd.DataFrame]:
    found: dict[str, list[pd.DataFrame]] = {}
    for append in appends:
        if len(append.rows):
            found.setdefault(append.table, []).append(complete(TABLES[append.table], append.rows))
    return {name: pd.concat(parts) if len(parts) > 1 else parts[0] for name, parts in found.items()}
