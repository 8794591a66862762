"""The sheet Conflicts: what two copies say differently, and what a person decided there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from xl_salesflow.journal import text
from xl_salesflow.merging.fields import Conflict
from xl_salesflow.model.choices import label
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.frames import frame
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Fill, Plan
from xl_salesflow.model.tables import TABLES

SHEET = TABLES["Conflicts"]


def listed(pipeline: Pipeline, conflicts: Iterable[Conflict]) -> Plan:
    """Return the plan that puts *conflicts* on their sheet, below those that nobody decided yet."""
    rows = frame(SHEET, [_row(pipeline, conflict) for conflict in conflicts])
    if rows.empty:
        return Plan()
    waiting = pipeline["Conflicts"][pipeline["Conflicts"]["table"] != ""]
    return Plan(fills=(Fill("Conflicts", pd.concat([waiting, rows], ignore_index=True).drop_duplicates(_WHAT)),))


_WHAT = ["kind", "table", "key", "column", "here", "there"]


def _row(pipeline: Pipeline, conflict: Conflict) -> dict[str, Any]:
    table = TABLES[conflict.table]
    column = table.by_id.get(conflict.column)
    cell = pipeline.cell(conflict.table, conflict.row, conflict.column or table.columns[0].id) if conflict.row else ""
    said = {id: _said(column, getattr(conflict, id), pipeline) for id in ("before", "here", "there")}
    return {
        "kind": conflict.kind, "table": conflict.table, "key": conflict.key,
        "column": column.header.in_(pipeline.language) if column else "", **said, "cell": cell,
    }  # fmt: skip


def _said(column: Column | None, value: Any, pipeline: Pipeline) -> str:
    # as the cell shows it
    if column is None or not column.type.is_text:
        return text(value)
    if column.type is Type.CHOICE:
        return label(column.options or "", text(value), pipeline.language)
    known = LISTS.get(column.options or "", {}).get(text(value)) if column.type is Type.LIST else None
    return known.in_(pipeline.language) if known else text(value)
