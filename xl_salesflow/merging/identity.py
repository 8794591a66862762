"""What makes a row the same row in two copies, and which of its cells count."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.journal import WORKED_OUT_AGAIN, name_column, text
from xl_salesflow.model.column import Column, Table, Writer
from xl_salesflow.model.frames import folded

BY_CONTENT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Answers": ("deal", "question"),
        "Traits": ("account", "kind", "trait"),
        "QuoteLines": ("quote", "position"),
        "Targets": ("from", "to", "owner", "product", "sales_channel"),
        "Stages": ("playbook", "stage"),
        "StageTasks": ("playbook", "stage", "task"),
        "FollowUps": ("deal",),
    }
)
"""The columns that tell the rows of a table without a key apart; a table not named here goes by everything in a row."""

_OF_THE_PRODUCT = {"Findings", "Conflicts", "Journal", "History"}  # made again, or merged by rules of their own
_BETWEEN, _AGAIN, _LABEL = "\x1f", "\x1e", " · "


def merges(table: Table) -> bool:
    """Tell whether people's rows or cells of *table* are merged one by one."""
    return table.name not in _OF_THE_PRODUCT and bool(cells(table))


def has_fixed_rows(table: Table) -> bool:
    """Tell whether the product owns the rows of *table*, so that only cells of people can differ."""
    counted = table.key is not None and table[table.key].writer is Writer.PRODUCT
    return table.generated or (counted and table.name != "History")


def cells(table: Table) -> tuple[Column, ...]:
    """Return the columns of *table* that somebody wrote; formulas and what every run works out again are left out."""
    if has_fixed_rows(table):
        return tuple(column for column in table.columns if column.writer is Writer.PERSON)
    return tuple(column for column in table.columns if not column.is_formula and column.id not in WORKED_OUT_AGAIN)


def by_identity(table: Table, rows: pd.DataFrame) -> pd.Series:
    """Return the sheet row of each row of *rows*, by what identifies it; blank rows are left out, doubles are counted up."""
    columns = cells(table)
    written = np.zeros(len(rows), bool)
    for column in columns if len(rows) else ():
        cell = rows[column.id]
        written |= (cell != "").to_numpy(bool) if column.type.is_text else cell.notna().to_numpy(bool)
    rows = rows[written]
    if rows.empty:
        return pd.Series(dtype="int64", index=pd.Index([], dtype=object))
    names = (table.key,) if table.key else BY_CONTENT.get(table.name, tuple(column.id for column in columns))
    identity = _joined(rows, names)
    nameless = (identity.str.replace(_BETWEEN, "") == "").to_numpy(bool)
    if nameless.any():
        identity[nameless] = _AGAIN + _joined(rows[nameless], [column.id for column in columns])
    again = identity.groupby(identity, sort=False).cumcount()
    if again.any():
        identity = identity.where(again == 0, identity + _AGAIN + again.astype(str))
    return pd.Series(rows.index, index=pd.Index(identity.to_numpy(object)), dtype="int64")


def names(table: Table, rows: pd.DataFrame) -> pd.Series:
    """Return what the Journal calls each of *rows*, as it is compared."""
    return _joined(rows, [name_column(table)])


def labels(table: Table, rows: pd.DataFrame) -> pd.Series:
    """Return what people call each of *rows*: its key, or what it is about, such as D-1 · B2 for an answer."""
    columns = [name_column(table)] if table.key else list(BY_CONTENT.get(table.name, [name_column(table)]))
    said = [rows[column].map(text).astype(object) for column in columns]
    return pd.Series([_LABEL.join(parts) for parts in zip(*said, strict=True)], index=rows.index, dtype=object)


def _joined(rows: pd.DataFrame, names: tuple[str, ...] | list[str]) -> pd.Series:
    whole = pd.Series("", index=rows.index, dtype=object)
    for position, name in enumerate(names):
        part = folded(rows[name].map(text).astype(object))
        whole = part if position == 0 else whole + _BETWEEN + part
    return whole
