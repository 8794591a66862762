"""Which papers are meant: those of the week, or those in a state."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.papers.recording import OFFERS

_WEEK = timedelta(days=7)


def chosen(pipeline: Pipeline, kind: str, of_week: bool = False, status: str = "") -> tuple[str, ...]:
    """Return the numbers of the quotes (or, for reports, visits) dated this week, and in *status*, in the sheet's order.

    For cards and sheets, the deals whose next step is this week. A week begins on Monday; *status* may be in either language.

    Raises:
        UsageError: there is no such state, or *kind* has none.
    """
    table, id, day = _PLACES[kind] if kind not in OFFERS else ("Quotes", "quote", "date")
    frame, state = pipeline[table], _state(kind, status) if status else ""
    kept = pd.Series(True, frame.index) & (frame[id] != "")
    if of_week:
        monday = _monday(pipeline.today)
        kept &= (frame[day] >= pd.Timestamp(monday)) & (frame[day] < pd.Timestamp(monday + _WEEK))
    if state:
        kept &= frame["status"].replace("", "draft") == state
    if table == "Deals":
        kept &= frame["outcome"] == "open"
    return tuple(map(str, frame.loc[kept, id]))


_PLACES = {
    "bant_card": ("Deals", "deal", "next_step_date"),
    "precall": ("Deals", "deal", "next_step_date"),
    "visit": ("Activities", "activity", "date"),
}


def _monday(today: date) -> date:
    return today - timedelta(days=today.weekday())


def _state(kind: str, status: str) -> str:
    states = CHOICES["quote_status"]
    id = identify(states, status)
    if kind in OFFERS and id:
        return id
    near = nearest(status, states)
    known = ", ".join(states)
    raise UsageError(
        f"There is no state “{status}”" + (f"; did you mean {near}?" if near else f"; there are {known}."),
        f"没有状态“{status}”" + (f"；是否指 {near}？" if near else f"；可用：{known}。"),
    )
