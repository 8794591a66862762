"""What a person is told about moves, read off the deals as they stand, so that every run says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text
from xl_salesflow.moves.pending import known, pending, usable


def _with(status: str) -> Callable[[Pipeline], Iterable[Hits]]:
    def hits(pipeline: Pipeline) -> Iterable[Hits]:
        # a stage that nobody knows is a finding of its own
        deals = pipeline["Deals"]
        deals = deals[deals["move_status"] == status]
        deals = deals[known(pipeline, deals)]
        why = deals["move_reasons"].str.replace("\n", " ")
        yield Hits("Deals", deals.index, "stage", {"recorded": deals["recorded_stage"], "why": why})

    return hits


def _waiting(pipeline: Pipeline) -> Iterable[Hits]:
    moves = pending(pipeline)
    for id, playbook in pipeline.playbooks.items():
        rows = moves.index[moves["playbook"] == id]
        if len(rows) and not usable(playbook):
            yield Hits("Deals", rows[:1], "stage", {"playbook": id, "count": len(rows)})


RULES = (
    Rule(
        "move_refused",
        Text("A move that the gates refused", "未通过关卡的变更"),
        Text("The move was refused, “{recorded}” still counts: {why}", "变更未通过，仍按“{recorded}”统计：{why}"),
        "block",
        _with("refused"),
    ),
    Rule(
        "move_warned",
        Text("A move that passed with warnings", "有提醒而通过的变更"),
        Text("The move to “{recorded}” was accepted with warnings: {why}", "已进入“{recorded}”，但有提醒：{why}"),
        "warn",
        _with("warned"),
    ),
    Rule(
        "move_overridden",
        Text("A move that passed by an override", "经特批通过的变更"),
        Text(
            "The move to “{recorded}” passed by an override in spite of: {why}", "经特批进入“{recorded}”，未满足：{why}"
        ),
        "note",
        _with("overridden"),
    ),
    Rule(
        "moves_not_judged",
        Text("Moves that wait for the playbook to be mended", "因流程有误而未审核的变更"),
        Text(
            "{count} moves wait: the playbook {playbook} has no open stage or no stage Won; mend the sheet Stages.",
            "{count} 个变更待审：流程 {playbook} 缺少进行中阶段或赢单阶段；请修正“阶段”表。",
        ),
        "block",
        _waiting,
    ),
)
