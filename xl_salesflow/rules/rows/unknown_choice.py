"""A cell holds what its closed list does not know, in either language."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.column import Type
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        # the checks of gates are faults of the playbook, which says more
        if table.generated or name in ("Gates", "Stages"):
            continue
        for column in table.columns:
            if column.type is Type.CHOICE:
                choices = CHOICES[column.options or ""]
                cells = pipeline[name][column.id]
                lost = cells[(cells != "") & ~cells.isin(choices)]
                labels = [text.in_(pipeline.language) for text in choices.values()]
                hints = {value: nearest(value, labels) or labels[0] for value in lost.unique()}
                hint = pd.Series([hints[value] for value in lost], index=lost.index, dtype=object)
                yield Hits(name, lost.index, column.id, {"value": lost, "hint": hint, "list": ", ".join(labels)})


RULE = Rule(
    "unknown_choice",
    Text("A value the dropdown does not offer", "下拉列表中没有的值"),
    Text(
        "“{value}” is no choice of “{column}”; is it “{hint}”? It may be: {list}.",
        "“{value}”不是“{column}”的选项，是否为“{hint}”？可选：{list}。",
    ),
    "warn",
    _hits,
)
