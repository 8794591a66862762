"""One deal makes up too much of the forecast.

The forecast is the weighted value of the open deals expected to close in the period asked about; without a period, of all.
With as few deals as the share allows (three for 30 %) some deal is always above it, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals, limit, view = open_deals(pipeline), pipeline.settings.number("concentration"), pipeline.view
    if view.start is not None:
        deals = deals[deals["expected_close"] >= pd.Timestamp(view.start)]
    if view.end is not None:
        deals = deals[deals["expected_close"] <= pd.Timestamp(view.end)]
    weighted = (deals["amount"] * deals["chance"]).fillna(0)
    weighted = weighted[weighted > 0]
    if len(weighted) * limit <= 1:
        return
    share = weighted / weighted.sum()
    large = share[share > limit]
    yield Hits("Deals", large.index, "amount", {"share": large.map("{:.0%}".format)})


RULE = Rule(
    "concentration",
    Text("Too much on one deal", "预测过于集中"),
    Text("{share} of the forecast hangs on this deal", "该商机占预测的 {share}"),
    "warn",
    _hits,
)
