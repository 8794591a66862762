"""What both copies once were: an earlier version of the workbook, or what the two Journals remember of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.journal import MOVE, one_line, text
from xl_salesflow.merging.identity import by_identity, cells, merges, names
from xl_salesflow.model.difference import same
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

Flags = npt.NDArray[np.bool_]
Changes = dict[tuple[str, str], dict[str, str]]


@dataclass(frozen=True)
class Ancestor:
    """The frames both copies began with. *doubts*: (table, column) → the identities of cells nobody can know about."""

    tables: Mapping[str, pd.DataFrame]
    doubts: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def doubted(self, table: str, column: str, identities: pd.Index) -> pd.Series:
        """Tell for each of *identities* whether what the cell held before is unknown."""
        return pd.Series(identities.isin(list(self.doubts.get((table, column), ()))), index=identities)


def related(one: Pipeline, other: Pipeline) -> bool:
    """Tell whether two workbooks may be copies of one: copies no run has touched yet have no Journal to compare."""
    runs, others = set(one["Journal"]["run"]), set(other["Journal"]["run"])
    return bool(runs & others) or not (runs or others)


def remembered(ours: Pipeline, theirs: Pipeline) -> Ancestor:
    """Return the ancestor that the Journals of two copies tell.

    Where the copies agree, so did the ancestor. Where they differ, only one Journal knows of a change of that cell, and the
    other copy holds what the Journal says it held before, that is the old value; else somebody typed it too or nobody can
    know, and the merge asks. A row that is in one copy only counts as new.
    """
    here, there = _changes(ours, theirs), _changes(theirs, ours)
    tables: dict[str, pd.DataFrame] = {"History": _visits(ours, theirs, here, there)}
    doubts: dict[tuple[str, str], frozenset[str]] = {}
    for table in TABLES.values():
        if merges(table):
            rows = by_identity(table, ours[table.name])
            other = by_identity(table, theirs[table.name])
            both = rows.index.intersection(other.index)
            held = ours[table.name].loc[rows[both].to_numpy()].copy()
            found = theirs[table.name].loc[other[both].to_numpy()].set_axis(held.index)
            for column in cells(table):
                differ = ~same(column, held[column.id], found[column.id])
                known, place = names(table, held), (table.name, column.id)
                by_us, kept_there = _told(known, found[column.id], here.get(place, {}))
                by_them, kept_here = _told(known, held[column.id], there.get(place, {}))
                ours_alone, theirs_alone = by_us & ~by_them & kept_there, by_them & ~by_us & kept_here
                held[column.id] = held[column.id].where(~(differ & ours_alone), found[column.id])
                doubts[place] = frozenset(both[differ & ~ours_alone & ~theirs_alone])
            tables[table.name] = held
    return Ancestor(tables, doubts)


def _told(known: pd.Series, other: pd.Series, before: Mapping[str, str]) -> tuple[Flags, Flags]:
    # which cells a Journal has changes of, and where the other copy still holds what was there before the first of them
    was = known.map(before)
    changed = was.notna().to_numpy(bool)
    return changed, changed & (was == other.map(text).map(one_line)).to_numpy(bool)


def _changes(ours: Pipeline, theirs: Pipeline) -> Changes:
    # what cells held before runs changed them which the other copy does not know of: (table, column) → key → text
    journal = ours["Journal"]
    own = journal[~journal["run"].isin(set(theirs["Journal"]["run"])) & (journal["operation"] == "change")]
    found: Changes = {}
    for table, column, key, before in zip(own["table"], own["column"], own["key"], own["before"], strict=True):
        found.setdefault((table, column), {}).setdefault(key.strip().casefold(), one_line(before))
    return found


def _visits(
    ours: Pipeline,
    theirs: Pipeline,
    here: Changes,
    there: Changes,
) -> pd.DataFrame:
    # a deal that only we moved has in the other copy the visits it had before
    moved = set[str]().union(*(here.get(("Deals", column), {}) for column in MOVE))
    by_them = set[str]().union(*(there.get(("Deals", column), {}) for column in MOVE))
    mine, other = folded(ours["History"]["deal"]), folded(theirs["History"]["deal"])
    old = moved - by_them
    return pd.concat([ours["History"][~mine.isin(old)], theirs["History"][other.isin(old)]], ignore_index=True)
