"""A row names a deal, account, person… that its own sheet does not list. Told once per name, with the nearest one."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.column import Column, Type
from xl_salesflow.model.frames import folded
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text

_ALIKE = 75
"""Names less alike than this (of 100) are not worth proposing."""

_NEAREST = Text("is it “{name}”?", "是否为“{name}”？")
_ADD = Text("add it there or choose one from the list.", "请在该表中添加，或从列表中选择。")


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        if table.generated:
            continue
        for column in table.columns:
            # stages have a rule of their own; a task's owner came from its deal and is told there
            told = column.options in (None, "Stages") or (name, column.id) == ("Tasks", "owner")
            if column.type is Type.REF and not told:
                yield _orphans(pipeline, name, column)


def _orphans(pipeline: Pipeline, name: str, column: Column) -> Hits:
    target = TABLES[column.options or ""]
    names = pipeline[target.name][target.key or ""]
    cells = pipeline[name][column.id]
    if not len(cells):
        return Hits(name, cells.index[:0], column.id)
    plain = folded(cells)
    lost = cells[((plain != "") & ~plain.isin(folded(names))).to_numpy(bool)].str.strip()
    first = lost.drop_duplicates()
    known = [other for other in names if other]
    hints = {value: _hint(value, known, pipeline.language) for value in first[:200]}
    facts = {
        "name": first,
        "sheet": target.title.in_(pipeline.language),
        "count": first.map(lost.value_counts()),
        "hint": pd.Series([hints.get(value, "") for value in first], index=first.index, dtype=object),
    }
    return Hits(name, first.index, column.id, facts)


def _hint(value: str, known: list[str], language: Language) -> str:
    found = nearest(value, known, _ALIKE)
    return _NEAREST.in_(language, name=found) if found else _ADD.in_(language)


RULE = Rule(
    "orphan",
    Text("A name that its sheet does not list", "引用的名称不存在"),
    Text(
        "“{name}” (in {count} rows) is not in the sheet {sheet}; {hint}",
        "“{sheet}”表中没有“{name}”（涉及 {count} 行）；{hint}",
    ),
    "warn",
    _hits,
)
