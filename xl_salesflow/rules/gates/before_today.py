"""A date of Deals lies before today."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.gate import Fault, GateCheck, Holding, column_fault, subject_column
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.rule import shown
from xl_salesflow.model.text import Text


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    column = subject_column(gate)
    assert column is not None
    cells = deals[column.id]
    return Holding(
        (cells < pd.Timestamp(pipeline.today)).to_numpy(bool),
        {"what": column.header.in_(pipeline.language), "is_": shown(column, cells, pipeline.language)},
    )


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    return column_fault(gate, wanted=lambda type: type.is_date, kind=Text("dates", "日期列"))


CHECK = GateCheck(
    "before_today",
    Text("{what} is {is_}; it must lie before today.", "“{what}”为{is_}，须早于今天。"),
    Text("Wait until it has passed, or fill it in.", "请待该日期过后再变更，或填写该项。"),
    _judge,
    _fault,
)
