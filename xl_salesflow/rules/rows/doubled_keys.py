"""A key that two rows share: nobody can tell which one is meant."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, table in TABLES.items():
        if table.key is None or table.generated or not table[table.key].type.is_text:
            continue
        keys = folded(pipeline[name][table.key])
        again = keys.duplicated() & (keys != "")
        rows = keys.index[again]
        if len(rows):
            first = pd.Series(keys.index[~again], index=keys[~again])[lambda found: ~found.index.duplicated()]
            cells = [pipeline.cell(name, int(first[key]), table.key) for key in keys[rows]]
            facts = {"key": pipeline[name].loc[rows, table.key], "first": pd.Series(cells, index=rows, dtype=object)}
            yield Hits(name, rows, table.key, facts)


RULE = Rule(
    "doubled_key",
    Text("A key used twice", "编号重复"),
    Text(
        "“{key}” is used twice, first in {first}; give this row a number of its own or delete it.",
        "“{key}”重复，首次出现于 {first}；请为此行改用唯一编号或删除此行。",
    ),
    "block",
    _hits,
)
