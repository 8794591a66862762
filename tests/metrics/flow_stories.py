"""Pipelines whose deals change: a table says which deal entered which stage when, and what was noticed of it when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline

_LOGGED = {"amount": "last_amount", "close": "last_expected_close", "owner": "last_owner", "forecast": "last_forecast"}
_COLUMNS = {"amount": "amount", "close": "expected_close", "owner": "owner", "forecast": "forecast"}


def pipeline_of_changes(table: str, today: date, **tables: list[dict[str, Any]]) -> Pipeline:
    """Make a pipeline from *table* with the columns of `pipeline_from_table` and `changes`.

    The columns of deals hold the first values; changes read "amount 02-10 120; close 02-11 2026-07-01", with days of
    *today*'s year. Each is noticed on its day, and the deal now holds the last value.
    """
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    changes = {row["deal"]: _read_changes(row.pop("changes"), today.year) for row in rows}
    heads = [name for name in header if name != "changes"]
    plain = "\n".join(" | ".join(cells) for cells in [heads, *([row[name] for name in heads] for row in rows)])
    first = {row["deal"]: row for row in rows}
    journal = [
        line for deal, made in changes.items() for line in _log_changes(deal, made, first[deal])
    ] + tables.pop("Journal", [])  # fmt: skip
    made = pipeline_from_table(plain, today, Journal=journal, **tables)
    deals, history = made["Deals"].copy(), made["History"].copy()
    for deal, steps in changes.items():
        for name, day, value in steps:
            column = _COLUMNS[name]
            typed = pd.Timestamp(value) if name == "close" else float(value) if name == "amount" else value
            deals.loc[deals["deal"] == deal, column] = typed
            if column in ("amount", "owner"):
                later = (history["deal"] == deal) & (history["entered"] >= pd.Timestamp(day))
                history.loc[later, column] = typed
    return made.with_tables(Deals=deals, History=history)


def _read_changes(text: str, year: int) -> list[tuple[str, str, str]]:
    parts = [part.split(maxsplit=2) for part in text.split(";") if part.strip()]
    return [(name, f"{year}-{day}", value) for name, day, value in parts]


def _log_changes(deal: str, changes: list[tuple[str, str, str]], first: Mapping[str, str]) -> list[dict[str, Any]]:
    held = {name: first.get(column, "") for name, column in _COLUMNS.items()}
    lines = []
    for name, day, value in changes:
        lines.append(
            {
                "run": day, "time": f"{day}T18:00:00", "verb": "update", "operation": "change", "table": "Deals", "key": deal,
                "column": _LOGGED[name], "before": held[name], "after": value,
            }
        )  # fmt: skip
        held[name] = value
    return lines
