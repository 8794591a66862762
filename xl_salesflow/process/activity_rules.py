"""Rules about what was done: an appointment that is over needs its outcome."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, find_planned_visits
from xl_salesflow.locale.texts import Text


def _find_visits_without_outcome(pipeline: Pipeline) -> Iterable[RuleMatch]:
    activities = pipeline["Activities"]
    over = find_planned_visits(activities) & (activities["date"] < pd.Timestamp(pipeline.today))
    rows = activities.index[over]
    yield RuleMatch("Activities", rows, "outcome", {"subject": activities["subject"][rows]})


VISIT_WITHOUT_OUTCOME = Rule(
    "visit_without_outcome",
    Text("Appointment without an outcome"),
    Text("The appointment “{subject}” is over; fill in “{column}”, and what was said."),
    "note",
    _find_visits_without_outcome,
)
