"""Invoices: numbered and dated when they are printed, with taxes that add up to the quote's; and the reminders after them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quotes.desk import RUN, TODAY, Press, desk, done
from tests.tables import crm
from xl_salesflow.core.change_sets import ChangeSet, Document
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.process.invoice_taxes import compute_invoice_tax
from xl_salesflow.process.payment_reminders import read_reminder_days
from xl_salesflow.process.rule_catalogue import check_pipeline
from xl_salesflow.quotes.document_requests import PrintJob, choose_document_keys
from xl_salesflow.schema.named_values import Settings
from xl_salesflow.verbs import paper, undo

PARTS = [
    {"payment": "P-1", "deal": "D-3", "name": "Deposit", "amount": 80.0, "due": date(2026, 2, 20)},
    {"payment": "P-2", "deal": "D-3", "name": "Delivery", "amount": 80.0, "event": "invoice", "event_days": 14.0},
    {"payment": "P-3", "deal": "D-3", "name": "Balance", "amount": 80.0, "due": date(2027, 1, 31)},
]


def sold(*payments: dict[str, Any], today: date = TODAY, **settings: Any) -> Pipeline:
    """Return a deal won for 240.00, of which 40.00 are tax, with three instalments of 80.00."""
    before = desk(Payments=[dict(row) for row in payments or PARTS])
    return recompute_formula_columns(replace(before, settings=Settings(settings), today=today))


def printed(pipeline: Pipeline, kind: str, *keys: str) -> tuple[Pipeline, list[Document], ChangeSet]:
    """Print documents; return the workbook afterwards, the documents, and the changes."""
    press = Press()
    plan = paper(pipeline, PrintJob(kind, keys, press), RUN)
    return done(pipeline, plan), press.documents, plan


def test_printing_numbers_dates_and_taxes_the_instalments() -> None:
    after, documents, plan = printed(sold(), "invoice", "P-1", "d-3")
    rows = after["Payments"]
    assert rows["invoice"].tolist() == ["INV-2026-0001", "INV-2026-0002", ""]
    assert rows["invoiced"].dt.date[:2].tolist() == [TODAY, TODAY]
    assert rows["tax"][:2].tolist() == [13.34, 13.33]
    assert rows["due_on"].dt.date[:2].tolist() == [date(2026, 2, 20), TODAY + timedelta(days=14)]
    assert [document.name for document in documents] == ["Invoice INV-2026-0001 Crown", "Invoice INV-2026-0002 Crown"]
    assert documents[0].facts["tax"]["net"] == Decimal("66.66")
    assert after["Documents"]["subject"].tolist() == ["P-1", "P-2"]
    assert [one.number for one in plan.answer.result.papers] == ["INV-2026-0001", "INV-2026-0002"]


def test_an_invoice_printed_again_is_the_same_and_changes_nothing() -> None:
    after, first, _ = printed(sold(), "invoice", "P-1")
    later = replace(after, today=TODAY + timedelta(days=40))
    _, again, plan = printed(later, "invoice", "INV-2026-0001")
    assert {**again[0].facts, "today": TODAY} == first[0].facts
    assert not [edit for edit in plan.edits if edit.table == "Payments"]


def test_a_dry_run_proposes_the_number_and_undo_takes_it_back() -> None:
    before = sold()
    dry = paper(before, PrintJob("invoice", ("P-1",)), RUN)
    after, _, real = printed(before, "invoice", "P-1")
    payments = [
        [(edit.column, list(edit.after)) for edit in plan.edits if edit.table == "Payments"] for plan in (dry, real)
    ]
    assert payments[0] == payments[1] != []
    back = done(after, undo(after, RUN))
    assert (back["Payments"]["invoice"] == "").all()
    assert back["Payments"][["invoiced", "tax"]].isna().all(axis=None)


@given(
    st.lists(st.integers(1, 9_999), min_size=1, max_size=6), st.floats(0.01, 0.25), st.randoms(use_true_random=False)
)
def test_the_taxes_of_all_invoices_add_up_to_that_of_the_quote(shares: list[int], rate: float, order: Any) -> None:
    """In whichever order they are printed, and though each that is printed stays as it is."""
    quote = {"quote": "Q-1", "deal": "D-1", "primary": "yes", "status": "accepted", "tax_rate": round(rate, 4)}
    line = {"quote": "Q-1", "position": 1.0, "quantity": 1.0, "price": sum(shares) / 100}
    deal = {"deal": "D-1", "stage": "Won", "recorded_stage": "Won", "outcome": "won"}
    now = recompute_formula_columns(crm(Deals=[deal], Quotes=[quote], QuoteLines=[line]))
    total, tax = (round(now["Quotes"][column].iloc[0] * 100) for column in ("total", "tax"))
    given_amounts = [*shares[:-1], total - sum(shares[:-1])]
    rows = [{"payment": f"P-{n}", "deal": "D-1", "amount": cents / 100} for n, cents in enumerate(given_amounts)]
    now = now.with_tables(Payments=crm(Payments=rows)["Payments"])
    places = list(now["Payments"].index)
    order.shuffle(places)
    for row in places:
        payments = now["Payments"].copy()
        payments.loc[row, "tax"] = float(compute_invoice_tax(now, row))
        now = now.with_tables(Payments=payments)
    assert round(now["Payments"]["tax"].sum() * 100) == tax


def test_without_a_quote_the_tax_is_contained_at_the_rate_of_settings() -> None:
    deal = {"deal": "D-1", "stage": "Won", "recorded_stage": "Won", "outcome": "won", "amount": 113.0}
    pipeline = crm(Deals=[deal], Payments=[{"payment": "P-1", "deal": "D-1", "share": 1.0}])
    _, (document,), _ = printed(replace(pipeline, settings=Settings({"tax_rate": 0.13})), "invoice", "P-1")
    assert document.facts["tax"]["tax"] == Decimal("13.00")


REMINDERS: list[tuple[int, dict[str, Any], int, str]] = [
    # days overdue, what was sent before → the reminder that is printed (0: none), the finding
    (4, {}, 0, "reminder_not_yet"),
    (5, {}, 1, ""),
    (60, {}, 1, ""),
    (14, {"reminder": 1.0, "reminded": 9}, 1, ""),
    (15, {"reminder": 1.0, "reminded": 10}, 2, ""),
    (40, {"reminder": 1.0, "reminded": 3}, 1, ""),
    (40, {"reminder": 1.0, "reminded": 10}, 2, ""),
    (40, {"reminder": 2.0, "reminded": 15}, 3, ""),
    (90, {"reminder": 3.0, "reminded": 50}, 3, ""),
    (0, {}, 0, "reminder_not_overdue"),
    (40, {"paid": 80.0}, 0, "reminder_not_overdue"),
]


@pytest.mark.parametrize(("days", "sent", "step", "rule"), REMINDERS)
def test_the_step_follows_from_the_days_and_what_was_sent(
    days: int, sent: dict[str, Any], step: int, rule: str
) -> None:
    row = {**PARTS[0], "due": TODAY - timedelta(days=days), **sent}
    if "reminded" in sent:
        row["reminded"] = TODAY - timedelta(days=sent["reminded"])
    after, documents, plan = printed(sold(row), "reminder", "P-1")
    assert [document.facts["reminder"]["step"] for document in documents] == ([step] if step else [])
    assert [finding.rule for finding in plan.findings if finding.blocks] == ([rule] if rule else [])
    if step:
        assert after["Payments"]["reminder"].iloc[0] == step


def test_a_second_run_does_not_remind_twice() -> None:
    late = [{**PARTS[0], "invoice": "INV-7"}, {**PARTS[2], "due": TODAY - timedelta(days=2)}]
    before = sold(*late)
    assert choose_document_keys(before, "reminder", due=True) == ("P-1",)
    after, first, _ = printed(before, "reminder", "INV-7")
    assert first[0].name == "Reminder 1 INV-7 Crown"
    assert choose_document_keys(after, "reminder", due=True) == ()
    _, again, plan = printed(after, "reminder", "D-3")
    assert again[0].facts == first[0].facts
    assert not plan.edits


def test_invoices_are_due_when_their_event_has_happened_or_a_month_ahead() -> None:
    assert choose_document_keys(sold(), "invoice", due=True) == ("P-1", "P-2")


@pytest.mark.parametrize(
    ("written", "days"),
    [("5/15/30", (5, 15, 30)), (" 1 / 2/ 3 ", (1, 2, 3)), ("5/5/30", None), ("5/15", None), ("soon", None), ("", None)],
)
def test_the_days_of_reminders_are_three_numbers_that_grow(written: str, days: tuple[int, ...] | None) -> None:
    assert read_reminder_days(written) == days
    row = {"setting": "reminder_days", "value": written}
    found = check_pipeline(crm(Settings=[row], Payments=[{"payment": "P-1"}]))
    assert ("reminder_days" in {one.rule for one in found}) is (days is None and written != "")
