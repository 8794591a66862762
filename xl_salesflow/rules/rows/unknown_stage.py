"""A deal stands in a stage that its playbook does not have."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.frames import folded
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = pipeline["Deals"]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    for id, playbook in pipeline.playbooks.items():
        names = list(playbook.by_name)
        spelled = {name.strip().casefold() for name in names}
        stages = deals.loc[named == id, "stage"]
        unknown = stages[~folded(stages).isin({*spelled, ""})]
        hints = {stage: nearest(stage, names) or names[0] for stage in unknown.unique()}
        told = pd.Series([hints[stage] for stage in unknown], index=unknown.index, dtype=object)
        yield Hits("Deals", unknown.index, "stage", {"stage": unknown, "playbook": id, "nearest": told})


RULE = Rule(
    "unknown_stage",
    Text("A stage the playbook does not have", "流程中没有的阶段"),
    Text(
        "The playbook {playbook} has no stage “{stage}”; is it “{nearest}”? Choose from the list or add it to Stages.",
        "流程 {playbook} 没有阶段“{stage}”，是否为“{nearest}”？请从列表选择，或在“阶段”表中添加。",
    ),
    "block",
    _hits,
)
