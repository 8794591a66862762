"""A quote's discount is above what the owner may grant alone, and nobody approved it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.discounts import granted, limits, unapproved
from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = open_deals(pipeline)
    given = looked_up(deals["deal"], _discounts(pipeline))
    above = given.notna()
    own = limits(pipeline, deals["owner"])
    facts = {"given": given[above].map(_percent), "limit": own[above].map(_percent)}
    yield Hits("Deals", deals.index[above], "owner", facts)


def _discounts(pipeline: Pipeline) -> pd.Series:
    quotes = pipeline["Quotes"]
    asked = quotes["status"].isin(["", "draft", "sent"]) & unapproved(pipeline)
    return granted(pipeline)[asked].groupby(quotes["deal"][asked]).max()


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


RULE = Rule(
    "discount_above",
    Text("Discount above the limit", "折扣超限"),
    Text(
        "discount {given}, the owner may grant {limit}; have the quote approved",
        "折扣 {given}，负责人权限为 {limit}；请报批",
    ),
    "warn",
    _hits,
)
