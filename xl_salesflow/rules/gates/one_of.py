"""A column of Deals holds one of the listed values, in either language."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.gate import Fault, GateCheck, Holding, column_fault, items, option, subject_column
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.rule import number, shown
from xl_salesflow.model.text import Text


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    column = subject_column(gate)
    assert column is not None
    cells, wanted = deals[column.id], {option(column, item) for item in items(gate)}
    if not column.type.is_text:
        cells = cells.map(lambda cell: number(cell).replace(",", ""), na_action="ignore")
    return Holding(
        cells.astype(object).str.strip().str.casefold().isin(wanted).to_numpy(bool),
        {
            "what": column.header.in_(pipeline.language),
            "is_": shown(column, deals[column.id], pipeline.language),
            "list": ", ".join(items(gate)),
        },
    )


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    fault = column_fault(gate, wanted=lambda type: not type.is_date, kind=Text("texts or numbers", "文本或数字列"))
    if fault is None and not items(gate):
        return "value", Text("no value is listed; write them with commas between", "未列出任何值；请用逗号分隔填写")
    return fault


CHECK = GateCheck(
    "one_of",
    Text("{what} is {is_}; it must be one of: {list}.", "“{what}”为{is_}，须为以下之一：{list}。"),
    Text("Choose one of them.", "请选择其中之一。"),
    _judge,
    _fault,
)
