"""A key that two rows share: nobody can tell which one is meant."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        if table.key is None or table.generated:
            continue
        keys = pipeline[name][table.key].astype(str).str.strip().str.casefold()
        doubled = keys.duplicated(keep="first") & (keys != "") & (keys != "nan")
        rows = keys.index[doubled]
        if len(rows):
            first = keys[~doubled].reset_index().set_index(table.key)["index"]
            cells = {row: pipeline.cell(name, int(first[keys[row]]), table.key) for row in rows}
            key, first_cell = pipeline[name].loc[rows, table.key], rows.to_series().map(cells)
            yield Hits(name, rows, table.key, {"key": key, "first": first_cell})


RULE = Rule(
    "doubled_key",
    Text("A key used twice", "编号重复"),
    Text(
        "“{key}” is used twice, first in {first}; give this row a number of its own or delete it.",
        "“{key}”重复,首次出现于 {first};请为此行改用唯一编号或删除此行。",
    ),
    "block",
    _hits,
)
