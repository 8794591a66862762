"""Leads that wait for their first answer, so that the log of the answer can say how long it took."""

from __future__ import annotations

from datetime import date

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text

FIRST_ANSWER = Text("First answer")
"""The next step of a new lead."""


def list_waiting_leads(pipeline: Pipeline) -> dict[str, tuple[date, date]]:
    """Return the deals whose next step is the first answer and that nobody has worked on: when each came, and is due."""
    deals, done = pipeline["Deals"], pipeline["Activities"]
    begun = set(done["deal"][done["direction"] != "incoming"])
    waiting = deals["next_step"].isin(FIRST_ANSWER.translations()) & ~deals["deal"].isin(begun)
    held = deals[waiting & deals["created"].notna() & deals["next_step_date"].notna()]
    days = zip(held["created"].dt.date, held["next_step_date"].dt.date, strict=True)
    return dict(zip(held["deal"], days, strict=True))
