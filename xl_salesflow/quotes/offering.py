"""The verb quote: what is printed for a deal or a quote, and the draft that is added when a deal has none."""

from __future__ import annotations

from typing import Any

from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Document, Finding, Plan
from xl_salesflow.quotes.current import meant
from xl_salesflow.quotes.draft import draft
from xl_salesflow.quotes.facts import Facts, quote_facts
from xl_salesflow.quotes.faults import faults, nothing_to_offer
from xl_salesflow.quotes.record import Record, record


def offer(pipeline: Pipeline, key: str) -> Plan:
    """Return the document of the quote that *key* (of a deal or quote) means, and the rows of a draft if there is none.

    Raises:
        UsageError: nobody knows *key*; the sentence names the nearest.
    """
    which = meant(pipeline, key)
    if which.table == "Quotes":
        return printed(pipeline, which.row, created=False)
    nothing = nothing_to_offer(pipeline, which.row)
    if nothing:
        return Plan(findings=(nothing,), answer={"quote": None})
    return _drafted(pipeline, record(pipeline, "Deals", which.row))


def _drafted(pipeline: Pipeline, deal: Record) -> Plan:
    number, plan = draft(pipeline, deal)
    after = applied(pipeline, plan)
    quotes = after["Quotes"]
    return plan + printed(after, int(quotes.index[quotes["quote"] == number][-1]), created=True)


def printed(pipeline: Pipeline, row: int, created: bool) -> Plan:
    """Return the document of the quote in sheet row *row* of Quotes, or what keeps it from being printed."""
    wrong: tuple[Finding, ...] = faults(pipeline, row)
    if any(fault.blocks for fault in wrong):
        return Plan(findings=wrong, answer={"quote": pipeline["Quotes"].at[row, "quote"]})
    facts = quote_facts(pipeline, row)
    name = " ".join(filter(None, (facts["quote"]["number"], facts["buyer"]["account"])))
    return Plan(findings=wrong, documents=(Document("quote", name, facts),), answer=_answer(facts, name, created))


def _answer(facts: Facts, name: str, created: bool) -> dict[str, Any]:
    quote, until = facts["quote"], facts["quote"]["valid_until"]
    return {
        "quote": quote["number"],
        "deal": facts["deal"]["deal"],
        "account": facts["buyer"]["account"],
        "created": created,
        "status": quote["status"],
        "valid_until": until.isoformat() if until else None,
        "currency": facts["currency"],
        "lines": len(facts["lines"]),
        **{id: float(value) for id, value in facts["totals"].items()},
        "document": name,
    }
