"""Two copies and what both once were, made one plan for ours: nothing of either side is dropped.

A cell only they changed is taken, a cell both changed the same way is nobody's business, anything else goes to the sheet of
conflicts and ours stands until a person decides there.
"""

from __future__ import annotations

import pandas as pd

from xl_salesflow.journal import MOVE
from xl_salesflow.merging import visits
from xl_salesflow.merging.ancestor import Ancestor
from xl_salesflow.merging.conflicts import listed
from xl_salesflow.merging.fields import Conflict, Three, together
from xl_salesflow.merging.identity import cells, merges
from xl_salesflow.merging.numbers import renumbered
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Plan, Remove
from xl_salesflow.model.tables import TABLES


def merged(ancestor: Ancestor, ours: Pipeline, theirs: Pipeline) -> Plan:
    """Return what to do to *ours* so that it has what both copies say; conflicts are rows of the sheet Conflicts.

    The answer counts what was taken: ``cells``, ``rows``, ``rows_removed`` and ``conflicts``.
    """
    because = f"merge {theirs.source}".strip()
    theirs, notes = renumbered(ancestor.tables, ours, theirs)
    found = visits.moved(ancestor.tables, ours, theirs)
    moves, contradictions = visits.merged(ancestor.tables, ours, theirs, found, because)
    plan, conflicts = together(
        Three(table, columns, ancestor.tables[table.name], ours[table.name], theirs[table.name], ancestor).merged(
            because
        )
        for table in TABLES.values()
        if merges(table) and not _alike(ancestor.tables[table.name], theirs[table.name])
        for columns in [tuple(column for column in cells(table) if (table.name, column.id) not in _MOVES)]
    )
    conflicts = [*contradictions, *_without_moved(conflicts, found), *notes]
    plan += moves + _left_behind(ours, plan)
    answer = {
        "cells": sum(map(len, plan.edits)),
        "rows": sum(len(append.rows) for append in plan.appends),
        "rows_removed": sum(len(remove.rows) for remove in plan.removes),
        "conflicts": len(conflicts),
    }
    return plan + _journal(ours, theirs, because) + listed(ours, conflicts) + Plan(answer=answer)


_MOVES = {("Deals", column) for column in MOVE}


def _without_moved(conflicts: list[Conflict], found: visits.Moved) -> list[Conflict]:
    # the contradiction of two moves tells the stage already
    told = set(found.both)
    return [
        conflict
        for conflict in conflicts
        if not (conflict.table == "Deals" and conflict.column == "stage" and conflict.key.strip().casefold() in told)
    ]


def _alike(base: pd.DataFrame, theirs: pd.DataFrame) -> bool:
    # they changed nothing in the table, so there is nothing to take
    return base.reset_index(drop=True).equals(theirs.reset_index(drop=True))


def _left_behind(ours: Pipeline, plan: Plan) -> Plan:
    # the visits of deals that were taken out
    gone = {deal for remove in plan.removes if remove.table == "Deals" for deal in folded(remove.rows["deal"])}
    visits = ours["History"][folded(ours["History"]["deal"]).isin(gone)]
    return Plan(removes=(Remove("History", visits, "merge"),)) if len(visits) else Plan()


def _journal(ours: Pipeline, theirs: Pipeline, because: str) -> Plan:
    # the runs only they made, as their Journal tells them
    rows = theirs["Journal"]
    new = rows[~folded(rows["run"]).isin(folded(ours["Journal"]["run"])) & (rows["run"] != "")]
    return Plan(appends=(Append("Journal", new, because),)) if len(new) else Plan()
