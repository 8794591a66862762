"""An amount, price or target below zero."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.column import Type, Writer
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        for column in table.columns:
            if column.type is Type.MONEY and column.writer is Writer.PERSON and not table.generated:
                cells = pipeline[name][column.id]
                below = cells[cells < 0]
                yield Hits(name, below.index, column.id, {"value": shown(column, below, pipeline.language)})


RULE = Rule(
    "negative_money",
    Text("An amount below zero", "金额为负"),
    Text("“{column}” is {value}; an amount cannot be below zero.", "“{column}”为 {value}；金额不能为负。"),
    "warn",
    _hits,
)
