"""The papers about an instalment: its invoice, and the reminders once it is overdue, with the changes that record them.

Printing an invoice gives the instalment its number, its day and its tax; printing a reminder notes which one it was and when.
What is printed again is the same paper: nothing is numbered or reminded twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, Document, diff_pipelines
from xl_salesflow.core.name_suggestions import unknown_key_error
from xl_salesflow.core.pipelines import Finding, Pipeline
from xl_salesflow.core.verb_answers import BarredDocument, PrintedPaper
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.invoice_numbers import next_invoice_number
from xl_salesflow.process.invoice_taxes import compute_invoice_tax, find_contract_tax
from xl_salesflow.process.payment_reminders import REMINDER_STEPS, select_due_reminders
from xl_salesflow.process.payment_upkeep import find_due_days, mark_payments
from xl_salesflow.quotes.payment_columns import compute_payment_columns
from xl_salesflow.quotes.quote_arithmetic import spell_chinese_amount, to_exact_decimal
from xl_salesflow.quotes.quote_facts import collect_people_facts, list_quote_line_facts
from xl_salesflow.quotes.quote_lookup import (
    SELLER_SETTINGS,
    DealFacts,
    Record,
    find_deals_of_keys,
    find_record,
    find_row_by_key,
    list_records,
    pick_printed_texts,
    read_fact_date,
    read_fact_money,
    read_record,
)
from xl_salesflow.schema.plain_values import is_missing
from xl_salesflow.schema.table_frames import DATE_DTYPE, fold_keys
from xl_salesflow.schema.table_registry import TABLES

_DAYS_TO_PAY_AFTER_REMINDER = 7
_INVOICE_LEAD = pd.Timedelta(days=30)
_NO_AMOUNT_TEXT = Text(
    "Instalment {payment} has no amount to pay; fill in “{column}”, or the share of a deal with an amount."
)
_NOT_OVERDUE_TEXT = Text("Instalment {payment} is not overdue, so there is nothing to remind of.")
_NOT_YET_TEXT = Text("The first reminder of instalment {payment} is due on {day}.")


def find_payment_row(pipeline: Pipeline, kind: str, key: str) -> int:
    """Return the row of Payments for a document of *kind* about *key*: an instalment, an invoice, a deal or one of its quotes.

    A deal stands for its next instalment: the first that is not invoiced yet, or the one that is overdue longest.

    Raises:
        UsageError: there is no such key, or its deal has no instalment.
    """
    for column in ("payment", "invoice"):
        row = find_row_by_key(pipeline, "Payments", column, key)
        if row is not None:
            return row
    payments = pipeline["Payments"]
    deals = {fold_text(deal) for deal in find_deals_of_keys(pipeline, (key,))}
    mine = payments[fold_keys(payments["deal"]).isin(deals) & (payments["deal"] != "")]
    if mine.empty:
        raise unknown_key_error(key, Text("instalment or deal with instalments"), payments["payment"])
    if kind == "reminder":
        late = select_due_reminders(pipeline)
        first = late.index[late.index.isin(mine.index)]
        return int(first[0] if len(first) else find_due_days(mine).sort_values(kind="stable").index[0])
    new = mine.index[(mine["invoice"].str.strip() == "") & mine["invoiced"].isna()]
    return int(new[0] if len(new) else mine.index[-1])


def find_deals_of_payments(pipeline: Pipeline, keys: Iterable[str]) -> set[str]:
    """Return the deals of the instalments, invoices, deals or quotes *keys*."""
    payments, folded = pipeline["Payments"], {fold_text(key) for key in keys}
    is_named = fold_keys(payments["payment"]).isin(folded) | fold_keys(payments["invoice"]).isin(folded)
    return find_deals_of_keys(pipeline, folded) | set(payments["deal"][is_named])


def choose_due_payments(pipeline: Pipeline, kind: str) -> tuple[str, ...]:
    """Return the instalments whose document of *kind* is due: the next reminder, or the invoice.

    An invoice is due when the event of the instalment has happened, or a month before its day.
    """
    if kind == "reminder":
        late = select_due_reminders(pipeline)
        return tuple(map(str, late["payment"][late["remind_on"] <= pd.Timestamp(pipeline.today)]))
    payments = mark_payments(pipeline)["Payments"]
    new = (payments["invoice"].str.strip() == "") & payments["invoiced"].isna() & payments["paid"].isna()
    columns = compute_payment_columns(pipeline.with_tables(Payments=payments))
    soon = payments["due"] <= pd.Timestamp(pipeline.today) + _INVOICE_LEAD
    ready = soon | payments["happened"].notna() | (payments["event"] == "invoice")
    return tuple(map(str, payments["payment"][new & ready & (columns["due_amount"] > 0)]))


def build_payment_document(pipeline: Pipeline, kind: str, key: str) -> ChangeSet[PrintedPaper | BarredDocument]:
    """Return the document of *kind*, invoice or reminder, about *key*, and the changes that record it.

    Raises:
        UsageError: there is no such instalment; the message names the nearest one.
    """
    row = find_payment_row(pipeline, kind, key)
    if kind == "invoice":
        return _build_invoice(pipeline, row)
    return _build_reminder(pipeline, row)


def _build_invoice(pipeline: Pipeline, row: int) -> ChangeSet[PrintedPaper | BarredDocument]:
    now = _issue_invoice(pipeline, row)
    payment = read_record(now, "Payments", row)
    if not payment["due_amount"] > 0:
        return _bar(pipeline, row, "invoice_without_amount", _NO_AMOUNT_TEXT, "amount")
    facts = _collect_payment_facts(now, payment)
    total = facts["payment"]["due_amount"]
    taxed = find_contract_tax(now, payment["deal"])
    facts |= {
        "tax": {
            "rate": taxed.rate,
            "name": now.settings.text("tax_name"),
            "tax": read_fact_money(payment["tax"]),
            "net": total - read_fact_money(payment["tax"]),
        },
        "quote": taxed.quote,
        "goods": [line for line in list_quote_line_facts(now, taxed.quote) if not line["optional"]]
        if taxed.quote
        else [],
        "capitals": spell_chinese_amount(total),
    }
    return _offer(pipeline, now, Document("invoice", _name_document("Invoice", facts), facts))


def _issue_invoice(pipeline: Pipeline, row: int) -> Pipeline:
    """Return *pipeline* with day, number and tax of the invoice in the instalment in sheet row *row*."""
    payments, before = pipeline["Payments"].copy(), read_record(pipeline, "Payments", row)
    day = read_fact_date(before["invoiced"]) or pipeline.today
    payments.loc[row, "invoiced"] = np.datetime64(day).astype(DATE_DTYPE)
    if not before["invoice"].strip():
        payments.loc[row, "invoice"] = next_invoice_number(pipeline, day, payments["invoice"])
    # only this instalment takes what its deal says: the others wait for the next update
    marked = mark_payments(pipeline.with_tables(Payments=payments.loc[[row]]))["Payments"]
    payments = pd.concat([payments.drop(index=row), marked]).loc[payments.index]
    now = pipeline.with_tables(Payments=payments)
    now = now.with_tables(Payments=payments.assign(**compute_payment_columns(now)))
    tax = float(compute_invoice_tax(now, row))
    return now.with_tables(
        Payments=now["Payments"].assign(tax=now["Payments"]["tax"].where(payments.index != row, tax))
    )


def _build_reminder(pipeline: Pipeline, row: int) -> ChangeSet[PrintedPaper | BarredDocument]:
    listed = select_due_reminders(pipeline)
    payment = read_record(pipeline, "Payments", row)
    sent, last = payment["reminder"], read_fact_date(payment["reminded"])
    waiting = list_records(listed.loc[listed.index == row])
    remind_on = read_fact_date(waiting[0]["remind_on"]) if waiting else None
    if remind_on and remind_on <= pipeline.today:
        step, day = int(waiting[0]["step"]), pipeline.today
    elif sent >= 1 and last is not None:  # printed again: the last one, of its own day
        step, day = min(int(sent), REMINDER_STEPS), last
    elif remind_on:
        return _bar(pipeline, row, "reminder_not_yet", _NOT_YET_TEXT, "due_on", day=remind_on.isoformat())
    else:
        return _bar(pipeline, row, "reminder_not_overdue", _NOT_OVERDUE_TEXT, "due_on")
    payments = pipeline["Payments"].copy()
    payments.loc[row, "reminder"] = float(step)
    payments.loc[row, "reminded"] = np.datetime64(day).astype(DATE_DTYPE)
    now = pipeline.with_tables(Payments=payments)
    facts = _collect_payment_facts(now, payment)
    due = read_fact_date(find_due_days(payments)[row])
    facts |= {
        "reminder": {
            "step": step,
            "date": day,
            "until": day + timedelta(days=_DAYS_TO_PAY_AFTER_REMINDER),
            "days": (day - due).days if due else 0,
        },
        "capitals": spell_chinese_amount(facts["payment"]["open_amount"]),
    }
    return _offer(pipeline, now, Document("reminder", _name_document(f"Reminder {step}", facts), facts))


def _offer(before: Pipeline, now: Pipeline, document: Document) -> ChangeSet[PrintedPaper | BarredDocument]:
    payment, deal = document.facts["payment"], document.facts["deal"]["deal"]
    answer = PrintedPaper(
        document.kind, deal, document.facts["buyer"]["account"], document.name, payment["invoice"] or None
    )
    changed = diff_pipelines(before, now, "print")
    return ChangeSet(edits=changed.edits, documents=(document,), answer=answer)


def _bar(
    pipeline: Pipeline, row: int, rule: str, text: Text, column: str, **facts: Any
) -> ChangeSet[PrintedPaper | BarredDocument]:
    payment = str(pipeline["Payments"].at[row, "payment"])
    message = text.in_(pipeline.language, payment=payment, column=TABLES["Payments"][column].header, **facts)
    cell = pipeline.cell_address("Payments", row, column)
    finding = Finding(rule, "block", message, "Payments", payment, column, cell)
    return ChangeSet(findings=(finding,), answer=BarredDocument())


def _name_document(what: str, facts: DealFacts) -> str:
    payment = facts["payment"]
    return " ".join(filter(None, (what, payment["invoice"] or payment["payment"], facts["buyer"]["account"])))


def _collect_payment_facts(pipeline: Pipeline, payment: Record) -> DealFacts:
    """Return source, today, seller, currency, deal, buyer, contact, owner and payment."""
    deal = find_record(pipeline, "Deals", payment["deal"])
    share = payment["share"]
    return {
        "source": pipeline.source,
        "today": pipeline.today,
        "seller": {setting_id: pipeline.settings.text(setting_id) for setting_id in SELLER_SETTINGS},
        "currency": pipeline.settings.text("currency").strip().upper(),
        **collect_people_facts(pipeline, deal),
        "payment": {
            **pick_printed_texts("Payments", payment, "name", "invoice"),
            "payment": str(payment["payment"]),
            "share": None if is_missing(share) else to_exact_decimal(share),
            **{column: read_fact_date(payment[column]) for column in ("invoiced", "due_on")},
            **{
                column: read_fact_money(payment[column]) or Decimal(0)
                for column in ("due_amount", "paid", "open_amount")
            },
            "contract": read_fact_money(payment["contract"]),
        },
    }
