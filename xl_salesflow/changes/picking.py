"""Decisions in words for the sheet, and the ticked ones found again in what the verb wants now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from xl_salesflow.changes.decision import GONE, NEW, Decision, decisions, of
from xl_salesflow.changes.declared import MESSAGES, Line
from xl_salesflow.journal import text
from xl_salesflow.model.choices import CHOICES, label
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

_WHOLE = {NEW: Text("(new row)", "（新增行）"), GONE: Text("(row taken out)", "（删除行）")}
_CELLS = Text("{table}: {columns}", "{table}：{columns}")
_ROWS = Text("{table}: {count} rows", "{table}：{count} 行")
_WHY = {
    "move": Text("the stage was changed, and judged by the gates", "阶段已改动，并经关卡审核"),
    "stage": Text("the stage asks for it", "该阶段所需"),
    "upkeep": Text("follows from other cells", "由其他单元格得出"),
    "class": Text("follows from the customer's deals", "由该客户的商机得出"),
    "update": Text("follows from other cells", "由其他单元格得出"),
}
_NAMES = {"Deals": "name", "Tasks": "task", "Quotes": "deal", "Activities": "summary"}


def lines(pipeline: Pipeline, plan: Plan) -> tuple[Line, ...]:
    """Return what *plan* asks a person to decide, in words."""
    return tuple(_line(pipeline, decision) for decision in decisions(pipeline, plan))


def picked(pipeline: Pipeline, plan: Plan, wished: Iterable[Line], verb: str) -> Plan:
    """Return the part of *plan* that was *wished*; a wish that cannot be followed is a finding."""
    now = {decision.mark: decision for decision in decisions(pipeline, plan)}
    wishes = list(wished)
    chosen = [now[wish.mark] for wish in wishes if wish.mark in now]
    refused = tuple(_refusal(pipeline, wish, verb) for wish in wishes if wish.mark not in now)
    done = of(plan, chosen)
    return Plan(done.edits, done.appends, findings=refused, removes=done.removes)


def _line(pipeline: Pipeline, decision: Decision) -> Line:
    head, language = decision.head, pipeline.language
    table = TABLES[head.table]
    whole = _WHOLE.get(head.column)
    column = whole.in_(language) if whole else table.header(head.column, language)
    names, held = _NAMES.get(head.table), pipeline[head.table]
    name = text(held.at[decision.row, names]) if names and decision.row in held.index else ""
    where = pipeline.cell(head.table, decision.row, "" if whole else head.column)
    before, after = (_cell(head.table, head.column, value, language) for value in (head.before, head.after))
    because = _because(pipeline, decision)
    return Line(
        head.table, head.key, column, before, after, decision.mark, text(head.before), where, name, because,
        _follows(decision, language),
    )  # fmt: skip


def _because(pipeline: Pipeline, decision: Decision) -> str:
    """Return why, in words; a move that the gates refused has its reasons beside it."""
    head, language = decision.head, pipeline.language
    if decision.reasons:
        return decision.reasons
    known = _WHY.get(head.because)
    if known is None:
        return head.because.replace("_", " ")
    return known.in_(language)


def _cell(table: str, column: str, value: Any, language: Language) -> Any:
    """Return a value as a cell of the sheet holds it: choices in words, dates and numbers as such."""
    if column in _WHOLE:
        return str(value)[:300]
    if text(value) == "":
        return None
    declared = TABLES[table][column]
    if declared.type.is_text:
        options = declared.options or ""
        known = LISTS.get(options, {}).get(value)
        return label(options, value, language) if options in CHOICES else known.in_(language) if known else str(value)
    return value.date() if isinstance(value, pd.Timestamp) else float(value)


def _follows(decision: Decision, language: Language) -> str:
    head, columns = decision.head, dict[str, list[str]]()
    for table, column, _ in sorted(decision.cells):
        if (table, column) != (head.table, head.column):
            columns.setdefault(table, []).append(TABLES[table].header(column, language))
    told = [
        _CELLS.in_(language, table=TABLES[t].title.in_(language), columns=", ".join(dict.fromkeys(ids)))
        for t, ids in columns.items()
    ]
    rows = Counter(table for table, _ in decision.added) if head.column != NEW else {}
    told += [_ROWS.in_(language, table=TABLES[t].title.in_(language), count=f"+{n}") for t, n in rows.items()]
    return "; ".join(told) if language == "en" else "；".join(told)


def _refusal(pipeline: Pipeline, wish: Line, verb: str) -> Finding:
    """Say why a wish is not followed: its row is gone, its cell says something else now, or the verb wants something else."""
    language = pipeline.language
    rows = list(_rows(pipeline, wish))
    table = TABLES.get(wish.table)
    column = table.find(wish.column) if table else None
    facts: dict[str, Any] = {
        "place": f"{wish.table} {wish.key}, {wish.column}",
        "after": _said(wish.after),
        "verb": verb,
    }
    rule, cell = "change_off", ""
    if column is not None and not rows:
        rule = "change_gone"
    elif column is not None:
        now = pipeline[wish.table].at[rows[0], column.id]
        cell = pipeline.cell(wish.table, rows[0], column.id)
        if text(now) != wish.held:
            rule = "change_overtaken"
            facts |= {"now": _said(_cell(wish.table, column.id, now, language)), "then": _said(wish.before)}
    message = MESSAGES[rule].in_(language, **facts)
    return Finding(rule, "warn", message, wish.table, wish.key, column.id if column else "", cell)


def _rows(pipeline: Pipeline, wish: Line) -> Iterator[int]:
    table = TABLES.get(wish.table)
    if table is not None:
        held = pipeline[wish.table]
        keys = held[table.key or table.columns[0].id].map(text)
        yield from (int(row) for row in held.index[(keys == wish.key).to_numpy(bool)])


def _said(value: Any) -> str:
    return text(pd.Timestamp(value) if hasattr(value, "isoformat") else value)
