"""The seller's stage is ahead of the buyer's: the customer is not where the playbook expects."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

_ORDER = {id: place for place, id in enumerate(CHOICES["buyer_stage"])}


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals, column = open_deals(pipeline), TABLES["Deals"]["buyer_stage"]
    behind = deals[deals["buyer_stage"].map(_ORDER).astype(float) < deals["buyer_due"].map(_ORDER).astype(float)]
    facts = {
        "is_": shown(column, behind["buyer_stage"], pipeline.language),
        "due": shown(column, behind["buyer_due"], pipeline.language),
    }
    yield Hits("Deals", behind.index, "buyer_stage", facts)


RULE = Rule(
    "buyer_behind",
    Text("Ahead of the buyer", "领先于客户"),
    Text(
        "the customer is still at {is_}, the stage expects {due}",
        "客户仍处于“{is_}”，而该阶段应为“{due}”",
    ),
    "warn",
    _hits,
)
