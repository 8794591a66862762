"""Printing the quote of a deal, and the draft for a deal without a quote."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline, build_pipeline
from xl_salesflow.core.verb_answers import PrintedQuote
from xl_salesflow.errors import UsageError
from xl_salesflow.quotes.quote_versions import offer_quote

TODAY = date(2026, 11, 22)
PRODUCTS = [{"product": "GTX Pro", "price": 4821.0, "unit": "piece"}, {"product": "MG Special", "price": 55.0}]


def selling(deal: dict[str, Any] | None = None, **tables: list[dict[str, Any]]) -> Pipeline:
    """Make a pipeline with one deal D-1 and a price list."""
    deals = [{"deal": "D-1", "name": "New line", "account": "Acme", "owner": "Li", **(deal or {})}]
    return build_pipeline(TODAY, **{"Deals": deals, "Products": PRODUCTS, **tables})


def test_a_deal_without_a_quote_gets_a_draft() -> None:
    pipeline = selling({"product": "GTX Pro", "amount": 9642.0, "contact": "Bob"})
    plan = offer_quote(pipeline, "D-1")
    quote, line = (append.rows.iloc[0] for append in plan.appends)
    assert [append.table for append in plan.appends] == ["Quotes", "QuoteLines"]
    assert (quote["quote"], quote["deal"], quote["status"], quote["primary"]) == ("Q-2026-0001", "D-1", "draft", "yes")
    assert quote["valid_until"].date() == date(2026, 12, 22)
    assert (line["product"], line["quantity"]) == ("GTX Pro", 2)
    assert isinstance(plan.answer, PrintedQuote)
    assert plan.answer.created is True
    assert plan.answer.total == 9642.0
    (document,) = plan.documents
    assert (document.kind, document.name) == ("quote", "Q-2026-0001 Acme")
    assert document.facts["totals"]["total"] == Decimal("9642.00")


@pytest.mark.parametrize(
    ("deal", "line"),
    [
        ({"product": "GTX Pro", "amount": 9642.0}, ("GTX Pro", 2, None)),  # twice the list price
        ({"product": "GTX Pro", "amount": 9000.0}, ("GTX Pro", 1, 9000.0)),  # its own price
        ({"product": "gtx pro"}, ("gtx pro", 1, None)),  # no amount: the list price
        ({"amount": 700.0}, ("", 1, 700.0)),  # no product: the deal itself is offered
        ({"product": "Unheard of", "amount": 70.0}, ("Unheard of", 1, 70.0)),
        ({"product": "MG Special", "amount": 0.0}, ("MG Special", 1, 0.0)),
    ],
)
def test_the_total_of_the_draft_is_the_deals_amount(
    deal: dict[str, Any], line: tuple[str, float, float | None]
) -> None:
    plan = offer_quote(selling(deal), "D-1")
    row = plan.appends[1].rows.iloc[0]
    assert (row["product"], row["quantity"], None if row["price"] != row["price"] else row["price"]) == line
    if "amount" in deal:
        assert isinstance(plan.answer, PrintedQuote)
        assert plan.answer.subtotal == deal["amount"]


def test_the_second_run_prints_the_draft_of_the_first() -> None:
    pipeline = selling({"product": "GTX Pro"})
    first = offer_quote(pipeline, "D-1")
    second = offer_quote(apply_change_set(pipeline, first), "D-1")
    assert not second.writes
    assert second.documents == first.documents
    assert isinstance(first.answer, PrintedQuote)
    assert second.answer == replace(first.answer, created=False)


@pytest.mark.parametrize(
    ("quotes", "lines", "journal", "number"),
    [
        ([], [], [], "Q-2026-0001"),
        (["Q-2026-0001", "Q-2026-0009"], [], [], "Q-2026-0010"),
        (["Q-2025-0044", "offer 7", "Q-2026-x"], [], [], "Q-2026-0001"),
        (["q-2026-0003 "], [], [], "Q-2026-0004"),
        ([], ["Q-2026-0005"], [], "Q-2026-0006"),  # its quote was deleted: a customer may have the number
        ([], [], ["Q-2026-0006"], "Q-2026-0007"),
        (["Q-2026-9999"], [], [], "Q-2026-10000"),
    ],
)
def test_numbers_continue_without_gaps_or_duplicates(
    quotes: list[str], lines: list[str], journal: list[str], number: str
) -> None:
    pipeline = selling(
        Quotes=[{"quote": quote} for quote in quotes],
        QuoteLines=[{"quote": quote} for quote in lines],
        Journal=[{"table": "Quotes", "key": quote} for quote in journal],
    )
    assert next_keys(pipeline, "Quotes", 1) == [number]


STANDING = """
    quote | status     | primary | version | date       | stands
    A     | draft      |         | 1       | 2026-11-01 |
    B     | sent       | yes     | 1       | 2026-10-01 | primary
    C     | sent       |         | 2       | 2026-11-02 | latest
    D     | rejected   | yes     | 3       | 2026-11-03 |
    E     | superseded |         | 4       | 2026-11-04 |
"""


@pytest.mark.parametrize(("there", "stands"), [("ABCDE", "B"), ("ACDE", "C"), ("AD", "A"), ("A", "A"), ("DE", None)])
def test_the_quote_that_represents_a_deal(there: str, stands: str | None) -> None:
    rows = [[cell.strip() for cell in row.split("|")] for row in STANDING.strip().splitlines()[1:]]
    quotes = [
        {
            "quote": name,
            "deal": "D-1",
            "status": status,
            "primary": first,
            "version": int(version),
            "date": date.fromisoformat(day),
        }
        for name, status, first, version, day, _ in rows
        if name in there
    ]
    lines = [{"quote": quote["quote"], "product": "MG Special", "quantity": 1} for quote in quotes]
    plan = offer_quote(selling({"product": "GTX Pro"}, Quotes=quotes, QuoteLines=lines), "D-1")
    assert plan.answer.quote == (stands or "Q-2026-0001")


@pytest.mark.parametrize("status", ["rejected", "expired", "superseded"])
def test_a_rejected_quote_gets_a_new_version(status: str) -> None:
    """The next version copies terms and lines, but not the status of the old one, and becomes the primary quote."""
    old = {
        "quote": "Q7",
        "deal": "D-1",
        "status": status,
        "primary": "yes",
        "version": 3,
        "discount": 0.1,
        "terms": "30 days",
    }
    happened = {
        "sent": date(2026, 9, 2),
        "decided": date(2026, 9, 9),
        "sent_to": "Bob",
        "valid_until": date(2026, 9, 30),
    }
    lines = [{"quote": "q7", "position": n, "product": "MG Special", "quantity": n, "optional": "no"} for n in (1, 2)]
    pipeline = selling(Quotes=[{**old, **happened}], QuoteLines=lines)
    plan = offer_quote(pipeline, "D-1")
    quotes, rows = (append.rows for append in plan.appends)
    (new,) = quotes.to_dict("records")
    assert (new["quote"], new["supersedes"], new["version"], new["status"]) == ("Q-2026-0001", "Q7", 4, "draft")
    assert (new["discount"], new["terms"], new["sent_to"]) == (0.1, "30 days", "")
    assert new["valid_until"].date() == date(2026, 12, 22)
    assert new["sent"] is new["decided"] is pd.NaT
    assert list(rows["quantity"]) == [1, 2]
    after = apply_change_set(pipeline, plan)["Quotes"]
    assert dict(zip(after["quote"], after["primary"], strict=True)) == {"Q7": "no", "Q-2026-0001": "yes"}
    assert not offer_quote(apply_change_set(pipeline, plan), "D-1").writes


@pytest.mark.parametrize(("key", "quote"), [("d-1", "Q-2026-0001"), (" Q7 ", "Q7"), ("q7", "Q7")])
def test_a_key_is_a_deal_or_a_quote_whatever_its_capitals(key: str, quote: str) -> None:
    quotes = [{"quote": "Q7", "deal": "D-9", "status": "sent"}]
    lines = [{"quote": "Q7", "product": "MG Special", "quantity": 2}]
    plan = offer_quote(selling({"product": "GTX Pro"}, Quotes=quotes, QuoteLines=lines), key)
    assert plan.answer.quote == quote


@pytest.mark.parametrize(
    ("key", "near"),
    [("D1", "D-1 (New line)"), ("new line", "D-1 (New line)"), ("Q_7", "Q-7"), ("zzz", None), ("", None)],
)
def test_an_unknown_key_names_the_nearest(key: str, near: str | None) -> None:
    with pytest.raises(UsageError) as error:
        offer_quote(selling(Quotes=[{"quote": "Q-7", "deal": "D-1"}]), key)
    for sentence in (error.value.in_("en"), error.value.in_("zh")):
        assert f"“{key}”" in sentence
        assert near is None or near in sentence


FAULTS: list[tuple[str, dict[str, Any], list[dict[str, Any]], str, bool]] = [
    ("no line", {}, [], "quote_without_lines", True),
    ("no price anywhere", {}, [{"product": "Mystery", "quantity": 1}], "quote_line_without_price", False),
    ("no quantity", {}, [{"product": "GTX Pro"}], "quote_line_without_quantity", False),
    ("foreign, no rate", {"currency": "eur"}, [{"product": "GTX Pro", "quantity": 1}], "quote_without_rate", False),
    ("out of date", {"valid_until": date(2026, 11, 21)}, [{"product": "GTX Pro", "quantity": 1}], "quote_out_of_date", False),
    ("endless", {}, [{"product": "GTX Pro", "quantity": 1e308}], "quote_without_amount", True),
    ("endless option", {}, [{"product": "GTX Pro", "quantity": 1e308, "optional": "yes"}], "quote_without_amount", True),
]  # fmt: skip


@pytest.mark.parametrize(("case", "quote", "lines", "rule", "blocks"), FAULTS)
def test_problems_of_a_quote_are_reported(
    case: str, quote: dict[str, Any], lines: list[dict[str, Any]], rule: str, blocks: bool
) -> None:
    pipeline = selling(
        Quotes=[{"quote": "Q7", "deal": "D-1", "status": "sent", **quote}],
        QuoteLines=[{"quote": "Q7", **line} for line in lines],
    )
    plan = offer_quote(pipeline, "Q7")
    assert [finding.rule for finding in plan.findings] == [rule], case
    assert plan.blocks is blocks
    assert len(plan.documents) == (0 if blocks else 1)


def test_a_deal_without_product_and_amount_is_a_finding_with_its_cell() -> None:
    plan = offer_quote(selling(), "D-1")
    (finding,) = plan.findings
    assert (finding.rule, finding.blocks, finding.key, finding.column) == ("nothing_to_quote", True, "D-1", "amount")
    assert not plan.writes
    assert not plan.documents


def test_benefits_come_with_the_needs_they_answer() -> None:
    """Chinese needs are found inside a sentence, Latin ones as whole words; a product without benefits is left out.

    Only what the customer asked for counts, because the quote says so.
    """
    products = [
        {"product": "A", "price": 1.0, "benefit": "Saves art", "needs": "art"},
        {"product": "B", "price": 1.0, "feature": "Learns", "benefit": "Short runs pay", "needs": "换线, Changeover"},
        {"product": "C", "price": 1.0, "needs": "changeover"},
    ]
    lines = [{"quote": "Q7", "product": name, "quantity": 1} for name in "ABC"]
    deal = {"pain": "no art", "explicit_needs": "The start takes long; 换线太慢; faster changeover"}
    plan = offer_quote(
        selling(deal, Products=products, Quotes=[{"quote": "Q7", "deal": "D-1"}], QuoteLines=lines), "Q7"
    )
    benefits = plan.documents[0].facts["benefits"]
    assert [(one["product"], one["needs"]) for one in benefits] == [("B", ["换线", "Changeover"]), ("A", [])]
