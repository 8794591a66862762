"""A run put back, as the Journal tells it: cells as they were, added rows taken out, removed rows back in.

A move that is undone never was: its visits leave History, the one before goes on, and the Journal keeps the whole trace. A
visit back would count as a step back in every figure. What somebody changed since stays, and is told. An undo is a run like
any other, so it can be undone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.journal import MOVE, digests, name_column, text
from xl_salesflow.model.column import Column, Table, Type
from xl_salesflow.model.frames import blank, frame, series
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Finding, Plan, Remove
from xl_salesflow.model.tables import FOREVER, TABLES
from xl_salesflow.model.text import Text

_CHANGED = Text(
    "{table} {key} was changed since run {run} and is left as it is: {what}; --force puts it back all the same.",
    "{table} {key} 在运行 {run} 之后已被修改，保持不变：{what}；如仍要恢复，请加 --force。",
)
_GONE = Text(
    "{table} {key} cannot be put back, as its row is gone or another one has its name: {what}.",
    "{table} {key} 无法恢复：该行已不存在，或另有同名的行：{what}。",
)
_ROW = Text("the row", "整行")


@dataclass(frozen=True, slots=True)
class _Entry:
    """One thing to put back. *row* is None where it cannot be; *kept*: nobody touched it since. *deal* names a move."""

    table: Table
    key: str
    operation: str
    column: Column | None = None
    value: Any = None
    row: int | None = None
    kept: bool = True
    deal: str = ""


def put_back(pipeline: Pipeline, run: str | None = None, force: bool = False) -> Plan:
    """Return the plan that puts back what *run* (default: the last one) changed; with *force*, over later changes too.

    Raises:
        UsageError: the Journal does not have that run.
    """
    told = _told(pipeline["Journal"], run)
    number = str(told["run"].iloc[0])
    entries = _whole_moves([*_changed(pipeline, told), *_added(pipeline, told), *_removed(pipeline, told)])
    entries = _still_named(pipeline, entries)
    done = [entry for entry in entries if entry.row is not None and (entry.kept or force)]
    left = [entry for entry in entries if entry.row is None or not (entry.kept or force)]
    removes = tuple(_removes(pipeline, done, force))
    gone = {remove.table: remove.rows.index for remove in removes}
    return Plan(
        edits=tuple(_edits(pipeline, done, gone, f"undo {number}")),
        appends=tuple(_appends(pipeline, done)),
        removes=removes,
        findings=tuple(_findings(pipeline, left, number)),
        answer={"run": number, "verb": str(told["verb"].iloc[0]), "undone": len(done), "left": len(left)},
    )


def _told(journal: pd.DataFrame, run: str | None) -> pd.DataFrame:
    if journal.empty:
        raise UsageError("The Journal holds no run to undo.", "“日志”中没有可撤销的运行。")
    times = journal.groupby("run", sort=False)["time"].max()  # in the order in which they were written
    last = str(times.index[(times == times.max()).to_numpy(bool)][-1]) if times.notna().any() else str(times.index[-1])
    told = journal[journal["run"] == (run or last)]
    if told.empty:
        raise UsageError(
            f"The Journal has no run {run}; the last one is {last}.", f"“日志”中没有运行 {run}；最近一次是 {last}。"
        )
    return told


# -- what the Journal tells -----------------------------------------------------------------------------------------


def _changed(pipeline: Pipeline, told: pd.DataFrame) -> Iterator[_Entry]:
    visits = pipeline["History"].set_index("visit")["deal"].to_dict()
    for (name, id), cells in told[told["operation"] == "change"].groupby(["table", "column"], sort=False):
        table = TABLES.get(str(name))
        if table is None or id not in table.by_id:
            continue
        column, held, rows = table[str(id)], pipeline[table.name][str(id)], _rows(pipeline, table)
        for key, before, after in zip(cells["key"], cells["before"], cells["after"], strict=True):
            found = rows.get(key, [])
            alike = [row for row in found if text(held.at[row]) == after] if len(found) > 1 else found
            row = alike[0] if len(alike) == 1 or (alike and table.name == "Lists") else None  # its columns stand alone
            if table.name == "Lists" and row is not None:
                found.remove(row)
            kept = row is not None and text(held.at[row]) == after
            deal = visits.get(key, "") if name == "History" else key if name == "Deals" and id in MOVE else ""
            yield _Entry(table, key, "change", column, _value(column, before), row, kept, deal)


def _added(pipeline: Pipeline, told: pd.DataFrame) -> Iterator[_Entry]:
    for name, lines in told[told["operation"].isin(["add", "add_line"])].groupby("table", sort=False):
        table = TABLES.get(str(name))
        if table is None:
            continue
        rows, held, keys = _rows(pipeline, table), pipeline[table.name], set(lines["key"])
        now = dict(zip(held.index, digests(table, held), strict=True))
        last = _last_visits(held) if name == "History" else {}
        for key, digest in zip(lines["key"], lines["after"], strict=True):
            found = rows.get(key, [])
            alike = [row for row in found if now[row] == digest]
            row = alike[0] if alike else found[0] if len(found) == 1 else None
            if table.key is None and row is not None:
                found.remove(row)  # each line of several alike is found once
            deal = str(held.at[row, "deal"]) if name == "History" and row is not None else ""
            overtaken = bool(deal) and last[deal] not in keys
            yield _Entry(table, key, "add", None, None, row, bool(alike) and not overtaken, deal)


def _removed(pipeline: Pipeline, told: pd.DataFrame) -> Iterator[_Entry]:
    lines = told[told["operation"] == "remove"]
    texts: dict[tuple[str, str], str] = {}
    whole: list[tuple[str, str, dict[str, Any]]] = []
    for name, key, part in zip(lines["table"], lines["key"], lines["before"], strict=True):
        texts[name, key] = texts.get((name, key), "") + part
        try:
            whole.append((name, key, json.loads(texts[name, key])))
        except json.JSONDecodeError:
            continue  # a long row goes on in the next line
        del texts[name, key]
    held = {table.name: _rows(pipeline, table) for table in TABLES.values() if table.key and table.name != "History"}
    for name, key, cells in whole:
        table = TABLES.get(name)
        if table is None:
            continue
        taken = key in held.get(name, {})
        yield _Entry(table, key, "remove", None, cells, None if taken else 0)


def _whole_moves(entries: list[_Entry]) -> list[_Entry]:
    """Return *entries* with every move kept as a whole or not at all: half a move would make History lie."""
    stuck = {entry.deal for entry in entries if entry.deal and not entry.kept}
    return [replace(entry, kept=entry.kept and entry.deal not in stuck) for entry in entries]


def _still_named(pipeline: Pipeline, entries: list[_Entry]) -> list[_Entry]:
    """Return *entries* without the added rows that a row which stays refers to: they count as changed."""
    while True:
        going = {(entry.table.name, entry.row) for entry in entries if entry.operation == "add" and entry.kept}
        named = {table: set[str]() for table, _ in going}
        for table in TABLES.values():
            columns = [column for column in table.columns if column.type is Type.REF and column.options in named]
            if columns and not table.generated:
                held = pipeline[table.name]
                stays = held.drop(index=[row for row in held.index if (table.name, row) in going])
                for column in columns:
                    named[column.options or ""].update(stays[column.id])
        kept = [
            replace(e, kept=False) if e.operation == "add" and e.key in named.get(e.table.name, ()) else e
            for e in entries
        ]
        if kept == entries:
            return kept
        entries = kept


# -- what follows ---------------------------------------------------------------------------------------------------


def _edits(pipeline: Pipeline, done: list[_Entry], gone: dict[str, pd.Index], because: str) -> Iterator[Edit]:
    cells: dict[tuple[str, str], dict[int, Any]] = {}
    for entry in done:
        if entry.column is not None and entry.row not in gone.get(entry.table.name, ()):
            cells.setdefault((entry.table.name, entry.column.id), {})[int(entry.row or 0)] = entry.value
    for row, value in cells.get(("Deals", "recorded_stage"), {}).items():
        for id in MOVE[1:] if value == "" else ():  # in no stage yet, as nothing else is told
            cells.setdefault(("Deals", id), {}).setdefault(row, blank(TABLES["Deals"][id]))
    for (name, id), values in cells.items():
        table, held, rows = TABLES[name], pipeline[name], pd.Index(list(values))
        after = series(table[id], values.values(), rows)
        yield Edit(name, id, held.loc[rows, name_column(table)], held.loc[rows, id], after, because)


def _removes(pipeline: Pipeline, done: list[_Entry], force: bool) -> Iterator[Remove]:
    rows: dict[str, set[int]] = {}
    for entry in done:
        if entry.operation == "add":
            rows.setdefault(entry.table.name, set()).add(int(entry.row or 0))
    history, deals = pipeline["History"], pipeline["Deals"]
    leaving = set(deals.loc[list(rows.get("Deals", ())), "deal"])
    visits = set(history.index[history["deal"].isin(leaving)]) | rows.get("History", set())
    if force:
        visits |= _later(history, rows.get("History", set()))
    if visits:
        rows["History"] = visits
    for name, gone in rows.items():
        yield Remove(name, pipeline[name].loc[sorted(gone)], "undo")


def _later(history: pd.DataFrame, rows: Iterable[int]) -> set[int]:
    first = history.loc[list(rows)].groupby("deal")["visit"].min()
    since = history["deal"].map(first)
    return set(history.index[(history["visit"] > since.fillna("~")).to_numpy(bool)])


def _appends(pipeline: Pipeline, done: list[_Entry]) -> Iterator[Append]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in done:
        if entry.operation == "remove":
            found.setdefault(entry.table.name, []).append(entry.value)
    taken = set(pipeline["History"]["visit"])
    free = max((int(visit[1:]) for visit in taken if visit[1:].isdigit()), default=0)
    for visit in found.get("History", ()):
        if visit["visit"] in taken:  # moves that came meanwhile were given its number
            free += 1
            visit["visit"] = f"V{free:06d}"
    for name, rows in found.items():
        yield Append(name, frame(TABLES[name], rows), "undo")


def _findings(pipeline: Pipeline, left: list[_Entry], run: str) -> Iterator[Finding]:
    together: dict[tuple[str, str, bool], list[_Entry]] = {}
    for entry in left:
        together.setdefault((entry.table.name, entry.key, entry.row is None), []).append(entry)
    for (name, key, lost), entries in together.items():
        first, language = entries[0], pipeline.language
        what = ", ".join(e.column.header.in_(language) if e.column else _ROW.in_(language) for e in entries)
        message = (_GONE if lost else _CHANGED).in_(language, table=name, key=key, run=run, what=what)
        column = first.column.id if first.column else name_column(first.table)
        cell = "" if first.row is None else pipeline.cell(name, first.row, column)
        yield Finding("undo_gone" if lost else "undo_changed", "warn", message, name, key, column, cell)


def _rows(pipeline: Pipeline, table: Table) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    held = pipeline[table.name]
    for row, key in zip(held.index, held[name_column(table)], strict=True):
        rows.setdefault(text(key), []).append(int(row))
    return rows


def _last_visits(history: pd.DataFrame) -> dict[str, str]:
    current = history[history["left"] == pd.Timestamp(FOREVER)]
    return {**history.groupby("deal")["visit"].max(), **current.set_index("deal")["visit"]}


def _value(column: Column, cell: str) -> Any:
    if cell == "" or column.type.is_text:
        return cell or blank(column)
    try:
        return pd.Timestamp(cell).to_numpy().astype("datetime64[s]") if column.type.is_date else float(cell)
    except ValueError:
        return blank(column)  # somebody mangled the Journal
