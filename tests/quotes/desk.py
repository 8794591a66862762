"""A small pipeline: a deal with a draft quote, one with a sent quote, and one without a quote."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.tables import crm
from xl_salesflow.core.change_sets import ChangeSet, Document, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.quotes.document_record import PrintedFile, fingerprint_content

TODAY = date(2026, 3, 4)  # a Wednesday
RUN = Run("Mara", datetime(2026, 3, 4, 9, 30))

_QUOTE = {"version": 1.0, "primary": "yes", "currency": "USD", "tax_rate": 0.2, "contact": "Bob"}


def desk(**tables: list[dict[str, Any]]) -> Pipeline:
    """Return the pipeline; *tables* replace its tables."""
    rows: dict[str, list[dict[str, Any]]] = {
        "Deals": [
            {"deal": "D-1", "account": "Acme", "owner": "Li", "stage": "Lead", "recorded_stage": "Lead", "outcome": "open",
             "product": "Pump", "pain": "Noise", "next_step": "Call", "next_step_date": date(2026, 3, 6), "contact": "Bob"},
            {"deal": "D-2", "account": "Borough", "stage": "Lead", "recorded_stage": "Lead", "outcome": "open",
             "product": "Pump"},
            {"deal": "D-3", "account": "Crown", "stage": "Won", "recorded_stage": "Won", "outcome": "won", "product": "Pump",
             "closed": date(2026, 1, 9), "amount": 500.0, "next_step_date": date(2026, 3, 5)},
        ],
        "Contacts": [{"contact": "Bob", "account": "Acme", "email": "bob@acme.example", "decision_role": "champion"}],
        "Products": [{"product": "Pump", "price": 100.0, "benefit": "Quiet", "needs": "noise"}],
        "Quotes": [
            {"quote": "Q-1", "deal": "D-1", "status": "draft", "date": date(2026, 3, 3), "valid_until": date(2026, 4, 3),
             **_QUOTE},
            {"quote": "Q-2", "deal": "D-3", "status": "accepted", "date": date(2025, 12, 1), **_QUOTE},
        ],
        "QuoteLines": [{"quote": q, "position": 1.0, "product": "Pump", "quantity": 2.0} for q in ("Q-1", "Q-2")],
        "Activities": [
            {"activity": "A-1", "deal": "D-1", "date": date(2026, 3, 2), "type": "visit", "summary": "Saw it",
             "verbal_terms": "Spare"},
            {"activity": "A-2", "deal": "D-1", "date": date(2026, 2, 2), "type": "call", "summary": "Rang",
             "verbal_terms": "Spare"},
        ],
    }  # fmt: skip
    return recompute_formula_columns(crm("en", TODAY, **{**rows, **tables}))


class Press:
    """A document writer that makes one file of each document, from its name and subject."""

    def __init__(self) -> None:
        self.documents: list[Document] = []

    def __call__(self, document: Document) -> tuple[PrintedFile, ...]:
        self.documents.append(document)
        return (PrintedFile(f"{document.name}.pdf", fingerprint_content(repr(document.facts))),)


def done(pipeline: Pipeline, plan: ChangeSet) -> Pipeline:
    """Return the pipeline as read back after a change set was written."""
    after = apply_change_set(pipeline, plan)
    tables = {name: frame.set_axis(range(2, len(frame) + 2), axis=0) for name, frame in after.tables.items()}
    return recompute_formula_columns(after.with_tables(**tables))
