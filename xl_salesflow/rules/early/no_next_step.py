"""Nothing is planned: neither a next step nor a day for it."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = open_deals(pipeline)
    unplanned = (deals["next_step"].str.strip() == "") & deals["next_step_date"].isna()
    yield Hits("Deals", deals.index[unplanned], "next_step")


RULE = Rule(
    "no_next_step",
    Text("No next step", "没有下一步"),
    Text("no next step", "没有下一步"),
    "warn",
    _hits,
)
