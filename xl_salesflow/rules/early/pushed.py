"""The expected close was pushed back too often."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = open_deals(pipeline)
    pushes = deals.loc[deals["pushes"] >= pipeline.settings.number("push_limit"), "pushes"]
    yield Hits("Deals", pushes.index, "pushes", {"times": pushes.map(number)})


RULE = Rule(
    "pushed",
    Text("Expected close pushed", "预计成交日多次推迟"),
    Text("expected close pushed {times} times", "预计成交日已推迟 {times} 次"),
    "warn",
    _hits,
)
