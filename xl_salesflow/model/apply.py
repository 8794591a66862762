"""What a pipeline looks like once a plan is carried out, in memory: later steps of a verb build on it."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.frames import complete
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.tables import TABLES


def applied(pipeline: Pipeline, plan: Plan) -> Pipeline:
    """Return *pipeline* with the edits, removals, appends and fills of *plan*; cached values and documents do not matter here.

    Appended rows get negative index values, so that no address is given to a row that is not in the sheet yet.
    """
    tables = {name: table.copy(deep=False) for name, table in pipeline.tables.items()}
    for edit in plan.edits:
        column = tables[edit.table][edit.column].copy()
        column.loc[edit.after.index] = edit.after
        tables[edit.table][edit.column] = column
    for remove in plan.removes:
        tables[remove.table] = tables[remove.table].drop(index=remove.rows.index)
    for append in plan.appends:
        tables[append.table] = _appended(tables[append.table], complete(TABLES[append.table], append.rows))
    for fill in plan.fills:
        tables[fill.table] = complete(TABLES[fill.table], fill.rows)
    return pipeline.with_tables(**tables)


def _appended(frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    lowest = min(int(frame.index.min()), 0) if len(frame) else 0
    rows = rows.set_axis(pd.RangeIndex(lowest - 1, lowest - 1 - len(rows), -1), axis=0)
    return pd.concat([frame, rows]) if len(frame) else rows
