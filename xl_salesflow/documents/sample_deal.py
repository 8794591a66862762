"""A sample deal without blanks, its documents, and the template fields derived from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from xl_salesflow.core.change_sets import Document
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.documents.template_filling import email_draft_fields
from xl_salesflow.documents.template_lookup import build_template_context
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.quotes.document_requests import PrintJob
from xl_salesflow.schema.named_values import Settings

_SAMPLE_DEAL_DAY = date(2026, 3, 2)
_SAMPLE_DEAL_KEYS = {"bant_card": "D-1", "precall": "D-1", "visit": "A-1", "invoice": "P-1", "reminder": "P-1"}
_SAMPLE_COMPANY = {
    "company": "Example Works", "address": "1 Main Street", "phone": "+1 555 0100", "email": "sales@example.com",
    "bank": "Example Bank, 0000", "currency": "CNY",
}  # fmt: skip
_SAMPLE_QUOTE_TERMS = {
    "discount": 0.05,
    "shipping": 40.0,
    "tax_rate": 0.13,
    "currency": "CNY",
    "terms": "30 days net",
    "notes": "As discussed",
}
_SAMPLE_QUOTE_LINE = {"product": "Pump", "quantity": 2.0, "unit": "piece", "price": 100.0, "discount": 0.1}
_SAMPLE_DEAL_ROWS: dict[str, list[dict[str, Any]]] = {
    "Deals": [
        {
            "deal": "D-1", "name": "New line", "account": "Acme", "owner": "Li Wei", "contact": "Bob Stone", "stage": "Lead",
            "recorded_stage": "Lead", "outcome": "open", "amount": 1000.0, "product": "Pump", "budget": 1.0, "authority": 0.0,
            "pain": "Standstill every week", "explicit_needs": "Less downtime", "latent_needs": "A spare on site",
            "cost_of_inaction": "Two shifts a month", "competitor": "Other Works", "next_step": "Show the pump",
            "next_step_date": _SAMPLE_DEAL_DAY, "playbook": "crm",
        },
        {"deal": "D-2", "account": "Borough", "product": "Pump", "outcome": "won", "closed": _SAMPLE_DEAL_DAY, "amount": 900.0},
    ],
    "Accounts": [
        {
            "account": "Acme", "industry": "manufacturing", "location": "Leeds", "employees": 120.0, "address": "1 Quay",
            "tax_id": "NL001", "habits": "Yearly", "preferences": "Plain words", "decision_process": "Board of three",
        }
    ],
    "Contacts": [
        {
            "contact": "Bob Stone", "account": "Acme", "title": "Buyer", "decision_role": "champion", "phone": "020",
            "email": "bob@example.com", "attitude": "Curious",
        }
    ],
    "Team": [{"person": "Li Wei", "email": "li@example.com"}],
    "Stages": [{"playbook": "crm", "position": 1.0, "stage": "Lead", "kind": "open", "purpose": "Learn what they need"}],
    "Products": [
        {
            "product": "Pump", "price": 100.0, "unit": "piece", "description": "24 V", "feature": "Two seals",
            "advantage": "runs dry", "benefit": "No standstill", "needs": "downtime",
        }
    ],
    "Quotes": [
        {"quote": "Q-1", "deal": "D-1", "version": 1.0, "status": "superseded", "date": _SAMPLE_DEAL_DAY, **_SAMPLE_QUOTE_TERMS, "terms": "Cash"},
        {
            "quote": "Q-2", "deal": "D-1", "version": 2.0, "status": "draft", "primary": "yes", "date": _SAMPLE_DEAL_DAY,
            "valid_until": date(2026, 4, 1), "supersedes": "Q-1", "contact": "Bob Stone", **_SAMPLE_QUOTE_TERMS,
            "situation": "Standstill every week", "asked_for": "Less downtime", "beyond": "A spare on site",
            "waiting_cost": "Two shifts a month", "next_steps": "Show the pump",
        },
    ],
    "QuoteLines": [
        {"quote": "Q-1", "position": 1.0, **_SAMPLE_QUOTE_LINE},
        {"quote": "Q-2", "position": 1.0, **_SAMPLE_QUOTE_LINE},
        {"quote": "Q-2", "position": 2.0, **_SAMPLE_QUOTE_LINE, "quantity": 1.0},
        {"quote": "Q-2", "position": 3.0, **_SAMPLE_QUOTE_LINE, "optional": "yes"},
    ],
    "Questions": [
        {"question": "B1", "dimension": "budget", "text": "What is set aside?", "strong": "A sum that covers it"},
        {"question": "A1", "dimension": "authority", "text": "Who decides?", "strong": "The person we meet"},
    ],
    "Answers": [{"deal": "D-1", "question": "B1", "points": 1.0, "answer": "Half of it", "evidence": "E-mail"}],
    "Activities": [
        {
            "activity": "A-1", "date": _SAMPLE_DEAL_DAY, "deal": "D-1", "contact": "Bob Stone", "type": "visit", "contact_channel": "in_person",
            "outcome": "interested", "by": "Li Wei", "summary": "Saw the line", "situation": "Two lines", "problem": "Standstill",
            "implication": "Late orders", "need_payoff": "A shift a week", "materials": "Brochure", "verbal_terms": "Spare included",
            "next_step": "Show the pump", "next_step_date": _SAMPLE_DEAL_DAY,
        }
    ],
    "Payments": [
        {
            "payment": "P-1", "deal": "D-1", "name": "Deposit", "share": 0.3, "invoice": "INV-2026-0001", "invoiced": date(2026, 1, 12),
            "due": date(2026, 2, 11), "paid": 10.0, "contract": 335.05, "tax": 11.57,
        }
    ],
    "Tasks": [{"task_id": "T-1", "deal": "D-1", "task": "Schedule the demo", "due": _SAMPLE_DEAL_DAY, "status": "open", "required": "yes"}],
    "Objections": [
        {"objection": "O-1", "deal": "D-1", "type": "price", "concern": "Too dear", "answer": "Cheaper over a year", "worked": "yes"}
    ],
}  # fmt: skip


@cache
def sample_document(kind: str) -> Document:
    """Return a deal document of *kind* without blank values or empty lists."""
    plan = PrintJob(kind, (_SAMPLE_DEAL_KEYS.get(kind, "Q-2"),)).build_documents(
        recompute_formula_columns(_sample_deal_pipeline())
    )
    return plan.documents[0]


def _sample_deal_pipeline() -> Pipeline:
    return replace(
        build_pipeline(_SAMPLE_DEAL_DAY, "en", **_SAMPLE_DEAL_ROWS), settings=Settings(dict(_SAMPLE_COMPANY))
    )


@dataclass(frozen=True, slots=True)
class TemplateField:
    """One field: text, a record of fields by name, or a list of such records."""

    example: str = ""
    fields: Mapping[str, TemplateField] | None = None
    rows: TemplateField | None = None


@cache
def template_fields(kind: str, file_format: str) -> Mapping[str, TemplateField]:
    """Return the fields of a kind of deal document by name; an e-mail draft has a few more."""
    context = build_template_context(sample_document(kind), "en")
    if file_format == "eml":
        context = email_draft_fields(context)
    return {name: _example_field(value) for name, value in {**context, "logo": ""}.items()}


def template_field_paths(known: Mapping[str, TemplateField], before: str = "") -> Iterator[tuple[str, str]]:
    """Yield every field as a template writes it, with an example; the texts of `t` are left out."""
    for name, field in known.items():
        path = f"{before}{name}"
        if field.fields is not None:
            yield from () if path == "t" else template_field_paths(field.fields, f"{path}.")
        elif field.rows is not None:
            yield f"for row in {path}", ""
            yield from template_field_paths(field.rows.fields or {}, "row.")
        else:
            yield path, field.example


def _example_field(value: object) -> TemplateField:
    if isinstance(value, Mapping):
        return TemplateField(fields={str(name): _example_field(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return TemplateField(rows=_example_field(value[0]) if value else TemplateField())
    return TemplateField(str(value))
