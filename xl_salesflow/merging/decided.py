"""What people decided on the sheet Conflicts, carried out; what cannot be carried out stays there and is told."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.journal import name_column
from xl_salesflow.merging.identity import labels
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Column, Table, Type
from xl_salesflow.model.frames import folded, series
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Edit, Fill, Finding, Plan, Remove
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

BECAUSE = "Conflicts"
MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "conflict_stays": Text(
            "{table} {key}: the other copy's value cannot be taken, as the row is gone or not the only one of its name, or the "
            "value does not fit; change the cell yourself and choose No.",
            "{table} {key}：无法采用另一副本的值（该行已不存在、有同名的行，或值不适用）；请自行修改单元格并选“否”。",
        )
    }
)


def resolved(pipeline: Pipeline) -> Plan:
    """Return the plan that carries out what people decided on the sheet Conflicts; what is done leaves it.

    Yes takes the other copy's cell, or takes out the row it took out. A stage is typed, so that the gates judge the move.
    """
    rows = pipeline["Conflicts"]
    if not (rows["take"] != "").any():
        return Plan()
    plan, stays = Plan(), rows["take"] == ""
    for row, one in zip(rows.index, rows.to_dict("records"), strict=True):
        if one["take"] == "yes":
            taken = _taken(pipeline, {str(id): value for id, value in one.items()})
            stays[row] = taken is None
            plan += taken or Plan(findings=(_told(pipeline, row, str(one["table"]), str(one["key"])),))
    return plan + Plan(fills=(Fill("Conflicts", rows[stays]),)) if not stays.all() else plan


def _taken(pipeline: Pipeline, one: dict[str, Any]) -> Plan | None:
    # None: it cannot be done
    table = TABLES.get(one["table"])
    if table is None:
        return None
    if one["kind"] in ("numbered", "removed_here"):
        return Plan()  # the row is there already
    held = pipeline[table.name]
    rows = held.index[(folded(labels(table, held)) == one["key"].strip().casefold()).to_numpy(bool)]
    if len(rows) != 1:
        return None
    if one["kind"] == "removed_there":
        return Plan(removes=(Remove(table.name, held.loc[rows], BECAUSE), *_visits(pipeline, table, one["key"])))
    column = table.find(one["column"])
    try:
        meant = None if column is None else [_meant(pipeline, column, one)]
    except ValueError:  # somebody wrote something else into the sheet
        return None
    if column is None or meant is None:
        return None
    keys = held.loc[rows, name_column(table)]
    after = series(column, meant, rows)
    return Plan(edits=(Edit(table.name, column.id, keys, held.loc[rows, column.id], after, BECAUSE),))


def _visits(pipeline: Pipeline, table: Table, deal: str) -> tuple[Remove, ...]:
    # a deal takes its visits along
    history = pipeline["History"]
    visits = history[folded(history["deal"]) == deal.strip().casefold()]
    return (Remove("History", visits, BECAUSE),) if table.name == "Deals" and len(visits) else ()


def _meant(pipeline: Pipeline, column: Column, one: dict[str, Any]) -> Any:
    said = one["there"]
    if said == "":
        return None
    if one["kind"] == "move":  # the stage stands first, then how it came there
        stages = [stage for stage in pipeline["Stages"]["stage"] if stage and said.startswith(f"{stage} (")]
        if not stages:
            raise ValueError(said)
        return max(stages, key=len)
    if column.type.is_date:
        return pd.Timestamp(said).to_numpy()
    if not column.type.is_text:
        return float(said)
    known = (CHOICES if column.type is Type.CHOICE else LISTS).get(column.options or "", {})
    return identify(known, said) or said


def _told(pipeline: Pipeline, row: int, table: str, key: str) -> Finding:
    message = MESSAGES["conflict_stays"].in_(pipeline.language, table=table, key=key)
    return Finding("conflict_stays", "warn", message, "Conflicts", key, "take", pipeline.cell("Conflicts", row, "take"))
