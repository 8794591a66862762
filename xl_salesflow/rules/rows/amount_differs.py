"""A deal's amount is not what its primary quote comes to: somebody typed another, or the Settings do not let it follow."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.primary import values
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    found = values(pipeline)
    held = pipeline["Deals"]["amount"].reindex(found["row"]).set_axis(found.index)
    off = found[held.notna() & ((held - found["value"]).abs() > 0.004)]
    rows = pd.Index(off["row"])
    facts = {
        "quote": pipeline["Quotes"]["quote"].reindex(off.index).set_axis(rows),
        "worth": off["value"].map(number).set_axis(rows),
        "amount": pipeline["Deals"]["amount"].reindex(rows).map(number),
    }
    yield Hits("Deals", rows, "amount", facts)


RULE = Rule(
    "amount_differs",
    Text("Another amount than the quote", "金额与报价不符"),
    Text(
        "The amount is {amount}, the primary quote {quote} comes to {worth} without tax; correct the one that is wrong.",
        "金额为 {amount}，主报价 {quote} 不含税为 {worth}；请更正其中有误的一项。",
    ),
    "note",
    _hits,
)
