"""Proposals and contracts: a quote with the data of its deal."""

from __future__ import annotations

from tests.quotes.desk import TODAY, desk
from xl_salesflow.quotes.document_requests import offer_document


def test_a_proposal_has_the_texts_of_the_quote_and_not_those_of_the_deal() -> None:
    pipeline = desk()
    (document,) = offer_document(pipeline, "proposal", "Q-1").documents
    assert (set(document.facts["needs"].values()), document.facts["steps"]) == ({""}, [])
    assert document.facts["benefits"][0]["needs"] == []
    quotes = pipeline["Quotes"].assign(situation="The noise stops you", next_steps="We call\nYou sign")
    (document,) = offer_document(pipeline.with_tables(Quotes=quotes), "proposal", "Q-1").documents
    assert document.facts["needs"]["pain"] == "The noise stops you"
    assert [step["step"] for step in document.facts["steps"]] == ["We call", "You sign"]
    assert document.facts["benefits"][0]["needs"] == ["noise"]


def test_a_contract_lists_each_verbal_agreement_once() -> None:
    (document,) = offer_document(desk(), "contract", "Q-1").documents
    assert document.facts["agreed"] == ["Spare"]
    assert document.facts["contract"] == {"number": "C-Q-1", "date": TODAY}


def test_the_facts_of_the_quote_are_the_same() -> None:
    quote, contract = (offer_document(desk(), kind, "Q-1").documents[0].facts for kind in ("quote", "contract"))
    assert {fact_id: contract[fact_id] for fact_id in quote} == quote
