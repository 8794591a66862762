"""Row checks of quotes and of the calendar: approvals, primary quotes, amounts, rates, the end of the holidays."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.quotes.selling import ago, selling
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.rule_declarations import Rule, list_rule_findings
from xl_salesflow.locale.texts import LANGUAGES
from xl_salesflow.process.cell_rules import HOLIDAYS_END
from xl_salesflow.process.deal_rules import (
    AMOUNT_DIFFERS,
    DISCOUNT_UNAPPROVED,
    MISSING_EXCHANGE_RATE,
    TWO_PRIMARY_QUOTES,
)
from xl_salesflow.process.gate_judging import judge_by_gates

RATE = {"currency": "EUR", "status": "sent"}
PRIMARY = {"status": "sent", "primary": "yes"}
CASES: list[tuple[Rule, list[dict[str, Any]], dict[str, Any], int]] = [
    # the rule, the quotes of the deal, the deal, how many cells it names
    (DISCOUNT_UNAPPROVED, [{"status": "sent", "discount": 0.2}], {}, 1),
    (DISCOUNT_UNAPPROVED, [{"status": "accepted", "discount": 0.2}], {}, 1),
    (DISCOUNT_UNAPPROVED, [{"status": "draft", "discount": 0.2}], {}, 0),  # a draft may still change
    (DISCOUNT_UNAPPROVED, [{"status": "sent", "discount": 0.2, "approved_by": "Ann"}], {}, 0),
    (DISCOUNT_UNAPPROVED, [{"status": "sent", "discount": 0.2}], {"owner": "Bo"}, 0),
    (MISSING_EXCHANGE_RATE, [RATE], {}, 1),
    (MISSING_EXCHANGE_RATE, [{**RATE, "rate": 7.8}], {}, 0),
    (MISSING_EXCHANGE_RATE, [{**RATE, "status": "draft"}], {}, 0),
    (MISSING_EXCHANGE_RATE, [{**RATE, "currency": " usd "}], {}, 0),
    (TWO_PRIMARY_QUOTES, [PRIMARY, PRIMARY], {}, 2),
    (TWO_PRIMARY_QUOTES, [PRIMARY, {**PRIMARY, "status": "rejected"}], {}, 0),
    (TWO_PRIMARY_QUOTES, [PRIMARY, {**PRIMARY, "deal": "D-2"}], {}, 0),
    (AMOUNT_DIFFERS, [PRIMARY], {"amount": 900.0}, 1),
    (AMOUNT_DIFFERS, [PRIMARY], {"amount": 1000.0}, 0),
    (AMOUNT_DIFFERS, [PRIMARY], {}, 0),  # a blank cell is a different finding
    (AMOUNT_DIFFERS, [PRIMARY], {"amount": 900.0, "outcome": "won"}, 0),
]


def find(pipeline: Pipeline, rule: Rule) -> list[Finding]:
    """Return what the rule finds."""
    return list(list_rule_findings(pipeline, rule))


@pytest.mark.parametrize(("rule", "quotes", "deal", "count"), CASES)
def test_each_rule_names_its_cells(rule: Rule, quotes: list[dict[str, Any]], deal: dict[str, Any], count: int) -> None:
    found = find(selling(*quotes, deal=deal), rule)
    assert len(found) == count
    assert all(one.column and one.severity == rule.severity and "{" not in one.message for one in found)


def test_a_missing_approval_is_reported_with_limits_and_names() -> None:
    quote = {"status": "sent", "discount": 0.25, "approved_by": "Ann"}
    messages = {
        language: find(selling(quote, language=language), DISCOUNT_UNAPPROVED)[0].message for language in LANGUAGES
    }
    assert all(part in messages["en"] for part in ("Q-1", "25 %", "10 %", "(Ann)", "“Approved by”"))
    assert all(part in messages["zh"] for part in ("Q-1", "25 %", "10 %", "（Ann）", "“批准人”"))


@pytest.mark.parametrize(
    ("quote", "passes"),
    [
        ({"status": "sent"}, True),
        ({"status": "sent", "discount": 0.2}, False),
        ({"status": "accepted", "discount": 0.2}, False),
        ({"status": "sent", "discount": 0.2, "approved_by": "Ann"}, True),
    ],
)
def test_an_unapproved_quote_passes_no_gate(quote: dict[str, Any], passes: bool) -> None:
    """The stage requires a sent quote; a quote with an unapproved discount does not count, and the rep sees why."""
    stages = [
        {"playbook": "crm", "position": n, "stage": stage, "kind": kind, "probability": 0.5}
        for n, (stage, kind) in enumerate([("Lead", "open"), ("Contract", "open"), ("Won", "won"), ("Lost", "lost")], 1)
    ]
    gate = {"gate": "g", "stage": "Contract", "check": "quote_is", "value": "sent", "effect": "block"}
    pipeline = selling(quote, deal={"recorded_stage": "Lead", "stage": "Contract"}, Stages=stages, Gates=[gate])
    moves = pipeline["Deals"].assign(**{"from": "Lead", "to": "Contract"})[["from", "to"]]
    (verdict,) = judge_by_gates(pipeline, moves).to_dict("records")
    assert (verdict["verdict"] == "accepted") is passes
    assert ("has not been approved" in verdict["reasons"]) is not passes


@pytest.mark.parametrize(
    ("last", "count"), [(None, 0), (ago(1), 1), (ago(-45), 1), (ago(-46), 0), (date(2030, 1, 1), 0)]
)
def test_holidays_that_end_soon_are_reported(last: date | None, count: int) -> None:
    days = [{"day": ago(400)}, {"day": last}] if last else []
    assert len(find(selling(Holidays=days), HOLIDAYS_END)) == count
