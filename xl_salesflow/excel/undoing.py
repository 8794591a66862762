"""The last run put back, as far as the Journal tells: changed cells that still hold what it wrote, and the rows it added."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from xl_salesflow import journal
from xl_salesflow.errors import UsageError
from xl_salesflow.flow import Run
from xl_salesflow.model.column import Column
from xl_salesflow.model.frames import blank, series
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Plan
from xl_salesflow.model.tables import TABLES


def put_back(pipeline: Pipeline, run: Run) -> Plan:
    """Return the plan that undoes the last run of the Journal; rows that people changed since are left and counted.

    Raises:
        UsageError: nothing is written down, or the run moved deals: those are moved back with a reason instead.
    """
    told = pipeline["Journal"]
    told = told[told["run"] == told["run"].max()] if len(told) else told
    if not len(told):
        raise UsageError("The Journal holds no run to undo.", "“日志”中没有可撤销的运行。")
    if (told["column"] == "recorded_stage").any():
        raise UsageError(
            "The last run moved deals to other stages, which stands in History; move them back with Next stage instead.",
            "最近一次运行变更了商机阶段并已记入历史；请用“下一阶段”将其退回。",
        )
    edits = tuple(edit for edit in (*_changed(pipeline, told), *_added(pipeline, told)) if len(edit))
    plan = Plan(edits=edits, answer={"undone": len(edits), "of": len(told)})
    return plan + journal.entries(plan, "undo", run.by, run.now)


def _changed(pipeline: Pipeline, told: pd.DataFrame) -> Iterator[Edit]:
    changes = told[told["operation"] == "change"]
    for table, key, column, before, after in zip(
        *(changes[name] for name in ("table", "key", "column", "before", "after")), strict=True
    ):
        declared = TABLES[table]
        rows = pipeline[table].index[pipeline[table][declared.key or declared.columns[0].id] == key]
        held = pipeline[table].loc[rows, column]
        if len(rows) == 1 and _text(held.iloc[0]) == after:
            yield _edit(pipeline, table, column, rows, [_value(declared[column], before)])


def _added(pipeline: Pipeline, told: pd.DataFrame) -> Iterator[Edit]:
    added = told[told["operation"] == "add"]
    for table, keys in added.groupby("table")["key"]:
        declared = TABLES[str(table)]
        rows = pipeline[declared.name].index[pipeline[declared.name][declared.key or ""].isin(keys)]
        for column in declared.columns:
            if not column.is_formula and len(rows):
                yield _edit(pipeline, declared.name, column.id, rows, [blank(column)] * len(rows))


def _edit(pipeline: Pipeline, table: str, column: str, rows: pd.Index, cells: list[Any]) -> Edit:
    declared, held = TABLES[table], pipeline[table]
    keys = held.loc[rows, declared.key or declared.columns[0].id]
    return Edit(table, column, keys, held.loc[rows, column], series(declared[column], cells, rows), "undo")


def _value(column: Column, text: str) -> Any:
    if text == "" or column.type.is_text:
        return text or blank(column)
    return pd.Timestamp(text).to_numpy().astype("datetime64[s]") if column.type.is_date else float(text)


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
