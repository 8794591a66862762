"""Find the reasons to call about money: instalments that are overdue, until they are paid.

A contact or a reminder since the instalment was due restarts the waiting time, so that a call does not immediately ask for
the next one.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import Text
from xl_salesflow.process.followup_deals import URGENT_LEVEL, DealArrays, FollowUpReason
from xl_salesflow.process.payment_upkeep import find_due_days, select_overdue_payments
from xl_salesflow.process.working_days import NO_DAY

PAYMENT_OVERDUE = Text("{amount} has not been paid for {days} {days:day|days} ({payment})")
PAYMENT_OVERDUE_AGAIN = Text("{amount} has not been paid for {days} {days:day|days} ({payment}), after reminder {step}")


def find_overdue_payments(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield the instalments that are overdue: for each deal the one that is due longest, and the sum of all."""
    late = select_overdue_payments(deals.pipeline)
    if late.empty:
        return
    late = late.assign(due_day=find_due_days(late), row=deals.rows_of(late["deal"]))
    late = late[late["row"] >= 0].sort_values("due_day", kind="stable")
    sums = late.groupby("row")["missing"].sum()
    reminders = late.groupby("row")[["reminder", "reminded"]].max()
    first = late.drop_duplicates("row").set_index("row")
    rows = first.index.to_numpy(np.intp)
    due_day = first["due_day"].to_numpy().astype("datetime64[D]")
    reminded = reminders["reminded"].reindex(first.index).to_numpy().astype("datetime64[D]")
    wait = np.timedelta64(int(deals.pipeline.settings.number("answer_days")), "D")
    touched = np.fmax(deals.last_touch[rows], reminded)
    again = np.where(touched > due_day, touched + wait, due_day)
    facts = {
        "amount": deals.spread_values(rows, [f"{amount:,.2f}" for amount in sums.reindex(first.index)], ""),
        "payment": deals.spread_values(rows, _name_payments(first), ""),
        "days": deals.count_days_since(deals.spread_values(rows, due_day, NO_DAY)),
        "step": deals.spread_values(rows, reminders["reminder"].reindex(first.index).fillna(0.0).to_numpy(), np.nan),
    }
    asked = np.where(deals.move_to_workday(again) <= deals.list_day, deals.move_to_workday(due_day), NO_DAY)
    was_reminded = facts["step"][rows] >= 1
    for reason_id, text, chosen in (
        ("unpaid", PAYMENT_OVERDUE, ~was_reminded),
        ("unpaid_reminded", PAYMENT_OVERDUE_AGAIN, was_reminded),
    ):
        days = deals.spread_values(rows, np.where(chosen, asked, NO_DAY), NO_DAY)
        yield FollowUpReason(reason_id, text, URGENT_LEVEL, days, facts)


def _name_payments(payments: pd.DataFrame) -> np.ndarray:
    # the number of the invoice, which the customer knows, or else of the row
    return payments["invoice"].where(payments["invoice"].str.strip() != "", payments["payment"]).to_numpy(object)
