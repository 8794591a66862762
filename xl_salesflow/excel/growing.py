"""Rows into the tables of an open workbook: a block for each stretch of columns, one formula for each formula column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from xl_salesflow.excel.blocks import Blocks
from xl_salesflow.excel.ground import Ground
from xl_salesflow.excel.reading import free_row
from xl_salesflow.excel.spelling import Spelling
from xl_salesflow.excel.tables import OnSheet, runs
from xl_salesflow.model.column import Table


@dataclass
class Growing:
    """The new rows of one plan. *free*: table → first row of its blank tail, as it was read."""

    ground: Ground
    blocks: Blocks
    spelling: Spelling
    free: Mapping[str, int]

    def fill(self, table: Table, rows: pd.DataFrame) -> None:
        """Make *rows* the whole body of a generated table."""
        place = self.ground.place(table.name)
        self.blocks.clear(place.block(place.first_row, place.last_row, place.first_col, place.last_col))
        place = self.ground.resize(table.name, place.first_row + max(len(rows), 1) - 1)
        if len(rows):
            self._body(table, place, rows, place.first_row)

    def append(self, table: Table, rows: pd.DataFrame) -> None:
        """Write *rows* into the blank tail of a table, which grows where it is too short."""
        place = self.ground.place(table.name)
        if table.name in self.free:
            first = self.free[table.name] + self.ground.moved(table.name)
        else:
            first = free_row(place, self.ground.layout)
        if first + len(rows) - 1 > place.last_row:
            place = self.ground.resize(table.name, first + len(rows) - 1)
        self._body(table, place, rows, first)

    def _body(self, table: Table, place: OnSheet, rows: pd.DataFrame, first: int) -> None:
        last, at = first + len(rows) - 1, {self.ground.column(table.name, c.id): c for c in table.columns}
        keys = rows[table.key or table.columns[0].id]
        for left, right in runs(sorted(col for col, column in at.items() if not column.formula)):
            columns = [
                self.spelling.cells(table.name, at[col], rows[at[col].id], keys) for col in range(left, right + 1)
            ]
            self.blocks.write(place.block(first, last, left, right), [list(row) for row in zip(*columns, strict=True)])
        for col, column in at.items():
            if column.formula:
                self.blocks.formula(place.block(first, last, col, col), self.ground.layout.formula(table, column))
        if table.name == "Findings":
            col = self.ground.column(table.name, "cell")
            self.blocks.links(place.block(first, last, col, col), list(rows["cell"]))
