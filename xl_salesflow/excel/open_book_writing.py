"""Write a change set into an open workbook; a write that fails is undone completely.

Excel itself computes the results of formulas. Edits come first, then formulas, named cells, generated tables and
appended rows; removals come last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, NamedCellChange
from xl_salesflow.excel.block_writing import BlockWriter
from xl_salesflow.excel.open_tables import group_consecutive_rows
from xl_salesflow.excel.table_growth import CellEncoder, OpenTablePositions, TableRowRemover, TableRowWriter
from xl_salesflow.metrics.metric_declaration import MetricFormula
from xl_salesflow.schema.table_frames import complete_columns
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.metric_formulas import LiveFormulas

OpenRowPositions = Mapping[str, Mapping[int, int]]  # table → sheet row when read → current sheet row


@dataclass
class OpenBookWriter:
    """Writes one change set; *free_rows*: table → first row of its blank tail.

    *live_formulas*: table → formulas of its rows.
    """

    positions: OpenTablePositions
    encoder: CellEncoder
    free_rows: Mapping[str, int]
    live_formulas: Mapping[str, LiveFormulas]

    def write(self, plan: ChangeSet) -> None:
        """Write all changes of *plan*; on failure restore everything. Excel itself computes the results of formulas."""
        self._blocks = BlockWriter(self.positions.book)
        rows: OpenRowPositions = {table: self.positions.find_rows(table) for table in _find_touched_tables(plan)}
        done = False
        try:
            self._write_changes(plan, rows)
            done = True
        finally:
            if not done:
                self._blocks.undo()
                self.positions.undo()

    def _write_changes(self, plan: ChangeSet, rows: OpenRowPositions) -> None:
        for edit in plan.edits:
            self._edit(edit, rows)
        for name, columns in plan.repairs.items():
            for column_id, wrong in columns.items():
                self._repair(name, column_id, wrong, rows[name])
        for cell in plan.named_cells:
            self._write_named_cell(cell)
        growing = TableRowWriter(self.positions, self._blocks, self.encoder, self.free_rows)
        for fill in plan.fills:
            growing.fill(TABLES[fill.table], complete_columns(TABLES[fill.table], fill.rows))
        for name, added in _merge_open_appends(plan.appends).items():
            growing.append(TABLES[name], added)
        for remove in plan.removes:  # last, and not below anything that was written
            removed = [rows[remove.table][int(row)] for row in remove.rows.index]
            TableRowRemover(self.positions, self._blocks).remove(remove.table, removed)

    def _edit(self, edit: Edit, rows: OpenRowPositions) -> None:
        if not len(edit):
            return
        column, place = TABLES[edit.table][edit.column], self.positions.locate(edit.table)
        places = [rows[edit.table][int(row)] for row in edit.after.index]
        cells = self.encoder.encode_column(edit.table, column, edit.after, edit.keys)
        at = self.positions.find_column(edit.table, column.id)
        self._blocks.write_column(place.xw_sheet, at, column, dict(zip(places, cells, strict=True)))

    def _repair(self, name: str, column_id: str, wrong: Sequence[int], rows: Mapping[int, int]) -> None:
        place, col = self.positions.locate(name), self.positions.find_column(name, column_id)
        formulas = {rows.get(int(row), int(row)): self._formula(name, column_id, int(row)) for row in wrong}
        for formula, first, last in _group_equal_formulas(formulas):
            self._blocks.write_formula(place.cell_range(first, last, col, col), formula.text, formula.array)

    def _formula(self, name: str, column_id: str, row: int) -> MetricFormula:
        live = self.live_formulas.get(name, {}).get(column_id, {}).get(row)
        return live or MetricFormula(self.positions.layout.formula(TABLES[name], TABLES[name][column_id]))

    def _write_named_cell(self, cell: NamedCellChange) -> None:
        # the results of formulas come by themselves
        if not cell.cached and cell.name in self.positions.book.names:
            self._blocks.write(
                self.positions.book.names[cell.name].refers_to_range, [[self.encoder.encode_named_cell(cell)]]
            )


def _group_equal_formulas(formulas: Mapping[int, MetricFormula]) -> Iterator[tuple[MetricFormula, int, int]]:
    """Yield each formula with the stretches of rows that have it; array formulas are yielded row by row."""
    for formula in dict.fromkeys(formulas.values()):
        rows = sorted(row for row, one in formulas.items() if one == formula)
        for first, last in [(row, row) for row in rows] if formula.array else group_consecutive_rows(rows):
            yield formula, first, last


def _find_touched_tables(plan: ChangeSet) -> set[str]:
    edited = {edit.table for edit in plan.edits if len(edit)}
    return edited | set(plan.repairs) | {remove.table for remove in plan.removes if len(remove.rows)}


def _merge_open_appends(appends: tuple[Append, ...]) -> dict[str, pd.DataFrame]:
    found: dict[str, list[pd.DataFrame]] = {}
    for append in appends:
        if len(append.rows):
            found.setdefault(append.table, []).append(complete_columns(TABLES[append.table], append.rows))
    return {name: pd.concat(parts) if len(parts) > 1 else parts[0] for name, parts in found.items()}
