"""A made-up deal with everything on it, and its papers: the fields that a template may use are read off them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from xl_salesflow.calculated import refreshed
from xl_salesflow.model.pipeline import Pipeline, pipeline_of
from xl_salesflow.model.plan import Document
from xl_salesflow.model.settings import Settings
from xl_salesflow.papers import Printing

_DAY = date(2026, 3, 2)
_KEYS = {"bant_card": "D-1", "precall": "D-1", "visit": "A-1"}
_COMPANY = {
    "company": "Example Works", "address": "1 Main Street", "phone": "+1 555 0100", "email": "sales@example.com",
    "bank": "Example Bank, 0000", "currency": "CNY",
}  # fmt: skip
_TERMS = {
    "discount": 0.05,
    "shipping": 40.0,
    "tax_rate": 0.13,
    "currency": "CNY",
    "terms": "30 days net",
    "notes": "As discussed",
}
_LINE = {"product": "Pump", "quantity": 2.0, "unit": "piece", "price": 100.0, "discount": 0.1}
_ROWS: dict[str, list[dict[str, Any]]] = {
    "Deals": [
        {
            "deal": "D-1", "name": "New line", "account": "Acme", "owner": "Li Wei", "contact": "Bob Stone", "stage": "Lead",
            "recorded_stage": "Lead", "outcome": "open", "amount": 1000.0, "product": "Pump", "budget": 1.0, "authority": 0.0,
            "pain": "Standstill every week", "explicit_needs": "Less downtime", "latent_needs": "A spare on site",
            "cost_of_inaction": "Two shifts a month", "competitor": "Other Works", "next_step": "Show the pump",
            "next_step_date": _DAY, "playbook": "crm",
        },
        {"deal": "D-2", "account": "Borough", "product": "Pump", "outcome": "won", "closed": _DAY, "amount": 900.0},
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
        {"quote": "Q-1", "deal": "D-1", "version": 1.0, "status": "superseded", "date": _DAY, **_TERMS, "terms": "Cash"},
        {
            "quote": "Q-2", "deal": "D-1", "version": 2.0, "status": "draft", "primary": "yes", "date": _DAY,
            "valid_until": date(2026, 4, 1), "supersedes": "Q-1", "contact": "Bob Stone", **_TERMS,
        },
    ],
    "QuoteLines": [
        {"quote": "Q-1", "position": 1.0, **_LINE},
        {"quote": "Q-2", "position": 1.0, **_LINE},
        {"quote": "Q-2", "position": 2.0, **_LINE, "quantity": 1.0},
        {"quote": "Q-2", "position": 3.0, **_LINE, "optional": "yes"},
    ],
    "Questions": [
        {"question": "B1", "dimension": "budget", "text": "What is set aside?", "strong": "A sum that covers it"},
        {"question": "A1", "dimension": "authority", "text": "Who decides?", "strong": "The person we meet"},
    ],
    "Answers": [{"deal": "D-1", "question": "B1", "points": 1.0, "answer": "Half of it", "evidence": "E-mail"}],
    "Activities": [
        {
            "activity": "A-1", "date": _DAY, "deal": "D-1", "contact": "Bob Stone", "type": "visit", "contact_channel": "in_person",
            "outcome": "interested", "by": "Li Wei", "summary": "Saw the line", "situation": "Two lines", "problem": "Standstill",
            "implication": "Late orders", "need_payoff": "A shift a week", "materials": "Brochure", "verbal_terms": "Spare included",
            "next_step": "Show the pump", "next_step_date": _DAY,
        }
    ],
    "Tasks": [{"task_id": "T-1", "deal": "D-1", "task": "Schedule the demo", "due": _DAY, "status": "open", "required": "yes"}],
    "Objections": [
        {"objection": "O-1", "deal": "D-1", "type": "price", "concern": "Too dear", "answer": "Cheaper over a year", "worked": "yes"}
    ],
}  # fmt: skip


@cache
def specimen(kind: str) -> Document:
    """Return a paper of *kind* on which nothing is blank and no list is empty."""
    plan = Printing(kind, (_KEYS.get(kind, "Q-2"),)).offer(refreshed(_pipeline()))
    return plan.documents[0]


def _pipeline() -> Pipeline:
    return replace(pipeline_of(_DAY, "en", **_ROWS), settings=Settings(dict(_COMPANY)))
