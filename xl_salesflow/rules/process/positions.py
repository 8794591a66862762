"""The order of the stages: whole numbers from 1, each once."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text

_TWICE = Text("another stage has the same number", "与其他阶段序号相同")
_NOT = Text("it is not a whole number from 1", "不是从 1 开始的整数")
_BLANK = Text("it is blank", "为空")


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    stages, language = pipeline["Stages"], pipeline.language
    stages = stages[stages["stage"].str.strip() != ""]
    position = stages["position"]
    blank = position.isna()
    odd = ~blank & ((position < 1) | (position % 1 != 0))
    twice = ~blank & ~odd & stages.duplicated(["playbook", "position"])
    for wrong, why in ((blank, _BLANK), (odd, _NOT), (twice, _TWICE)):
        found = stages[wrong]
        facts = {"stage": found["stage"], "playbook": found["playbook"], "why": why.in_(language)}
        yield Hits("Stages", found.index, "position", facts)


RULE = Rule(
    "stage_position",
    Text("The order of the stages", "阶段序号"),
    Text(
        "“{column}” of the stage “{stage}” of {playbook} is wrong: {why}; number the stages 1, 2, 3…",
        "流程 {playbook} 阶段“{stage}”的“{column}”有误：{why}；请按 1、2、3……编号。",
    ),
    "block",
    _hits,
)
