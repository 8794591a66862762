"""The BANT score is at least a limit; while nothing is known there is no score and the gate does not hold."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.gate import Fault, GateCheck, Holding, limit, limit_fault
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.rule import number, shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    floor, score = limit(gate), TABLES["Deals"]["bant_score"]
    assert floor is not None
    cells = deals["bant_score"]
    return Holding(
        (cells >= floor).to_numpy(bool), {"is_": shown(score, cells, pipeline.language), "limit": number(floor)}
    )


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    return limit_fault(gate)


CHECK = GateCheck(
    "bant_at_least",
    Text("The BANT score is {is_}; it must be at least {limit}.", "BANT 得分为{is_}，至少须为 {limit}。"),
    Text(
        "Ask what is still unknown of budget, authority, need and timeline.",
        "请了解预算、权限、需求与时间线中未知的部分。",
    ),
    _judge,
    _fault,
)
