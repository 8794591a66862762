"""Every playbook starts somewhere and ends in one Won and one Lost, with nothing open behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Playbook, Stage
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text

_NO_START = Text(
    "it has no open stage to start in; set the kind of its first stage to Open",
    "没有可开始的阶段；请将首个阶段的类别设为“进行中”",
)
_NO_WON = Text("it has no stage Won; add one", "没有赢单阶段；请添加")
_TWO_WON = Text(
    "it has two stages of kind Won; keep one, the other may be Aftercare",
    "有两个赢单阶段；请保留一个，另一个可设为“售后”",
)
_NO_LOST = Text("it has no stage Lost; add one", "没有丢单阶段；请添加")
_TWO_LOST = Text(
    "it has two stages of kind Lost; keep one, the loss reason tells them apart",
    "有两个丢单阶段；请保留一个，用丢单原因区分",
)
_LATE = Text("the open stage “{stage}” comes after Won; move it before", "进行中阶段“{stage}”排在赢单之后；请移到前面")
_EARLY = Text(
    "the aftercare stage “{stage}” comes before Won; move it behind", "售后阶段“{stage}”排在赢单之前；请移到后面"
)


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    stages = pipeline["Stages"]
    for id, playbook in pipeline.playbooks.items():
        for stage, why in _faults(playbook):
            facts = {"playbook": id, "why": why.in_(pipeline.language, stage=stage.name)}
            yield Hits("Stages", stages.index[stages.index == stage.row], "kind", facts)


def _faults(playbook: Playbook) -> Iterator[tuple[Stage, Text]]:
    first, last = playbook.stages[0], playbook.stages[-1]
    won = [stage for stage in playbook.stages if stage.kind == "won"]
    lost = [stage for stage in playbook.stages if stage.kind == "lost"]
    if not playbook.open_stages:
        yield first, _NO_START
    for found, none, two in ((won, _NO_WON, _TWO_WON), (lost, _NO_LOST, _TWO_LOST)):
        if not found:
            yield last, none
        yield from ((stage, two) for stage in found[1:])
    for stage in playbook.stages:
        if won and stage.kind == "open" and stage.position > won[0].position:
            yield stage, _LATE
        if won and stage.kind == "aftercare" and stage.position < won[0].position:
            yield stage, _EARLY


RULE = Rule(
    "playbook_endings",
    Text("Start, Won and Lost of a playbook", "流程的起点与终点"),
    Text("The playbook {playbook} cannot be judged by: {why}.", "流程 {playbook} 无法使用：{why}。"),
    "block",
    _hits,
)
