"""A proposal and a contract: documents made of a quote and of what is known of its deal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from xl_salesflow.model.apply import applied
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Document, Plan
from xl_salesflow.papers.around_deal import NEEDS, day, of_deal, picked
from xl_salesflow.quotes import offer
from xl_salesflow.quotes.record import found, records


def offered(pipeline: Pipeline, kind: str, key: str) -> Plan:
    """Return the plan of the quote that *key* means, its document turned into *kind*: quote, proposal or contract.

    Raises:
        UsageError: nobody knows *key*; the sentence names the nearest.
    """
    plan = offer(pipeline, key)
    if kind == "quote" or not plan.documents:
        return plan
    turned = {"proposal": _proposal, "contract": _contract}[kind]
    after = applied(pipeline, plan)
    documents = tuple(turned(after, document) for document in plan.documents)
    return replace(plan, documents=documents, answer={**plan.answer, "kind": kind, "document": documents[0].name})


def _proposal(pipeline: Pipeline, document: Document) -> Document:
    facts = document.facts
    deal = found(pipeline, "Deals", facts["deal"]["deal"])
    steps = [{"step": str(deal["next_step"]), "date": day(deal["next_step_date"])}]
    return Document("proposal", _named("Proposal", facts), {**facts, "needs": picked(deal, *NEEDS), "steps": steps})


def _contract(pipeline: Pipeline, document: Document) -> Document:
    facts = document.facts
    deal = found(pipeline, "Deals", facts["deal"]["deal"])
    talks = of_deal(pipeline["Activities"], deal).sort_values("date", kind="stable")
    agreed = list(
        dict.fromkeys(str(row["verbal_terms"]).strip() for row in records(talks) if str(row["verbal_terms"]).strip())
    )
    paper = {"number": f"C-{facts['quote']['number']}", "date": day(deal["contract_signed"]) or pipeline.today}
    return Document("contract", _named("Contract", facts), {**facts, "contract": paper, "agreed": agreed})


def _named(what: str, facts: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (what, facts["quote"]["number"], facts["buyer"]["account"])))
