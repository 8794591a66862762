"""A playbook has three to ten open stages: fewer show nothing, more nobody keeps up."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text

FEWEST, MOST = 3, 10


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    stages = pipeline["Stages"]
    for id, playbook in pipeline.playbooks.items():
        steps = [stage for stage in playbook.stages if stage.kind in ("open", "aftercare")]
        if not FEWEST <= len(steps) <= MOST:
            rows = stages.index[stages.index == playbook.stages[0].row]
            yield Hits("Stages", rows, "stage", {"playbook": id, "count": len(steps), "least": FEWEST, "most": MOST})


RULE = Rule(
    "stage_count",
    Text("The number of stages", "阶段数量"),
    Text(
        "The playbook {playbook} has {count} stages besides Won and Lost; {least} to {most} work best.",
        "流程 {playbook} 除赢单与丢单外有 {count} 个阶段；以 {least} 到 {most} 个为宜。",
    ),
    "warn",
    _hits,
)
