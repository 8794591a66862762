"""Rules about the instalments of deals; workbooks without any are not asked."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import Rule, RuleMatch, format_short_number
from xl_salesflow.locale.texts import Text
from xl_salesflow.process.payment_upkeep import PAYMENT_TOLERANCE, find_contract_amounts, read_due_amounts
from xl_salesflow.schema.table_frames import fold_keys, look_up_values


def _list_outcomes(pipeline: Pipeline) -> pd.Series:
    # the outcome of the deal of each instalment; "" if the deal is unknown
    deals = pipeline["Deals"]
    known = pd.Series(deals["outcome"].to_numpy(), index=fold_keys(deals["deal"]).to_numpy())
    found = look_up_values(fold_keys(pipeline["Payments"]["deal"]), known[~known.index.duplicated()])
    return found.fillna("").astype(object)


def _find_wrong_sums(pipeline: Pipeline) -> Iterable[RuleMatch]:
    payments = pipeline["Payments"]
    if payments.empty:
        return
    deal = fold_keys(payments["deal"])
    sums = read_due_amounts(payments).groupby(deal).sum()
    contract = look_up_values(deal, find_contract_amounts(pipeline)).astype("float64")
    total = look_up_values(deal, sums)
    off = (_list_outcomes(pipeline) == "won") & ((total - contract).abs() >= PAYMENT_TOLERANCE)
    rows = payments.index[off & ~deal.duplicated()]
    facts = {
        "deal": payments["deal"][rows],
        "total": total[rows].map(format_short_number),
        "contract": contract[rows].map(format_short_number),
    }
    yield RuleMatch("Payments", rows, "amount", facts)


WRONG_PAYMENT_SUM = Rule(
    "payment_sum",
    Text("Instalments that do not add up"),
    Text(
        "The instalments of {deal} add up to {total}, and the customer pays {contract}; correct an instalment, add the "
        "one that is missing, or correct the quote or the amount of the deal."
    ),
    "warn",
    _find_wrong_sums,
    needs=("Payments",),
)


def _find_overpaid(pipeline: Pipeline) -> Iterable[RuleMatch]:
    payments = pipeline["Payments"]
    due = read_due_amounts(payments)
    over = payments[payments["paid"] - due >= PAYMENT_TOLERANCE]
    facts = {"paid": over["paid"].map(format_short_number), "due": due[over.index].map(format_short_number)}
    yield RuleMatch("Payments", over.index, "paid", facts)


OVERPAID = Rule(
    "payment_over",
    Text("Paid more than due"),
    Text("“{column}” is {paid}, and {due} is to be paid; move what is too much to another instalment, or pay it back."),
    "warn",
    _find_overpaid,
    needs=("Payments",),
)


def _find_unknown_amounts(pipeline: Pipeline) -> Iterable[RuleMatch]:
    payments = pipeline["Payments"]
    rows = payments.index[(payments["deal"] != "") & read_due_amounts(payments).isna()]
    yield RuleMatch("Payments", rows, "amount")


UNKNOWN_PAYMENT = Rule(
    "payment_amount",
    Text("An instalment without an amount"),
    Text(
        "The instalment counts for nothing: fill in “{column}”, or the share of a deal that has an amount or a primary quote."
    ),
    "warn",
    _find_unknown_amounts,
    needs=("Payments",),
)


def _find_undated(pipeline: Pipeline) -> Iterable[RuleMatch]:
    payments = pipeline["Payments"]
    if payments.empty:
        return
    bare = payments["due"].isna() & (payments["event"] == "") & (_list_outcomes(pipeline) == "won")
    rows = payments.index[bare & (payments["paid"].isna())]
    yield RuleMatch("Payments", rows[:1], "due", {"count": len(rows)})


UNDATED_PAYMENT = Rule(
    "payment_undated",
    Text("Instalments that are never due"),
    Text(
        "{count} {count:instalment|instalments} of won deals {count:has|have} neither a day in “{column}” nor an "
        "event after which they are due, so they are "
        "never overdue and no month expects them."
    ),
    "note",
    _find_undated,
    needs=("Payments",),
)


def _find_paid_undated(pipeline: Pipeline) -> Iterable[RuleMatch]:
    payments = pipeline["Payments"]
    rows = payments.index[(payments["paid"] > 0) & payments["paid_on"].isna()]
    yield RuleMatch("Payments", rows, "paid_on")


PAID_WITHOUT_DAY = Rule(
    "payment_day",
    Text("Paid without a day"),
    Text("Something was paid, and “{column}” is blank; fill in the day, or no month counts the money."),
    "note",
    _find_paid_undated,
    needs=("Payments",),
)


def _find_lost_payments(pipeline: Pipeline) -> Iterable[RuleMatch]:
    payments = pipeline["Payments"]
    if payments.empty:
        return
    due = read_due_amounts(payments)
    open_ = due - payments["paid"].fillna(0.0) >= PAYMENT_TOLERANCE
    rows = payments.index[open_ & (_list_outcomes(pipeline) == "lost")]
    yield RuleMatch("Payments", rows, "deal", {"deal": payments["deal"][rows]})


PAYMENT_OF_LOST_DEAL = Rule(
    "payment_lost",
    Text("An instalment of a lost deal"),
    Text("{deal} is lost, and the instalment still waits for money; delete it, or correct the deal's stage."),
    "warn",
    _find_lost_payments,
    needs=("Payments",),
)


def _find_doubled_invoices(pipeline: Pipeline) -> Iterable[RuleMatch]:
    payments = pipeline["Payments"]
    number = fold_keys(payments["invoice"])
    # one invoice may ask for several instalments of one deal
    deals = fold_keys(payments["deal"]).groupby(number).nunique()
    twice = (number != "") & number.isin(deals.index[deals > 1])
    rows = payments.index[twice & number.duplicated()]
    yield RuleMatch("Payments", rows, "invoice", {"invoice": payments["invoice"][rows]})


DOUBLED_INVOICE = Rule(
    "invoice_twice",
    Text("An invoice number of two deals"),
    Text("The invoice {invoice} stands in rows of different deals; correct one of the numbers."),
    "warn",
    _find_doubled_invoices,
    needs=("Payments",),
)

PAYMENT_RULES: tuple[Rule, ...] = (
    WRONG_PAYMENT_SUM,
    OVERPAID,
    UNKNOWN_PAYMENT,
    UNDATED_PAYMENT,
    PAID_WITHOUT_DAY,
    PAYMENT_OF_LOST_DEAL,
    DOUBLED_INVOICE,
)
