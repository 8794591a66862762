"""Which columns the gates ask about that a move did not pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.gate_judging import GATE_CHECKS, MOVE_RULES
from xl_salesflow.process.gate_subjects import find_gate_subject


def list_asked_columns(pipeline: Pipeline, playbook_id: str, asking: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield what *asking*, ids of gates of a playbook and of rules for every move, ask about: (table, column)."""
    playbook = pipeline.playbooks.get(playbook_id)
    gates = {gate.id: gate for gate in playbook.gates} if playbook else {}
    rules = {rule.id: rule.asks for rule in MOVE_RULES}
    for one in asking:
        gate = gates.get(one)
        check = GATE_CHECKS.get(gate.check) if gate else None
        subject = find_gate_subject(pipeline, gate.subject) if gate and check and not check.asks else None
        column = check.asks if check and check.asks else rules.get(one)
        if subject is not None and not subject.is_own:
            yield subject.table, subject.column.id
        elif column:
            yield "Deals", column
