"""What is told where a run cannot be put back as it was, once a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from xl_salesflow.journal import name_column
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Text
from xl_salesflow.undo.entries import Entry

MESSAGES: Mapping[str, Text] = MappingProxyType(
    {
        "undo_changed": Text(
            "{table} {key} was changed since run {run} and is left as it is: {what}; --force puts it back all the same.",
            "{table} {key} 在运行 {run} 之后已被修改，保持不变：{what}；如仍要恢复，请加 --force。",
        ),
        "undo_gone": Text(
            "{table} {key} cannot be put back, as its row is gone or another one has its name: {what}.",
            "{table} {key} 无法恢复：该行已不存在，或另有同名的行：{what}。",
        ),
    }
)
"""The rules of an undo by id; each is a warning."""

_ROW = Text("the row", "整行")


def findings(pipeline: Pipeline, left: list[Entry], run: str) -> Iterator[Finding]:
    """Yield what was left and why, one finding a row, with every column it is about."""
    together: dict[tuple[str, str, bool], list[Entry]] = {}
    for entry in left:
        together.setdefault((entry.table.name, entry.key, entry.row is None), []).append(entry)
    for (name, key, lost), entries in together.items():
        first, language, rule = entries[0], pipeline.language, "undo_gone" if lost else "undo_changed"
        what = ", ".join(e.column.header.in_(language) if e.column else _ROW.in_(language) for e in entries)
        message = MESSAGES[rule].in_(language, table=name, key=key, run=run, what=what)
        column = first.column.id if first.column else name_column(first.table)
        cell = "" if first.row is None else pipeline.cell(name, first.row, column)
        yield Finding(rule, "warn", message, name, key, column, cell)
