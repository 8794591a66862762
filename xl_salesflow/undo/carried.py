"""Entries as a plan: cells edited, rows taken out, rows put in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from xl_salesflow.journal import BEGUN_WITH, name_column
from xl_salesflow.model.frames import blank, frame, series
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Remove
from xl_salesflow.model.tables import TABLES
from xl_salesflow.undo.entries import Entry


def edits(pipeline: Pipeline, done: list[Entry], gone: dict[str, pd.Index], because: str) -> Iterator[Edit]:
    """Yield the cells to put back, by column; rows that are *gone* by then are left out."""
    cells: dict[tuple[str, str], dict[int, Any]] = {}
    for entry in done:
        if entry.column is not None and entry.row not in gone.get(entry.table.name, ()):
            cells.setdefault((entry.table.name, entry.column.id), {})[int(entry.row or 0)] = entry.value
    for row, value in cells.get(("Deals", "recorded_stage"), {}).items():
        for id in BEGUN_WITH if value == "" else ():  # in no stage yet, as nothing else is told
            cells.setdefault(("Deals", id), {}).setdefault(row, blank(TABLES["Deals"][id]))
    for (name, id), values in cells.items():
        table, held, rows = TABLES[name], pipeline[name], pd.Index(list(values))
        after = series(table[id], values.values(), rows)
        yield Edit(name, id, held.loc[rows, name_column(table)], held.loc[rows, id], after, because)


def removes(pipeline: Pipeline, done: list[Entry], force: bool) -> Iterator[Remove]:
    """Yield the rows to take out: those the run added, the visits of deals that go, and with *force* the moves after."""
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


def appends(pipeline: Pipeline, done: list[Entry]) -> Iterator[Append]:
    """Yield the rows to put back in; a visit whose number was given away meanwhile gets a new one."""
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in done:
        if entry.operation == "remove":
            found.setdefault(entry.table.name, []).append(entry.value)
    taken = set(pipeline["History"]["visit"])
    free = max((int(visit[1:]) for visit in taken if visit[1:].isdigit()), default=0)
    for visit in found.get("History", ()):
        if visit["visit"] in taken:
            free += 1
            visit["visit"] = f"V{free:06d}"
            visit["seal"] = ""  # it was of the other number; the run ends with sealing it anew
    for name, rows in found.items():
        yield Append(name, frame(TABLES[name], rows), "undo")
