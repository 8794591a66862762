"""Faults of the playbooks: what keeps the sheets Stages, Gates and StageTasks from being judged by. One rule a file."""

from __future__ import annotations

from xl_salesflow.model.rule import Rule
from xl_salesflow.rules.process import (
    default_playbook,
    done_by,
    doubled_stage,
    endings,
    kinds,
    limits,
    positions,
    probabilities,
    stage_count,
    stage_names,
)

RULES: tuple[Rule, ...] = (
    default_playbook.RULE,
    positions.RULE,
    doubled_stage.RULE,
    kinds.RULE,
    endings.RULE,
    stage_count.RULE,
    probabilities.RULE,
    limits.RULE,
    stage_names.RULE,
    done_by.RULE,
)
