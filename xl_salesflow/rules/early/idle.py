"""Nothing has happened for longer than the idle limit."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals, limit = open_deals(pipeline), pipeline.settings.number("idle_limit")
    last = deals[["since", "last_activity"]].max(axis=1)
    days = (pd.Timestamp(pipeline.today) - last).dt.days
    idle = days > limit
    yield Hits("Deals", deals.index[idle], "last_activity", {"days": days[idle].map(number)})


RULE = Rule(
    "idle",
    Text("Idle", "停滞"),
    Text("nothing done for {days} days", "{days} 天没有任何进展"),
    "warn",
    _hits,
)
