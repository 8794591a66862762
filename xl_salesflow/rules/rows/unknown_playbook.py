"""A deal names a playbook that the sheet Stages does not have."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    named = pipeline["Deals"]["playbook"].str.strip()
    lost = named[(named != "") & ~named.isin(pipeline.playbooks)]
    yield Hits("Deals", lost.index, "playbook", {"playbook": lost, "known": ", ".join(pipeline.playbooks)})


RULE = Rule(
    "unknown_playbook",
    Text("A playbook nobody set up", "未设置的销售流程"),
    Text(
        "There is no playbook “{playbook}”; clear the cell for the default, or use one of: {known}.",
        "没有销售流程“{playbook}”；请清空以使用默认流程，或改为：{known}。",
    ),
    "block",
    _hits,
)
