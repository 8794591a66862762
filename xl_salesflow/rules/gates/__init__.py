"""Gates: every move at once against every gate row, one kind of check a file.

A gate guards its stage, and a move that goes past the stage as well. What lies behind a deal is not asked again: moves back
and moves to Lost meet only what is written for every move, and the gates of Lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from xl_salesflow.model.gate import GateCheck, MoveRule
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate, Playbook
from xl_salesflow.model.rule import Rule, sentences
from xl_salesflow.model.text import Text
from xl_salesflow.rules.gates import (
    activity_within,
    approved_by,
    at_least,
    at_most,
    back_needs_reason,
    bant_at_least,
    before_today,
    filled,
    one_of,
    quote_is,
    skip_allowed,
    task_done,
)
from xl_salesflow.rules.gates.crossings import crossings, guarded
from xl_salesflow.rules.gates.faults import gate_rows
from xl_salesflow.rules.gates.verdicts import Verdicts

__all__ = ["CHECKS", "MOVE_RULES", "RULES", "judge"]

CHECKS: Mapping[str, GateCheck] = MappingProxyType(
    {
        module.CHECK.id: module.CHECK
        for module in (
            filled, at_least, at_most, one_of, before_today, task_done, activity_within, quote_is, bant_at_least,
            approved_by,
        )
    }
)  # fmt: skip
"""What a gate can check, by the id of the choice "check"."""

MOVE_RULES: tuple[MoveRule, ...] = (back_needs_reason.RULE, skip_allowed.RULE)
"""What holds for every move."""

RULES: tuple[Rule, ...] = (gate_rows(CHECKS),)
"""What keeps the rows of the sheet Gates from being judged by."""

_UNKNOWN = Text(
    "There is no stage “{stage}” in the playbook {playbook}; choose one from the list, perhaps {nearest}.",
    "流程 {playbook} 中没有阶段“{stage}”；请从列表中选择，可能是“{nearest}”。",
)
_NO_PLAYBOOK = Text(
    "There is no playbook “{playbook}”; choose one of: {known}.", "没有销售流程“{playbook}”；可选：{known}。"
)
_UNREADABLE = Text(
    "The gate {gate} cannot be judged; mend its row in the sheet Gates.",
    "关卡 {gate} 无法判断；请修正“关卡”表中的该行。",
)
_OVERRIDE = Text(
    "An override needs both a person and a reason; fill in Override by and Override reason.",
    "特批须同时填写特批人与特批理由。",
)
_AT = Text("{stage}: {sentence}", "{stage}:{sentence}")


def judge(pipeline: Pipeline, moves: pd.DataFrame) -> pd.DataFrame:
    """Judge *moves* (columns from, to; indexed as Deals) against the playbook of each deal.

    Returns:
        verdict (accepted, warned, refused or overridden), reasons (one sentence a line) and gates (the ids of those that
        did not hold, with commas between), indexed as *moves*.
    """
    deals, language = pipeline["Deals"].loc[moves.index], pipeline.language
    verdicts = Verdicts(moves.index)
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    for id, rows in named.groupby(named, sort=False):
        playbook = pipeline.playbooks.get(str(id))
        if playbook is None:
            facts = {"playbook": id, "known": ", ".join(pipeline.playbooks)}
            verdicts.note(rows.index, sentences(_NO_PLAYBOOK, language, rows.index, facts), "block", final=True)
        else:
            _judge_in(pipeline, playbook, deals.loc[rows.index], moves.loc[rows.index], verdicts)
    verdicts.overridden(deals, _OVERRIDE.in_(language))
    return verdicts.frame()


def _judge_in(
    pipeline: Pipeline, playbook: Playbook, deals: pd.DataFrame, moves: pd.DataFrame, verdicts: Verdicts
) -> None:
    known = moves["to"].isin(playbook.by_name).to_numpy(bool)
    if not known.all():
        _unknown_stages(pipeline, playbook, moves.loc[~known, "to"], verdicts)
        deals, moves = deals[known], moves[known]
    ways = crossings(playbook, deals, moves)
    for rule in MOVE_RULES:
        holding = rule.judge(playbook, deals, ways)
        rows = deals.index[~holding.holds]
        if len(rows):
            verdicts.note(rows, sentences(rule.missing, pipeline.language, rows, holding.facts), "block", rule.id)
    for gate in playbook.gates:
        if gate.stage in playbook.by_name:
            met = guarded(playbook, gate, ways)
            if met.all():
                _judge_gate(pipeline, gate, deals, ways, verdicts)
            elif met.any():
                _judge_gate(pipeline, gate, deals[met], ways[met], verdicts)


def _judge_gate(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame, ways: pd.DataFrame, verdicts: Verdicts) -> None:
    check = CHECKS.get(gate.check)
    if check is None or check.fault(pipeline, gate) is not None:
        said = sentences(_UNREADABLE, pipeline.language, deals.index, {"gate": gate.id})
        verdicts.note(deals.index, said, gate.effect, gate.id)
        return
    holding = check.judge(pipeline, gate, deals)
    failed = ~holding.holds
    entering = (ways["to"] == gate.stage).to_numpy(bool)
    for passing, part in ((False, failed & entering), (True, failed & ~entering)):
        rows = deals.index[part]
        if len(rows):
            template = _template(pipeline, check, gate, passing=passing)
            verdicts.note(rows, sentences(template, pipeline.language, rows, holding.facts), gate.effect, gate.id)


def _template(pipeline: Pipeline, check: GateCheck, gate: Gate, *, passing: bool) -> Text:
    # a stage that the move only goes past is named, so that the rep knows why it is asked about
    language = pipeline.language
    remedy = _literal(gate.remedy) if gate.remedy else check.remedy.in_(language)
    said = check.missing.in_(language) + ("" if language == "zh" else " ") + remedy
    said = _AT.in_(language, stage=_literal(gate.stage), sentence=said) if passing else said
    return Text(said, said)


def _literal(text: str) -> str:
    # what a person typed is no template
    return text.replace("{", "{{").replace("}", "}}")


def _unknown_stages(pipeline: Pipeline, playbook: Playbook, stages: pd.Series, verdicts: Verdicts) -> None:
    names = list(playbook.by_name)
    hints = {stage: nearest(stage, names) or names[0] for stage in stages.drop_duplicates()}
    facts = {"stage": stages, "playbook": playbook.id, "nearest": stages.map(hints)}
    said = sentences(_UNKNOWN, pipeline.language, stages.index, facts)
    verdicts.note(stages.index, said, "block", final=True)
