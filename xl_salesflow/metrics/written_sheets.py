"""The sheets whose values come from the record or a simulation, so that no formula can give them.

A table of such a sheet is off while it is empty. A button, or a command with ``--write``, fills it for the first time;
from then on every update writes it anew, until somebody deletes its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline


def _make_flow(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    # imported here and below, because few workbooks have these sheets
    from xl_salesflow.metrics.readings.flow_sheet import make_flow_tables

    return make_flow_tables(pipeline)


def _make_outlook(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    from xl_salesflow.metrics.forecasting.outlook_sheets import make_outlook_tables

    return make_outlook_tables(pipeline)


def _make_accuracy(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    from xl_salesflow.metrics.forecasting.outlook_sheets import make_accuracy_tables

    return make_accuracy_tables(pipeline)


def _make_cohorts(pipeline: Pipeline) -> dict[str, pd.DataFrame]:
    from xl_salesflow.metrics.readings.cohort_sheets import make_cohort_tables

    return make_cohort_tables(pipeline)


def _is_accuracy_due(pipeline: Pipeline) -> bool:
    from xl_salesflow.metrics.forecasting.outlook_sheets import is_accuracy_due

    return is_accuracy_due(pipeline)


_WRITTEN_SHEETS: Mapping[str, tuple[str, Callable[[Pipeline], dict[str, pd.DataFrame]]]] = MappingProxyType(
    {
        "flow": ("FlowSteps", _make_flow),
        "forecast": ("Outlook", _make_outlook),
        "accuracy": ("ForecastErrors", _make_accuracy),
        "cohorts": ("Cohorts", _make_cohorts),
    }
)
"""Verb, or part of one → the table that is on once it has a row, and the function that makes all of its tables."""


def fill_written_sheet(pipeline: Pipeline, verb: str) -> Pipeline:
    """Return *pipeline* with the tables that show what *verb* answers."""
    return pipeline.with_tables(**_WRITTEN_SHEETS[verb][1](pipeline))


def refresh_written_sheets(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the tables of every sheet that is on as they are now.

    The accuracy of past forecasts, which takes seconds, is computed again once a month.
    """
    for verb, (table, _) in _WRITTEN_SHEETS.items():
        if len(pipeline[table]) and (verb != "accuracy" or _is_accuracy_due(pipeline)):
            pipeline = fill_written_sheet(pipeline, verb)
    return pipeline
