"""A quote that went out in another currency says no exchange rate, so that nobody knows what its deal is worth."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    quotes = pipeline["Quotes"]
    base = pipeline.settings.text("currency").strip().upper()
    currency = quotes["currency"].str.strip().str.upper()
    bare = ~currency.isin(["", base]) & ~(quotes["rate"] > 0) & quotes["status"].isin(["sent", "accepted"])
    yield Hits("Quotes", quotes.index[bare], "rate", {"quote": quotes["quote"][bare], "currency": currency[bare]})


RULE = Rule(
    "rate_missing",
    Text("A quote without its exchange rate", "报价缺少汇率"),
    Text(
        "Quote {quote} went out in {currency}; fill in the “{column}” it was made at, which then stays.",
        "报价单 {quote} 以 {currency} 发出；请填写报价时的“{column}”，此后固定不变。",
    ),
    "warn",
    _hits,
)
