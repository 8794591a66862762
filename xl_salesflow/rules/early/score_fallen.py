"""The BANT score has fallen since last week, as the column Score trail remembers."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.text import Text
from xl_salesflow.model.trail import week_ago


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = open_deals(pipeline)
    before, now = week_ago(deals["score_trail"], pipeline.today), deals["bant_score"]
    # a score that is gone altogether has fallen too
    fallen = before.notna() & ~(now >= before)
    facts = {"before": before[fallen].map(number), "now": now[fallen].fillna(0).map(number)}
    yield Hits("Deals", deals.index[fallen], "bant_score", facts)


RULE = Rule(
    "score_fallen",
    Text("Score fallen", "得分下降"),
    Text("BANT score fell from {before} to {now} since last week", "BANT 得分一周内由 {before} 降至 {now}"),
    "warn",
    _hits,
)
