"""The list as a document: plain values by owner."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pandas as pd

from xl_salesflow.followups.due import Listed
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Document


def document(pipeline: Pipeline, listed: Listed, made: datetime | None = None, whose: str = "") -> Document:
    """Return the document of kind "followups" for what is *listed*.

    Its facts: today, day (the working day the list begins on), made (when; else the beginning of today), source (the
    workbook's path), whose (the owner that was asked for; "" for everybody), company, sender (its address), currency, limit
    (lines a day), and owners: a list of owner, email, left (deals that found no room) and rows. A row has the columns of
    FollowUps; days and ranks are whole numbers, the amount a Decimal, dates dates, and None is blank.
    """
    rows, settings = listed.rows, pipeline.settings
    columns = list(rows.columns)
    told = [dict(zip(columns, map(_plain, columns, values), strict=True)) for values in rows.itertuples(index=False)]
    owners = dict[str, list[dict[str, Any]]]()
    for row in told:
        owners.setdefault(str(row["owner"]), []).append(row)
    team = pipeline["Team"].drop_duplicates("person")
    emails = dict(zip(team["person"], team["email"], strict=True))
    facts = {
        "today": pipeline.today,
        "day": listed.day,
        "made": made or datetime.combine(pipeline.today, time()),
        "source": pipeline.source,
        "whose": whose,
        "company": settings.text("company"),
        "sender": settings.text("email"),
        "currency": settings.text("currency").strip().upper(),
        "limit": int(settings.number("followups_per_day")),
        "owners": [
            {"owner": owner, "email": emails.get(owner, ""), "left": listed.left.get(owner, 0), "rows": lines}
            for owner, lines in owners.items()
        ],
    }
    return Document("followups", f"follow-ups {listed.day.isoformat()}", facts)


def _plain(column: str, cell: Any) -> str | int | Decimal | date | None:
    if cell is pd.NaT or cell != cell:
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.date()
    if isinstance(cell, float):
        return Decimal(repr(float(cell))) if column == "amount" else int(cell)
    return str(cell)


def by_owner(document: Document) -> list[Document]:
    """Return a document for each owner of a follow-up list, named after them."""
    return [
        Document(
            document.kind,
            " ".join(filter(None, (document.name, group["owner"]))),
            {**document.facts, "whose": group["owner"], "owners": [group]},
        )
        for group in document.facts["owners"]
    ]
