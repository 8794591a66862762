"""What is told where a run cannot be put back as it was, once a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from xl_salesflow.journal import name_column
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Language, Text
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

_ROW, _ROWS, _COMMA = Text("the row", "整行"), Text("{count} rows", "{count} 行"), Text(", ", "、")


def findings(pipeline: Pipeline, left: list[Entry], run: str) -> Iterator[Finding]:
    """Yield what was left and why, one finding a row, with every column it is about."""
    together: dict[tuple[str, str, bool], list[Entry]] = {}
    for entry in left:
        together.setdefault((entry.table.name, entry.key, entry.row is None), []).append(entry)
    for (name, key, lost), entries in together.items():
        first, language, rule = entries[0], pipeline.language, "undo_gone" if lost else "undo_changed"
        what = _COMMA.in_(language).join(_what(entries, language))
        message = MESSAGES[rule].in_(language, table=name, key=key, run=run, what=what)
        column = first.column.id if first.column else name_column(first.table)
        cell = "" if first.row is None else pipeline.cell(name, first.row, column)
        yield Finding(rule, "warn", message, name, key, column, cell)


def _what(entries: list[Entry], language: Language) -> Iterator[str]:
    # rows that share a name, as the stages of a process do, are counted
    rows = sum(e.column is None for e in entries)
    if rows:
        yield _ROW.in_(language) if rows == 1 else _ROWS.in_(language, count=rows)
    yield from dict.fromkeys(e.column.header.in_(language) for e in entries if e.column)
