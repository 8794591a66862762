"""The log lines of a run as undo entries, each located in the current workbook.

An entry says what to restore, where, and whether somebody has changed it since. Entries that can only be undone
together, such as the parts of a stage move or rows that other rows refer to, are all marked as changed if one of them
is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from xl_salesflow.changelog.change_log import (
    KEYLESS_MARK,
    STAGE_MOVE_COLUMNS,
    digest_rows,
    format_log_value,
    name_keyless_rows,
    name_logged_rows,
)
from xl_salesflow.core.key_numbers import order_by_number
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.plain_values import replace_half_characters
from xl_salesflow.schema.table_columns import (
    Column,
    ColumnType,
    TableSchema,
    extend_table,
    find_own_column,
    own_column_title,
)
from xl_salesflow.schema.table_frames import blank_value
from xl_salesflow.schema.table_registry import TABLES

_LONGEST_CELL_TEXT = 32_767
_LARGEST_NUMBER = 1e300
_PLAYBOOK_SWITCH_COLUMNS = ("playbook", "stage")
"""Columns that also belong to a move if the deal switched to another playbook."""


@dataclass(frozen=True, slots=True)
class UndoEntry:
    """One cell or row to restore; *row* is None if it is not found, *is_untouched* is false if it changed since.

    *is_damaged* is true if the Journal, which anybody can edit, holds a value that this column never had.
    """

    table: TableSchema
    key: str
    operation: str
    column: Column | None = None
    value: Any = None
    row: int | None = None
    is_untouched: bool = True
    deal: str = ""
    is_damaged: bool = False


def read_undo_entries(pipeline: Pipeline, lines: pd.DataFrame) -> list[UndoEntry]:
    """Return the undo entries of *lines* of the Journal."""
    return [
        *_read_changed_entries(pipeline, lines),
        *_read_added_entries(pipeline, lines),
        *_read_removed_entries(pipeline, lines),
    ]


def _read_changed_entries(pipeline: Pipeline, lines: pd.DataFrame) -> Iterator[UndoEntry]:
    visits = pipeline["History"].set_index("visit")["deal"].to_dict()
    changes = lines[lines["operation"] == "change"]
    to_another = (changes["table"] == "Deals") & (changes["column"] == "playbook") & (changes["before"] != "")
    switched = set(changes.loc[to_another, "key"])
    for (name, column_id), cells in changes.groupby(["table", "column"], sort=False):
        table = TABLES.get(str(name))
        if table is None:
            continue
        column_id = _find_present_id(pipeline[table.name].columns, str(column_id))
        if not _may_be_logged(extend_table(table, pipeline[table.name].columns), column_id):
            continue
        if column_id == table.key:
            yield from _read_numbered_entries(pipeline, table, cells)
            continue
        column, held, rows = (
            table[column_id],
            pipeline[table.name][column_id],
            _rows_by_log_name(pipeline, table),
        )
        changed_alike = Counter(zip(cells["key"], cells["before"], cells["after"], strict=True))
        for key, before, after in zip(cells["key"], cells["before"], cells["after"], strict=True):
            row = _take_changed_row(
                rows.get(key, []), held, after, changed_alike[key, before, after], table.name == "Lists"
            )
            changed_alike[key, before, after] -= 1
            kept = row is not None and format_log_value(held.at[row]) == after
            moved = name == "Deals" and (
                column_id in STAGE_MOVE_COLUMNS or (column_id in _PLAYBOOK_SWITCH_COLUMNS and key in switched)
            )
            deal = visits.get(key, "") if name == "History" else key if moved else ""
            yield _make_changed_entry(UndoEntry(table, key, "change", column, before, row, kept, deal), column)


def _find_present_id(columns: Iterable[str], column_id: str) -> str:
    """Return the id that a declared column has now: its type may have changed since it was logged."""
    title = own_column_title(column_id)
    return next((one for one in columns if title and own_column_title(one) == title), column_id)


def _take_changed_row(found: list[int], held: pd.Series, after: str, changed_alike: int, is_list: bool) -> int | None:
    """Return the row of *found* that holds *after*, or None if it is not certain which one was changed.

    If all rows that hold it were changed alike, each is taken once; each column of Lists is independent of the others.
    """
    alike = [row for row in found if format_log_value(held.at[row]) == after] if len(found) > 1 else found
    if not alike or not (is_list or len(alike) in (1, changed_alike)):
        return None
    row = alike[0]
    if is_list or len(alike) > 1:
        found.remove(row)
    return row


def _read_numbered_entries(pipeline: Pipeline, table: TableSchema, lines: pd.DataFrame) -> Iterator[UndoEntry]:
    """Find rows that were given a key by that key, and rows whose key was removed by their contents."""
    column, rows, held = table[table.key or ""], _rows_by_log_name(pipeline, table), pipeline[table.name]
    without = held[held[column.id] == ""]
    waiting: dict[str, list[int]] = {}
    for row, mark in zip(without.index, name_keyless_rows(table, without), strict=True):
        waiting.setdefault(mark, []).append(int(row))
    for key, before in zip(lines["key"], lines["before"], strict=True):
        if not key.startswith(KEYLESS_MARK):
            found = rows.get(key, [])
            yield UndoEntry(table, key, "name", column, before, found[0] if len(found) == 1 else None)
        elif before not in rows:  # nothing has this number, because every run assigns new ones
            found = waiting.get(key, [])
            yield UndoEntry(table, before, "name", column, before, found.pop(0) if found else None)


def _read_added_entries(pipeline: Pipeline, lines: pd.DataFrame) -> Iterator[UndoEntry]:
    added = lines[lines["operation"].isin(["add", "add_line"])]
    for name, of_table in added.groupby("table", sort=False):
        table = TABLES.get(str(name))
        if table is None:
            continue
        rows, held, keys = _rows_by_log_name(pipeline, table), pipeline[table.name], set(of_table["key"])
        now = dict(zip(held.index, digest_rows(table, held), strict=True))
        last = _find_last_stays(held) if name == "History" else {}
        for key, digest in zip(of_table["key"], of_table["after"], strict=True):
            found = rows.get(key, [])
            alike = [row for row in found if now[row] == digest]
            row = alike[0] if alike else found[0] if len(found) == 1 else None
            if table.key is None and row is not None:
                found.remove(row)  # find each of several equal lines once
            deal = str(held.at[row, "deal"]) if name == "History" and row is not None else ""
            overtaken = bool(deal) and last[deal] not in keys
            yield UndoEntry(table, key, "add", None, None, row, bool(alike) and not overtaken, deal)


def read_removed_rows(lines: pd.DataFrame) -> list[tuple[str, str, Any]]:
    """Return the rows that the lines *lines* of one run removed, as table, key and column → value."""
    texts: dict[tuple[str, str], str] = {}
    complete: list[tuple[str, str, Any]] = []
    for name, key, part in zip(lines["table"], lines["key"], lines["before"], strict=True):
        texts[name, key] = texts.get((name, key), "") + part
        try:
            complete.append((name, key, json.loads(texts[name, key])))
        except (ValueError, RecursionError):
            continue  # a long row continues in the next line
        del texts[name, key]
    return complete


def _read_removed_entries(pipeline: Pipeline, lines: pd.DataFrame) -> Iterator[UndoEntry]:
    complete = read_removed_rows(lines[lines["operation"] == "remove"])
    held = {
        table.name: _rows_by_log_name(pipeline, table)
        for table in TABLES.values()
        if table.key and table.name != "History"
    }
    for name, key, cells in complete:
        table = TABLES.get(name)
        if table is None:
            continue
        if not is_logged_row(table, cells):
            yield UndoEntry(table, key, "remove", None, None, None, False, "", True)
            continue
        cells = {_find_present_id(pipeline[name].columns, column_id): cell for column_id, cell in cells.items()}
        taken = key in held.get(name, {})
        yield UndoEntry(table, key, "remove", None, cells, None if taken else 0)


def _rows_by_log_name(pipeline: Pipeline, table: TableSchema) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = {}
    held = pipeline[table.name]
    for row, key in zip(held.index, name_logged_rows(table, held), strict=True):
        rows.setdefault(key, []).append(int(row))
    return rows


def _find_last_stays(history: pd.DataFrame) -> dict[str, str]:
    current = history[history["left"] == pd.Timestamp(OPEN_STAY_END)]
    return {**order_by_number(history).groupby("deal")["visit"].last(), **current.set_index("deal")["visit"]}


def _make_changed_entry(entry: UndoEntry, column: Column) -> UndoEntry:
    """Return *entry* with its value as one of the column, or as damaged."""
    if not _is_log_value(column, entry.value):
        return replace(entry, value=None, row=None, is_untouched=False, is_damaged=True)
    return replace(entry, value=_parse_log_value(column, entry.value))


def _may_be_logged(table: TableSchema, column_id: str) -> bool:
    """Return whether a run logs changes of the column; only somebody who edits the Journal writes of another one."""
    return table.name != "Journal" and column_id in table.by_id and not table[column_id].formula


def _is_log_value(column: Column, cell: object) -> bool:
    """Return whether *cell* is the text of a value that *column* may hold."""
    if not isinstance(cell, str):
        return False
    if cell == "" or column.type.is_text:
        return len(cell) <= _LONGEST_CELL_TEXT and cell == replace_half_characters(cell)
    try:
        return bool(pd.notna(pd.Timestamp(cell)) if column.type.is_date else abs(float(cell)) <= _LARGEST_NUMBER)
    except (ValueError, OverflowError):
        return False


def is_logged_row(table: TableSchema, cells: object) -> bool:
    """Return whether *cells*, read from the Journal, can be a removed row of *table*; anybody can edit the Journal."""
    if not isinstance(cells, dict) or table.name == "Journal":
        return False
    if not all(column_id in table.by_id or find_own_column(column_id) for column_id in cells):
        return False
    for column_id, value in cells.items():
        plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        if value is not None and not (plain and _is_log_value(table[column_id], str(value))):
            return False
    return True


def _parse_log_value(column: Column, cell: str) -> Any:
    if cell == "" or column.type.is_text:
        return cell or blank_value(column)
    try:
        return pd.Timestamp(cell).to_numpy().astype("datetime64[s]") if column.type.is_date else float(cell)
    except ValueError:
        return blank_value(column)  # somebody damaged the Journal


_PLAYBOOK_SHEETS = ("Stages", "Gates", "StageTasks")
_KEY_OPERATIONS = ("add", "name")  # undoing these removes something that another row may refer to


def mark_dependent_entries(pipeline: Pipeline, entries: list[UndoEntry]) -> list[UndoEntry]:
    """Return *entries*, with those that cannot be undone on their own marked as changed."""
    return _mark_referenced_rows(pipeline, _mark_followed_playbooks(pipeline, _mark_partial_moves(entries)))


def _mark_partial_moves(entries: list[UndoEntry]) -> list[UndoEntry]:
    """Undo each stage move completely or not at all, because half a move would corrupt History."""
    stuck = {entry.deal for entry in entries if entry.deal and not entry.is_untouched}
    return [replace(entry, is_untouched=entry.is_untouched and entry.deal not in stuck) for entry in entries]


def _mark_followed_playbooks(pipeline: Pipeline, entries: list[UndoEntry]) -> list[UndoEntry]:
    """Keep the added set-up rows of a playbook that a deal still follows."""
    back = {
        e.row
        for e in entries
        if e.is_untouched and e.column is not None and (e.table.name, e.column.id) == ("Deals", "playbook")
    }
    deals = pipeline["Deals"]
    followed = set(deals.loc[~deals.index.isin(back), "playbook"]) - {""}
    return [replace(e, is_untouched=False) if _added_row_playbook(pipeline, e) in followed else e for e in entries]


def _added_row_playbook(pipeline: Pipeline, entry: UndoEntry) -> str:
    if entry.operation != "add" or entry.table.name not in _PLAYBOOK_SHEETS or not entry.row:
        return ""
    return str(pipeline[entry.table.name].at[entry.row, "playbook"])


def _mark_referenced_rows(pipeline: Pipeline, entries: list[UndoEntry]) -> list[UndoEntry]:
    """Keep added rows and given keys that a remaining row refers to."""
    while True:
        named = _find_remaining_references(pipeline, entries)
        kept = [
            replace(e, is_untouched=False)
            if e.operation in _KEY_OPERATIONS and e.key in named.get(e.table.name, ())
            else e
            for e in entries
        ]
        if kept == entries:
            return kept
        entries = kept


def _find_remaining_references(pipeline: Pipeline, entries: list[UndoEntry]) -> dict[str, set[str]]:
    going = {
        (entry.table.name, entry.row) for entry in entries if entry.operation in _KEY_OPERATIONS and entry.is_untouched
    }
    back: dict[tuple[str, str], list[int]] = {}
    for entry in entries:
        if entry.operation == "change" and entry.is_untouched and entry.column is not None and entry.row is not None:
            back.setdefault((entry.table.name, entry.column.id), []).append(entry.row)
    named = {table: set[str]() for table, _ in going}
    for table in TABLES.values():
        columns = [column for column in table.columns if column.type is ColumnType.REF and column.options in named]
        if columns and not table.generated:
            held = pipeline[table.name]
            stays = held.drop(index=[row for row in held.index if (table.name, row) in going])
            for column in columns:
                cells = stays[column.id].drop(index=back.get((table.name, column.id), []), errors="ignore")
                named[column.options or ""].update(cells)
    return named
