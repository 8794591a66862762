"""Rules about what was done: an appointment that is over needs its outcome, and a customer's mail an answer."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, find_planned_visits
from xl_salesflow.locale.texts import Text


def _find_visits_without_outcome(pipeline: Pipeline) -> Iterable[RuleMatch]:
    activities = pipeline["Activities"]
    over = find_planned_visits(activities) & (activities["date"] < pd.Timestamp(pipeline.today))
    held = activities[over]
    parts = (held["date"].dt.strftime("%Y-%m-%d"), held["at"], held["contact"], held["attendees"])
    who = [", ".join(filter(None, row)) for row in zip(*parts, strict=True)]
    facts = {"subject": held["subject"], "who": pd.Series(who, held.index, dtype=object)}
    yield RuleMatch("Activities", held.index, "outcome", facts)


VISIT_WITHOUT_OUTCOME = Rule(
    "visit_without_outcome",
    Text("Appointment without an outcome"),
    Text("The appointment “{subject}” ({who}) is over; fill in “{column}”, and what was said."),
    "note",
    _find_visits_without_outcome,
    needs=("Activities",),
)


def _find_mails_without_answer(pipeline: Pipeline) -> Iterable[RuleMatch]:
    """Yield the mails of customers after which nothing was done for their open deal."""
    activities, today = pipeline["Activities"], pd.Timestamp(pipeline.today)
    if not (activities["direction"] == "incoming").any():
        return
    deals = pipeline["Deals"]
    open_deals = deals["deal"][deals["outcome"].isin(["", "open"])]
    done = activities[activities["deal"].isin(open_deals) & (activities["date"] <= today)]
    last = done.sort_values(["date", "at"], kind="stable").drop_duplicates("deal", keep="last")
    waiting = (last["direction"] == "incoming") & (last["type"] == "mail")
    late = last["date"] < today - pd.Timedelta(days=int(pipeline.settings.number("answer_days")))
    held = last[waiting & late].sort_index()
    facts = {"subject": held["subject"], "who": held["contact"], "day": held["date"].dt.strftime("%Y-%m-%d")}
    yield RuleMatch("Activities", held.index, "direction", facts)


MAIL_WITHOUT_ANSWER = Rule(
    "mail_without_answer",
    Text("Mail without an answer"),
    Text("The mail “{subject}” of {day} ({who}) has no answer yet; answer it, or log what was done."),
    "note",
    _find_mails_without_answer,
    needs=("Activities",),
)
