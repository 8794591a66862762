"""The formula columns of Payments, as their formulas compute them: what is due when, what is open, and the status."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.payment_upkeep import find_due_days
from xl_salesflow.quotes.quote_arithmetic import EXACT_CONTEXT, compute_whole_cents, to_exact_decimal


def compute_payment_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the formula columns of Payments: due_amount, due_on, open_amount, status and days_overdue."""
    payments, today = pipeline["Payments"], pd.Timestamp(pipeline.today)
    due_amount = payments["amount"].fillna(_compute_shares(payments))
    due_on = find_due_days(payments)
    open_amount = _subtract_paid(due_amount, payments["paid"])
    late = (due_on < today) & due_on.notna()
    invoiced = (payments["invoice"] != "") | payments["invoiced"].notna()
    cases = [due_amount.isna(), open_amount == 0, late, payments["paid"] > 0, invoiced]
    status = np.select(
        [case.to_numpy(bool) for case in cases], ["", "paid", "overdue", "partly", "invoiced"], "planned"
    )
    return pd.DataFrame(
        {
            "due_amount": due_amount,
            "due_on": due_on.astype(payments["due_on"].dtype),
            "open_amount": open_amount,
            "status": pd.Series(status.astype(object), payments.index, dtype=object),
            "days_overdue": (today - due_on).dt.days.astype("float64").where(status == "overdue"),
        },
        index=payments.index,
    )


def _compute_shares(payments: pd.DataFrame) -> pd.Series:
    share, contract = (payments[column].to_numpy("float64") for column in ("share", "contract"))

    def exact(row: int) -> Decimal:
        return EXACT_CONTEXT.multiply(to_exact_decimal(share[row]), to_exact_decimal(contract[row]))

    known = ~np.isnan(share) & ~np.isnan(contract)
    cents = compute_whole_cents(np.where(known, share * contract, 0.0), exact)
    return pd.Series(np.where(known, cents / 100.0, np.nan), payments.index)


def _subtract_paid(due_amount: pd.Series, paid: pd.Series) -> pd.Series:
    due, came = (column.fillna(0.0).to_numpy("float64") for column in (due_amount, paid))

    def exact(row: int) -> Decimal:
        return EXACT_CONTEXT.subtract(to_exact_decimal(due[row]), to_exact_decimal(came[row]))

    left = np.maximum(compute_whole_cents(due - came, exact) / 100.0, 0.0)
    return pd.Series(left, due_amount.index).where(due_amount.notna())
