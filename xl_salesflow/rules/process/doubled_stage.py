"""A stage that stands twice in one playbook, so that the process would run in a circle."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    stages = pipeline["Stages"]
    name = stages["stage"].str.strip().str.casefold()
    again = stages[name.ne("") & stages.assign(stage=name).duplicated(["playbook", "stage"])]
    yield Hits("Stages", again.index, "stage", {"stage": again["stage"], "playbook": again["playbook"]})


RULE = Rule(
    "doubled_stage",
    Text("A stage twice in one playbook", "流程中阶段重复"),
    Text(
        "The stage “{stage}” stands twice in the playbook {playbook}, which would run in a circle; rename or delete one.",
        "流程 {playbook} 中阶段“{stage}”重复，流程会循环；请改名或删除其一。",
    ),
    "block",
    _hits,
)
