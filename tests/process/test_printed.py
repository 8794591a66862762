"""The list as a document: plain values, owner by owner."""

from __future__ import annotations

from decimal import Decimal

from tests.process.desk import TODAY, ago, desk
from xl_salesflow.process.due_followups import list_followups, make_followup_document


def test_facts_are_plain_values() -> None:
    pipeline = desk({"next_step_date": ago(3), "amount": 12.5}, {"next_step_date": ago(1), "owner": "Wu"})
    facts = make_followup_document(pipeline, list_followups(pipeline)).facts
    assert [(group["owner"], len(group["rows"])) for group in facts["owners"]] == [("Li", 1), ("Wu", 1)]
    first, second = (group["rows"][0] for group in facts["owners"])
    assert (first["rank"], first["due"], first["days_late"], first["amount"]) == (1, ago(3), 3, Decimal("12.5"))
    assert second["amount"] is None
    assert {type(value) for value in first.values()} <= {int, str, bool, Decimal, type(TODAY), type(None)}


def test_an_empty_list_is_a_document_too() -> None:
    pipeline = desk({})
    printed = make_followup_document(pipeline, list_followups(pipeline))
    assert (printed.kind, printed.name, printed.facts["owners"]) == ("followups", "follow-ups 2026-11-22", [])
