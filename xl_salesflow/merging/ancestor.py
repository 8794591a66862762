"""What both copies once were: an earlier version of the workbook, or what the two Journals remember of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from xl_salesflow.journal import MOVE
from xl_salesflow.merging.identity import by_identity, cells, merges, names
from xl_salesflow.model.difference import same
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES


@dataclass(frozen=True)
class Ancestor:
    """The frames both copies began with. *doubts*: (table, column) → the identities of cells nobody can know about."""

    tables: Mapping[str, pd.DataFrame]
    doubts: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def doubted(self, table: str, column: str, identities: pd.Index) -> pd.Series:
        """Tell for each of *identities* whether what the cell held before is unknown."""
        return pd.Series(identities.isin(list(self.doubts.get((table, column), ()))), index=identities)


def remembered(ours: Pipeline, theirs: Pipeline) -> Ancestor:
    """Return the ancestor that the Journals of two copies tell.

    Where the copies agree, so did the ancestor. Where they differ and only one Journal knows of a change of that cell, the
    other copy has the old value; else nobody can know, and the merge asks. A row that is in one copy only counts as new.
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
                known = names(table, held)
                by_us = known.isin(list(here.get((table.name, column.id), ()))).to_numpy(bool)
                by_them = known.isin(list(there.get((table.name, column.id), ()))).to_numpy(bool)
                held[column.id] = held[column.id].where(~(differ & by_us & ~by_them), found[column.id])
                doubts[table.name, column.id] = frozenset(both[differ & (by_us == by_them)])
            tables[table.name] = held
    return Ancestor(tables, doubts)


def _changes(ours: Pipeline, theirs: Pipeline) -> dict[tuple[str, str], set[str]]:
    # the cells that runs changed which the other copy does not know of
    journal = ours["Journal"]
    own = journal[~journal["run"].isin(set(theirs["Journal"]["run"])) & (journal["operation"] == "change")]
    found: dict[tuple[str, str], set[str]] = {}
    for table, column, key in zip(own["table"], own["column"], own["key"], strict=True):
        found.setdefault((table, column), set()).add(key.strip().casefold())
    return found


def _visits(
    ours: Pipeline,
    theirs: Pipeline,
    here: dict[tuple[str, str], set[str]],
    there: dict[tuple[str, str], set[str]],
) -> pd.DataFrame:
    # a deal that only we moved has in the other copy the visits it had before
    moved = set[str]().union(*(here.get(("Deals", column), set()) for column in MOVE))
    by_them = set[str]().union(*(there.get(("Deals", column), set()) for column in MOVE))
    mine, other = folded(ours["History"]["deal"]), folded(theirs["History"]["deal"])
    old = moved - by_them
    return pd.concat([ours["History"][~mine.isin(old)], theirs["History"][other.isin(old)]], ignore_index=True)
