"""Pairs as findings of a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from xl_salesflow.duplicates.pairs import pairs
from xl_salesflow.duplicates.signs import SIGNS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text

MESSAGE = Text(
    "{title} {key} may be the same as {other} ({cell}): {why}; keep one of them.",
    "{title} {key} 可能与 {other}（{cell}）重复：{why}；请保留其中之一。",
)

MESSAGES: Mapping[str, Text] = MappingProxyType({"possible_duplicate": MESSAGE})


def findings(pipeline: Pipeline) -> Iterator[Finding]:
    """Yield a note for each row of customers, people and deals that may be there twice."""
    for name in SIGNS:
        table, rows, language = TABLES[name], pipeline[name], pipeline.language
        key = table.key or table.columns[0].id
        for pair in pairs(name, rows):
            said = MESSAGE.in_(
                language, title=table.title.in_(language), key=rows.at[pair.row, key], other=rows.at[pair.other, key],
                cell=pipeline.cell(name, pair.other, key), why=pair.says.in_(language, alike=pair.alike),
            )  # fmt: skip
            cell = pipeline.cell(name, pair.row, key)
            yield Finding("possible_duplicate", "note", said, name, str(rows.at[pair.row, key]), key, cell)
