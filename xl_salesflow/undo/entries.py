"""The lines of a run, each found in the workbook as it is now: what to put back, where, and whether somebody touched it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from xl_salesflow.journal import MOVE, NAMELESS, called, digests, nameless, text
from xl_salesflow.model.column import Column, Table
from xl_salesflow.model.frames import blank
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import FOREVER, TABLES

_SWITCH = ("playbook", "stage")
"""What belongs to a move as well where a deal went over to another playbook."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to put back. *row* is None where it cannot be; *kept*: nobody touched it since. *deal* names a move."""

    table: Table
    key: str
    operation: str
    column: Column | None = None
    value: Any = None
    row: int | None = None
    kept: bool = True
    deal: str = ""


def entries_of(pipeline: Pipeline, lines: pd.DataFrame) -> list[Entry]:
    """Return what *lines* of the Journal tell, as things to put back."""
    return [*_changed(pipeline, lines), *_added(pipeline, lines), *_removed(pipeline, lines)]


def _changed(pipeline: Pipeline, lines: pd.DataFrame) -> Iterator[Entry]:
    visits = pipeline["History"].set_index("visit")["deal"].to_dict()
    changes = lines[lines["operation"] == "change"]
    to_another = (changes["table"] == "Deals") & (changes["column"] == "playbook") & (changes["before"] != "")
    switched = set(changes.loc[to_another, "key"])
    for (name, id), cells in changes.groupby(["table", "column"], sort=False):
        table = TABLES.get(str(name))
        if table is None or id not in table.by_id:
            continue
        if id == table.key:
            yield from _named(pipeline, table, cells)
            continue
        column, held, rows = table[str(id)], pipeline[table.name][str(id)], _rows(pipeline, table)
        for key, before, after in zip(cells["key"], cells["before"], cells["after"], strict=True):
            found = rows.get(key, [])
            alike = [row for row in found if text(held.at[row]) == after] if len(found) > 1 else found
            row = alike[0] if len(alike) == 1 or (alike and table.name == "Lists") else None  # its columns stand alone
            if table.name == "Lists" and row is not None:
                found.remove(row)
            kept = row is not None and text(held.at[row]) == after
            moved = name == "Deals" and (id in MOVE or (id in _SWITCH and key in switched))
            deal = visits.get(key, "") if name == "History" else key if moved else ""
            yield Entry(table, key, "change", column, _value(column, before), row, kept, deal)


def _named(pipeline: Pipeline, table: Table, lines: pd.DataFrame) -> Iterator[Entry]:
    """Find rows that were given a number, by it, and rows whose number was taken, by what stands in them."""
    column, rows, held = table[table.key or ""], _rows(pipeline, table), pipeline[table.name]
    without = held[held[column.id] == ""]
    waiting: dict[str, list[int]] = {}
    for row, mark in zip(without.index, nameless(table, without), strict=True):
        waiting.setdefault(mark, []).append(int(row))
    for key, before in zip(lines["key"], lines["before"], strict=True):
        if not key.startswith(NAMELESS):
            found = rows.get(key, [])
            yield Entry(table, key, "name", column, before, found[0] if len(found) == 1 else None)
        elif before not in rows:  # nobody has the number, as every run gives it anew
            found = waiting.get(key, [])
            yield Entry(table, before, "name", column, before, found.pop(0) if found else None)


def _added(pipeline: Pipeline, lines: pd.DataFrame) -> Iterator[Entry]:
    added = lines[lines["operation"].isin(["add", "add_line"])]
    for name, of_table in added.groupby("table", sort=False):
        table = TABLES.get(str(name))
        if table is None:
            continue
        rows, held, keys = _rows(pipeline, table), pipeline[table.name], set(of_table["key"])
        now = dict(zip(held.index, digests(table, held), strict=True))
        last = _last_visits(held) if name == "History" else {}
        for key, digest in zip(of_table["key"], of_table["after"], strict=True):
            found = rows.get(key, [])
            alike = [row for row in found if now[row] == digest]
            row = alike[0] if alike else found[0] if len(found) == 1 else None
            if table.key is None and row is not None:
                found.remove(row)  # each line of several alike is found once
            deal = str(held.at[row, "deal"]) if name == "History" and row is not None else ""
            overtaken = bool(deal) and last[deal] not in keys
            yield Entry(table, key, "add", None, None, row, bool(alike) and not overtaken, deal)


def _removed(pipeline: Pipeline, lines: pd.DataFrame) -> Iterator[Entry]:
    taken_out = lines[lines["operation"] == "remove"]
    texts: dict[tuple[str, str], str] = {}
    whole: list[tuple[str, str, dict[str, Any]]] = []
    for name, key, part in zip(taken_out["table"], taken_out["key"], taken_out["before"], strict=True):
        texts[name, key] = texts.get((name, key), "") + part
        try:
            whole.append((name, key, json.loads(texts[name, key])))
        except json.JSONDecodeError:
            continue  # a long row goes on in the next line
        del texts[name, key]
    held = {table.name: _rows(pipeline, table) for table in TABLES.values() if table.key and table.name != "History"}
    for name, key, cells in whole:
        table = TABLES.get(name)
        if table is not None:
            taken = key in held.get(name, {})
            yield Entry(table, key, "remove", None, cells, None if taken else 0)


def _rows(pipeline: Pipeline, table: Table) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    held = pipeline[table.name]
    for row, key in zip(held.index, called(table, held), strict=True):
        rows.setdefault(key, []).append(int(row))
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
