"""Rules: what blocks or warns.

rows      what is wrong with which row
process   what keeps the playbooks from being judged by
gates     what must hold before a deal enters a stage
early     what may go wrong with an open deal
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.remarks import Remarks
from xl_salesflow.model.rule import Rule, findings, sentences
from xl_salesflow.rules import early, gates, process, rows

__all__ = ["RULES", "check", "early_warnings", "gates", "playbook_faults", "unsealed", "warning_hits", "warnings"]

RULES: tuple[Rule, ...] = (*rows.RULES, *process.RULES, *gates.RULES, *early.RULES)
"""Every declared rule, in the order in which they speak."""


def check(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return everything that is wrong: faults of single cells, of the playbooks, and of rows."""
    found = [finding for rule in rows.RULES for finding in findings(pipeline, rule)]
    return (*pipeline.faults, *playbook_faults(pipeline), *found)


def playbook_faults(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return what keeps the sheets Stages, Gates and StageTasks from being judged by, every fault at once."""
    return tuple(finding for rule in (*process.RULES, *gates.RULES) for finding in findings(pipeline, rule))


def unsealed(pipeline: Pipeline) -> tuple[Finding, ...]:
    """Return that visits of *pipeline* have no seal, which the run that seals them tells."""
    return tuple(findings(pipeline, rows.unsealed_visit.RULE))


def warnings(pipeline: Pipeline) -> pd.Series:
    """Return the early warnings of every deal as text, one a line, then what its stage recommends; "" where none."""
    return early_warnings(pipeline)["warnings"]


def early_warnings(pipeline: Pipeline) -> pd.DataFrame:
    """Return the early warnings of every deal as text, and as a sum of marks: 1 for the first rule, 2, 4… for the next."""
    deals = pipeline["Deals"]
    said, marks = Remarks(deals.index), np.zeros(len(deals), dtype=np.int64)
    for place, rule in enumerate(early.RULES):
        for hits in rule.hits(pipeline):
            said.add(hits.rows, sentences(rule.message, pipeline.language, hits.rows, hits.facts))
            marks |= np.where(deals.index.isin(hits.rows), 1 << place, 0)
    warned = deals.index[said.texts() != ""]
    said.add(warned, _advice(pipeline, warned))
    marked = np.where(marks == 0, np.nan, marks)
    return pd.DataFrame({"warnings": said.texts(), "warned": marked}, index=deals.index)


def warning_hits(pipeline: Pipeline) -> dict[str, pd.Series]:
    """Return for every early warning, by its id, which rows of Deals it speaks about."""
    deals = pipeline["Deals"]
    found = {rule.id: [hits.rows for hits in rule.hits(pipeline)] for rule in early.RULES}
    return {
        id: pd.Series(np.isin(deals.index, np.concatenate([[], *rows])), index=deals.index)
        for id, rows in found.items()
    }


def _advice(pipeline: Pipeline, rows: pd.Index) -> pd.Series:
    deals = pipeline["Deals"].loc[rows]
    advice = {
        (id, stage.name): f"→ {stage.action}"
        for id, playbook in pipeline.playbooks.items()
        for stage in playbook.stages
        if stage.action
    }
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    pairs = zip(named, deals["recorded_stage"], strict=True)
    return pd.Series([advice.get(pair, "") for pair in pairs], index=rows, dtype=object)
