"""Answer what was paid, what is still to pay, and which instalments are open."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.core.answers import list_json_rows
from xl_salesflow.core.metric_answers import FunnelPeriod
from xl_salesflow.core.payment_answers import CashMonth, Collections, PaymentsAnswer, Receivable
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import fold_text
from xl_salesflow.metrics.deal_cube import build_cube
from xl_salesflow.metrics.funnel_answers import metric_table_rows
from xl_salesflow.schema.table_frames import fold_keys

AGE_IDS = ("not_due", "from_0", "from_31", "from_61", "from_91", "undated", "all")
"""The ages of receivables, as the answer names them."""


def answer_payments(pipeline: Pipeline, owner: str = "", overdue_only: bool = False) -> PaymentsAnswer:
    """Return the numbers of *pipeline*, recomputed, and its open instalments: all, of one *owner*, or only overdue ones."""
    if owner:
        payments = pipeline["Payments"]
        pipeline = pipeline.with_tables(Payments=payments[fold_keys(payments["owner"]) == fold_text(owner)])
    cube, query = build_cube(pipeline), pipeline.query
    (figures,) = metric_table_rows("Collections", cube)
    ages = zip(AGE_IDS, metric_table_rows("Receivables", cube), strict=True)
    return PaymentsAnswer(
        pipeline.as_of,
        FunnelPeriod(query.start, query.end),
        Collections(**figures),
        tuple(Receivable(age, row.pop("age"), **row) for age, row in ages),
        tuple(CashMonth(**row) for row in metric_table_rows("CashMonths", cube)),
        tuple(list_json_rows(select_open_payments(pipeline, overdue_only))),
    )


def select_open_payments(pipeline: Pipeline, overdue_only: bool) -> pd.DataFrame:
    """Return the instalments that are not fully paid, those due first at the top, those without a day at the end."""
    payments = pipeline["Payments"]
    open_ = payments[payments["open_amount"] > 0]
    open_ = open_[open_["status"] == "overdue"] if overdue_only else open_
    return open_.sort_values("due_on", kind="stable", na_position="last")
