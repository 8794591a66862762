"""What a pipeline looks like once a plan is carried out, in memory: later steps of a verb build on it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xl_salesflow.model.column import Type
from xl_salesflow.model.frames import complete
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.settings import SETTINGS_BY_ID, Settings
from xl_salesflow.model.tables import TABLES


def applied(pipeline: Pipeline, plan: Plan) -> Pipeline:
    """Return *pipeline* with the edits, removals, appends and fills of *plan*; cached values and documents do not matter here.

    Appended rows get negative index values, so that no address is given to a row that is not in the sheet yet.
    """
    tables = dict(pipeline.tables)  # a table that nothing is done to stays the very same: it need not be compared
    for name in {edit.table for edit in plan.edits}:
        tables[name] = tables[name].copy(deep=False)
    for edit in plan.edits:
        column = tables[edit.table][edit.column].copy()
        column.loc[edit.after.index] = edit.after
        tables[edit.table][edit.column] = column
    settings = _set(pipeline.settings, plan)
    for remove in plan.removes:
        tables[remove.table] = tables[remove.table].drop(index=remove.rows.index)
    for append in plan.appends:
        tables[append.table] = _appended(tables[append.table], complete(TABLES[append.table], append.rows))
    for fill in plan.fills:
        tables[fill.table] = complete(TABLES[fill.table], fill.rows)
    return replace(pipeline.with_tables(**tables), settings=settings)


def _set(settings: Settings, plan: Plan) -> Settings:
    # a run changes no setting but names, such as the default playbook's
    edits = [edit for edit in plan.edits if (edit.table, edit.column) == ("Settings", "value")]
    changed = {change.key: str(change.after) for edit in edits for change in edit}
    names = {
        id: value for id, value in changed.items() if id in SETTINGS_BY_ID and SETTINGS_BY_ID[id].type is Type.TEXT
    }
    return Settings({**settings.values, **names}) if names else settings


def _appended(frame: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    lowest = min(int(frame.index.min()), 0) if len(frame) else 0
    rows = rows.set_axis(pd.RangeIndex(lowest - 1, lowest - 1 - len(rows), -1), axis=0)
    return pd.concat([frame, rows]) if len(frame) else rows
