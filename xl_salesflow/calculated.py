"""Every formula column of the workbook, worked out in Python; what a cell last showed is never trusted."""

from __future__ import annotations

import pandas as pd

from xl_salesflow import quotes
from xl_salesflow.metrics import rows, visits
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.scoring import bant, classes


def refreshed(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the formula columns of its row tables as its sheets' formulas compute them."""
    pipeline = _with(pipeline, "Stages", rows.stages(pipeline))
    pipeline = _with(pipeline, "Deals", pd.concat([rows.deals(pipeline), bant.columns(pipeline)], axis=1))
    pipeline = _with(pipeline, "Accounts", classes.prospects(pipeline))
    pipeline = _with(pipeline, "History", visits.columns(pipeline))
    pipeline = _with(pipeline, "QuoteLines", quotes.line_columns(pipeline))
    return _with(pipeline, "Quotes", quotes.quote_columns(pipeline))


def _with(pipeline: Pipeline, table: str, columns: pd.DataFrame) -> Pipeline:
    frame = pipeline[table]
    new = {str(id): columns[id] for id in columns if not columns[id].equals(frame[id])}
    return pipeline.with_tables(**{table: frame.assign(**new)}) if new else pipeline
