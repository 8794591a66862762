"""Deals nobody worked on for too long lose their owner and are in the pool again."""

from __future__ import annotations

import numpy as np

from xl_salesflow.assigning.assign import assign, given
from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.model.text import Text

BECAUSE = Text("no activity for {days} days; was {owner}'s", "已 {days} 天无活动；原负责人 {owner}")
_CLOCKS = ("last_activity", "since", "created", "assigned", "next_step_date")


def distribute(pipeline: Pipeline, how: str = "", days: float | None = None) -> Plan:
    """Take idle deals back into the pool and give those without owner to somebody else, in one step."""
    back = reclaim(pipeline, days)
    taken = [edit.before for edit in back.edits if edit.column == "owner"]
    had = {row: str(owner) for before in taken for row, owner in zip(before.index, before, strict=True)}
    return back + assign(applied(pipeline, back), how, had)


def reclaim(pipeline: Pipeline, days: float | None = None) -> Plan:
    """Take open deals of the early stages from owners who did nothing for *days*; unsaid or nought, Settings say.

    The clock runs from the last activity, move or assignment; a next step still to come stops it.
    """
    limit = days or pipeline.settings.number("reclaim_days")
    if not limit > 0:
        return Plan()
    deals = pipeline["Deals"]
    worked = deals[list(_CLOCKS)].max(axis=1)
    idle = (np.datetime64(pipeline.today, "D") - worked.to_numpy("datetime64[D]")).astype("timedelta64[D]")
    late = worked.notna().to_numpy() & (idle > np.timedelta64(int(limit), "D"))
    early = deals["furthest"].fillna(0) <= pipeline.settings.number("reclaim_stages")
    held = deals["owner"] != ""
    rows = deals.index[late & early & held & deals["outcome"].isin(["", "open"]) & (deals["deal"] != "")]
    count = dict(zip(deals.index, idle.astype(int), strict=True))
    because = {row: BECAUSE.in_(pipeline.language, days=count[row], owner=deals.at[row, "owner"]) for row in rows}
    return Plan(edits=given(pipeline, dict.fromkeys(rows, ""), because))
