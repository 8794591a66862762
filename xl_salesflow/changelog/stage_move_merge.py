"""Merge the stage moves of two copies: a deal's recorded stage and its stage stays go together.

Half a stage move would corrupt History. If both copies moved a deal differently, ours is kept and the other is a
conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.changelog.change_log import STAGE_MOVE_COLUMNS, format_log_value
from xl_salesflow.changelog.merge_conflicts import MergeConflict
from xl_salesflow.changelog.three_way_merge import Ancestor, TableMerge
from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, find_equal_cells
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text
from xl_salesflow.schema.table_columns import Column
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
    prints = [_fingerprint_stays(rows) for rows in (base["History"], ours["History"], theirs["History"])]
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


def _fingerprint_stays(history: pd.DataFrame) -> pd.Series:
    # a fingerprint of the stage stays of each deal, independent of their numbers and order
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
