"""A quote went out, or was accepted, with a discount that nobody who may grant it has approved: the gate of discounts.

Such a quote is no sent quote to the gates of stages, gives the deal no amount, and is not printed again.
"""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.discounts import granted, limits, owners, unapproved
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import BLANK, Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    quotes = pipeline["Quotes"]
    rows = quotes.index[unapproved(pipeline) & quotes["status"].isin(["sent", "accepted"])]
    owner = owners(pipeline)
    facts = {
        "quote": quotes.loc[rows, "quote"],
        "given": granted(pipeline)[rows].map(_percent),
        "limit": limits(pipeline, owner)[rows].map(_percent),
        "who": quotes.loc[rows, "approved_by"].str.strip().replace("", BLANK.in_(pipeline.language)),
    }
    yield Hits("Quotes", rows, "approved_by", facts)


def _percent(share: float) -> str:
    return f"{share * 100:.4g} %"


RULE = Rule(
    "discount_unapproved",
    Text("A discount nobody approved", "未经批准的折扣"),
    Text(
        "Quote {quote} takes off {given}, the deal's owner may grant {limit}, and “{column}” ({who}) is nobody who may grant "
        "that much; have it approved by somebody of the Team who may, or lower the discount.",
        "报价单 {quote} 的折扣为 {given}，负责人权限为 {limit}，“{column}”（{who}）无此权限；请由有权限者批准，或降低折扣。",
    ),
    "block",
    _hits,
)
