"""The sheet Conflicts: what two copies say differently, and what a person decided there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from xl_salesflow.journal import name_column, text
from xl_salesflow.merging.fields import Conflict
from xl_salesflow.merging.identity import names
from xl_salesflow.model.choices import CHOICES, identify, label
from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.frames import folded, frame, series
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Fill, Plan, Remove
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


def resolved(pipeline: Pipeline) -> Plan:
    """Return the plan that carries out what people decided on the sheet Conflicts; decided rows leave it.

    Yes takes the other copy's cell, or takes out the row it took out. A stage is typed, so that the gates judge the move.
    """
    rows = pipeline["Conflicts"]
    decided = rows[rows["take"] != ""]
    if decided.empty:
        return Plan()
    plan = Plan(fills=(Fill("Conflicts", rows[rows["take"] == ""]),))
    for one in decided[decided["take"] == "yes"].to_dict("records"):
        plan += _taken(pipeline, {str(id): value for id, value in one.items()})
    return plan


def _taken(pipeline: Pipeline, one: dict[str, Any]) -> Plan:
    table = TABLES.get(one["table"])
    if table is None:
        return Plan()
    name, held = name_column(table), pipeline[table.name]
    rows = held.index[names(table, held) == one["key"].strip().casefold()]
    column = table.find(one["column"]) if one["column"] else None
    if one["kind"] == "removed_there":
        return Plan(removes=(Remove(table.name, held.loc[rows], SHEET.name),)) if len(rows) == 1 else Plan()
    if column is None or one["kind"] == "numbered":
        return Plan()
    rows = (
        rows
        if len(rows) == 1
        else rows[folded(held.loc[rows, column.id].map(text).astype(object)) == one["here"].casefold()]
    )
    if len(rows) != 1:
        return Plan()
    after = series(column, [_meant(column, one)], rows)
    return Plan(
        edits=(Edit(table.name, column.id, held.loc[rows, name], held.loc[rows, column.id], after, SHEET.name),)
    )


def _meant(column: Column, one: dict[str, Any]) -> Any:
    said = one["there"].split(" (")[0] if one["kind"] == "move" else one["there"]
    if said == "":
        return None
    if column.type.is_date:
        return pd.Timestamp(said).to_numpy()
    if not column.type.is_text:
        return float(said)
    labels = (CHOICES if column.type is Type.CHOICE else LISTS).get(column.options or "", {})
    return identify(labels, said) or said
