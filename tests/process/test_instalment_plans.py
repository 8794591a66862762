"""Instalments made from the terms of a won deal: what terms say, exact cents, once, and only where somebody asked for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.process.instalment_plans import read_payment_terms, split_into_cents
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.verbs import undo, update

RUN = Run("Li", datetime.combine(TODAY, datetime.min.time()))
TERMS: list[tuple[str, list[tuple[str, str, int]] | None]] = [
    ("30/60/10", [("30", "signature", 0), ("60", "delivery", 0), ("10", "", 0)]),
    ("100", [("100", "signature", 0)]),
    ("33.3 / 33.3 / 33.4", [("33.3", "signature", 0), ("33.3", "delivery", 0), ("33.4", "", 0)]),
    ("30% Contract signed / 70 % Delivery +30", [("30", "signature", 0), ("70", "delivery", 30)]),
    (
        "30% 合同签署／60% 交付 +30／10% 交付+365",
        [("30", "signature", 0), ("60", "delivery", 30), ("10", "delivery", 365)],
    ),
    ("50 Deal won / 50 invoice + 14", [("50", "won", 0), ("50", "invoice", 14)]),
    ("30/60", None),
    ("30/60/20", None),
    ("0/100", None),
    ("30 net days", None),
    ("30 Someday / 70 Delivery", None),
    ("", None),
]


@pytest.mark.parametrize(("terms", "parts"), TERMS)
def test_terms_are_shares_with_events(terms: str, parts: list[tuple[str, str, int]] | None) -> None:
    found = read_payment_terms(terms)
    assert (found and [(str(part.share), part.event, part.days) for part in found]) == parts


CENTS = [
    (100_00, "30/60/10", [3000, 6000, 1000]),
    (100_01, "30/60/10", [3000, 6001, 1000]),  # 3000.3, 6000.6 and 1000.1: the cent goes to the largest remainder
    (100, "33.3/33.3/33.4", [33, 33, 34]),
    (1, "50/50", [1, 0]),
    (999_999_999_99, "1/99", [1_000_000_000, 98_999_999_999]),
]


@pytest.mark.parametrize(("total", "terms", "parts"), CENTS)
def test_a_contract_is_parted_by_largest_remainders(total: int, terms: str, parts: list[int]) -> None:
    assert split_into_cents(total, [Decimal(share) for share in terms.split("/")]) == parts


@given(st.integers(1, 10**15), st.lists(st.decimals("0.01", "100", places=2), min_size=1, max_size=12))
def test_instalments_add_up_to_the_contract_and_no_part_is_a_cent_off(total: int, shares: list[Decimal]) -> None:
    parts = split_into_cents(total, shares)
    assert sum(parts) == total
    assert all(abs(part - total * share / sum(shares)) < 1 for part, share in zip(parts, shares, strict=True))


def sale(terms: str = "", usual: str = "", closed: date = TODAY, **tables: Any) -> Pipeline:
    deal = {
        **{
            "deal": "D-1",
            "stage": "Won",
            "recorded_stage": "Won",
            "outcome": "won",
            "amount": 100.01,
            "account": "Acme",
        },
        **{"created": date(2025, 1, 5), "closed": closed, "contract_signed": date(2026, 3, 1), "owner": "Li"},
    }
    quote = {
        "quote": "Q-1",
        "deal": "D-1",
        "status": "accepted",
        "primary": "yes",
        "payment_terms": terms,
        "tax_rate": 0.13,
    }
    line = {"quote": "Q-1", "product": "Pump", "quantity": 1.0, "price": 88.50}
    quoted = {"Quotes": [quote], "QuoteLines": [line]} if terms else {}
    return replace(crm(Deals=[deal], **quoted, **tables), settings=Settings({"payment_terms": usual}))


def updated(pipeline: Pipeline) -> Pipeline:
    after = apply_change_set(pipeline, update(pipeline, RUN))
    again = update(after, RUN)
    assert (again.edits, again.appends) == ((), ())
    return after


def test_a_won_deal_gets_the_instalments_of_its_accepted_quote() -> None:
    made = updated(sale("30 Contract signed +7 / 60 Delivery / 10 Delivery +365", usual="100"))["Payments"]
    assert made["name"].tolist() == ["Deposit", "Instalment 2", "Balance"]
    assert made["amount"].tolist() == [30.0, 60.01, 10.0]  # 100.01 with tax
    assert made["share"].tolist() == [0.3, 0.6, 0.1]
    assert made["event"].tolist() == ["signature", "delivery", "delivery"]
    assert made["happened"].notna().tolist() == [True, False, False]
    assert set(made["contract"]) == {100.01}


def test_the_usual_terms_are_for_deals_won_lately_without_instalments() -> None:
    assert len(updated(sale(usual="30/70"))["Payments"]) == 2
    assert len(updated(sale(usual="30/70", closed=date(2026, 2, 1)))["Payments"]) == 0
    assert len(updated(sale())["Payments"]) == 0
    there = updated(sale(usual="30/70", Payments=[{"payment": "P-7", "deal": "d-1", "amount": 1.0}]))["Payments"]
    assert there["payment"].tolist() == ["P-7"]


def test_they_are_undone_with_the_run_that_made_them() -> None:
    before = sale(usual="30/70")
    after = apply_change_set(before, update(before, RUN))
    back = apply_change_set(after, undo(after, Run("Li", RUN.now + timedelta(minutes=1))))
    assert len(back["Payments"]) == 0


def test_terms_that_cannot_be_read_are_a_finding_and_make_nothing() -> None:
    after = updated(sale("30/60"))
    assert len(after["Payments"]) == 0
    assert [finding.key for finding in check_pipeline(after) if finding.rule == "payment_terms"] == ["Q-1"]
