"""Join the rows of many workbooks into the tables of one: rows of one name become one row, and lists one list.

The first workbook that has a name decides; blank cells are filled from the others, except those of people on the team,
whose rights nobody gave them here. What differs is returned, so that a person is told whose values are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.change_sets import find_equal_cells
from xl_salesflow.core.key_numbers import COUNTED_TABLES
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.table_columns import BY_PRODUCT, OWN_COLUMN_TABLES, Column, extend_table
from xl_salesflow.schema.table_frames import complete_columns, fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

ROLLUP_NAMED_TABLES = ("Accounts", "Contacts", "Products", "Team", "Questions", "CommissionPlans")
"""Tables whose keys are names: the same name in two workbooks is the same thing, and becomes one row."""

_PROCESS_KEYS: Mapping[str, Sequence[str]] = {
    "Stages": ("playbook", "stage"),
    "Gates": ("gate", "playbook"),
    "StageTasks": ("playbook", "stage", "task"),
    "Holidays": ("day",),
    "Columns": ("table", "column"),
}
"""Tables whose rows are the same if these cells are: the row of the first workbook is used."""

_ADDED_UP_TABLES = ("Answers", "QuoteLines", "Targets")  # rows without keys, all of which count
_REPEATED_TABLES = ("Traits", "FitCriteria", "CommissionTiers")  # rows without keys, of which equal ones count once
_LISTS_TABLE = "Lists"

JOINED_TABLES = (
    *COUNTED_TABLES,
    *_ADDED_UP_TABLES,
    *ROLLUP_NAMED_TABLES,
    *_PROCESS_KEYS,
    *_REPEATED_TABLES,
    _LISTS_TABLE,
)
"""The tables that a roll-up fills."""

_FILLED_TABLES = ("Accounts", "Contacts", "Products")
_COMPARED_TABLES = (*_FILLED_TABLES, "Team")  # the questions of another language are the same ones


Marks = npt.NDArray[Any]
"""An array with one value for each row."""


class OtherValues(NamedTuple):
    """Rows of *table* in the workbook *book* that differ from those of *first* in *columns*, such as the row *name*."""

    table: str
    book: str
    first: str
    names: tuple[str, ...]
    columns: tuple[str, ...]


def join_book_rows(table: str, parts: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[OtherValues]]:
    """Return the rows of *table* of all workbooks as one frame, and the rows of one name that differ."""
    rows = pd.concat(list(parts.values()), ignore_index=True)
    if table in OWN_COLUMN_TABLES:  # not every workbook has the columns that one of them declares
        rows = complete_columns(TABLES[table], rows)
    if table == _LISTS_TABLE:
        return _join_lists(parts.values()), []
    if table in _REPEATED_TABLES:
        return rows[~rows.duplicated()], []
    if keys := _PROCESS_KEYS.get(table):
        folded = pd.DataFrame({key: fold_keys(rows[key]) if rows[key].dtype == object else rows[key] for key in keys})
        return rows[~folded.duplicated()], []
    if table not in ROLLUP_NAMED_TABLES:
        return rows, []
    books = np.repeat(np.array(list(parts), dtype=object), list(map(len, parts.values())))
    return _join_named_rows(table, rows, books)


def _join_named_rows(table: str, rows: pd.DataFrame, books: Marks) -> tuple[pd.DataFrame, list[OtherValues]]:
    names = fold_keys(rows[str(TABLES[table].key)])
    again = (names.duplicated() & (names != "")).to_numpy(bool)
    if not again.any():
        return rows, []
    first = pd.Series(rows.index, names.to_numpy()).groupby(level=0, sort=False).first()
    of = first.reindex(names).to_numpy()  # for each row, the first row of its name
    joined = _fill_blank_cells(table, rows, of, again) if table in _FILLED_TABLES else rows[~again]
    return joined, _list_other_values(table, rows, books, of, again) if table in _COMPARED_TABLES else []


def _fill_blank_cells(table: str, rows: pd.DataFrame, of: Marks, again: Marks) -> pd.DataFrame:
    columns = {}
    for column in extend_table(TABLES[table], rows.columns).columns:
        cells = rows[column.id]
        known = cells.where(_are_filled(cells)).groupby(of, sort=False).first()
        filled = known.reindex(of[~again]).set_axis(rows.index[~again])
        columns[column.id] = filled.astype(object).fillna("") if column.type.is_text else filled.astype(cells.dtype)
    return pd.DataFrame(columns)


def _list_other_values(table: str, rows: pd.DataFrame, books: Marks, of: Marks, again: Marks) -> list[OtherValues]:
    later, there = rows[again], rows.loc[of[again]].set_axis(rows.index[again], axis=0)
    compared = [
        column
        for column in extend_table(TABLES[table], rows.columns).columns
        if column.id != TABLES[table].key and not column.is_formula and column.writer != BY_PRODUCT
    ]
    differs = pd.DataFrame(
        {column.id: _find_conflicts(column, there[column.id], later[column.id]) for column in compared}, later.index
    )
    found: list[OtherValues] = []
    pairs = pd.DataFrame({"book": books[again], "first": books[of[again]]}, index=later.index)
    for (book, first), group in pairs.groupby(["book", "first"], sort=False):
        here = differs.loc[group.index]
        changed = here.index[here.any(axis=1)]
        if len(changed):
            names = tuple(map(str, later.loc[changed, str(TABLES[table].key)]))
            found.append(OtherValues(table, str(book), str(first), names, tuple(here.columns[here.any()])))
    return found


def _find_conflicts(column: Column, one: pd.Series, other: pd.Series) -> Marks:
    return _are_filled(one) & _are_filled(other) & ~find_equal_cells(column, _fold_texts(one), _fold_texts(other))


def _are_filled(cells: pd.Series) -> Marks:
    return np.asarray(cells != "" if cells.dtype == object else cells.notna(), dtype=bool)


def _fold_texts(cells: pd.Series) -> pd.Series:
    return fold_keys(cells) if cells.dtype == object else cells


def _join_lists(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the values of every list of all workbooks, each value once, below one another."""
    values: dict[str, dict[str, str]] = {column.id: {} for column in TABLES[_LISTS_TABLE].columns}
    for part in parts:
        for name, known in values.items():
            for text in filter(None, part[name]):
                known.setdefault(fold_text(text), str(text))
    columns = {name: list(known.values()) for name, known in values.items()}
    count = max(map(len, columns.values()))
    return make_table_frame(
        TABLES[_LISTS_TABLE],
        [{name: column[at] for name, column in columns.items() if at < len(column)} for at in range(count)],
    )
