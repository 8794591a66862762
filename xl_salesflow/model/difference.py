"""What differs between two states of one workbook, as a plan: the only way a plan that is written comes about.

A verb works on pipelines step by step; what it changed is then read off, so that a step that changes nothing plans nothing,
and two steps that touch the same cell leave one change.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.model.column import Column, Table
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Fill, Plan, Remove
from xl_salesflow.model.tables import TABLES

Reasons = Mapping[tuple[str, str], pd.Series]
"""Why cells changed: (table, column id) → text by row; rows not named changed because of *because*."""


def difference(before: Pipeline, after: Pipeline, because: str = "", reasons: Reasons | None = None) -> Plan:
    """Return the plan that turns *before* into *after*: edits, rows added and removed, filled tables, formula cells."""
    plan = Plan()
    for table in TABLES.values():
        old, new = before[table.name], after[table.name]
        if old is new:
            continue
        plan += _filled(table, old, new) if table.generated else _edited(table, old, new, because, reasons or {})
    return plan


def same(column: Column, old: pd.Series, new: pd.Series) -> npt.NDArray[np.bool_]:
    """Return where two series of *column* say the same: blank equals blank, numbers to 12 digits."""
    alike: npt.NDArray[np.bool_] = np.asarray(old.to_numpy() == new.to_numpy(), dtype=bool)
    if column.type.is_date:
        alike |= old.isna().to_numpy() & new.isna().to_numpy()
    elif not column.type.is_text:
        alike |= np.isclose(old.to_numpy("float64"), new.to_numpy("float64"), rtol=1e-12, atol=0.0, equal_nan=True)
    return alike


def _edited(table: Table, old: pd.DataFrame, new: pd.DataFrame, because: str, reasons: Reasons) -> Plan:
    gone = old.loc[old.index.difference(new.index, sort=False)]
    removes = (Remove(table.name, gone, because),) if len(gone) else ()
    old = old.drop(index=gone.index) if len(gone) else old
    kept = new.loc[old.index] if len(new) != len(old) else new
    keys = kept[table.key] if table.key else kept[table.columns[0].id]
    edits: dict[bool, list[Edit]] = {False: [], True: []}
    for column in table.columns:
        was, now = old[column.id], kept[column.id]
        if np.shares_memory(was.to_numpy(), now.to_numpy()) and was.index.equals(now.index):
            continue
        rows = old.index[~same(column, was, now)]
        if len(rows):
            why = reasons.get((table.name, column.id), pd.Series(dtype=object)).reindex(rows, fill_value=because)
            edit = Edit(table.name, column.id, keys.loc[rows], was.loc[rows], now.loc[rows], why)
            edits[column.is_formula].append(edit)
    added = new.loc[new.index.difference(old.index, sort=False)]
    appends = (Append(table.name, added, because),) if len(added) else ()
    return Plan(edits=tuple(edits[False]), caches=tuple(edits[True]), appends=appends, removes=removes)


def _filled(table: Table, old: pd.DataFrame, new: pd.DataFrame) -> Plan:
    alike = len(old) == len(new) and all(same(column, old[column.id], new[column.id]).all() for column in table.columns)
    return Plan() if alike else Plan(fills=(Fill(table.name, new, old),))
