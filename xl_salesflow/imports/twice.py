"""Rows of a file that may be in the workbook, or in the file itself, under another spelling: told, never decided."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from xl_salesflow.duplicates import pairs
from xl_salesflow.duplicates.signs import SIGNS
from xl_salesflow.imports import reports
from xl_salesflow.imports.merge import framed
from xl_salesflow.imports.rows import FILE, ROW
from xl_salesflow.model.plan import Finding
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language


def twice(table: str, new: pd.DataFrame, existing: pd.DataFrame, language: Language) -> Iterator[Finding]:
    """Yield a finding for each of the *new* rows (with FILE and ROW) that may be the same as another row of *table*."""
    if table not in SIGNS or new.empty:
        return
    key, before = TABLES[table].key or "", len(existing)
    rows = pd.concat([existing, framed(TABLES[table], new)], ignore_index=True)
    for pair in pairs(table, rows):
        if pair.row >= before:
            came = new.iloc[pair.row - before]
            name, other = str(rows.at[pair.row, key]), str(rows.at[pair.other, key])
            why = pair.says.in_(language, alike=pair.alike)
            yield reports.finding(
                "twice", reports.TWICE, came[FILE], int(came[ROW]), language, table=table, column=key, key=name,
                severity="note", name=name, other=other, why=why,
            )  # fmt: skip
