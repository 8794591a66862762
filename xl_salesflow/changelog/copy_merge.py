"""Merge two copies into one change set for ours, based on their common ancestor; nothing in either is lost.

A cell that only the other copy changed is taken over. A cell that both changed to the same value needs no change. Any
other difference becomes a row of the sheet Conflicts, and our value is kept until a person decides there. If both
copies gave one key to different rows, the other copy's rows get the next free keys, and references to them are updated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.changelog.change_log import STAGE_MOVE_COLUMNS, format_log_value
from xl_salesflow.changelog.copy_differences import (
    has_same_rows,
    index_by_identity,
    is_mergeable,
    list_compared_tables,
    list_merged_columns,
)
from xl_salesflow.changelog.merge_conflicts import MergeConflict, list_conflicts
from xl_salesflow.changelog.three_way_merge import Ancestor, TableMerge, find_unlike_cells, join_table_merges
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove, find_equal_cells
from xl_salesflow.core.key_numbers import COUNTED_TABLES, find_key_columns, next_key_like, next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import MergedCopy
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.table_columns import Column, ColumnWriter, TableSchema
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES

MERGED_HISTORY_TABLE, MERGED_DEALS_TABLE = TABLES["History"], TABLES["Deals"]
_REASSIGNED_COLUMNS = ("visit", "seal")  # assigned anew when a stay is copied into another History
_OTHER_MOVE_TEXT = Text("{stage} on {day} by {by}")


@dataclass(frozen=True)
class MovedDeals:
    """The deals, by casefolded key, that only the other copy moved, and those that both copies moved."""

    theirs: pd.Index
    both: pd.Index


def compare_stage_moves(base: Mapping[str, pd.DataFrame], ours: Pipeline, theirs: Pipeline) -> MovedDeals:
    """Compare the stage stays of every deal that both copies have."""
    prints = [fingerprint_stays(rows) for rows in (base["History"], ours["History"], theirs["History"])]
    deals = fold_keys(ours["Deals"]["deal"])
    shared = pd.Index(deals[deals.isin(fold_keys(theirs["Deals"]["deal"])) & (deals != "")].unique())
    was, mine, other = (found.reindex(shared, fill_value=0) for found in prints)
    there, here = (other != was) & (other != mine), (mine != was)
    return MovedDeals(shared[there & ~here], shared[there & here])


def merge_stage_moves(
    base: Mapping[str, pd.DataFrame], ours: Pipeline, theirs: Pipeline, found: MovedDeals, because: str
) -> tuple[ChangeSet, list[MergeConflict]]:
    """Return the change set that takes over moves, stays and recorded stages together, and the contradicting moves."""
    plan = _take_stage_cells(ours, theirs, found.theirs, because)
    new = theirs["Deals"]["deal"][~fold_keys(theirs["Deals"]["deal"]).isin(fold_keys(ours["Deals"]["deal"]))]
    taken = found.theirs.append(pd.Index(fold_keys(new).unique()))
    contradictions = [_build_move_conflict(ours, theirs, deal) for deal in found.both]
    if taken.empty:
        return plan, contradictions
    columns = tuple(
        column
        for column in MERGED_HISTORY_TABLE.columns
        if not column.is_formula and column.id not in _REASSIGNED_COLUMNS
    )
    was, mine, other = (
        _select_deal_stays(rows, taken) for rows in (base["History"], ours["History"], theirs["History"])
    )
    three = TableMerge(MERGED_HISTORY_TABLE, columns, was, mine, other, Ancestor({}))
    visits, _ = three.merge(because)
    appends = tuple(_number_added_stays(ours, append) for append in visits.appends)
    plan += ChangeSet(edits=visits.edits, appends=appends, removes=visits.removes)
    return plan, contradictions


def fingerprint_stays(history: pd.DataFrame) -> pd.Series:
    """Return a fingerprint of the stage stays of each deal, by casefolded key, independent of their numbers and order."""
    rows = np.zeros(len(history), "uint64")
    for position, column in enumerate(MERGED_HISTORY_TABLE.columns):
        if not column.is_formula and column.id not in _REASSIGNED_COLUMNS:
            values = pd.util.hash_array(_to_hashable_values(history[column.id], column))
            rows += values * np.uint64(2 * position + 1)
    mixed = pd.util.hash_array(rows)
    return pd.Series(mixed, index=history.index).groupby(fold_keys(history["deal"])).sum()


def _to_hashable_values(cells: pd.Series, column: Column) -> npt.NDArray[Any]:
    if column.type.is_date:
        return cells.to_numpy("datetime64[s]").astype("int64")
    return cells.to_numpy(object) if column.type.is_text else cells.to_numpy("float64")


def _select_deal_stays(history: pd.DataFrame, deals: pd.Index) -> pd.DataFrame:
    return history[fold_keys(history["deal"]).isin(deals)]


def _take_stage_cells(ours: Pipeline, theirs: Pipeline, deals: pd.Index, because: str) -> ChangeSet:
    mine = ours["Deals"].set_axis(fold_keys(ours["Deals"]["deal"]), axis=0)
    rows = pd.Series(ours["Deals"].index, index=mine.index)[deals]
    other = theirs["Deals"].set_axis(fold_keys(theirs["Deals"]["deal"]), axis=0).loc[deals].set_axis(rows, axis=0)
    held, edits = ours["Deals"].loc[rows], []
    for column_id in STAGE_MOVE_COLUMNS:
        changed = ~find_equal_cells(MERGED_DEALS_TABLE[column_id], held[column_id], other[column_id])
        if changed.any():
            edits.append(
                Edit(
                    "Deals",
                    column_id,
                    held["deal"][changed],
                    held[column_id][changed],
                    other[column_id][changed],
                    because,
                )
            )
    return ChangeSet(edits=tuple(edits))


def _number_added_stays(ours: Pipeline, append: Append) -> Append:
    rows = append.rows.assign(visit=next_keys(ours, "History", len(append.rows)))
    return Append(append.table, rows.assign(seal="") if "seal" in rows else rows, append.because)


def _build_move_conflict(ours: Pipeline, theirs: Pipeline, deal: str) -> MergeConflict:
    held = ours["Deals"].loc[fold_keys(ours["Deals"]["deal"]) == deal]
    mine, row = held.iloc[0], int(held.index[0])
    known = set(ours["History"]["visit"])
    visits = _select_deal_stays(theirs["History"], pd.Index([deal]))
    went = [
        _OTHER_MOVE_TEXT.in_(
            ours.language, stage=visit["stage"], day=format_log_value(visit["entered"]), by=visit["by"] or "?"
        )
        for visit in visits[~visits["visit"].isin(known)].to_dict("records") or visits.tail(1).to_dict("records")
    ]
    other = theirs["Deals"].loc[fold_keys(theirs["Deals"]["deal"]) == deal].iloc[0]
    there = f"{other['recorded_stage']} ({'; '.join(went)})"
    return MergeConflict("move", "Deals", str(mine["deal"]), "stage", "", mine["recorded_stage"], there, row)


def merge_copies(ancestor: Ancestor, ours: Pipeline, theirs: Pipeline) -> ChangeSet[MergedCopy]:
    """Return the changes that bring the content of both copies into *ours*; conflicts become rows of the sheet Conflicts.

    The answer counts what was taken over.
    """
    because = f"merge {theirs.source}".strip()
    theirs, notes = renumber_keys(ancestor.tables, ours, theirs)
    found = compare_stage_moves(ancestor.tables, ours, theirs)
    moves, contradictions = merge_stage_moves(ancestor.tables, ours, theirs, found, because)
    plan, conflicts = join_table_merges(
        TableMerge(table, columns, ancestor.tables[table.name], ours[table.name], theirs[table.name], ancestor).merge(
            because
        )
        for table in list_compared_tables(ancestor.tables, ours.tables, theirs.tables)
        if is_mergeable(table) and not has_same_rows(ancestor.tables[table.name], theirs[table.name])
        for columns in [
            tuple(column for column in list_merged_columns(table) if (table.name, column.id) not in _STAGE_MOVE_CELLS)
        ]
    )
    conflicts = [*contradictions, *_drop_moved_stages(conflicts, found), *notes]
    plan += moves + _remove_orphaned_stays(ours, plan)
    taken = MergedCopy(
        cells=sum(map(len, plan.edits)),
        rows=sum(len(append.rows) for append in plan.appends),
        rows_removed=sum(len(remove.rows) for remove in plan.removes),
        conflicts=len(conflicts),
    )
    plan += _append_other_runs(ours, theirs, because) + list_conflicts(ours, conflicts)
    return plan.with_answer(taken)


_STAGE_MOVE_CELLS = {("Deals", column) for column in STAGE_MOVE_COLUMNS}


def _drop_moved_stages(conflicts: list[MergeConflict], found: MovedDeals) -> list[MergeConflict]:
    # the conflict of two moves already covers the stage
    reported = set(found.both)
    return [
        conflict
        for conflict in conflicts
        if not (conflict.table == "Deals" and conflict.column == "stage" and fold_text(conflict.key) in reported)
    ]


def _remove_orphaned_stays(ours: Pipeline, plan: ChangeSet) -> ChangeSet:
    # the stage stays of removed deals
    removed = {deal for remove in plan.removes if remove.table == "Deals" for deal in fold_keys(remove.rows["deal"])}
    visits = ours["History"][fold_keys(ours["History"]["deal"]).isin(removed)]
    return ChangeSet(removes=(Remove("History", visits, "merge"),)) if len(visits) else ChangeSet()


def _append_other_runs(ours: Pipeline, theirs: Pipeline, because: str) -> ChangeSet:
    # the runs that only the other copy made, from its Journal
    rows = theirs["Journal"]
    new = rows[~fold_keys(rows["run"]).isin(fold_keys(ours["Journal"]["run"])) & (rows["run"] != "")]
    return ChangeSet(appends=(Append("Journal", new, because),)) if len(new) else ChangeSet()


_TELLING_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType({"Deals": ("name", "account")})
"""The columns that distinguish two new rows of a table; in other tables, all input cells."""


def renumber_keys(
    base: Mapping[str, pd.DataFrame], ours: Pipeline, theirs: Pipeline
) -> tuple[Pipeline, list[MergeConflict]]:
    """Return *theirs* with new keys where both copies gave one key to different rows, and a note for each of them."""
    notes: list[MergeConflict] = []
    for name in COUNTED_TABLES:
        table = TABLES[name]
        if not is_mergeable(table):
            continue  # stage stays get their numbers when they are taken
        doubled = _find_doubled_keys(table, base[name], ours[name], theirs[name])
        if not doubled:
            continue
        taken = set().union(*(fold_keys(rows[table.key or ""]) for rows in (base[name], ours[name], theirs[name])))
        new = dict[str, str]()
        for key in doubled:
            new[key] = next_key_like(key, {*taken, *new.values()})
        theirs = _replace_keys(theirs, table, new)
        notes += [MergeConflict("numbered", name, key, table.key or "", "", key, there) for key, there in new.items()]
    return theirs, notes


def _find_doubled_keys(table: TableSchema, base: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame) -> list[str]:
    old, here, there = (index_by_identity(table, rows) for rows in (base, ours, theirs))
    both = here.index.intersection(there.index, sort=False).difference(old.index, sort=False)
    mine, other = ours.loc[here[both].to_numpy()], theirs.loc[there[both].to_numpy()]
    if both.empty:
        return []
    people = tuple(
        column.id for column in table.columns if column.writer is ColumnWriter.PERSON and column.id != table.key
    )
    differ = np.zeros(len(both), bool)
    for unequal in find_unlike_cells(table, _TELLING_COLUMNS.get(table.name, people), mine, other):
        differ |= unequal
    return list(other[table.key or ""][differ])


def _replace_keys(pipeline: Pipeline, table: TableSchema, new: Mapping[str, str]) -> Pipeline:
    changed: dict[str, pd.DataFrame] = {}
    for name, column in find_key_columns(table):
        rows = changed.get(name, pipeline[name])
        changed[name] = rows.assign(**{column: rows[column].replace(dict(new))})
    return pipeline.with_tables(**changed)
