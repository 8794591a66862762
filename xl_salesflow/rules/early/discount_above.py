"""A quote's discount is above what the owner may grant alone, and nobody approved it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals, team = open_deals(pipeline), pipeline["Team"].drop_duplicates("person").set_index("person")
    given = looked_up(deals["deal"], _discounts(pipeline))
    own = looked_up(deals["owner"], team["discount_limit"]).fillna(pipeline.settings.number("discount_limit"))
    above = given > own + 1e-9
    facts = {"given": given[above].map(_percent), "limit": own[above].map(_percent)}
    yield Hits("Deals", deals.index[above], "owner", facts)


def _discounts(pipeline: Pipeline) -> pd.Series:
    # the worst line of a quote, with what comes off the whole
    quotes, lines = pipeline["Quotes"], pipeline["QuoteLines"]
    quotes = quotes[quotes["status"].isin(["", "draft", "sent"]) & (quotes["approved_by"].str.strip() == "")]
    worst = looked_up(quotes["quote"], lines.groupby("quote")["discount"].max()).fillna(0)
    whole = 1 - (1 - worst) * (1 - quotes["discount"].fillna(0))
    return whole.groupby(quotes["deal"]).max()


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
