"""What instalments take from their deals: the customer, the owner, the contract amount, and the day of their event.

The contract amount is the total of the deal's primary quote, tax included, in the workbook's currency; a deal without such
a quote has its own amount.
"""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.deal_standing import find_primary_quotes
from xl_salesflow.core.kept_values import keep_value
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import find_activities_done
from xl_salesflow.process.invoice_numbers import number_invoices
from xl_salesflow.schema.table_frames import fold_keys, look_up_values

PAYMENT_TOLERANCE = 0.005
"""Amounts that differ by less are equal: half a cent."""


def mark_payments(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with what its instalments take from their deals up to date, and what was invoiced numbered."""
    if pipeline["Payments"].empty:
        return pipeline
    pipeline = number_invoices(pipeline)
    payments = pipeline["Payments"]
    deals, keys = _first_deals(pipeline), fold_keys(payments["deal"])
    return pipeline.with_tables(
        Payments=payments.assign(
            account=look_up_values(keys, deals["account"]).fillna("").astype(object),
            owner=look_up_values(keys, deals["owner"]).fillna("").astype(object),
            contract=look_up_values(keys, find_contract_amounts(pipeline)).astype("float64"),
            happened=_find_event_days(pipeline, payments),
        )
    )


@keep_value
def find_contract_amounts(pipeline: Pipeline) -> pd.Series:
    """Return what the customer pays for each deal, by folded key of the deal; blank if unknown."""
    amounts: pd.Series = _first_deals(pipeline)["amount"]
    quoted = find_primary_quotes(pipeline)
    quoted = quoted[~quoted["deal"].duplicated(keep=False) & quoted["value"].notna() & quoted["row"].notna()]
    if quoted.empty:
        return amounts
    quotes = pipeline["Quotes"].loc[quoted.index]
    base = pipeline.settings.text("currency").strip().upper()
    foreign = ~quotes["currency"].str.strip().str.upper().isin(["", base])
    totals = (quotes["total"] * quotes["rate"].where(foreign, 1.0)).round(2).set_axis(quoted["deal"].to_numpy())
    return totals.reindex(amounts.index).fillna(amounts)


def read_due_amounts(payments: pd.DataFrame) -> pd.Series:
    """Return what is to be paid of each row of *payments*, as close to the formula column as half a cent."""
    return payments["amount"].fillna((payments["share"] * payments["contract"]).round(2))


def find_due_days(payments: pd.DataFrame) -> pd.Series:
    """Return the day on which each row of *payments* is due: its own, or else that of its event and the days after it."""
    later = pd.to_timedelta(payments["event_days"].fillna(0.0).round(), unit="D")
    return payments["due"].fillna((payments["happened"] + later).astype(payments["due"].dtype))


def select_overdue_payments(pipeline: Pipeline) -> pd.DataFrame:
    """Return the instalments that are not fully paid after the day they were due, with what is *missing*."""
    payments = pipeline["Payments"]
    missing = (read_due_amounts(payments) - payments["paid"].fillna(0.0)).round(2)
    late = (missing >= PAYMENT_TOLERANCE) & (find_due_days(payments) < pd.Timestamp(pipeline.today))
    return payments[late].assign(missing=missing[late])


def _first_deals(pipeline: Pipeline) -> pd.DataFrame:
    deals = pipeline["Deals"]
    deals = deals[deals["deal"] != ""].set_axis(fold_keys(deals["deal"][deals["deal"] != ""]).to_numpy(), axis=0)
    return deals[~deals.index.duplicated()]


def _find_event_days(pipeline: Pipeline, payments: pd.DataFrame) -> pd.Series:
    deals, keys = _first_deals(pipeline), fold_keys(payments["deal"])
    done = pipeline["Activities"]
    done = done[find_activities_done(done) & (done["date"] <= pd.Timestamp(pipeline.today))]
    signed, delivered = (
        day.groupby(fold_keys(done["deal"])[day.index]).min()
        for day in (done["date"][done["type"] == kind] for kind in ("contract_signed", "delivery"))
    )
    days = {
        "won": look_up_values(keys, deals["closed"].where(deals["outcome"] == "won")),
        "signature": look_up_values(keys, deals["contract_signed"]).fillna(look_up_values(keys, signed)),
        "delivery": look_up_values(keys, delivered),
        "invoice": payments["invoiced"],
    }
    found = pd.Series(pd.NaT, payments.index, dtype=payments["happened"].dtype)
    for event, happened in days.items():
        found = found.mask(payments["event"] == event, happened.astype(found.dtype))
    return found
