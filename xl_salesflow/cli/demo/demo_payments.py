"""The instalments of the demo: the latest won deals, most of them paid, one partly, and one overdue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.instalment_plans import PART_NAMES, split_into_cents
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_SHARES = (30, 60, 10)
_DAYS_AFTER_WINNING = (7, 40, 370)
_DEALS = 6


def make_payment_frame(pipeline: Pipeline) -> pd.DataFrame:
    """Return the rows of the sheet Payments: three instalments of each of the latest deals won."""
    deals = pipeline["Deals"]
    won = deals[(deals["outcome"] == "won") & deals["amount"].notna() & deals["closed"].notna()]
    latest = won.sort_values("closed", ascending=False, kind="stable").head(_DEALS)
    rows = [row for number, deal in enumerate(latest.to_dict("records")) for row in _pay(pipeline, number, deal)]
    return make_table_frame(TABLES["Payments"], rows)


def _pay(pipeline: Pipeline, number: int, deal: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    amounts = split_into_cents(round(deal["amount"] * 100), _SHARES)
    for part, (share, cents, days) in enumerate(zip(_SHARES, amounts, _DAYS_AFTER_WINNING, strict=True)):
        due = deal["closed"].date() + timedelta(days=days)
        is_over = due < pipeline.today
        paid = cents / 100 if is_over else None
        if is_over and number == 2:  # one customer pays half, and late
            paid = cents // 2 / 100 if part == 0 else None
        yield {
            "payment": f"P-{3 * number + part + 1:05d}",
            "deal": deal["deal"],
            "name": PART_NAMES[part].in_(pipeline.language, number=part + 1),
            "share": share / 100,
            "amount": cents / 100,
            "due": due,
            "invoiced": due - timedelta(days=7) if due - timedelta(days=7) <= pipeline.today else None,
            "paid": paid,
            "paid_on": min(due + timedelta(days=2 * number), pipeline.today) if paid else None,
        }
