"""Values of the files that are a known value written differently."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.imports.columns import Found, texts_of
from xl_salesflow.imports.targets import NAMED, TAKES_ROWS, targets
from xl_salesflow.imports.variants import same_names
from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES


def clean_values(found: Found, pipeline: Pipeline) -> dict[str, dict[str, str]]:
    """Return, by vocabulary, the values that differ from a known one in writing only."""
    proposed: dict[str, dict[str, str]] = {}
    for table in NAMED:
        own = texts_of(found, table, str(TABLES[table].key))
        known = list(dict.fromkeys([*pipeline[table][str(TABLES[table].key)], *own]))
        proposed[table] = same_names(pd.concat([own, _used(found, table)]), known, likeness=table == "Products")
    for name, choices in {**LISTS, **CHOICES}.items():
        own_values = list(pipeline["Lists"][name]) if name in LISTS else []
        labels = [
            label for text in choices.values() for label in text.both()[:: 1 if pipeline.language == "en" else -1]
        ]
        used = _used(found, name)
        unknown = used[used.map(lambda value, known=choices: identify(known, value) is None).astype(bool)]
        proposed[name] = same_names(unknown, [*labels, *own_values], likeness=True)
    return {name: same for name, same in proposed.items() if same}


def _used(found: Found, vocabulary: str) -> pd.Series:
    """Return the texts of every file's column whose values come from *vocabulary*: a table's name or a list's."""
    parts = [
        texts_of(found, name, c.id) for name in TAKES_ROWS for c in targets(name).values() if c.options == vocabulary
    ]
    used: pd.Series = pd.concat(parts or [pd.Series([], dtype=object)])
    return used
