"""Stage moves of two copies: a deal's recorded stage and its visits are one thing, taken whole from the copy that moved it.

Half a move would make History lie. Where both copies moved a deal, and not alike, ours stands and the other is a conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.journal import MOVE, text
from xl_salesflow.merging.ancestor import Ancestor
from xl_salesflow.merging.fields import Conflict, Three
from xl_salesflow.model.column import Column
from xl_salesflow.model.difference import same
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

HISTORY, DEALS = TABLES["History"], TABLES["Deals"]
_COUNTED = ("visit", "seal")  # given anew where a visit joins another History
_WENT = Text("{stage} on {day} by {by}", "{day} 由 {by} 变更为“{stage}”")


@dataclass(frozen=True)
class Moved:
    """The deals, by folded key, whose moves come from them, and those that both moved."""

    theirs: pd.Index
    both: pd.Index


def moved(base: Mapping[str, pd.DataFrame], ours: Pipeline, theirs: Pipeline) -> Moved:
    """Compare the visits of every deal that both copies have."""
    prints = [_prints(rows) for rows in (base["History"], ours["History"], theirs["History"])]
    deals = folded(ours["Deals"]["deal"])
    shared = pd.Index(deals[deals.isin(folded(theirs["Deals"]["deal"])) & (deals != "")].unique())
    was, mine, other = (found.reindex(shared, fill_value=0) for found in prints)
    there, here = (other != was) & (other != mine), (mine != was)
    return Moved(shared[there & ~here], shared[there & here])


def merged(
    base: Mapping[str, pd.DataFrame], ours: Pipeline, theirs: Pipeline, found: Moved, because: str
) -> tuple[Plan, list[Conflict]]:
    """Return the plan that takes their moves, visits and recorded stages together, and the moves that contradict."""
    plan = _stages(ours, theirs, found.theirs, because)
    new = theirs["Deals"]["deal"][~folded(theirs["Deals"]["deal"]).isin(folded(ours["Deals"]["deal"]))]
    taken = found.theirs.append(pd.Index(folded(new).unique()))
    contradictions = [_contradiction(ours, theirs, deal) for deal in found.both]
    if taken.empty:
        return plan, contradictions
    columns = tuple(column for column in HISTORY.columns if not column.is_formula and column.id not in _COUNTED)
    was, mine, other = (_of(rows, taken) for rows in (base["History"], ours["History"], theirs["History"]))
    three = Three(HISTORY, columns, was, mine, other, Ancestor({}))
    visits, _ = three.merged(because)
    appends = tuple(_numbered(append, ours["History"]["visit"]) for append in visits.appends)
    plan += Plan(edits=visits.edits, appends=appends, removes=visits.removes)
    return plan, contradictions


def _prints(history: pd.DataFrame) -> pd.Series:
    # a fingerprint of what the visits of each deal say, whatever their numbers and their order
    rows = np.zeros(len(history), "uint64")
    for position, column in enumerate(HISTORY.columns):
        if not column.is_formula and column.id not in _COUNTED:
            values = pd.util.hash_array(_plain(history[column.id], column))
            rows += values * np.uint64(2 * position + 1)
    mixed = pd.util.hash_array(rows)
    return pd.Series(mixed, index=history.index).groupby(folded(history["deal"])).sum()


def _plain(cells: pd.Series, column: Column) -> npt.NDArray[Any]:
    if column.type.is_date:
        return cells.to_numpy("datetime64[s]").astype("int64")
    return cells.to_numpy(object) if column.type.is_text else cells.to_numpy("float64")


def _of(history: pd.DataFrame, deals: pd.Index) -> pd.DataFrame:
    return history[folded(history["deal"]).isin(deals)]


def _stages(ours: Pipeline, theirs: Pipeline, deals: pd.Index, because: str) -> Plan:
    mine = ours["Deals"].set_axis(folded(ours["Deals"]["deal"]), axis=0)
    rows = pd.Series(ours["Deals"].index, index=mine.index)[deals]
    other = theirs["Deals"].set_axis(folded(theirs["Deals"]["deal"]), axis=0).loc[deals].set_axis(rows, axis=0)
    held, edits = ours["Deals"].loc[rows], []
    for id in MOVE:
        changed = ~same(DEALS[id], held[id], other[id])
        if changed.any():
            edits.append(Edit("Deals", id, held["deal"][changed], held[id][changed], other[id][changed], because))
    return Plan(edits=tuple(edits))


def _numbered(append: Append, taken: pd.Series) -> Append:
    last = pd.to_numeric(taken.str.removeprefix("V"), errors="coerce").max()
    first = 1 if last != last else int(last) + 1
    rows = append.rows.assign(visit=[f"V{first + at:06d}" for at in range(len(append.rows))])
    return Append(append.table, rows.assign(seal="") if "seal" in rows else rows, append.because)


def _contradiction(ours: Pipeline, theirs: Pipeline, deal: str) -> Conflict:
    held = ours["Deals"].loc[folded(ours["Deals"]["deal"]) == deal]
    mine, row = held.iloc[0], int(held.index[0])
    known = set(ours["History"]["visit"])
    visits = _of(theirs["History"], pd.Index([deal]))
    went = [
        _WENT.in_(ours.language, stage=visit["stage"], day=text(visit["entered"]), by=visit["by"] or "?")
        for visit in visits[~visits["visit"].isin(known)].to_dict("records") or visits.tail(1).to_dict("records")
    ]
    other = theirs["Deals"].loc[folded(theirs["Deals"]["deal"]) == deal].iloc[0]
    there = f"{other['recorded_stage']} ({'; '.join(went)})"
    return Conflict("move", "Deals", str(mine["deal"]), "stage", "", mine["recorded_stage"], there, row)
