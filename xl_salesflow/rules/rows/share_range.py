"""A probability, discount or tax rate outside 0 to 100 %."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.column import Type, Writer
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        # stages are judged with the playbook
        if table.generated or name == "Stages":
            continue
        for column in table.columns:
            if column.type is Type.PERCENT and column.writer is Writer.PERSON:
                cells = pipeline[name][column.id]
                off = cells[(cells < 0) | (cells > 1)]
                yield Hits(name, off.index, column.id, {"value": shown(column, off, pipeline.language)})


RULE = Rule(
    "share_range",
    Text("A share outside 0 to 100 %", "百分比超出范围"),
    Text("“{column}” is {value}; it must lie between 0 % and 100 %.", "“{column}”为 {value}；须在 0% 到 100% 之间。"),
    "block",
    _hits,
)
