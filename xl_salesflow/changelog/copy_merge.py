"""Merge two copies into one change set for ours, based on their common ancestor; nothing in either is lost.

A cell that only the other copy changed is taken over. A cell that both changed to the same value needs no change. Any
other difference becomes a row of the sheet Conflicts, and our value is kept until a person decides there. If both
copies gave one key to different rows, the other copy's rows get the next free keys, and references to them are updated.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from xl_salesflow.changelog.change_log import STAGE_MOVE_COLUMNS
from xl_salesflow.changelog.copy_differences import index_by_identity, is_mergeable, list_merged_columns
from xl_salesflow.changelog.merge_conflicts import MergeConflict, list_conflicts
from xl_salesflow.changelog.stage_move_merge import MovedDeals, compare_stage_moves, merge_stage_moves
from xl_salesflow.changelog.three_way_merge import Ancestor, TableMerge, find_unlike_cells, join_table_merges
from xl_salesflow.core.change_sets import Append, ChangeSet, Remove
from xl_salesflow.core.key_numbers import COUNTED_TABLES, find_key_columns, next_key_like
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.verb_answers import MergedCopy
from xl_salesflow.schema.table_columns import ColumnWriter, TableSchema
from xl_salesflow.schema.table_frames import fold_keys
from xl_salesflow.schema.table_registry import TABLES


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
        for table in TABLES.values()
        if is_mergeable(table) and not _is_unchanged_table(ancestor.tables[table.name], theirs[table.name])
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
        if not (
            conflict.table == "Deals" and conflict.column == "stage" and conflict.key.strip().casefold() in reported
        )
    ]


def _is_unchanged_table(base: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    # the other copy changed nothing in the table
    return base.reset_index(drop=True).equals(theirs.reset_index(drop=True))


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
