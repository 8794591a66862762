"""Several quotes of one deal are its primary one, so that nobody can say what the deal is worth."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.primary import primaries
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    found = primaries(pipeline)
    several = found[found["deal"].duplicated(keep=False)]
    count = several["deal"].map(several["deal"].value_counts())
    quotes = pipeline["Quotes"].loc[several.index]
    yield Hits("Quotes", several.index, "primary", {"deal": quotes["deal"], "count": count})


RULE = Rule(
    "two_primaries",
    Text("More than one primary quote", "主报价不唯一"),
    Text(
        "Deal {deal} has {count} primary quotes; leave Yes in “{column}” for the one its amount follows.",
        "商机 {deal} 有 {count} 份主报价；“{column}”只保留一份为“是”，商机金额以其为准。",
    ),
    "block",
    _hits,
)
