"""The instalments of deals: what an update fills in, their statuses, the numbers of invoices, and what is wrong with a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.tables import TODAY, crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run, recompute_formula_columns
from xl_salesflow.process.invoice_numbers import next_invoice_number
from xl_salesflow.process.payment_rules import PAYMENT_RULES
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.verbs import undo, update

RUN = Run("Li", datetime.combine(TODAY, datetime.min.time()))
WON = {"stage": "Won", "recorded_stage": "Won", "outcome": "won", "owner": "Li", "account": "Acme"}


def contracts(**cells: Any) -> list[dict[str, Any]]:
    """Return a won deal of 1,000.00, signed on 1 March and closed on the 5th."""
    dates = {"created": date(2026, 1, 5), "contract_signed": date(2026, 3, 1), "closed": date(2026, 3, 5)}
    return [{"deal": "D-1", "amount": 1000.0, **WON, **dates, **cells}]


def updated(pipeline: Pipeline) -> Pipeline:
    after = apply_change_set(pipeline, update(pipeline, RUN))
    again = update(after, RUN)
    assert [(edit.table, edit.column) for edit in again.edits] == []
    assert not again.appends
    return recompute_formula_columns(after)


def test_an_update_numbers_instalments_and_takes_what_their_deals_say() -> None:
    """
    deal | share | event     | event_days | due        | invoiced
    d-1  | 0.3   | signature | 10         |            |
    D-1  | 0.3   | delivery  | 30         |            |
    D-1  | 0.2   | won       |            |            |
    D-1  | 0.1   | invoice   | 14         |            | 2026-03-20
    D-1  | 0.1   |           |            | 2026-06-30 |
    """
    listed = rows(test_an_update_numbers_instalments_and_takes_what_their_deals_say.__doc__ or "", "Payments")
    delivery = {"activity": "A1", "deal": "D-1", "type": "delivery", "date": date(2026, 3, 12), "outcome": "reached"}
    now = updated(crm(Deals=contracts(), Payments=listed, Activities=[delivery]))["Payments"]
    assert now["payment"].tolist() == [f"P-0000{number}" for number in range(1, 6)]
    assert set(now["account"]) == {"Acme"}
    assert set(now["owner"]) == {"Li"}
    assert set(now["contract"]) == {1000.0}
    days = ["2026-03-11", "2026-04-11", "2026-03-05", "2026-04-03", "2026-06-30"]
    assert now["due_on"].dt.strftime("%Y-%m-%d").tolist() == days
    assert now["status"].tolist() == ["overdue", "planned", "overdue", "invoiced", "planned"]
    assert now["days_overdue"].tolist()[0] == 20
    assert now["invoice"].tolist() == ["", "", "", "INV-2026-0001", ""]


STATUSES = """
    amount | paid  | due        | invoice | status   | open_amount
    100    |       | 2026-04-01 |         | planned  | 100
    100    |       | 2026-03-31 |         | planned  | 100
    100    |       | 2026-03-30 |         | overdue  | 100
    100    |       | 2026-04-01 | F-1     | invoiced | 100
    100    | 40.01 | 2026-04-01 | F-1     | partly   | 59.99
    100    | 40    | 2026-03-30 | F-1     | overdue  | 60
    100    | 100   | 2026-03-30 |         | paid     | 0
    100    | 120   |            |         | paid     | 0
           |       | 2026-03-01 |         |          |
"""


def test_a_status_follows_from_amount_payment_and_day() -> None:
    listed = [{"payment": f"P-{n}", "deal": "D-1", **row} for n, row in enumerate(rows(STATUSES, "Payments"))]
    given = [{key: row[key] for key in row if key not in ("status", "open_amount")} for row in listed]
    now = recompute_formula_columns(crm(Deals=contracts(), Payments=given))["Payments"]
    assert now["status"].tolist() == [row.get("status", "") for row in listed]
    assert now["open_amount"].fillna(-1).tolist() == [row.get("open_amount", -1) for row in listed]


def test_a_share_is_of_the_primary_quote_with_tax_and_rounded_exactly() -> None:
    quote = {"quote": "Q-1", "deal": "D-1", "status": "accepted", "primary": "yes", "tax_rate": 0.13}
    line = {"quote": "Q-1", "product": "Licence", "quantity": 1.0, "price": 1000.0}
    listed = [{"payment": "P-1", "deal": "D-1", "share": 0.335}, {"payment": "P-2", "deal": "D-1", "share": 0.665}]
    now = updated(crm(Deals=contracts(), Quotes=[quote], QuoteLines=[line], Payments=listed))["Payments"]
    assert set(now["contract"]) == {1130.0}
    assert now["due_amount"].tolist() == [378.55, 751.45]
    euros = {**quote, "currency": "EUR", "rate": 7.1}
    now = updated(crm(Deals=contracts(), Quotes=[euros], QuoteLines=[line], Payments=listed))["Payments"]
    assert set(now["contract"]) == {8023.0}


NUMBERS = [
    ("INV-YYYY-0000", ["INV-2026-0007", "INV-2025-0100"], "INV-2026-0008"),
    ("FP-YYMM-000", ["FP-2602-009"], "FP-2603-001"),
    ("YYYYMMDD-00", [], "20260320-01"),
    ("0000/YYYY", ["0041/2026", "0099/2025"], "0042/2026"),
    ("COMM-", [], "COMM--0001"),
    ("R0", ["R9"], "R10"),
]


@pytest.mark.parametrize(("rule", "taken", "number"), NUMBERS)
def test_invoices_are_numbered_by_the_rule_of_the_team(rule: str, taken: list[str], number: str) -> None:
    pipeline = replace(crm(), settings=Settings({"invoice_rule": rule}))
    assert next_invoice_number(pipeline, date(2026, 3, 20), taken) == number


def test_the_number_of_an_invoice_that_was_undone_is_not_given_again() -> None:
    row = {"payment": "P-1", "deal": "D-1", "amount": 1000.0, "due": date(2026, 5, 1), "invoiced": date(2026, 3, 20)}
    before = crm(Deals=contracts(), Payments=[row])
    now = apply_change_set(before, update(before, RUN))
    assert now["Payments"]["invoice"].tolist() == ["INV-2026-0001"]
    back = apply_change_set(now, undo(now, Run("Li", RUN.now + timedelta(minutes=1))))
    assert back["Payments"]["invoice"].tolist() == [""]
    again = apply_change_set(back, update(back, Run("Li", RUN.now + timedelta(minutes=2))))
    assert again["Payments"]["invoice"].tolist() == ["INV-2026-0002"]


WRONG = [
    ("payment_sum", [{"amount": 600.0}, {"amount": 399.99}], {}, "P-0"),
    ("payment_over", [{"amount": 600.0, "paid": 600.01, "paid_on": TODAY}, {"amount": 400.0}], {}, "P-0"),
    ("payment_amount", [{"amount": 1000.0}, {"name": "Balance"}], {}, "P-1"),
    ("payment_undated", [{"amount": 1000.0, "due": None}], {}, "P-0"),
    ("payment_day", [{"amount": 1000.0, "paid": 5.0}], {}, "P-0"),
    ("payment_lost", [{"amount": 1000.0}], {"outcome": "lost", "loss_reason": "price"}, "P-0"),
    ("invoice_twice", [{"amount": 1000.0, "invoice": "F-1"}, {"deal": "D-2", "amount": 5.0, "invoice": "f-1"}], {}, "P-1"),
]  # fmt: skip


def made(listed: list[dict[str, Any]], **deal: Any) -> Pipeline:
    given = [{"payment": f"P-{n}", "deal": "D-1", "due": date(2026, 5, 1), **row} for n, row in enumerate(listed)]
    return recompute_formula_columns(crm(Deals=contracts(**deal), Payments=given))


@pytest.mark.parametrize(("rule", "listed", "deal", "key"), WRONG, ids=[case[0] for case in WRONG])
def test_what_is_wrong_with_an_instalment_is_a_finding(
    rule: str, listed: list[dict[str, Any]], deal: dict[str, Any], key: str
) -> None:
    known = {one.id for one in PAYMENT_RULES}
    found = [(finding.rule, finding.key) for finding in check_pipeline(made(listed, **deal)) if finding.rule in known]
    assert found == [(rule, key)]


def test_a_sound_plan_has_no_finding() -> None:
    now = updated(made([{"share": 0.3}, {"share": 0.7}]))
    assert [finding for finding in check_pipeline(now) if finding.table == "Payments"] == []
