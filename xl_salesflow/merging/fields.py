"""Three versions of one table made one: a cell only they changed is taken, a cell both changed is a conflict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.journal import name_column
from xl_salesflow.merging.ancestor import Ancestor
from xl_salesflow.merging.identity import by_identity, has_fixed_rows, labels
from xl_salesflow.model.column import Column, Table
from xl_salesflow.model.difference import same
from xl_salesflow.model.frames import series
from xl_salesflow.model.plan import Append, Edit, Plan, Remove


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the two copies say differently. *kind* is an id of the choice ``conflict``; *row* the sheet row here, or 0."""

    kind: str
    table: str
    key: str
    column: str = ""
    before: Any = ""
    here: Any = ""
    there: Any = ""
    row: int = 0


@dataclass(frozen=True)
class Three:
    """The three versions of one table, each with the sheet row of every identity."""

    table: Table
    columns: tuple[Column, ...]
    base: pd.DataFrame
    ours: pd.DataFrame
    theirs: pd.DataFrame
    ancestor: Ancestor

    def merged(self, because: str) -> tuple[Plan, list[Conflict]]:
        """Return what to do to our version, and what nobody but a person can decide."""
        base, here, there = (by_identity(self.table, rows) for rows in (self.base, self.ours, self.theirs))
        plan, conflicts = self._edited(base, here, there, because)
        if has_fixed_rows(self.table):
            return plan, conflicts
        added, found = self._added(base, here, there, because)
        gone, kept = self._gone(base, here, there, because)
        return plan + added + gone, [*conflicts, *found, *kept]

    def _edited(self, base: pd.Series, here: pd.Series, there: pd.Series, because: str) -> tuple[Plan, list[Conflict]]:
        both = here.index.intersection(there.index, sort=False)
        if both.empty:
            return Plan(), []
        rows, edits, conflicts = here[both].to_numpy(), list[Edit](), list[Conflict]()
        keys, said = self.ours.loc[rows, name_column(self.table)], labels(self.table, self.ours.loc[rows])
        for column in self.columns:
            was = self._base(column, base, both, rows)
            mine = self.ours.loc[rows, column.id]
            other = self.theirs.loc[there[both].to_numpy(), column.id].set_axis(mine.index)
            unsure = self.ancestor.doubted(self.table.name, column.id, both).to_numpy(bool)
            by_us, by_them = ~same(column, was, mine) | unsure, ~same(column, was, other) | unsure
            differ = ~same(column, mine, other)
            taken = by_them & ~by_us & differ
            if taken.any():
                edits.append(Edit(self.table.name, column.id, keys[taken], mine[taken], other[taken], because))
            for at in np.flatnonzero(by_us & by_them & differ):
                conflicts.append(self._of_cell(column, said, was, mine, other, int(at)))
        return Plan(edits=tuple(edits)), conflicts

    def _of_cell(
        self, column: Column, said: pd.Series, was: pd.Series, mine: pd.Series, other: pd.Series, at: int
    ) -> Conflict:
        before, here, there = (values.iloc[at] for values in (was, mine, other))
        key, row = str(said.iloc[at]), int(mine.index[at])
        return Conflict("cell", self.table.name, key, column.id, before, here, there, row)

    def _base(self, column: Column, base: pd.Series, both: pd.Index, rows: np.ndarray[Any, Any]) -> pd.Series:
        # a row that both added was blank before
        blank = series(column, [None] * len(both), pd.Index(rows))
        known = both.isin(base.index)
        blank.iloc[np.flatnonzero(known)] = self.base.loc[base[both[known]].to_numpy(), column.id].to_numpy()
        return blank

    def _added(self, base: pd.Series, here: pd.Series, there: pd.Series, because: str) -> tuple[Plan, list[Conflict]]:
        # rows only they have: new ones, and those we took out while they went on with them
        theirs_only = there[there.index.difference(here.index, sort=False)]
        known = theirs_only.index.isin(base.index)
        changed = self._changed(base, there, theirs_only.index[known], self.theirs)
        rows = self.theirs.loc[[*theirs_only[~known], *there[changed]]]
        keys = labels(self.table, self.theirs.loc[there[changed].to_numpy()])
        conflicts = [Conflict("removed_here", self.table.name, str(key)) for key in keys]
        return Plan(appends=(Append(self.table.name, rows, because),) if len(rows) else ()), conflicts

    def _gone(self, base: pd.Series, here: pd.Series, there: pd.Series, because: str) -> tuple[Plan, list[Conflict]]:
        # rows of old that they took out; what we changed meanwhile stays and is told
        gone = here.index.intersection(base.index, sort=False).difference(there.index, sort=False)
        changed = self._changed(base, here, gone, self.ours)
        rows = self.ours.loc[here[gone.difference(changed, sort=False)].to_numpy()]
        kept = here[changed].to_numpy()
        keys = labels(self.table, self.ours.loc[kept])
        conflicts = [
            Conflict("removed_there", self.table.name, str(key), row=int(row))
            for key, row in zip(keys, kept, strict=True)
        ]
        return Plan(removes=(Remove(self.table.name, rows, because),) if len(rows) else ()), conflicts

    def _changed(self, base: pd.Series, now: pd.Series, identities: pd.Index, rows: pd.DataFrame) -> pd.Index:
        changed = np.zeros(len(identities), bool)
        for column in self.columns if len(identities) else ():
            held = rows.loc[now[identities].to_numpy(), column.id]
            was = self.base.loc[base[identities].to_numpy(), column.id].set_axis(held.index)
            changed |= ~same(column, was, held)
        return identities[changed]


def together(parts: Iterable[tuple[Plan, list[Conflict]]]) -> tuple[Plan, list[Conflict]]:
    """Return the plans and the conflicts of several tables as one."""
    plan, conflicts = Plan(), list[Conflict]()
    for more, found in parts:
        plan += more
        conflicts += found
    return plan, conflicts


def unlike(
    table: Table, columns: Iterable[str], one: pd.DataFrame, other: pd.DataFrame
) -> Iterator[np.ndarray[Any, Any]]:
    """Yield for each of *columns* where both rows say something, and not the same."""
    for id in columns:
        mine, theirs = one[id], other[id].set_axis(one.index)
        blank = (mine == "") | (theirs == "") if table[id].type.is_text else mine.isna() | theirs.isna()
        yield ~same(table[id], mine, theirs) & ~blank.to_numpy(bool)
