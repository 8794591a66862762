"""What goes back together or not at all: the parts of a move, and rows that other rows name."""

from __future__ import annotations

from dataclasses import replace

from xl_salesflow.model.column import Type
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES
from xl_salesflow.undo.entries import Entry

_SET_UP = ("Stages", "Gates", "StageTasks")
_NAMED = ("add", "name")  # what takes away something that another row may name


def whole(pipeline: Pipeline, entries: list[Entry]) -> list[Entry]:
    """Return *entries* with what cannot go back by itself counted as changed."""
    return _still_named(pipeline, _still_followed(pipeline, _whole_moves(entries)))


def _whole_moves(entries: list[Entry]) -> list[Entry]:
    """Keep every move as a whole or not at all: half a move would make History lie."""
    stuck = {entry.deal for entry in entries if entry.deal and not entry.kept}
    return [replace(entry, kept=entry.kept and entry.deal not in stuck) for entry in entries]


def _still_followed(pipeline: Pipeline, entries: list[Entry]) -> list[Entry]:
    """Leave the added set-up rows of a playbook that a deal goes on following."""
    back = {
        e.row
        for e in entries
        if e.kept and e.column is not None and (e.table.name, e.column.id) == ("Deals", "playbook")
    }
    deals = pipeline["Deals"]
    followed = set(deals.loc[~deals.index.isin(back), "playbook"]) - {""}
    return [replace(e, kept=False) if _playbook(pipeline, e) in followed else e for e in entries]


def _playbook(pipeline: Pipeline, entry: Entry) -> str:
    if entry.operation != "add" or entry.table.name not in _SET_UP or not entry.row:
        return ""
    return str(pipeline[entry.table.name].at[entry.row, "playbook"])


def _still_named(pipeline: Pipeline, entries: list[Entry]) -> list[Entry]:
    """Leave the added rows and given numbers that a row which stays refers to."""
    while True:
        named = _names_that_stay(pipeline, entries)
        kept = [
            replace(e, kept=False) if e.operation in _NAMED and e.key in named.get(e.table.name, ()) else e
            for e in entries
        ]
        if kept == entries:
            return kept
        entries = kept


def _names_that_stay(pipeline: Pipeline, entries: list[Entry]) -> dict[str, set[str]]:
    going = {(entry.table.name, entry.row) for entry in entries if entry.operation in _NAMED and entry.kept}
    named = {table: set[str]() for table, _ in going}
    for table in TABLES.values():
        columns = [column for column in table.columns if column.type is Type.REF and column.options in named]
        if columns and not table.generated:
            held = pipeline[table.name]
            stays = held.drop(index=[row for row in held.index if (table.name, row) in going])
            for column in columns:
                named[column.options or ""].update(stays[column.id])
    return named
