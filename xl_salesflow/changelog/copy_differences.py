"""Identify rows across two copies of a workbook, and find the differences between the copies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from xl_salesflow.changelog.change_log import format_log_value, is_recomputed, log_key_column
from xl_salesflow.core.change_sets import find_equal_cells
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import CellDifference, RowDifference
from xl_salesflow.schema.plain_values import json_value
from xl_salesflow.schema.table_columns import OWN_COLUMN_TABLES, Column, ColumnWriter, TableSchema, extend_table
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

IDENTITY_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Answers": ("deal", "question"),
        "Traits": ("account", "kind", "trait"),
        "QuoteLines": ("quote", "position"),
        "Targets": ("from", "to", "owner", "product", "sales_channel"),
        "CommissionTiers": ("plan", "from_attainment", "from_value"),
        "Stages": ("playbook", "stage"),
        "StageTasks": ("playbook", "stage", "task"),
        "FollowUps": ("deal",),
        "Columns": ("table", "column"),
    }
)
"""The columns that identify the rows of a table without a key; for tables not listed here, all columns together."""

_UNMERGED_TABLES = {"Findings", "Conflicts", "Journal", "History"}  # regenerated, or merged by rules of their own
_IDENTITY_SEPARATOR, _REPEAT_MARK, _LABEL_SEPARATOR = "\x1f", "\x1e", " · "


def is_mergeable(table: TableSchema) -> bool:
    """Return whether the input rows or cells of *table* are merged one by one."""
    return table.name not in _UNMERGED_TABLES and bool(list_merged_columns(table))


def list_compared_tables(*copies: Mapping[str, pd.DataFrame]) -> Iterator[TableSchema]:
    """Yield every table, with the columns that the team declared in all *copies*, which are frames by table."""
    for table in TABLES.values():
        if table.name in OWN_COLUMN_TABLES:
            ids = [copy[table.name].columns for copy in copies]
            table = extend_table(table, [one for one in ids[0] if all(one in others for others in ids[1:])])
        yield table


def has_fixed_rows(table: TableSchema) -> bool:
    """Return whether the product owns the rows of *table*, so that only input cells can differ."""
    counted = table.key is not None and table[table.key].writer is ColumnWriter.PRODUCT
    return table.generated or (counted and table.name != "History")


def list_merged_columns(table: TableSchema) -> tuple[Column, ...]:
    """Return the input columns of *table*; formulas and columns that every run recomputes are left out."""
    if has_fixed_rows(table):
        return tuple(column for column in table.columns if column.writer is ColumnWriter.PERSON)
    return tuple(column for column in table.columns if not column.is_formula and not is_recomputed(column))


def index_by_identity(table: TableSchema, rows: pd.DataFrame) -> pd.Series:
    """Return the sheet row of each row of *rows*, indexed by identity; blank rows are left out, duplicates numbered."""
    columns = list_merged_columns(table)
    written = np.zeros(len(rows), bool)
    for column in columns if len(rows) else ():
        cell = rows[column.id]
        written |= (cell != "").to_numpy(bool) if column.type.is_text else cell.notna().to_numpy(bool)
    rows = rows[written]
    if rows.empty:
        return pd.Series(dtype="int64", index=pd.Index([], dtype=object))
    names = (table.key,) if table.key else IDENTITY_COLUMNS.get(table.name, tuple(column.id for column in columns))
    identity = _join_identity(rows, names)
    nameless = (identity.str.replace(_IDENTITY_SEPARATOR, "") == "").to_numpy(bool)
    if nameless.any():
        identity[nameless] = _REPEAT_MARK + _join_identity(rows[nameless], [column.id for column in columns])
    again = identity.groupby(identity, sort=False).cumcount()
    if again.any():
        identity = identity.where(again == 0, identity + _REPEAT_MARK + again.astype(str))
    return pd.Series(rows.index, index=pd.Index(identity.to_numpy(object)), dtype="int64")


def fold_row_names(table: TableSchema, rows: pd.DataFrame) -> pd.Series:
    """Return the name that the Journal uses for each of *rows*, in the form used for comparison."""
    return _join_identity(rows, [log_key_column(table)])


def label_rows(table: TableSchema, rows: pd.DataFrame) -> pd.Series:
    """Return a label for each of *rows*: its key, or what it is about, such as D-1 · B2 for an answer."""
    columns = [log_key_column(table)] if table.key else list(IDENTITY_COLUMNS.get(table.name, [log_key_column(table)]))
    texts = [rows[column].map(format_log_value).astype(object) for column in columns]
    return pd.Series(
        [_LABEL_SEPARATOR.join(parts) for parts in zip(*texts, strict=True)], index=rows.index, dtype=object
    )


def _join_identity(rows: pd.DataFrame, names: tuple[str, ...] | list[str]) -> pd.Series:
    joined = pd.Series("", index=rows.index, dtype=object)
    for position, name in enumerate(names):
        part = fold_keys(rows[name].map(format_log_value).astype(object))
        joined = part if position == 0 else joined + _IDENTITY_SEPARATOR + part
    return joined


def has_same_rows(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two frames of a table have equal rows in the same order, wherever these stand."""
    return one is other or one.reset_index(drop=True).equals(other.reset_index(drop=True))


@dataclass(frozen=True, slots=True)
class CopyDifference:
    """A differing cell, or row if *column* is blank: *what* is ``changed``, ``only_first`` or ``only_second``."""

    what: Literal["changed", "only_first", "only_second"]
    table: str
    key: str
    column: str = ""
    first: Any = None
    second: Any = None


def find_copy_differences(first: Pipeline, second: Pipeline) -> Iterator[CopyDifference]:
    """Yield the differences between two workbooks, table by table; formulas are left out."""
    for table in list_compared_tables(first.tables, second.tables):
        if is_mergeable(table):
            yield from find_table_differences(table, first, second)


def find_table_differences(table: TableSchema, first: Pipeline, second: Pipeline) -> Iterator[CopyDifference]:
    """Yield the differences in one table."""
    if has_same_rows(first[table.name], second[table.name]):
        return
    one, other = first[table.name], second[table.name]
    here, there = index_by_identity(table, one), index_by_identity(table, other)
    both, name = here.index.intersection(there.index, sort=False), log_key_column(table)
    mine = one.loc[here[both].to_numpy()]
    theirs = other.loc[there[both].to_numpy()].set_axis(mine.index, axis=0)
    for column in list_merged_columns(table):
        for at in np.flatnonzero(~find_equal_cells(column, mine[column.id], theirs[column.id])):
            was, now = mine[column.id].iloc[at], theirs[column.id].iloc[at]
            yield CopyDifference("changed", table.name, str(mine[name].iloc[at]), column.id, was, now)
    if has_fixed_rows(table):
        return
    for row in here[here.index.difference(both, sort=False)]:
        yield CopyDifference("only_first", table.name, str(one.at[row, name]))
    for row in there[there.index.difference(both, sort=False)]:
        yield CopyDifference("only_second", table.name, str(other.at[row, name]))


def describe_difference(one: CopyDifference) -> CellDifference | RowDifference:
    """Return a difference as part of an answer."""
    if one.what == "changed":
        first, second = json_value(one.first), json_value(one.second)
        return CellDifference(one.what, one.table, one.key, one.column, first, second)
    return RowDifference(one.what, one.table, one.key)
