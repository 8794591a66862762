"""Open for longer than some times the median won cycle."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    everything = pipeline["Deals"]
    won = everything[everything["outcome"] == "won"]
    median = (won["closed"] - won["created"]).dt.days.median()
    deals = open_deals(pipeline)
    age = (pd.Timestamp(pipeline.today) - deals["created"]).dt.days
    # while nothing has been won, or all at once, there is no cycle to measure by
    limit = median * pipeline.settings.number("age_factor")
    old = (age > limit) & (limit > 0)
    yield Hits("Deals", deals.index[old], "created", {"days": age[old].map(number), "median": number(median or 0)})


RULE = Rule(
    "too_old",
    Text("Too old", "超龄"),
    Text("open for {days} days; deals are won in {median} (median)", "已进行 {days} 天；赢单周期中位数为 {median} 天"),
    "warn",
    _hits,
)
