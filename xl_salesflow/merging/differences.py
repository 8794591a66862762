"""What differs between two workbooks, as values to be read: cells, and rows that are in one of them only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from xl_salesflow.journal import name_column
from xl_salesflow.merging.identity import by_identity, cells, has_fixed_rows, merges
from xl_salesflow.model.column import Table
from xl_salesflow.model.difference import same
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell, or with no *column* one row: *what* is ``changed``, ``only_first`` or ``only_second``."""

    what: str
    table: str
    key: str
    column: str = ""
    first: Any = None
    second: Any = None


def differences(first: Pipeline, second: Pipeline) -> Iterator[Difference]:
    """Yield what people and runs wrote differently in two workbooks, table by table; formulas are left out."""
    for table in TABLES.values():
        if merges(table):
            yield from _of_table(table, first, second)


def _of_table(table: Table, first: Pipeline, second: Pipeline) -> Iterator[Difference]:
    one, other = first[table.name], second[table.name]
    here, there = by_identity(table, one), by_identity(table, other)
    both, name = here.index.intersection(there.index, sort=False), name_column(table)
    mine = one.loc[here[both].to_numpy()]
    theirs = other.loc[there[both].to_numpy()].set_axis(mine.index, axis=0)
    for column in cells(table):
        for at in np.flatnonzero(~same(column, mine[column.id], theirs[column.id])):
            was, now = mine[column.id].iloc[at], theirs[column.id].iloc[at]
            yield Difference("changed", table.name, str(mine[name].iloc[at]), column.id, was, now)
    if has_fixed_rows(table):
        return
    for rows, mine_rows, what in ((here, one, "only_first"), (there, other, "only_second")):
        for row in rows[rows.index.difference(both, sort=False)]:
            yield Difference(what, table.name, str(mine_rows.at[row, name]))
