"""BANT below a gate the deal has passed. Silent while nothing of a deal is known."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from xl_salesflow.model.column import Type
from xl_salesflow.model.gate import limit, subject_column
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate, Playbook
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.standing import open_deals
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

_DIMENSIONS = ["budget", "authority", "need", "timeline"]


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    deals = open_deals(pipeline)
    deals = deals[(deals[_DIMENSIONS] > 0).any(axis=1)]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    below = pd.Series("", index=deals.index, dtype=object)
    for id, playbook in pipeline.playbooks.items():
        for gate in playbook.gates:
            column, floor = _scored(gate), limit(gate)
            if column and floor is not None and gate.stage in playbook.by_name and gate.effect == "block":
                under = (named == id) & _past(playbook, gate, deals) & ~(deals[column] >= floor)
                what = TABLES["Deals"].header(column, pipeline.language)
                below[under] = np.where(below[under] == "", what, below[under] + ", " + what)
    rows = below.index[below != ""]
    yield Hits("Deals", rows, "bant_score", {"what": below[rows]})


def _scored(gate: Gate) -> str | None:
    if gate.check == "bant_at_least":
        return "bant_score"
    column = subject_column(gate) if gate.check == "at_least" else None
    return column.id if column and column.type is Type.POINTS else None


def _past(playbook: Playbook, gate: Gate, deals: pd.DataFrame) -> pd.Series:
    return deals["position"] >= playbook.by_name[gate.stage].position


RULE = Rule(
    "bant_below",
    Text("BANT below the gate", "BANT 低于关卡要求"),
    Text("below what its stage asks for: {what}", "低于该阶段要求：{what}"),
    "warn",
    _hits,
)
