"""What activities and feedback take from their deals, for the numbers of each person and channel.

An activity with a cost names the channel of its deal, the first meeting or visit with a customer is marked, and feedback
names the owner of its deal, or else of its customer.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import find_activities_done
from xl_salesflow.schema.table_frames import fold_keys, look_up_values

MEETING_TYPES = ("meeting", "visit")
"""Activity types of which the first with a customer is a first meeting."""


def mark_records(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the marks of its activities and its feedback up to date."""
    frames = {}
    if len(activities := pipeline["Activities"]):
        frames["Activities"] = activities.assign(
            sales_channel=_find_channels(pipeline, activities),
            first_meeting=_find_first_meetings(pipeline, activities),
        )
    if len(feedback := pipeline["Feedback"]):
        frames["Feedback"] = feedback.assign(owner=_find_feedback_owners(pipeline, feedback))
    return pipeline.with_tables(**frames)


def _find_channels(pipeline: Pipeline, activities: pd.DataFrame) -> pd.Series:
    channels = _first_by_key(pipeline["Deals"], "deal", "sales_channel")
    return look_up_values(activities["deal"], channels).where(activities["cost"].notna(), "").fillna("").astype(object)


def _find_first_meetings(pipeline: Pipeline, activities: pd.DataFrame) -> pd.Series:
    """Return 1 for the earliest meeting or visit with each customer that took place, or else with each deal without one."""
    met = activities[activities["type"].isin(MEETING_TYPES) & activities["date"].notna() & (activities["deal"] != "")]
    met = met[find_activities_done(met)].sort_values("date", kind="stable")
    accounts = (
        look_up_values(met["deal"], _first_by_key(pipeline["Deals"], "deal", "account")).fillna("").astype(object)
    )
    customers = pd.DataFrame({"account": fold_keys(accounts), "deal": met["deal"].where(accounts == "", "")})
    first = met.index[~customers.duplicated()]
    return pd.Series(np.where(activities.index.isin(first), 1.0, np.nan), activities.index)


def _find_feedback_owners(pipeline: Pipeline, feedback: pd.DataFrame) -> pd.Series:
    of_deals = look_up_values(feedback["deal"], _first_by_key(pipeline["Deals"], "deal", "owner"))
    of_accounts = look_up_values(feedback["account"], _first_by_key(pipeline["Accounts"], "account", "owner"))
    return of_deals.where(of_deals.fillna("") != "", of_accounts).fillna("").astype(object)


def _first_by_key(rows: pd.DataFrame, key: str, column: str) -> pd.Series:
    rows = rows[rows[key] != ""].drop_duplicates(key)
    return pd.Series(rows[column].to_numpy(), index=rows[key])
