"""BANT points that are not 0, 1, 2 or 3."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.column import Type
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        for column in table.columns:
            if column.type is Type.POINTS:
                cells = pipeline[name][column.id]
                off = cells[cells.notna() & ~cells.isin([0, 1, 2, 3])]
                yield Hits(name, off.index, column.id, {"value": shown(column, off, pipeline.language)})


RULE = Rule(
    "points_range",
    Text("BANT points other than 0 to 3", "BANT 分值超出范围"),
    Text(
        "“{column}” is {value}; points are 0 unknown, 1 weak, 2 fair or 3 strong.",
        "“{column}”为 {value}；分值只能是 0 未知、1 弱、2 中、3 强。",
    ),
    "block",
    _hits,
)
