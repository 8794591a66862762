"""The order in which deals are worked on: open ones first, by the day of their next step, then closed ones, newest first."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xl_salesflow.core.answers import SomeAnswer
from xl_salesflow.core.change_sets import ChangeSet, RowOrder
from xl_salesflow.core.pipelines import Pipeline

_OUTCOME_ORDER = {"open": 0, "won": 1, "lost": 2}


def sort_for_work(deals: pd.DataFrame) -> pd.DataFrame:
    """Return *deals* in working order; deals without a next step are the last open ones, and equal ones keep their order."""
    # stable sorts from the least to the most important
    deals = deals.sort_values("closed", ascending=False, kind="stable")
    deals = deals.sort_values("next_step_date", kind="stable")
    outcome = deals["outcome"].map(_OUTCOME_ORDER).fillna(0)
    return deals.loc[outcome.sort_values(kind="stable").index]


def arrange_deals(pipeline: Pipeline) -> ChangeSet:
    """Return the change set that puts the rows of the sheet Deals into working order; empty if they already are."""
    rows = tuple(map(int, sort_for_work(pipeline["Deals"]).index))
    ordered = rows == tuple(sorted(rows))
    return ChangeSet() if ordered else ChangeSet(orders=(RowOrder("Deals", rows),))


def arrange_new_deals(plan: ChangeSet[SomeAnswer]) -> ChangeSet[SomeAnswer]:
    """Return *plan* with the deals that it adds in working order; rows that are there already keep their places."""
    appends = (
        replace(append, rows=sort_for_work(append.rows)) if append.table == "Deals" else append
        for append in plan.appends
    )
    return replace(plan, appends=tuple(appends))
