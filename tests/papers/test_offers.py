"""Proposals and contracts: a quote and what is known of its deal."""

from __future__ import annotations

from datetime import date

from tests.papers.desk import TODAY, desk
from xl_salesflow.papers.offers import offered


def test_a_proposal_brings_needs_and_the_next_step() -> None:
    (document,) = offered(desk(), "proposal", "Q-1").documents
    assert document.facts["needs"]["pain"] == "Noise"
    assert document.facts["steps"] == [{"step": "Call", "date": date(2026, 3, 6)}]
    assert document.facts["benefits"][0]["needs"] == ["noise"]


def test_a_contract_says_once_what_was_agreed_by_word_of_mouth() -> None:
    (document,) = offered(desk(), "contract", "Q-1").documents
    assert document.facts["agreed"] == ["Spare"]
    assert document.facts["contract"] == {"number": "C-Q-1", "date": TODAY}


def test_the_facts_of_the_quote_are_the_same() -> None:
    quote, contract = (offered(desk(), kind, "Q-1").documents[0].facts for kind in ("quote", "contract"))
    assert {id: contract[id] for id in quote} == quote
