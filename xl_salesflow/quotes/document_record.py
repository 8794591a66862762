"""The record of deal documents: a row for each file made or sent, and fingerprints of its content.

The fingerprint of a quote covers what is offered and at what price. Addressee, seller, layout and validity can change
without changing it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Document, apply_change_set, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.quotes.quote_arithmetic import compute_line_columns, compute_quote_columns, find_line_prices
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import DATE_DTYPE, fold_keys, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_PROMISED_QUOTE_COLUMNS = (
    "date",
    "currency",
    "rate",
    "tax_mode",
    "discount",
    "shipping",
    "terms",
    "notes",
    "tax",
    "total",
)
_PROMISED_LINE_COLUMNS = (
    "position",
    "product",
    "description",
    "quantity",
    "unit",
    "price",
    "discount",
    "optional",
    "net",
)
_FINGERPRINT_BYTES = 8  # bytes; enough to notice a change, not meant to prevent forgery


def fingerprint_quotes(pipeline: Pipeline) -> pd.Series:
    """Return a fingerprint per quote, indexed as Quotes; it stays the same as long as the quote offers the same."""
    lines = pipeline["QuoteLines"].assign(net=compute_line_columns(pipeline)["net"], price=find_line_prices(pipeline))
    lines = lines.assign(quote=fold_keys(lines["quote"])).sort_values(["quote", "position"], kind="stable")
    promised = _join_promised_rows(lines, _PROMISED_LINE_COLUMNS)
    offered: dict[str, list[str]] = {}
    for quote, line in zip(lines["quote"], promised, strict=True):
        offered.setdefault(str(quote), []).append(line)
    sums = compute_quote_columns(pipeline)
    quotes = pipeline["Quotes"].assign(tax=sums["tax"], total=sums["total"])
    heads = zip(fold_keys(quotes["quote"]), _join_promised_rows(quotes, _PROMISED_QUOTE_COLUMNS), strict=True)
    return pd.Series(
        [fingerprint_content("\n".join((head, *offered.get(key, ())))) for key, head in heads],
        quotes.index,
        dtype=object,
    )


def fingerprint_content(content: str | bytes) -> str:
    """Return the fingerprint of a text or of a file's bytes."""
    return blake2b(
        content.encode() if isinstance(content, str) else content, digest_size=_FINGERPRINT_BYTES
    ).hexdigest()


def _join_promised_rows(frame: pd.DataFrame, columns: Iterable[str]) -> list[str]:
    return [
        "\t".join(map(_format_promised_cell, row))
        for row in zip(*(frame[column_id] for column_id in columns), strict=True)
    ]


def _format_promised_cell(cell: Any) -> str:
    if isinstance(cell, str):
        return " ".join(cell.split())
    if is_missing(cell):
        return ""
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else repr(float(cell))


QUOTE_DOCUMENT_KINDS = ("quote", "proposal", "contract")
"""Kinds of documents made from a quote."""

PAYMENT_DOCUMENT_KINDS = ("invoice", "reminder")
"""Kinds of documents about an instalment."""


@dataclass(frozen=True, slots=True)
class PrintedFile:
    """A file that was made: its *name* relative to the workbook's folder, and the fingerprint of its bytes."""

    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Sending:
    """The sending of a document: the day, and the recipient (blank: the contact it is addressed to)."""

    day: date
    to: str = ""


DocumentMaker = Callable[[Document], Sequence[PrintedFile]]
"""Makes the files of a document and returns what it made."""


def record_documents(
    pipeline: Pipeline, made: Sequence[tuple[Document, Sequence[PrintedFile]]], sending: Sending | None
) -> ChangeSet:
    """Return the change set that records the files of every document; the first file of each is the one that is sent."""
    now, fingerprints = pipeline, fingerprint_quotes(pipeline)
    rows = [
        _build_document_row(now, document, file, fingerprints, sending if place == 0 else None)
        for document, files in made
        for place, file in enumerate(files)
    ]
    now = _add_document_rows(now, rows)
    for document, files in made:
        if document.kind == "quote" and files:
            now = _record_on_quote(now, document, files[0], fingerprints, sending)
    return diff_pipelines(pipeline, now, "print")


def document_subject(document: Document) -> str:
    """Return the key of the quote, instalment, activity or deal that a document is about."""
    facts = document.facts
    if document.kind in QUOTE_DOCUMENT_KINDS:
        return str(facts["quote"]["number"])
    if document.kind in PAYMENT_DOCUMENT_KINDS:
        return str(facts["payment"]["payment"])
    return str(facts["talk"]["activity"] if document.kind == "visit" else facts["deal"]["deal"])


def find_quote_rows(pipeline: Pipeline, number: str) -> pd.Index:
    """Return the rows of Quotes with this number."""
    quotes = pipeline["Quotes"]["quote"]
    return quotes.index[(fold_keys(quotes) == fold_text(number)).to_numpy(bool)]


def _build_document_row(
    pipeline: Pipeline, document: Document, file: PrintedFile, fingerprints: pd.Series, sending: Sending | None
) -> dict[str, Any]:
    row = {
        "document": file.name,
        "paper": document.kind,
        "subject": document_subject(document),
        "deal": str(document.facts["deal"]["deal"]),
        "made": pipeline.today,
        "digest": _document_digest(pipeline, document, file, fingerprints),
    }
    return row if sending is None else {**row, "sent": sending.day, "sent_to": _document_recipient(document, sending)}


def _document_digest(pipeline: Pipeline, document: Document, file: PrintedFile, fingerprints: pd.Series) -> str:
    rows = list(find_quote_rows(pipeline, document_subject(document))) if document.kind in QUOTE_DOCUMENT_KINDS else []
    return f"{fingerprints[rows[0]]}-{file.digest}" if rows else f"-{file.digest}"


def _document_recipient(document: Document, sending: Sending) -> str:
    contact = document.facts.get("contact", {})
    return sending.to or str(contact.get("email") or contact.get("contact") or "")


def _add_document_rows(pipeline: Pipeline, rows: Sequence[dict[str, Any]]) -> Pipeline:
    # a file that is made again keeps its row, and its sending day and recipient unless it is sent again
    table = pipeline["Documents"].copy()
    known: dict[str, int] = {}
    for place, name in zip(pipeline["Documents"].index, fold_keys(pipeline["Documents"]["document"]), strict=True):
        known.setdefault(name, place)
    new: dict[str, dict[str, Any]] = {}
    for row in rows:
        place = known.get(fold_text(row["document"]))
        if place is None:
            new[fold_text(row["document"])] = row
            continue
        for column_id, value in row.items():
            table.loc[place, column_id] = np.datetime64(value).astype(DATE_DTYPE) if isinstance(value, date) else value
    added = make_table_frame(TABLES["Documents"], list(new.values()))
    return apply_change_set(
        pipeline.with_tables(Documents=table),
        ChangeSet(appends=(Append("Documents", added, "print"),)) if new else ChangeSet(),
    )


def _record_on_quote(
    pipeline: Pipeline, document: Document, file: PrintedFile, fingerprints: pd.Series, sending: Sending | None
) -> Pipeline:
    rows = find_quote_rows(pipeline, document_subject(document))
    if not len(rows):
        return pipeline
    quotes, row = pipeline["Quotes"].copy(), rows[0]
    quotes.loc[row, ["document", "digest"]] = [file.name, _document_digest(pipeline, document, file, fingerprints)]
    if sending:
        quotes.loc[row, "sent"] = np.datetime64(sending.day).astype(DATE_DTYPE)
        quotes.loc[row, "sent_to"] = _document_recipient(document, sending)
        if quotes.at[row, "status"] in ("", "draft"):
            quotes.loc[row, "status"] = "sent"
    return pipeline.with_tables(Quotes=quotes)
