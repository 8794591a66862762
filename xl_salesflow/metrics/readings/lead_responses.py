"""How soon new deals are answered: the days to the first activity of ours, and the share of answers within the setting.

A deal is answered by its first activity from the day it was created to the as-of date; what the customer wrote to us
(direction incoming) is none. The answer is due as many working days after the creation as the setting says. A deal counts for the
share once it is answered or its answer is overdue, so that a deal of today does not lower it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import pandas as pd

from xl_salesflow.core.insight_answers import LeadResponses, ResponseFigures
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import column_days
from xl_salesflow.metrics.chance_tests import wilson_interval
from xl_salesflow.metrics.deal_cube import days_since_1970
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.segment_metrics import Z_SCORE_95
from xl_salesflow.process.working_days import read_workdays


def find_response_days(pipeline: Pipeline, new: pd.DataFrame) -> MetricArray:
    """Return the days from the creation of each deal of *new* to its first answer; NaN if there is none."""
    activities = pipeline["Activities"]
    ours = activities.loc[activities["direction"] != "incoming", ["deal", "date"]]
    made = ours.merge(new[["deal", "created"]], on="deal")
    made = made[(made["date"] >= made["created"]) & (made["date"] <= pd.Timestamp(pipeline.as_of))]
    first = made.groupby("deal")["date"].min()
    days: MetricArray = column_days(first.reindex(new["deal"])) - column_days(new["created"])
    return days


def measure_responses(pipeline: Pipeline, new: pd.DataFrame) -> LeadResponses:
    """Return the responses to the deals of *new* (owner, source, created, response in days), in all, by owner and by source."""
    within = int(pipeline.settings.number("lead_answer_days"))
    created = new["created"].to_numpy().astype("datetime64[D]")
    due = column_days(pd.Series(read_workdays(pipeline).after(created, within))) - column_days(new["created"])
    age = days_since_1970(pipeline.as_of) - column_days(new["created"])
    response = new["response"].to_numpy(dtype=np.float64)
    in_time = response <= due  # NaN is not
    rows = new.assign(in_time=in_time, judged=~np.isnan(response) | (age > due))
    return LeadResponses(
        within,
        _describe_responses("", rows),
        tuple(_group_responses(rows, "owner")),
        tuple(_group_responses(rows, "source")),
    )


def _group_responses(rows: pd.DataFrame, column: str) -> Iterator[ResponseFigures]:
    for name in sorted(set(rows[column]), key=lambda name: (not name, name.casefold())):
        yield _describe_responses(str(name), rows[rows[column] == name])


def _describe_responses(name: str, rows: pd.DataFrame) -> ResponseFigures:
    answered = rows["response"].dropna().to_numpy()
    judged, in_time = int(rows["judged"].sum()), int(rows["in_time"].sum())
    low, high = wilson_interval(in_time, judged) or (None, None)
    median, *_ = measure_median(answered)
    share = in_time / judged if judged else None
    return ResponseFigures(name, len(rows), len(answered), median, judged, in_time, share, low, high)


def measure_median(days: MetricArray) -> tuple[float | None, float | None, float | None]:
    """Return the median and its 95 % interval, from the order of the days; no interval of fewer than six."""
    if not len(days):
        return None, None, None
    ordered = np.sort(days)
    if len(days) < 6:
        return float(np.median(ordered)), None, None
    spread = Z_SCORE_95 * sqrt(len(days)) / 2
    low, high = int(np.floor(len(days) / 2 - spread)), int(np.ceil(len(days) / 2 + spread))
    return float(np.median(ordered)), float(ordered[max(low - 1, 0)]), float(ordered[min(high, len(days) - 1)])
