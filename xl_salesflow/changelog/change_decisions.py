"""Turn a dry run into decisions to tick, and find the ticked decisions again in a later change set.

Changes that belong together, such as the parts of a stage move, are one decision. A change sheet does not write to the
workbook itself: the verb runs again on the current workbook, and only changes that it still proposes, from the same
cell value as before, are made. So the gates apply here as everywhere else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import pandas as pd

from xl_salesflow.changelog.change_log import (
    RUNNING_COUNT_COLUMNS,
    STAGE_MOVE_COLUMNS,
    format_log_value,
    is_recomputed,
)
from xl_salesflow.changelog.change_sheet_table import CHANGE_SHEET_MESSAGES, ChangeLine
from xl_salesflow.core.change_sets import Append, Change, ChangeSet, Edit, Remove
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.locale.texts import SEMICOLON_SEPARATOR, Language, Text
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_registry import TABLES

NEW_ROW_MARK, GONE_ROW_MARK = "+", "-"
"""Stands for the column if a whole row is added or removed."""

_STAGE_MOVE_TABLES = ("History", "Tasks")
_DECISION_HEAD_COLUMNS = (
    "recorded_stage",
    "move_status",
    "last_expected_close",
    "status",
)  # the columns that describe a group of cells


@dataclass
class Decision:
    """Cells and rows that change together; *head* is the change that describes them, the gates' verdict its reasons."""

    head: Change
    row: int
    move_reasons: str = ""
    move_warnings: str = ""
    cells: set[tuple[str, str, int]] = field(default_factory=set)
    added: set[tuple[str, int]] = field(default_factory=set)
    removed: set[tuple[str, int]] = field(default_factory=set)

    @property
    def mark(self) -> str:
        """Return an identifier of the decision: the cell with its old and its new value."""
        head = self.head
        identity = (
            head.table,
            "" if head.column == NEW_ROW_MARK else head.key,
            head.column,
            format_log_value(head.before),
            format_log_value(head.after),
        )
        return blake2b("\t".join(identity).encode(), digest_size=8).hexdigest()


def list_decisions(pipeline: Pipeline, plan: ChangeSet) -> list[Decision]:
    """Return what *plan* asks a person to decide, in the order of the tables.

    Consequences are left out: formulas, counts and warnings, generated lists, new keys, the Journal.
    """
    found: dict[tuple[object, ...], Decision] = {}
    moving, dropped = _find_moving_deals(plan), _find_dropped_tasks(plan)
    deals_of = {int(row): str(deal) for row, deal in pipeline["History"]["deal"].items()}  # type: ignore[call-overload]
    for edit in plan.edits:
        for row, change in zip(edit.after.index, edit, strict=True):
            if _needs_decision(change):
                at = _decision_group(change, int(row), moving, dropped, deals_of, pipeline)
                decision = found.setdefault(at, Decision(change, int(row)))
                decision.cells.add((edit.table, edit.column, int(row)))
                if edit.column in ("move_reasons", "move_warnings"):
                    setattr(decision, edit.column, format_log_value(change.after))
                if _is_better_head(change, decision.head):
                    decision.head, decision.row = change, int(row)
    for append in plan.appends:
        _add_append_decisions(found, append, moving)
    for remove in plan.removes:
        _add_remove_decision(found, remove)
    return list(found.values())


def _find_moving_deals(plan: ChangeSet) -> set[str]:
    edits = (edit for edit in plan.edits if (edit.table, edit.column) == ("Deals", "recorded_stage"))
    return {str(key) for edit in edits for key in edit.keys}


def _find_dropped_tasks(plan: ChangeSet) -> set[int]:
    edits = (edit for edit in plan.edits if (edit.table, edit.column) == ("Tasks", "status"))
    return {int(row) for edit in edits for row in edit.after.index[edit.after == "dropped"]}


def _needs_decision(change: Change) -> bool:
    table, column = TABLES[change.table], TABLES[change.table][change.column]
    numbered = change.column == table.key
    is_reported = not is_recomputed(column) or column.id in RUNNING_COUNT_COLUMNS
    return is_reported and not (numbered or column.is_formula or table.generated or table.name == "Journal")


def _decision_group(
    change: Change, row: int, moving: set[str], dropped: set[int], deals_of: dict[int, str], pipeline: Pipeline
) -> tuple[object, ...]:
    """Return the key of the group that a cell is decided with."""
    if change.table == "History":
        return "move", deals_of[row]
    if change.table == "Tasks":
        deal = str(pipeline["Tasks"].at[row, "deal"])
        return ("move", deal) if deal in moving and row in dropped else ("task", row)
    if change.table == "Deals" and change.column in STAGE_MOVE_COLUMNS:
        return ("move" if change.key in moving else "mark"), change.key
    if change.table == "Deals" and change.column in RUNNING_COUNT_COLUMNS:
        return "pushed", change.key
    return change.table, row, change.column


def _is_better_head(change: Change, head: Change) -> bool:
    if (change.table == "Deals") != (head.table == "Deals"):
        return change.table == "Deals"
    ranks = {column: rank for rank, column in enumerate(_DECISION_HEAD_COLUMNS)}
    return ranks.get(change.column, len(_DECISION_HEAD_COLUMNS)) < ranks.get(head.column, len(_DECISION_HEAD_COLUMNS))


def _add_append_decisions(found: dict[tuple[object, ...], Decision], append: Append, moving: set[str]) -> None:
    if append.table == "Journal":
        return
    table = TABLES[append.table]
    deals = append.rows["deal"] if append.table in _STAGE_MOVE_TABLES else [None] * len(append.rows)
    for place, (deal, contents) in enumerate(zip(deals, format_row_texts(append.rows, append.table), strict=True)):
        key = format_log_value(append.rows[table.name_column].iloc[place])
        with_move = deal is not None and (append.table == "History" or deal in moving)
        at = ("move", deal) if with_move else (append.table, NEW_ROW_MARK, place)
        head = Change(append.table, key, NEW_ROW_MARK, "", contents, append.because)
        found.setdefault(at, Decision(head, -1)).added.add((append.table, place))


def _add_remove_decision(found: dict[tuple[object, ...], Decision], remove: Remove) -> None:
    table = TABLES[remove.table]
    for place, contents in zip(remove.rows.index, format_row_texts(remove.rows, remove.table), strict=True):
        key = format_log_value(remove.rows.at[place, table.name_column])
        head = Change(remove.table, key, GONE_ROW_MARK, contents, "", remove.because)
        decision = Decision(head, int(place))
        decision.removed.add((remove.table, int(place)))
        found[remove.table, GONE_ROW_MARK, int(place)] = decision


def format_row_texts(rows: pd.DataFrame, name: str) -> Iterator[str]:
    """Yield the contents of each row as text, without its number and computed columns."""
    table = TABLES[name]
    ids = [c.id for c in table.columns if not c.is_formula and c.id != table.key and not is_recomputed(c)]
    for row in rows[ids].itertuples(index=False):
        yield " · ".join(filter(None, map(format_log_value, row)))


def select_decided_changes(plan: ChangeSet, chosen: list[Decision]) -> ChangeSet:
    """Return the part of *plan* that belongs to the *chosen* decisions, and the new keys of rows without one."""
    cells = set().union(*(decision.cells for decision in chosen))
    added = set().union(*(decision.added for decision in chosen))
    removed = set().union(*(decision.removed for decision in chosen))
    edits = tuple(part for edit in plan.edits if len(part := _select_edit_cells(edit, cells)))
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
    return ChangeSet(edits=edits, appends=appends, removes=removes)


def _select_edit_cells(edit: Edit, cells: set[tuple[str, str, int]]) -> Edit:
    if edit.column == TABLES[edit.table].key:
        return edit
    kept = [(edit.table, edit.column, int(row)) in cells for row in edit.after.index]
    why = edit.because if isinstance(edit.because, str) else edit.because[kept]
    return Edit(edit.table, edit.column, edit.keys[kept], edit.before[kept], edit.after[kept], why)


_WHOLE_ROW_TEXTS = {NEW_ROW_MARK: Text("(new row)"), GONE_ROW_MARK: Text("(row taken out)")}
_FOLLOWING_CELLS_TEXT = Text("{table}: {columns}")
_FOLLOWING_ROWS_TEXT = Text("{table}: {count} {count:row|rows}")
_DECISION_REASONS = {
    "move": Text("the stage was changed, and judged by the gates"),
    "stage": Text("required by the stage"),
    "upkeep": Text("follows from other cells"),
    "class": Text("follows from the customer's deals"),
    "update": Text("follows from other cells"),
}
_DECISION_NAME_COLUMNS = {"Deals": "name", "Tasks": "task", "Quotes": "deal_name", "Activities": "summary"}


def list_change_lines(pipeline: Pipeline, plan: ChangeSet) -> tuple[ChangeLine, ...]:
    """Return what *plan* asks a person to decide, as lines of text."""
    return tuple(_build_change_line(pipeline, decision) for decision in list_decisions(pipeline, plan))


def select_ticked_changes(pipeline: Pipeline, plan: ChangeSet, wished: Iterable[ChangeLine], verb: str) -> ChangeSet:
    """Return the part of *plan* that was *wished*; a wish that can no longer be carried out is a finding."""
    now = {decision.mark: decision for decision in list_decisions(pipeline, plan)}
    wishes = list(wished)
    chosen = [now[wish.mark] for wish in wishes if wish.mark in now]
    refused = tuple(_refuse_tick(pipeline, wish, verb) for wish in wishes if wish.mark not in now)
    done = select_decided_changes(plan, chosen)
    return ChangeSet(done.edits, done.appends, findings=refused, removes=done.removes)


def _build_change_line(pipeline: Pipeline, decision: Decision) -> ChangeLine:
    head, language = decision.head, pipeline.language
    table = TABLES[head.table]
    row_text = _WHOLE_ROW_TEXTS.get(head.column)
    column = row_text.in_(language) if row_text else table.header(head.column, language)
    names, held = _DECISION_NAME_COLUMNS.get(head.table), pipeline[head.table]
    name = format_log_value(held.at[decision.row, names]) if names and decision.row in held.index else ""
    where = pipeline.cell_address(head.table, decision.row, "" if row_text else head.column)
    before, after = (
        format_change_value(head.table, head.column, value, language) for value in (head.before, head.after)
    )
    because = _explain_decision(pipeline, decision)
    return ChangeLine(
        head.table, head.key, column, before, after, decision.mark, format_log_value(head.before), where, name, because,
        _describe_following_changes(decision, language),
    )  # fmt: skip


def _explain_decision(pipeline: Pipeline, decision: Decision) -> str:
    """Return the reason as text; for a move, why the gates refused it, or what they warned about when they let it pass."""
    head, language = decision.head, pipeline.language
    if said := decision.move_reasons or decision.move_warnings:
        return said
    known = _DECISION_REASONS.get(head.because)
    if known is None:
        return head.because.replace("_", " ")
    return known.in_(language)


def format_change_value(table: str, column: str, value: Any, language: Language) -> Any:
    """Return a value as a cell of the sheet holds it: choices as their labels, dates and numbers as they are."""
    if column in _WHOLE_ROW_TEXTS:
        return str(value)[:300]
    if format_log_value(value) == "":
        return None
    declared = TABLES[table][column]
    if declared.type.is_text:
        return choice_label(declared.options, str(value), language)
    return value.date() if isinstance(value, pd.Timestamp) else float(value)


def _describe_following_changes(decision: Decision, language: Language) -> str:
    head, columns = decision.head, dict[str, list[str]]()
    for table, column, _ in sorted(decision.cells):
        if (table, column) != (head.table, head.column):
            columns.setdefault(table, []).append(TABLES[table].header(column, language))
    descriptions = [
        _FOLLOWING_CELLS_TEXT.in_(language, table=TABLES[t].title.in_(language), columns=", ".join(dict.fromkeys(ids)))
        for t, ids in columns.items()
    ]
    rows = Counter(table for table, _ in decision.added) if head.column != NEW_ROW_MARK else {}
    descriptions += [
        _FOLLOWING_ROWS_TEXT.in_(language, table=TABLES[t].title.in_(language), count=f"+{n}") for t, n in rows.items()
    ]
    return SEMICOLON_SEPARATOR.in_(language).join(descriptions)


def _refuse_tick(pipeline: Pipeline, wish: ChangeLine, verb: str) -> Finding:
    """Return why a wish is not carried out: its row is gone, its cell changed, or the verb proposes something else."""
    language = pipeline.language
    rows = list(_find_ticked_rows(pipeline, wish))
    table = TABLES.get(wish.table)
    column = table.find_column(wish.column) if table else None
    facts: dict[str, Any] = {
        "place": f"{table.title.in_(language) if table else wish.table} {wish.key}, {wish.column}",
        "after": _format_ticked_value(wish.after),
        "verb": verb,
    }
    rule, cell = "change_off", ""
    if column is not None and not rows:
        rule = "change_gone"
    elif column is not None:
        now = pipeline[wish.table].at[rows[0], column.id]
        cell = pipeline.cell_address(wish.table, rows[0], column.id)
        if format_log_value(now) != wish.held:
            rule = "change_overtaken"
            facts |= {
                "now": _format_ticked_value(format_change_value(wish.table, column.id, now, language)),
                "then": _format_ticked_value(wish.before),
            }
    message = CHANGE_SHEET_MESSAGES[rule].in_(language, **facts)
    return Finding(rule, "warn", message, wish.table, wish.key, column.id if column else "", cell)


def _find_ticked_rows(pipeline: Pipeline, wish: ChangeLine) -> Iterator[int]:
    table = TABLES.get(wish.table)
    if table is not None:
        held = pipeline[wish.table]
        keys = held[table.name_column].map(format_log_value)
        yield from (int(row) for row in held.index[(keys == wish.key).to_numpy(bool)])


def _format_ticked_value(value: Any) -> str:
    return format_log_value(pd.Timestamp(value) if hasattr(value, "isoformat") else value)
