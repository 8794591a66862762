"""What was made and what was sent, written down: a row of Documents for each file, and the file on its quote."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.model.apply import applied
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import DATE_DTYPE, folded, frame
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Document, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.papers.digests import promises

OFFERS = ("quote", "proposal", "contract")
"""Kinds of paper that are made of a quote."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A file that was made: its *name* from the workbook's folder, and the fingerprint of its bytes."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Sending:
    """A paper goes out: on which day, and to whom (blank: to the contact it is addressed to)."""

    day: date
    to: str = ""


Press = Callable[[Document], Sequence[Printed]]
"""Makes the files of a document and says what it made."""


def recorded(pipeline: Pipeline, made: Sequence[tuple[Document, Sequence[Printed]]], sending: Sending | None) -> Plan:
    """Return the plan that writes down the files of every document; the first file of each is the one that is sent."""
    now, said = pipeline, promises(pipeline)
    rows = [
        _row(now, document, file, said, sending if place == 0 else None)
        for document, files in made
        for place, file in enumerate(files)
    ]
    now = _with_rows(now, rows)
    for document, files in made:
        if document.kind == "quote" and files:
            now = _on_quote(now, document, files[0], said, sending)
    return difference(pipeline, now, "print")


def subject(document: Document) -> str:
    """Return the number of the quote, activity or deal that a document is about."""
    facts = document.facts
    if document.kind in OFFERS:
        return str(facts["quote"]["number"])
    return str(facts["talk"]["activity"] if document.kind == "visit" else facts["deal"]["deal"])


def quote_rows(pipeline: Pipeline, number: str) -> pd.Index:
    """Return the rows of Quotes with a number."""
    quotes = pipeline["Quotes"]["quote"]
    return quotes.index[(folded(quotes) == number.strip().casefold()).to_numpy(bool)]


def _row(
    pipeline: Pipeline, document: Document, file: Printed, said: pd.Series, sending: Sending | None
) -> dict[str, Any]:
    row = {
        "document": file.name,
        "paper": document.kind,
        "subject": subject(document),
        "deal": str(document.facts["deal"]["deal"]),
        "made": pipeline.today,
        "digest": _digest(pipeline, document, file, said),
    }
    return row if sending is None else {**row, "sent": sending.day, "sent_to": _to(document, sending)}


def _digest(pipeline: Pipeline, document: Document, file: Printed, said: pd.Series) -> str:
    rows = list(quote_rows(pipeline, subject(document))) if document.kind in OFFERS else []
    return f"{said[rows[0]]}-{file.digest}" if rows else f"-{file.digest}"


def _to(document: Document, sending: Sending) -> str:
    contact = document.facts.get("contact", {})
    return sending.to or str(contact.get("email") or contact.get("contact") or "")


def _with_rows(pipeline: Pipeline, rows: Sequence[dict[str, Any]]) -> Pipeline:
    # a file made again keeps its row; when it went out, and to whom, stays unless it goes out again
    table = pipeline["Documents"].copy()
    known: dict[str, int] = {}
    for place, name in zip(pipeline["Documents"].index, folded(pipeline["Documents"]["document"]), strict=True):
        known.setdefault(name, place)
    new: dict[str, dict[str, Any]] = {}
    for row in rows:
        place = known.get(row["document"].casefold())
        if place is None:
            new[row["document"].casefold()] = row
            continue
        for id, value in row.items():
            table.loc[place, id] = np.datetime64(value).astype(DATE_DTYPE) if isinstance(value, date) else value
    added = frame(TABLES["Documents"], list(new.values()))
    return applied(
        pipeline.with_tables(Documents=table), Plan(appends=(Append("Documents", added, "print"),)) if new else Plan()
    )


def _on_quote(
    pipeline: Pipeline, document: Document, file: Printed, said: pd.Series, sending: Sending | None
) -> Pipeline:
    rows = quote_rows(pipeline, subject(document))
    if not len(rows):
        return pipeline
    quotes, row = pipeline["Quotes"].copy(), rows[0]
    quotes.loc[row, ["document", "digest"]] = [file.name, _digest(pipeline, document, file, said)]
    if sending:
        quotes.loc[row, "sent"] = np.datetime64(sending.day).astype(DATE_DTYPE)
        quotes.loc[row, "sent_to"] = _to(document, sending)
        if quotes.at[row, "status"] in ("", "draft"):
            quotes.loc[row, "status"] = "sent"
    return pipeline.with_tables(Quotes=quotes)
