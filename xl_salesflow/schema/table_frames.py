"""How a frame stores each type of column; rules and metrics rely on it.

    text, key, choice, list, ref    object of str, "" if blank (choice and list: ids of the values in the list)
    integer, number, money, …       float64, NaN if blank
    date, time                      datetime64[s], NaT if blank

The index holds the row numbers of the sheet; new rows have negative ones. The names of the columns are texts that pandas
keeps in Python: dozens of small tables ask for columns by name, which takes it several times longer with pyarrow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import fold_text
from xl_salesflow.schema.deal_tables import OPEN_STAY_END
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_columns import Column, TableSchema, extend_table

DATE_DTYPE = "datetime64[s]"
TEXTS_IN_PYTHON = ("mode.string_storage", "python")
"""The option of pandas, for `pandas.option_context`, with which frames are read and computed."""

OPEN_STAY_LEFT = np.datetime64(OPEN_STAY_END, "s")
"""OPEN_STAY_END as the column `left` of History holds it."""


def blank_value(column: Column) -> Any:
    """Return the value of a blank cell of *column* in a frame."""
    if column.type.is_text:
        return ""
    return pd.NaT if column.type.is_date else np.nan


def make_column_series(column: Column, values: Iterable[Any], index: pd.Index) -> pd.Series:
    """Return *values* (None is blank) as a series with the column's dtype."""
    if column.type.is_text:
        return pd.Series(["" if is_missing(value) else str(value) for value in values], index=index, dtype=object)
    cells = [None if is_missing(value) else value for value in values]
    if column.type.is_date:
        stamps = np.array(
            [np.datetime64("NaT", "s") if cell is None else np.datetime64(cell) for cell in cells], DATE_DTYPE
        )
        return pd.Series(stamps, index=index, dtype=DATE_DTYPE)
    return pd.Series(pd.array(cells, dtype="Float64").to_numpy("float64", na_value=np.nan), index=index)


def make_table_frame(table: TableSchema, rows: Sequence[Mapping[str, Any]] = (), first_row: int = 2) -> pd.DataFrame:
    """Return *rows* (column id → value; missing means blank) as a frame of *table* with every column.

    Columns that the team declared are added if a row has one.
    """
    table = extend_table(table, dict.fromkeys(one for row in rows for one in row if one not in table.by_id))
    return _make_filled_frame(table, rows, first_row) if len(rows) else _make_empty_frame(table, first_row).copy()


@cache
def _make_empty_frame(table: TableSchema, first_row: int) -> pd.DataFrame:
    # a pipeline has dozens of tables, but most reads and tests fill only a few
    return _make_filled_frame(table, (), first_row)


def _make_filled_frame(table: TableSchema, rows: Sequence[Mapping[str, Any]], first_row: int) -> pd.DataFrame:
    index = pd.RangeIndex(first_row, first_row + len(rows))
    columns = {c.id: make_column_series(c, (row.get(c.id) for row in rows), pd.Index(index)) for c in table.columns}
    return pd.DataFrame(columns, index=index)


def complete_columns(table: TableSchema, partial: pd.DataFrame) -> pd.DataFrame:
    """Return *partial* with every column of *table*, in order, then those the team declared; missing columns are blank."""
    table = extend_table(table, partial.columns)
    columns = {
        c.id: _keep_text_dtype(c, partial[c.id])
        if c.id in partial
        else make_column_series(c, [None] * len(partial), partial.index)
        for c in table.columns
    }
    return pd.DataFrame(columns, index=partial.index)


def _keep_text_dtype(column: Column, values: pd.Series) -> pd.Series:
    # by default, pandas stores text columns as its own string type
    if not column.type.is_text:
        return values
    # rows of ours and of another workbook, put together, lack the columns that only one of them has
    return (values.fillna("") if column.added == "own" else values).astype(object)


def fold_keys(texts: pd.Series) -> pd.Series:
    """Return *texts* folded for comparison as names (see `fold_text`); each text is folded once."""
    codes, unique = pd.factorize(texts)
    return pd.Series(np.array([fold_text(text) for text in unique], object)[codes], texts.index, dtype=object)


def look_up_values(keys: pd.Series, values: pd.Series) -> pd.Series:
    """Return the value in *values* (indexed by unique key) for each of *keys*; blank if there is none."""
    return values.reindex(keys.to_numpy()).set_axis(keys.index)
