"""The Journal: what a run changed that nothing else could tell, so that it can be put back.

Written down are the cells that people own, the recorded stage, and the rows that were added. What the product can work out
again (clocks, warnings, caches, generated lists) and what keeps a record itself (History) is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pandas as pd

from xl_salesflow.model.column import Writer
from xl_salesflow.model.frames import frame
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.tables import TABLES

_OWN_RECORD = ("History", "Journal")


def entries(plan: Plan, verb: str, by: str, now: datetime) -> Plan:
    """Return the plan that writes down *plan* as one run of *verb*; nothing where there is nothing to tell."""
    head = {"run": now.strftime("%Y%m%d-%H%M%S"), "time": now.replace(microsecond=0), "verb": verb, "by": by}
    rows = [{**head, **row} for row in (*_changed(plan), *_added(plan))]
    if not rows:
        return Plan()
    return Plan(appends=(Append("Journal", frame(TABLES["Journal"], rows), verb),))


def _changed(plan: Plan) -> Iterator[dict[str, Any]]:
    for edit in plan.edits:
        column = TABLES[edit.table][edit.column]
        if edit.table in _OWN_RECORD or (column.writer is not Writer.PERSON and column.id != "recorded_stage"):
            continue
        for change in edit:
            yield {
                "operation": "change", "table": change.table, "key": change.key, "column": change.column,
                "before": _text(change.before), "after": _text(change.after), "because": change.because,
            }  # fmt: skip


def _added(plan: Plan) -> Iterator[dict[str, Any]]:
    for append in plan.appends:
        table = TABLES[append.table]
        if append.table in _OWN_RECORD or table.key is None:
            continue
        for key in append.rows[table.key]:
            yield {"operation": "add", "table": append.table, "key": key, "because": append.because}


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
