"""A number of Deals is at least a limit; a blank is never enough."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.gate import Fault, GateCheck, Holding, column_fault, limit, limit_fault, subject_column
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.rule import shown
from xl_salesflow.model.text import Text


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    column, floor = subject_column(gate), limit(gate)
    assert column is not None
    assert floor is not None
    cells, language = deals[column.id], pipeline.language
    return Holding(
        (cells >= floor).to_numpy(bool),
        {
            "what": column.header.in_(language),
            "is_": shown(column, cells, language),
            "limit": shown(column, pd.Series([floor]), language)[0],
        },
    )


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    number = Text("numbers", "数字列")
    return column_fault(gate, wanted=lambda type: not (type.is_text or type.is_date), kind=number) or limit_fault(gate)


CHECK = GateCheck(
    "at_least",
    Text("{what} is {is_}; it must be at least {limit}.", "“{what}”为{is_}，至少须为 {limit}。"),
    Text("Bring it up to {limit}, or fill it in.", "请提高到 {limit}，或填写该项。"),
    _judge,
    _fault,
)
