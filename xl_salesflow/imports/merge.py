"""Rows of files against the rows of the workbook: what is new, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.imports.rows import blank_column, blanks
from xl_salesflow.model.column import Table
from xl_salesflow.model.difference import same
from xl_salesflow.model.plan import Edit
from xl_salesflow.model.tables import TABLES

NUMBERED = {"Deals": "D-{:05d}", "Activities": "A{:06d}", "Tasks": "T{:06d}", "Objections": "O{:05d}", "Quotes": "Q-{:05d}", "Feedback": "F-{:05d}"}  # fmt: skip  # noqa: E501
"""How the keys look that a file does not give."""

_KNOWN_BY = {
    "Deals": ("name", "account", "contact", "product", "created"),
    "Activities": ("deal", "date", "type", "contact", "summary"),
}


@dataclass(frozen=True)
class Merged:
    """*new* rows carry a key and where they came from; *known* is, for every other row, the sheet row it updates."""

    new: pd.DataFrame
    known: pd.DataFrame


def matched(table: str, rows: pd.DataFrame, given: Sequence[str], existing: pd.DataFrame) -> Merged:
    """Return which of *rows* the workbook has already: by key, else by what identifies a row that has none."""
    key = TABLES[table].key
    if key is None or key not in given:
        rows = _recognised(table, rows, given, existing)
    else:
        places = pd.Series(existing.index, index=existing[key])
        rows = rows.assign(sheet_row=rows[key].map(places[~places.index.duplicated()]))
    known = rows[rows["sheet_row"].notna()]
    new = rows[rows["sheet_row"].isna()].drop(columns="sheet_row")
    if key is not None and key not in given:
        new = new.assign(**{key: _next_keys(table, existing[key], len(new))})
    return Merged(new, known.set_index(known["sheet_row"].astype("int64")).drop(columns="sheet_row"))


def edits(
    table: str, known: pd.DataFrame, given: Sequence[str], existing: pd.DataFrame, because: str
) -> tuple[Edit, ...]:
    """Return the cells of *given* columns that *known* rows (indexed by sheet row) say otherwise; a blank says nothing."""
    if known.empty:
        return ()
    key, found = TABLES[table].key or TABLES[table].columns[0].id, list[Edit]()
    for id in given:
        if id == key:
            continue
        column = TABLES[table][id]
        after = known[id][~blanks(known[id])]
        before = existing.loc[after.index, id]
        after = after[~same(column, before, after)]
        if len(after):
            found.append(Edit(table, id, existing.loc[after.index, key], before.loc[after.index], after, because))
    return tuple(found)


def framed(table: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Return *rows* as a complete frame of *table*, each column typed as model.frames says."""
    rows = rows.reset_index(drop=True)
    blank = {column.id: blank_column(column, rows.index) for column in table.columns}
    return pd.DataFrame({id: rows[id].astype(column.dtype) if id in rows else column for id, column in blank.items()})


def _recognised(table: str, rows: pd.DataFrame, given: Sequence[str], existing: pd.DataFrame) -> pd.DataFrame:
    # the same row twice in a file is two rows, so each is known by what it says and how often that was said before
    by = [id for id in _KNOWN_BY.get(table, ()) if id in given] or list(given)
    places = dict(zip(_fingerprints(existing, by), existing.index, strict=True))
    return rows.assign(sheet_row=[places.get(said, np.nan) for said in _fingerprints(rows, by)])


def _fingerprints(rows: pd.DataFrame, by: Sequence[str]) -> list[tuple[object, ...]]:
    said, seen = list(zip(*(rows[id].astype("str") for id in by), strict=True)), Counter[tuple[str, ...]]()
    found: list[tuple[object, ...]] = []
    for words in said:
        seen[words] += 1
        found.append((*words, seen[words]))
    return found


def _next_keys(table: str, keys: pd.Series, count: int) -> list[str]:
    shape = NUMBERED[table]
    prefix = shape.partition("{")[0]
    taken = pd.to_numeric(keys[keys.str.startswith(prefix)].str.slice(len(prefix)), errors="coerce")
    first = int(np.nanmax(taken, initial=0)) + 1
    return [shape.format(number) for number in range(first, first + count)]
