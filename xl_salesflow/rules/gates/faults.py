"""Rows of the sheet Gates that cannot be judged by: an unknown check, column, task or person, a value that is no number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.gate import Fault, GateCheck
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.rule import BLANK, Hits, Rule
from xl_salesflow.model.text import Text

_NO_CHECK = Text("there is no check “{is_}”; choose one from the list", "没有检查方式“{is_}”；请从列表中选择")
_NO_EFFECT = Text("“{is_}” is no effect; choose Block or Warn", "“{is_}”不是有效的效果；请选择“阻止”或“提醒”")


def gate_rows(checks: Mapping[str, GateCheck]) -> Rule:
    """Return the rule that judges the rows of Gates themselves, by the *checks* there are."""
    return Rule(
        "gate_row",
        Text("A gate that cannot be judged", "无法判断的关卡"),
        Text("The gate {gate} cannot be judged: {why}.", "关卡 {gate} 无法判断：{why}。"),
        "block",
        partial(_hits, checks),
    )


def _hits(checks: Mapping[str, GateCheck], pipeline: Pipeline) -> Iterable[Hits]:
    index = pipeline["Gates"].index
    gates = {gate.row: gate for playbook in pipeline.playbooks.values() for gate in playbook.gates}
    for row, gate in gates.items():
        for column, why in _faults(checks, pipeline, gate):
            is_ = str(pipeline["Gates"].at[row, column]) or BLANK.in_(pipeline.language)
            facts = {"gate": gate.id, "why": why.in_(pipeline.language, is_=is_)}
            yield Hits("Gates", index[index == row], column, facts)


def _faults(checks: Mapping[str, GateCheck], pipeline: Pipeline, gate: Gate) -> Iterator[Fault]:
    check = checks.get(gate.check)
    if check is None:
        yield "check", _NO_CHECK
    elif fault := check.fault(pipeline, gate):
        yield fault
    if gate.effect not in CHOICES["effect"]:
        yield "effect", _NO_EFFECT
