"""A cell that every row needs is blank; rows that are blank altogether do not count."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.column import Column, Table
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        frame = pipeline[name]
        if table.generated or frame.empty:
            continue
        blank = {column.id: _blank(column, frame[column.id]) for column in table.columns if column.required}
        if any(cells.any() for cells in blank.values()):
            used = _used(table, frame)
            for id, cells in blank.items():
                yield Hits(name, frame.index[cells & used], id)


def _blank(column: Column, cells: pd.Series) -> pd.Series:
    return folded(cells) == "" if column.type.is_text else cells.isna()


def _used(table: Table, frame: pd.DataFrame) -> pd.Series:
    # formulas fill themselves in, so they do not make a row used
    used = pd.Series(False, index=frame.index)
    for column in table.columns:
        if not column.is_formula:
            used |= ~_blank(column, frame[column.id])
    return used


RULE = Rule(
    "missing_cell",
    Text("A needed cell is blank", "必填项为空"),
    Text("“{column}” is blank; every row needs it.", "“{column}”未填写；每行都须填写。"),
    "warn",
    _hits,
)
