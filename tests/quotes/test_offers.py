"""Proposals and contracts: a quote with the data of its deal."""

from __future__ import annotations

from datetime import date

from tests.quotes.desk import TODAY, desk
from xl_salesflow.quotes.document_requests import offer_document


def test_a_proposal_has_needs_and_the_next_step() -> None:
    (document,) = offer_document(desk(), "proposal", "Q-1").documents
    assert document.facts["needs"]["pain"] == "Noise"
    assert document.facts["steps"] == [{"step": "Call", "date": date(2026, 3, 6)}]
    assert document.facts["benefits"][0]["needs"] == ["noise"]


def test_a_contract_lists_each_verbal_agreement_once() -> None:
    (document,) = offer_document(desk(), "contract", "Q-1").documents
    assert document.facts["agreed"] == ["Spare"]
    assert document.facts["contract"] == {"number": "C-Q-1", "date": TODAY}


def test_the_facts_of_the_quote_are_the_same() -> None:
    quote, contract = (offer_document(desk(), kind, "Q-1").documents[0].facts for kind in ("quote", "contract"))
    assert {fact_id: contract[fact_id] for fact_id in quote} == quote
