"""The sheet Conflicts: what differs between two copies, and carrying out what people decided there.

A decision that cannot be carried out stays on the sheet and becomes a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.changelog.change_log import CONFLICTS_TABLE, format_log_value, log_key_column
from xl_salesflow.changelog.copy_differences import label_rows
from xl_salesflow.core.change_sets import ChangeSet, Edit, Fill, Remove
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, choice_label, identify_choice
from xl_salesflow.schema.table_columns import Column, ColumnType, TableSchema
from xl_salesflow.schema.table_frames import fold_keys, make_column_series, make_table_frame
from xl_salesflow.schema.table_registry import TABLES


def list_conflicts(pipeline: Pipeline, conflicts: Iterable[MergeConflict]) -> ChangeSet:
    """Return the change set that adds *conflicts* to the sheet, below the undecided ones."""
    rows = make_table_frame(CONFLICTS_TABLE, [_build_conflict_row(pipeline, conflict) for conflict in conflicts])
    if rows.empty:
        return ChangeSet()
    waiting = pipeline["Conflicts"][pipeline["Conflicts"]["table"] != ""]
    return ChangeSet(
        fills=(
            Fill(
                "Conflicts", pd.concat([waiting, rows], ignore_index=True).drop_duplicates(_CONFLICT_IDENTITY_COLUMNS)
            ),
        )
    )


_CONFLICT_IDENTITY_COLUMNS = ["kind", "table", "key", "column", "here", "there"]


def _build_conflict_row(pipeline: Pipeline, conflict: MergeConflict) -> dict[str, Any]:
    table = TABLES[conflict.table]
    column = table.by_id.get(conflict.column)
    cell = (
        pipeline.cell_address(conflict.table, conflict.row, conflict.column or table.name_column)
        if conflict.row
        else ""
    )
    formatted = {
        side: _format_conflict_value(column, getattr(conflict, side), pipeline) for side in ("before", "here", "there")
    }
    return {
        "kind": conflict.kind, "table": conflict.table, "key": conflict.key,
        "column": column.header.in_(pipeline.language) if column else "", **formatted, "cell": cell,
    }  # fmt: skip


def _format_conflict_value(column: Column | None, value: Any, pipeline: Pipeline) -> str:
    # as the cell displays it
    if column is None or not column.type.is_text:
        return format_log_value(value)
    return choice_label(column.options, format_log_value(value), pipeline.language)


CONFLICT_REASON = "Conflicts"
CONFLICT_MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "conflict_stays": Text(
            "{table} {key}: the other copy's value cannot be taken, because the row is gone, its name "
            "is not unique, or the value does not fit; change the cell yourself and choose No."
        )
    }
)


def resolve_conflicts(pipeline: Pipeline) -> ChangeSet:
    """Return the change set that carries out the decisions on the sheet Conflicts and removes those rows from it.

    "Yes" takes the other copy's cell, or removes the row that it removed. A stage is only typed in, so that the gates
    judge the move.
    """
    rows = pipeline["Conflicts"]
    if not (rows["take"] != "").any():
        return ChangeSet()
    plan, stays = ChangeSet(), rows["take"] == ""
    for row, one in zip(rows.index, rows.to_dict("records"), strict=True):
        if one["take"] == "yes":
            taken = _take_other_value(pipeline, {str(column_id): value for column_id, value in one.items()})
            stays[row] = taken is None
            plan += taken or ChangeSet(
                findings=(_unresolved_conflict_finding(pipeline, row, str(one["table"]), str(one["key"])),)
            )
    return plan + ChangeSet(fills=(Fill("Conflicts", rows[stays]),)) if not stays.all() else plan


def _take_other_value(pipeline: Pipeline, one: dict[str, Any]) -> ChangeSet | None:
    # None: it cannot be carried out
    table = TABLES.get(one["table"])
    if table is None:
        return None
    if one["kind"] in ("numbered", "removed_here"):
        return ChangeSet()  # the row already exists
    held = pipeline[table.name]
    rows = held.index[(fold_keys(label_rows(table, held)) == fold_text(one["key"])).to_numpy(bool)]
    if len(rows) != 1:
        return None
    if one["kind"] == "removed_there":
        return ChangeSet(
            removes=(
                Remove(table.name, held.loc[rows], CONFLICT_REASON),
                *_remove_deal_stays(pipeline, table, one["key"]),
            )
        )
    column = table.find_column(one["column"])
    try:
        values = None if column is None else [_parse_conflict_value(pipeline, column, one)]
    except ValueError:  # somebody typed something else into the sheet
        return None
    if column is None or values is None:
        return None
    keys = held.loc[rows, log_key_column(table)]
    after = make_column_series(column, values, rows)
    return ChangeSet(edits=(Edit(table.name, column.id, keys, held.loc[rows, column.id], after, CONFLICT_REASON),))


def _remove_deal_stays(pipeline: Pipeline, table: TableSchema, deal: str) -> tuple[Remove, ...]:
    # the stage stays of a deal go with it
    history = pipeline["History"]
    visits = history[fold_keys(history["deal"]) == fold_text(deal)]
    return (Remove("History", visits, CONFLICT_REASON),) if table.name == "Deals" and len(visits) else ()


def _parse_conflict_value(pipeline: Pipeline, column: Column, one: dict[str, Any]) -> Any:
    cell = one["there"]
    if cell == "":
        return None
    if one["kind"] == "move":  # first the stage, then how the deal got there
        stages = [stage for stage in pipeline["Stages"]["stage"] if stage and cell.startswith(f"{stage} (")]
        if not stages:
            raise ValueError(cell)
        return max(stages, key=len)
    if column.type.is_date:
        return pd.Timestamp(cell).to_numpy()
    if not column.type.is_text:
        return float(cell)
    known = (CHOICES if column.type is ColumnType.CHOICE else LISTS).get(column.options or "", {})
    return identify_choice(known, cell) or cell


def _unresolved_conflict_finding(pipeline: Pipeline, row: int, table: str, key: str) -> Finding:
    message = CONFLICT_MESSAGES["conflict_stays"].in_(pipeline.language, table=table, key=key)
    return Finding(
        "conflict_stays", "warn", message, "Conflicts", key, "take", pipeline.cell_address("Conflicts", row, "take")
    )


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A difference between two copies: *kind* is an id of the choice ``conflict``; *row* is the sheet row here, or 0."""

    kind: str
    table: str
    key: str
    column: str = ""
    before: Any = ""
    here: Any = ""
    there: Any = ""
    row: int = 0
