"""Keys of many workbooks in one: numbers get the workbook's name before them, names stay and are one row."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.merging.numbers import places
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.tables import TABLES

NUMBERED = ("Deals", "Activities", "Tasks", "Quotes", "Objections", "Feedback", "History")
"""Tables whose keys are numbers of one workbook."""

NAMED = ("Accounts", "Contacts", "Products", "Team", "Questions")
"""Tables whose keys are names: the same name in two workbooks is the same thing, told by the first that has it."""


def prefixed(pipeline: Pipeline, book: str) -> Pipeline:
    """Return *pipeline* with every number, and whatever mentions it, as ``book/number``."""
    changed: dict[str, pd.DataFrame] = {}
    for name in NUMBERED:
        for table, column in places(TABLES[name]):
            rows = changed.get(table, pipeline[table])
            cells = rows[column]
            changed[table] = rows.assign(**{column: (f"{book}/" + cells).where(cells != "", "")})
    return pipeline.with_tables(**changed)
