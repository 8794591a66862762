"""The list as a document: plain values by owner."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Document


def document(pipeline: Pipeline, rows: pd.DataFrame) -> Document:
    """Return the document of kind "followups" for *rows*, a frame of FollowUps.

    Its facts: today, source (the workbook's path), company, currency, and owners: a list of owner and rows. A row has the
    columns of FollowUps; days and ranks are whole numbers, the amount a Decimal, dates dates, and None is blank.
    """
    columns = list(rows.columns)
    told = [dict(zip(columns, map(_plain, columns, values), strict=True)) for values in rows.itertuples(index=False)]
    owners = dict[str, list[dict[str, Any]]]()
    for row in told:
        owners.setdefault(str(row["owner"]), []).append(row)
    facts = {
        "today": pipeline.today,
        "source": pipeline.source,
        "company": pipeline.settings.text("company"),
        "currency": pipeline.settings.text("currency").strip().upper(),
        "owners": [{"owner": owner, "rows": lines} for owner, lines in owners.items()],
    }
    return Document("followups", f"follow-ups {pipeline.today.isoformat()}", facts)


def _plain(column: str, cell: Any) -> str | int | Decimal | date | None:
    if cell is pd.NaT or cell != cell:
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date()
    if isinstance(cell, float):
        return Decimal(repr(float(cell))) if column == "amount" else int(cell)
    return str(cell)
