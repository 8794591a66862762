"""One row of a frame as plain values, found by its sheet row or by its key."""

from __future__ import annotations

from typing import Any

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

Record = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Record]:
    """Return the rows of *frame*; numbers and dates are NaN and NaT when blank, as in the frame."""
    rows: list[dict[Any, Any]] = frame.to_dict("records")
    return rows


def record(pipeline: Pipeline, table: str, row: int) -> Record:
    """Return the row of *table* that stands in sheet row *row*."""
    return records(pipeline[table].loc[[row]])[0]


def found(pipeline: Pipeline, table: str, key: str) -> Record:
    """Return the first row of *table* with *key*, whatever its capitals; an unknown key gives blanks beside the key."""
    frame, id = pipeline[table], TABLES[table].key or ""
    rows = records(frame[frame[id].str.lower() == key.lower()].head(1)) if key else []
    return rows[0] if rows else {**dict.fromkeys(frame.columns, ""), id: key}
