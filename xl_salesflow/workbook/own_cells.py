"""The cells of columns that a team added to our tables, kept as they were read and converted when a gate asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from xl_salesflow.core.own_columns import EXTENSIBLE_TABLES
from xl_salesflow.schema.table_columns import Column
from xl_salesflow.workbook.cell_conversion import Dialect, cells_to_values


class OwnTableCells(NamedTuple):
    """The added columns of one table: their cells by header, and the sheet rows of the cells."""

    rows: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class OwnCells:
    """The added columns of one workbook; *read_table* reads a table, which puts its cells into *cells*."""

    read_table: Callable[[str], object]
    cells: Mapping[str, OwnTableCells]
    dialect: Dialect

    def list_headers(self, table: str) -> Sequence[str]:
        """Return the headers of the columns that the team added to *table*."""
        if table not in EXTENSIBLE_TABLES:
            return ()
        if table not in self.cells:
            self.read_table(table)
        return tuple(self.cells[table].columns)

    def read(self, table: str, column: Column) -> pd.Series:
        """Return the cells of *column* by sheet row; what is not of its type is blank."""
        self.list_headers(table)
        rows, columns = self.cells[table]
        values = cells_to_values(column, columns[column.id], self.dialect).values
        return pd.Series(
            values, index=pd.Index(list(rows), dtype="int64"), dtype=object if column.type.is_text else None
        )
