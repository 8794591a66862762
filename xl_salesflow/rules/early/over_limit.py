"""Longer in its stage than the stage's limit."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = open_deals(pipeline)
    days = (pd.Timestamp(pipeline.today) - deals["since"]).dt.days
    late = days > deals["day_limit"]
    facts = {"days": days[late].map(number), "limit": deals.loc[late, "day_limit"].map(number)}
    yield Hits("Deals", deals.index[late], "since", facts)


RULE = Rule(
    "over_limit",
    Text("Over the stage limit", "超过阶段期限"),
    Text("{days} days in the stage, limit {limit}", "在阶段 {days} 天，期限 {limit} 天"),
    "warn",
    _hits,
)
