"""A column of Deals is filled in; points of 0 mean unknown and count as blank."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.column import Type
from xl_salesflow.model.gate import Fault, GateCheck, Holding, column_fault, subject_column
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.text import Text


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    column = subject_column(gate)
    assert column is not None
    cells = deals[column.id]
    if column.type is Type.POINTS:
        holds = cells > 0
    elif column.type.is_text:
        holds = cells.str.strip() != ""
    else:
        holds = cells.notna()
    return Holding(holds.to_numpy(bool), {"what": column.header.in_(pipeline.language)})


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    return column_fault(gate)


CHECK = GateCheck(
    "filled",
    Text("{what} is blank.", "“{what}”未填写。"),
    Text("Fill it in.", "请填写。"),
    _judge,
    _fault,
)
