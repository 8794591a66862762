"""The effect of measures: the number that each one names, on its start day and now.

The numbers are those of the sheet Funnel over all deals of the default playbook: a metric, or the share of the deals in a
stage that reached the next one. The effect is the number now less the number at the start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import Funnel, compute_funnel
from xl_salesflow.process.process_review import find_measured_stage, look_up_measured_metric
from xl_salesflow.schema.named_values import Query

_EFFECT_DECIMALS = 10


def fill_measure_values(pipeline: Pipeline, recompute: Callable[[Pipeline], Pipeline]) -> Pipeline:
    """Return *pipeline* with the start day, values and effect of each measure; *recompute* updates its formula columns."""
    measures = pipeline["Measures"]
    named = (measures["metric"] != "") | (measures["stage"] != "")
    if not named.any():
        return pipeline
    today = pd.Timestamp(pipeline.today)
    start = measures["start"].mask(named & measures["start"].isna(), today)
    end = measures["closed"].fillna(today)
    days = {day.date() for column in (start, end) for day in column[named] if day <= today}
    funnels = {day: _compute_funnel_on(pipeline, day, recompute) for day in days}
    then, now = (
        pd.Series(
            [_measured_value(pipeline, metric, stage, funnels.get(day))
             for metric, stage, day in zip(measures["metric"], measures["stage"], column.dt.date, strict=True)],
            index=measures.index, dtype=np.float64,
        )
        for column in (start, end)
    )  # fmt: skip
    effect = (now - then).round(_EFFECT_DECIMALS)
    return pipeline.with_tables(Measures=measures.assign(start=start, value_start=then, value_now=now, effect=effect))


def _compute_funnel_on(pipeline: Pipeline, day: date, recompute: Callable[[Pipeline], Pipeline]) -> Funnel:
    return compute_funnel(recompute(replace(pipeline, query=Query(as_of=day), named={})))


def _measured_value(pipeline: Pipeline, metric: str, stage: str, funnel: Funnel | None) -> float:
    if funnel is None or not (metric or stage):  # a day that is still to come has no numbers
        return np.nan
    if metric:
        value = funnel.metrics.get(look_up_measured_metric(pipeline, metric))
    else:
        name = find_measured_stage(pipeline, stage)
        value = next((row["step_conversion"] for row in funnel.stages if name and row["stage"] == name), None)
    return np.nan if value is None else float(value)
