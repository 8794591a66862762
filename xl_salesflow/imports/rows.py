"""Typed rows on their way from files to a table, and how the files of one table become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.imports.targets import targets
from xl_salesflow.model.column import Column
from xl_salesflow.model.frames import DATE_DTYPE
from xl_salesflow.model.tables import TABLES

FILE, ROW = "file", "row"
"""Columns that say where a row came from, beside the table's own."""


@dataclass(frozen=True)
class Rows:
    """The rows the files hold for one table: typed columns by target id, and FILE and ROW. *given* are the mapped columns."""

    table: str
    frame: pd.DataFrame
    given: tuple[str, ...]


def joined(parts: Sequence[Rows]) -> Rows:
    """Return the rows of several files of one table as one: joined by key, later files fill in and win."""
    table = TABLES[parts[0].table]
    frame, given = parts[0].frame, dict.fromkeys(parts[0].given)
    for part in parts[1:]:
        given |= dict.fromkeys(part.given)
        key = table.key if table.key in frame and table.key in part.frame else None
        frame = _merged(frame, part.frame, key, table.name) if key else _stacked([frame, part.frame], table.name)
    return Rows(table.name, frame.reset_index(drop=True), tuple(given))


def _merged(frame: pd.DataFrame, more: pd.DataFrame, key: str, table: str) -> pd.DataFrame:
    known = more[key].isin(frame[key])
    frame = _stacked([frame, more[~known]], table).set_index(key, drop=False)
    details = more[known].set_index(key, drop=False)
    for id in details.columns.difference([key, FILE, ROW]):
        said = details[id][~blanks(details[id])]
        frame.loc[said.index, id] = said
    return frame.reset_index(drop=True)


def _stacked(frames: Sequence[pd.DataFrame], table: str) -> pd.DataFrame:
    ids = dict.fromkeys(str(id) for frame in frames for id in frame.columns)
    columns = {id: pd.concat([column_of(frame, id, table) for frame in frames]) for id in ids}
    return pd.DataFrame(columns).reset_index(drop=True)


def column_of(frame: pd.DataFrame, id: str, table: str) -> pd.Series:
    """Return column *id* of *frame*, blank where it has none."""
    return frame[id] if id in frame else blank_column(targets(table)[id], frame.index)


def blank_column(target: Column, index: pd.Index) -> pd.Series:
    """Return a column of blanks, typed as model.frames says."""
    if target.type.is_text:
        return pd.Series("", index=index, dtype=object)
    if target.type.is_date:
        return pd.Series(pd.NaT, index=index, dtype=DATE_DTYPE)
    return pd.Series(np.nan, index=index, dtype="float64")


def blanks(column: pd.Series) -> pd.Series:
    """Tell which cells of a typed *column* are blank."""
    return column == "" if column.dtype == object else column.isna()
