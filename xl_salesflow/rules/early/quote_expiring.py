"""A quote that was sent has expired or is about to."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text

_EXPIRED = Text("expired", "已过期")
_SOON = Text("expires", "将到期")


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    quotes, today = pipeline["Quotes"], pd.Timestamp(pipeline.today)
    # the latest quote of a deal is the one that is on the customer's table
    known = quotes["status"].isin(["sent", "expired"]) & quotes["valid_until"].notna() & quotes["decided"].isna()
    out = quotes[known & ~quotes["quote"].isin(quotes["supersedes"])].sort_values("valid_until")
    out = out.drop_duplicates("deal", keep="last")
    out = out[out["valid_until"] <= today + pd.Timedelta(days=pipeline.settings.number("expiry_notice"))]
    deals = open_deals(pipeline)
    quote = looked_up(deals["deal"], out.set_index("deal")["quote"]).dropna()
    until = looked_up(deals["deal"], out.set_index("deal")["valid_until"]).dropna()
    expires = [(_EXPIRED if day < today else _SOON).in_(pipeline.language) for day in until]
    facts = {
        "quote": quote,
        "day": until.dt.strftime("%Y-%m-%d"),
        "expires": pd.Series(expires, index=until.index, dtype=object),
    }
    yield Hits("Deals", until.index, "deal", facts)


RULE = Rule(
    "quote_expiring",
    Text("Quote expired or about to", "报价已过期或即将到期"),
    Text("quote {quote} {expires}: {day}", "报价单 {quote} {expires}:{day}"),
    "warn",
    _hits,
)
