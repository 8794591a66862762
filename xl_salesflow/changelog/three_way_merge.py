"""The common ancestor of two copies, and the three-way merge of one table.

The ancestor is an earlier version of the workbook, or is reconstructed from the two change logs. A cell that only the
other copy changed is taken over; a cell that both changed is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.changelog.change_log import STAGE_MOVE_COLUMNS, collapse_cell_spaces, format_log_value, log_key_column
from xl_salesflow.changelog.copy_differences import (
    fold_row_names,
    has_fixed_rows,
    index_by_identity,
    is_mergeable,
    label_rows,
    list_compared_tables,
    list_merged_columns,
)
from xl_salesflow.changelog.merge_conflicts import MergeConflict
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, Remove, find_equal_cells
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.table_columns import Column, TableSchema
from xl_salesflow.schema.table_frames import fold_keys, make_column_series

CopyFlags = npt.NDArray[np.bool_]
LoggedChanges = dict[tuple[str, str], dict[str, str]]


@dataclass(frozen=True)
class Ancestor:
    """The frames both copies started from. *unknown_cells*: (table, column) → identities of cells with unknown old values."""

    tables: Mapping[str, pd.DataFrame]
    unknown_cells: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def is_unknown(self, table: str, column: str, identities: pd.Index) -> pd.Series:
        """Return for each of *identities* whether the old value of the cell is unknown."""
        return pd.Series(identities.isin(list(self.unknown_cells.get((table, column), ()))), index=identities)


def find_ancestor(ours: Pipeline, theirs: Pipeline, base: Pipeline | None) -> Ancestor:
    """Return the state both copies started from: *base*, or else the state that their Journals give.

    Raises:
        UsageError: there is no base, and the Journals have no run in common.
    """
    if base:
        return Ancestor(base.tables)
    _require_possible_copy(ours, theirs)
    return reconstruct_ancestor(ours, theirs)


def _require_possible_copy(ours: Pipeline, theirs: Pipeline) -> None:
    """Raise UsageError if the workbooks cannot be copies of one; copies without runs have no Journal to compare."""
    runs, others = set(ours["Journal"]["run"]), set(theirs["Journal"]["run"])
    if not runs & others and (runs or others):
        raise UsageError(
            "{source} is not a copy of {other}: their Journals have no run in common, so all of it "
            "would be new or in conflict. Give their common earlier version with --base, or combine "
            "them with: salesflow rollup.",
            source=theirs.source,
            other=ours.source,
        )


def reconstruct_ancestor(ours: Pipeline, theirs: Pipeline) -> Ancestor:
    """Return the common ancestor, reconstructed from the Journals of two copies.

    Where the copies agree, so did the ancestor. Where they differ and only one Journal has a change of that cell, the
    other copy must hold the value that the Journal has as the old one. Otherwise somebody typed there as well, or the
    old value is unknown, and the merge asks. A row that is in only one copy counts as new.
    """
    here, there = _read_logged_changes(ours, theirs), _read_logged_changes(theirs, ours)
    tables: dict[str, pd.DataFrame] = {"History": _reconstruct_stage_stays(ours, theirs, here, there)}
    doubts: dict[tuple[str, str], frozenset[str]] = {}
    for table in list_compared_tables(ours.tables, theirs.tables):
        if is_mergeable(table):
            rows = index_by_identity(table, ours[table.name])
            other = index_by_identity(table, theirs[table.name])
            both = rows.index.intersection(other.index)
            held = ours[table.name].loc[rows[both].to_numpy()].copy()
            found = theirs[table.name].loc[other[both].to_numpy()].set_axis(held.index)
            for column in list_merged_columns(table):
                differ = ~find_equal_cells(column, held[column.id], found[column.id])
                known, place = fold_row_names(table, held), (table.name, column.id)
                by_us, kept_there = _match_logged_changes(known, found[column.id], here.get(place, {}))
                by_them, kept_here = _match_logged_changes(known, held[column.id], there.get(place, {}))
                ours_alone, theirs_alone = by_us & ~by_them & kept_there, by_them & ~by_us & kept_here
                held[column.id] = held[column.id].where(~(differ & ours_alone), found[column.id])
                doubts[place] = frozenset(both[differ & ~ours_alone & ~theirs_alone])
            tables[table.name] = held
    return Ancestor(tables, doubts)


def is_surely_ancestor(backup: Pipeline, copy: Pipeline, other: Pipeline) -> bool:
    """Return whether *backup*, made by the first run of *copy* alone, has nothing that was typed into *copy* after they parted.

    A cell that *copy* still holds as the backup does, that the other copy holds otherwise, and of which no Journal tells who
    changed it, may have been typed before that run: the merge would undo it. So would it remove a row that was typed.
    """
    doubts = reconstruct_ancestor(copy, other).unknown_cells
    for table in filter(is_mergeable, list_compared_tables(backup.tables, copy.tables, other.tables)):
        then, now, there = (index_by_identity(table, each[table.name]) for each in (backup, copy, other))
        if len(then.index.intersection(now.index).difference(there.index)):
            return False
        for column in list_merged_columns(table):
            doubted = pd.Index(list(doubts.get((table.name, column.id), ()))).intersection(then.index)
            if len(doubted):
                before, after = (
                    each[table.name][column.id].loc[rows[doubted].to_numpy()].reset_index(drop=True)
                    for each, rows in ((backup, then), (copy, now))
                )
                if np.asarray(find_equal_cells(column, before, after)).any():
                    return False
    return True


def _match_logged_changes(known: pd.Series, other: pd.Series, before: Mapping[str, str]) -> tuple[CopyFlags, CopyFlags]:
    # the cells that a Journal has changes of, and those where the other copy still holds the value before the first
    # change
    was = known.map(before)
    changed = was.notna().to_numpy(bool)
    return changed, changed & (was == other.map(format_log_value).map(collapse_cell_spaces)).to_numpy(bool)


def _read_logged_changes(ours: Pipeline, theirs: Pipeline) -> LoggedChanges:
    # old values of cells changed by runs that the other copy does not have: (table, column) → key → text
    journal = ours["Journal"]
    own = journal[~journal["run"].isin(set(theirs["Journal"]["run"])) & (journal["operation"] == "change")]
    found: LoggedChanges = {}
    for table, column, key, before in zip(own["table"], own["column"], own["key"], own["before"], strict=True):
        found.setdefault((table, column), {}).setdefault(fold_text(key), collapse_cell_spaces(before))
    return found


def _reconstruct_stage_stays(
    ours: Pipeline,
    theirs: Pipeline,
    here: LoggedChanges,
    there: LoggedChanges,
) -> pd.DataFrame:
    # a deal that only we moved still has its earlier stage stays in the other copy
    moved = set[str]().union(*(here.get(("Deals", column), {}) for column in STAGE_MOVE_COLUMNS))
    by_them = set[str]().union(*(there.get(("Deals", column), {}) for column in STAGE_MOVE_COLUMNS))
    mine, other = fold_keys(ours["History"]["deal"]), fold_keys(theirs["History"]["deal"])
    old = moved - by_them
    return pd.concat([ours["History"][~mine.isin(old)], theirs["History"][other.isin(old)]], ignore_index=True)


@dataclass(frozen=True)
class TableMerge:
    """The three versions of one table, each with the sheet row of every identity."""

    table: TableSchema
    columns: tuple[Column, ...]
    base: pd.DataFrame
    ours: pd.DataFrame
    theirs: pd.DataFrame
    ancestor: Ancestor

    def merge(self, because: str) -> tuple[ChangeSet, list[MergeConflict]]:
        """Return the changes to our version, and the conflicts that a person has to decide."""
        base, here, there = (index_by_identity(self.table, rows) for rows in (self.base, self.ours, self.theirs))
        plan, conflicts = self._merge_cells(base, here, there, because)
        if has_fixed_rows(self.table):
            return plan, conflicts
        added, found = self._merge_added_rows(base, here, there, because)
        removed, kept = self._merge_removed_rows(base, here, there, because)
        return plan + added + removed, [*conflicts, *found, *kept]

    def _merge_cells(
        self, base: pd.Series, here: pd.Series, there: pd.Series, because: str
    ) -> tuple[ChangeSet, list[MergeConflict]]:
        both = here.index.intersection(there.index, sort=False)
        if both.empty:
            return ChangeSet(), []
        rows, edits, conflicts = here[both].to_numpy(), list[Edit](), list[MergeConflict]()
        keys, labels = self.ours.loc[rows, log_key_column(self.table)], label_rows(self.table, self.ours.loc[rows])
        for column in self.columns:
            was = self._base_values(column, base, both, rows)
            mine = self.ours.loc[rows, column.id]
            other = self.theirs.loc[there[both].to_numpy(), column.id].set_axis(mine.index)
            unsure = self.ancestor.is_unknown(self.table.name, column.id, both).to_numpy(bool)
            by_us, by_them = (
                ~find_equal_cells(column, was, mine) | unsure,
                ~find_equal_cells(column, was, other) | unsure,
            )
            differ = ~find_equal_cells(column, mine, other)
            taken = by_them & ~by_us & differ
            if taken.any():
                edits.append(Edit(self.table.name, column.id, keys[taken], mine[taken], other[taken], because))
            for at in np.flatnonzero(by_us & by_them & differ):
                conflicts.append(self._build_cell_conflict(column, labels, was, mine, other, int(at)))
        return ChangeSet(edits=tuple(edits)), conflicts

    def _build_cell_conflict(
        self, column: Column, labels: pd.Series, was: pd.Series, mine: pd.Series, other: pd.Series, at: int
    ) -> MergeConflict:
        before, here, there = (values.iloc[at] for values in (was, mine, other))
        key, row = str(labels.iloc[at]), int(mine.index[at])
        return MergeConflict("cell", self.table.name, key, column.id, before, here, there, row)

    def _base_values(self, column: Column, base: pd.Series, both: pd.Index, rows: np.ndarray[Any, Any]) -> pd.Series:
        # a row that both copies added was blank before
        blank = make_column_series(column, [None] * len(both), pd.Index(rows))
        known = both.isin(base.index)
        blank.iloc[np.flatnonzero(known)] = self.base.loc[base[both[known]].to_numpy(), column.id].to_numpy()
        return blank

    def _merge_added_rows(
        self, base: pd.Series, here: pd.Series, there: pd.Series, because: str
    ) -> tuple[ChangeSet, list[MergeConflict]]:
        # rows that only the other copy has: new ones, and those we removed while they changed them
        theirs_only = there[there.index.difference(here.index, sort=False)]
        known = theirs_only.index.isin(base.index)
        changed = self._find_changed_rows(base, there, theirs_only.index[known], self.theirs)
        rows = self.theirs.loc[[*theirs_only[~known], *there[changed]]]
        keys = label_rows(self.table, self.theirs.loc[there[changed].to_numpy()])
        conflicts = [MergeConflict("removed_here", self.table.name, str(key)) for key in keys]
        return ChangeSet(appends=(Append(self.table.name, rows, because),) if len(rows) else ()), conflicts

    def _merge_removed_rows(
        self, base: pd.Series, here: pd.Series, there: pd.Series, because: str
    ) -> tuple[ChangeSet, list[MergeConflict]]:
        # rows of the ancestor that the other copy removed; what we changed meanwhile is kept and reported
        removed = here.index.intersection(base.index, sort=False).difference(there.index, sort=False)
        changed = self._find_changed_rows(base, here, removed, self.ours)
        rows = self.ours.loc[here[removed.difference(changed, sort=False)].to_numpy()]
        kept = here[changed].to_numpy()
        keys = label_rows(self.table, self.ours.loc[kept])
        conflicts = [
            MergeConflict("removed_there", self.table.name, str(key), row=int(row))
            for key, row in zip(keys, kept, strict=True)
        ]
        return ChangeSet(removes=(Remove(self.table.name, rows, because),) if len(rows) else ()), conflicts

    def _find_changed_rows(self, base: pd.Series, now: pd.Series, identities: pd.Index, rows: pd.DataFrame) -> pd.Index:
        changed = np.zeros(len(identities), bool)
        for column in self.columns if len(identities) else ():
            held = rows.loc[now[identities].to_numpy(), column.id]
            was = self.base.loc[base[identities].to_numpy(), column.id].set_axis(held.index)
            changed |= ~find_equal_cells(column, was, held)
        return identities[changed]


def join_table_merges(parts: Iterable[tuple[ChangeSet, list[MergeConflict]]]) -> tuple[ChangeSet, list[MergeConflict]]:
    """Return the change sets and the conflicts of several tables joined."""
    plan, conflicts = ChangeSet(), list[MergeConflict]()
    for more, found in parts:
        plan += more
        conflicts += found
    return plan, conflicts


def find_unlike_cells(
    table: TableSchema, columns: Iterable[str], one: pd.DataFrame, other: pd.DataFrame
) -> Iterator[np.ndarray[Any, Any]]:
    """Yield for each of *columns* where both rows hold a value and the values differ."""
    for column_id in columns:
        mine, theirs = one[column_id], other[column_id].set_axis(one.index)
        blank = (mine == "") | (theirs == "") if table[column_id].type.is_text else mine.isna() | theirs.isna()
        yield ~find_equal_cells(table[column_id], mine, theirs) & ~blank.to_numpy(bool)
