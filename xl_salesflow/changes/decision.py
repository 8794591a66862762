"""A plan taken apart into decisions: what a person can want by itself. The parts of a move are one decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

import pandas as pd

from xl_salesflow.journal import COUNTED_ON, MOVE, WORKED_OUT_AGAIN, text
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Change, Edit, Plan, Remove
from xl_salesflow.model.tables import TABLES

NEW, GONE = "+", "-"
"""What stands for the column where a whole row is added or taken out."""

_WITH_MOVES = ("History", "Tasks")
_HEADS = ("recorded_stage", "move_status", "last_expected_close", "status")  # what a group of cells is told by


@dataclass
class Decision:
    """Cells and rows that are done together or not at all; *head* is the one that tells it, *reasons* what the gates say."""

    head: Change
    row: int
    reasons: str = ""
    cells: set[tuple[str, str, int]] = field(default_factory=set)
    added: set[tuple[str, int]] = field(default_factory=set)
    removed: set[tuple[str, int]] = field(default_factory=set)

    @property
    def mark(self) -> str:
        """Return what the decision is known by: alike as long as the same cell goes from the same to the same."""
        head = self.head
        told = (head.table, "" if head.column == NEW else head.key, head.column, text(head.before), text(head.after))
        return blake2b("\t".join(told).encode(), digest_size=8).hexdigest()


def decisions(pipeline: Pipeline, plan: Plan) -> list[Decision]:
    """Return what *plan* asks a person to decide, in the order of the tables.

    Left out is what follows by itself: formulas, counts and warnings, generated lists, numbers given to rows, the Journal.
    """
    found: dict[tuple[object, ...], Decision] = {}
    moving = _moving(plan)
    deals_of = {int(row): str(deal) for row, deal in pipeline["History"]["deal"].items()}  # type: ignore[call-overload]
    for edit in plan.edits:
        for row, change in zip(edit.after.index, edit, strict=True):
            if _decided(change):
                at = _together(change, int(row), moving, deals_of, pipeline)
                decision = found.setdefault(at, Decision(change, int(row)))
                decision.cells.add((edit.table, edit.column, int(row)))
                if edit.column == "move_reasons":
                    decision.reasons = text(change.after)
                if _tells_better(change, decision.head):
                    decision.head, decision.row = change, int(row)
    for append in plan.appends:
        _add(found, append, moving)
    for remove in plan.removes:
        _take_out(found, remove)
    return list(found.values())


def _moving(plan: Plan) -> set[str]:
    edits = (edit for edit in plan.edits if (edit.table, edit.column) == ("Deals", "recorded_stage"))
    return {str(key) for edit in edits for key in edit.keys}


def _decided(change: Change) -> bool:
    table, column = TABLES[change.table], TABLES[change.table][change.column]
    numbered = change.column == table.key
    told = column.id not in WORKED_OUT_AGAIN or column.id in COUNTED_ON
    return told and not (numbered or column.is_formula or table.generated or table.name == "Journal")


def _together(
    change: Change, row: int, moving: set[str], deals_of: dict[int, str], pipeline: Pipeline
) -> tuple[object, ...]:
    """Return what a cell is decided with."""
    if change.table == "History":
        return "move", deals_of[row]
    if change.table == "Tasks":
        deal = str(pipeline["Tasks"].at[row, "deal"])
        return ("move", deal) if deal in moving and change.after == "dropped" else ("task", row)
    if change.table == "Deals" and change.column in MOVE:
        return ("move" if change.key in moving else "mark"), change.key
    if change.table == "Deals" and change.column in COUNTED_ON:
        return "pushed", change.key
    return change.table, row, change.column


def _tells_better(change: Change, head: Change) -> bool:
    if (change.table == "Deals") != (head.table == "Deals"):
        return change.table == "Deals"
    ranks = {column: rank for rank, column in enumerate(_HEADS)}
    return ranks.get(change.column, len(_HEADS)) < ranks.get(head.column, len(_HEADS))


def _add(found: dict[tuple[object, ...], Decision], append: Append, moving: set[str]) -> None:
    if append.table == "Journal":
        return
    table = TABLES[append.table]
    deals = append.rows["deal"] if append.table in _WITH_MOVES else [None] * len(append.rows)
    for place, (deal, said) in enumerate(zip(deals, row_texts(append.rows, append.table), strict=True)):
        key = text(append.rows[table.key or table.columns[0].id].iloc[place])
        with_move = deal is not None and (append.table == "History" or deal in moving)
        at = ("move", deal) if with_move else (append.table, NEW, place)
        head = Change(append.table, key, NEW, "", said, append.because)
        found.setdefault(at, Decision(head, -1)).added.add((append.table, place))


def _take_out(found: dict[tuple[object, ...], Decision], remove: Remove) -> None:
    table = TABLES[remove.table]
    for place, said in zip(remove.rows.index, row_texts(remove.rows, remove.table), strict=True):
        key = text(remove.rows.at[place, table.key or table.columns[0].id])
        head = Change(remove.table, key, GONE, said, "", remove.because)
        decision = Decision(head, int(place))
        decision.removed.add((remove.table, int(place)))
        found[remove.table, GONE, int(place)] = decision


def row_texts(rows: pd.DataFrame, name: str) -> Iterator[str]:
    """Yield what stands in each row, but for its number and what is worked out."""
    table = TABLES[name]
    ids = [c.id for c in table.columns if not c.is_formula and c.id != table.key and c.id not in WORKED_OUT_AGAIN]
    for row in rows[ids].itertuples(index=False):
        yield " · ".join(filter(None, map(text, row)))


def of(plan: Plan, chosen: list[Decision]) -> Plan:
    """Return the part of *plan* that *chosen* decisions are about, and the numbers it gives to rows without one."""
    cells = set().union(*(decision.cells for decision in chosen))
    added = set().union(*(decision.added for decision in chosen))
    removed = set().union(*(decision.removed for decision in chosen))
    edits = tuple(part for edit in plan.edits if len(part := _part(edit, cells)))
    appends = tuple(
        Append(a.table, a.rows.iloc[places], a.because)
        for a in plan.appends
        if (places := [place for place in range(len(a.rows)) if (a.table, place) in added])
    )
    removes = tuple(
        Remove(r.table, r.rows.loc[places], r.because)
        for r in plan.removes
        if (places := [place for place in r.rows.index if (r.table, int(place)) in removed])
    )
    return Plan(edits=edits, appends=appends, removes=removes)


def _part(edit: Edit, cells: set[tuple[str, str, int]]) -> Edit:
    if edit.column == TABLES[edit.table].key:
        return edit
    kept = [(edit.table, edit.column, int(row)) in cells for row in edit.after.index]
    why = edit.because if isinstance(edit.because, str) else edit.because[kept]
    return Edit(edit.table, edit.column, edit.keys[kept], edit.before[kept], edit.after[kept], why)
