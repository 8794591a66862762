"""The Journal: what a run changed that nothing else could tell, so that it can be put back (the room undo does).

Written down is every cell that a run changed and every row it added or removed, but for what any run works out again
(formulas, warnings, counts of what people did) and the visits of a deal that came into the workbook with it. An added row
is remembered by a digest of what people own in it, a removed one whole; a row whose number is taken away, by such a digest too.
Of the generated lists only the sheet Conflicts is written down: what a merge asks, no later run could find out again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Any

import pandas as pd

from xl_salesflow.model.column import Column, Table, Writer
from xl_salesflow.model.frames import frame
from xl_salesflow.model.plan import Append, Edit, Plan, Remove
from xl_salesflow.model.tables import TABLES

MOVE = ("recorded_stage", "since", "outcome", "closed", "furthest", "move_status", "move_reasons")
"""The columns of Deals that change together, by a move."""

WORKED_OUT_AGAIN = {
    "warnings", "warned", "last_activity", "learned_probability", "learned_why", "score_trail", "pushes", "last_expected_close",
    "trait_score", "won_deals", "attempts", "contact_days", "sales_cost", "spin_kinds", "spin", "solution_version", "seal",
    "weighted_value", "step",
}  # fmt: skip
"""What follows from other cells alone: not written down, and no difference between two copies."""

COUNTED_ON = ("pushes", "last_expected_close")
"""What a run counts on from where it was: of these, the Journal alone can tell what they were."""

BEGUN_WITH = (*MOVE[1:], *COUNTED_ON)
"""The columns of Deals that a deal's first run fills; what they held before needs no telling: nothing."""

NAMELESS = "#"
"""What begins the key of a row without one in the Journal; a digest of what stands in the row follows."""

_CONFLICTS = TABLES["Conflicts"]
_LONGEST = 30_000  # a cell holds 32,767 characters


def entries(
    plan: Plan,
    verb: str,
    by: str,
    now: datetime,
    taken: Iterable[str] = (),
    left: Mapping[str, pd.DataFrame] = MappingProxyType({}),
) -> Plan:
    """Return the plan that writes down *plan* as one run of *verb*; nothing where there is nothing to tell.

    *taken* are the numbers of the runs there are: two runs of one second differ by a suffix. *left* are the tables as the
    plan leaves them, to tell rows by that it leaves without a key.
    """
    head = {"run": _number(now, set(taken)), "time": now.replace(microsecond=0), "verb": verb, "by": by}
    plan += _asked(plan)
    rows = [{**head, **row} for row in (*_changed(plan, left), *_brought(plan, left), *_added(plan), *_removed(plan))]
    if not rows:
        return Plan()
    return Plan(appends=(Append("Journal", frame(TABLES["Journal"], rows), verb),))


def text(value: Any) -> str:
    """Return a cell as the Journal holds it."""
    if value is None or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def digests(table: Table, rows: pd.DataFrame) -> list[str]:
    """Return what tells whether people changed any of *rows*: alike as long as the cells say the same."""
    columns = [column.id for column in table.columns if column.writer is Writer.PERSON or table is _CONFLICTS]
    if not columns:
        return [""] * len(rows)
    lines = zip(*(map(text, rows[id]) for id in columns), strict=True)
    return [blake2b("\t".join(map(one_line, line)).encode(), digest_size=8).hexdigest() for line in lines]


def nameless(table: Table, rows: pd.DataFrame) -> list[str]:
    """Return what the Journal calls *rows* of *table* that have no key."""
    return [NAMELESS + digest for digest in digests(table, rows.assign(**{table.key or "": ""}))]


def name_column(table: Table) -> str:
    """Return the column whose value the Journal calls a row's key."""
    return table.key or table.columns[0].id


def called(table: Table, rows: pd.DataFrame) -> list[str]:
    """Return what the Journal calls each of *rows*: a conflict goes by the cell it is about."""
    columns = ("table", "key", "column") if table is _CONFLICTS else (name_column(table),)
    return [" ".join(filter(None, map(text, cells))) for cells in zip(*(rows[id] for id in columns), strict=True)]


def _number(now: datetime, taken: set[str]) -> str:
    first = now.strftime("%Y%m%d-%H%M%S")
    number, count = first, 1
    while number in taken:
        count += 1
        number = f"{first}-{count}"
    return number


def one_line(cell: str) -> str:
    """Return a text as it is compared: a sheet keeps neither outer blanks nor every kind of line end."""
    return " ".join(cell.split())


def _changed(plan: Plan, left: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    begun = _begun(plan.edits)
    for edit in plan.edits:
        table = TABLES[edit.table]
        if edit.column == table.key:
            yield from _named(edit, table, left)
        if edit.table == "Journal" or not _kept(table[edit.column], table):
            continue
        # what a deal that was new had blank needs no telling
        follows = begun if edit.table == "Deals" and edit.column in BEGUN_WITH else set()
        for row, change in zip(edit.after.index, edit, strict=True):
            before = text(change.before)
            if before or row not in follows:
                yield {
                    "operation": "change", "table": change.table, "key": change.key, "column": change.column,
                    "before": before, "after": text(change.after), "because": change.because,
                }  # fmt: skip


def _named(edit: Edit, table: Table, left: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Tell numbers given to rows that had none, and numbers taken away from rows that are told by what stands in them."""
    rows = edit.after.index
    held = left[table.name].loc[rows] if table.name in left else None
    marks = nameless(table, held) if held is not None else [NAMELESS] * len(rows)
    for mark, before, after in zip(marks, edit.before, edit.after, strict=True):
        yield {
            "operation": "change", "table": table.name, "key": after or mark, "column": edit.column, "before": before,
            "after": after, "because": "numbered" if after else "number taken back",
        }  # fmt: skip


def _brought(plan: Plan, left: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Tell what a deal had brought along when its first run began, and the run left: all else was blank before."""
    begun = pd.Index(sorted(_begun(plan.edits)))
    changed = {edit.column: edit.after.index for edit in plan.edits if edit.table == "Deals"}
    for id in BEGUN_WITH if len(begun) and "Deals" in left else ():
        held = left["Deals"].loc[begun.difference(changed.get(id, begun[:0]))]
        for key, cell in zip(held["deal"], held[id].map(text), strict=True):
            if cell:
                yield {
                    "operation": "change", "table": "Deals", "key": key, "column": id, "before": cell, "after": cell,
                    "because": "brought along",
                }  # fmt: skip


def _begun(edits: Iterable[Edit]) -> set[int]:
    moved = (edit for edit in edits if (edit.table, edit.column) == ("Deals", "recorded_stage"))
    return {row for edit in moved for row in edit.before.index[(edit.before == "").to_numpy(bool)]}


def _kept(column: Column, table: Table) -> bool:
    told = column.id not in WORKED_OUT_AGAIN or column.id in COUNTED_ON
    return told and not column.is_formula and column.id != table.key


def _asked(plan: Plan) -> Plan:
    """Return the rows that came to the sheet Conflicts, or left it, as rows added and removed."""
    name, found = _CONFLICTS.name, Plan()
    for fill in plan.fills:
        if fill.table == name and fill.before is not None:
            came, left = _without(fill.rows, fill.before), _without(fill.before, fill.rows)
            found += Plan(appends=(Append(name, came, "asked"),), removes=(Remove(name, left, "no longer asked"),))
    return found


def _without(rows: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    known = set(digests(_CONFLICTS, others))
    new = pd.Series([one not in known for one in digests(_CONFLICTS, rows)], rows.index, dtype=bool)
    return rows[new & (rows["table"] != "")]


def _added(plan: Plan) -> Iterator[dict[str, Any]]:
    came = {deal for append in plan.appends if append.table == "Deals" for deal in append.rows["deal"]}
    for append in plan.appends:
        table = TABLES[append.table]
        if append.table == "Journal":
            continue
        rows = append.rows[~append.rows["deal"].isin(came)] if append.table == "History" else append.rows
        operation = "add" if table.key else "add_line"
        for key, digest in zip(called(table, rows), digests(table, rows), strict=True):
            yield {
                "operation": operation, "table": table.name, "key": key, "after": digest, "because": append.because
            }  # fmt: skip


def _removed(plan: Plan) -> Iterator[dict[str, Any]]:
    for remove in plan.removes:
        table = TABLES[remove.table]
        columns = [column for column in table.columns if not column.is_formula]
        cells = remove.rows[[column.id for column in columns]].to_dict("records")
        for key, row in zip(called(table, remove.rows), cells, strict=True):
            whole = json.dumps(_cells(row), ensure_ascii=False)
            for start in range(0, len(whole), _LONGEST):
                yield {
                    "operation": "remove", "table": table.name, "key": key,
                    "before": whole[start : start + _LONGEST], "because": remove.because,
                }  # fmt: skip


def _cells(row: Mapping[Any, Any]) -> dict[str, Any]:
    plain = {
        id: cell.isoformat() if isinstance(cell, pd.Timestamp) else cell for id, cell in row.items() if cell == cell
    }
    return {id: cell for id, cell in plain.items() if cell != ""}
