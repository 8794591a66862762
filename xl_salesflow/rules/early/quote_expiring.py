"""A quote that was sent has expired or is about to."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text

_EXPIRED = Text("quote {quote} expired on {day}", "报价单 {quote} 已于 {day} 过期")
_SOON = Text("quote {quote} expires on {day}", "报价单 {quote} 将于 {day} 到期")


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    quotes, today = pipeline["Quotes"], pd.Timestamp(pipeline.today)
    # the latest quote of a deal is the one that is on the customer's table
    out = quotes[(quotes["status"] == "sent") & quotes["valid_until"].notna()].sort_values("valid_until")
    out = out.drop_duplicates("deal", keep="last")
    out = out[out["valid_until"] <= today + pd.Timedelta(days=pipeline.settings.number("expiry_notice"))]
    told = [
        (_EXPIRED if day < today else _SOON).in_(pipeline.language, quote=quote, day=day.date())
        for quote, day in zip(out["quote"], out["valid_until"], strict=True)
    ]
    deals = open_deals(pipeline)
    said = looked_up(deals["deal"], pd.Series(told, index=out["deal"], dtype=object)).dropna()
    yield Hits("Deals", said.index, "deal", {"what": said})


RULE = Rule(
    "quote_expiring",
    Text("Quote expired or about to", "报价已过期或即将到期"),
    Text("{what}", "{what}"),
    "warn",
    _hits,
)
