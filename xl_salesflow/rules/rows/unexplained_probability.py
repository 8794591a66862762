"""An open deal with a probability of its own and no reason for it."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = pipeline["Deals"]
    bare = deals["probability_override"].notna() & (deals["probability_reason"].str.strip() == "")
    yield Hits("Deals", deals.index[bare & ~deals["outcome"].isin(["won", "lost"])], "probability_reason")


RULE = Rule(
    "unexplained_probability",
    Text("An own probability without a reason", "自定赢率缺少理由"),
    Text(
        "The deal has a probability of its own; say why in “{column}”, or clear it.",
        "该商机使用自定赢率；请在“{column}”中说明理由，或清空自定赢率。",
    ),
    "warn",
    _hits,
)
