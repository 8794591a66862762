"""Find the reasons to call about contracts: the last day for notice, an end that comes near, and one that passed.

A contract is on the list of its renewal deal, or else of the deal it was won with, or else of the customer's latest deal.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xl_salesflow.locale.texts import Text
from xl_salesflow.process.followup_deals import SLIPPING_LEVEL, URGENT_LEVEL, DealArrays, FollowUpReason
from xl_salesflow.process.subscription_upkeep import find_notice_days, select_expiring
from xl_salesflow.process.working_days import NO_DAY

NOTICE_DUE = Text("notice for contract {contract} can be given until {day}")
CONTRACT_ENDING = Text("contract {contract} ends on {day}")
CONTRACT_OVER = Text("contract {contract} ended on {day} and is not renewed")
_ASKED_AFTER_DAYS = 31


def find_ending_contracts(deals: DealArrays) -> Iterator[FollowUpReason]:
    """Yield contracts whose notice day or end is as near as quotes that are about to expire, and those that ended lately."""
    left = select_expiring(deals.pipeline)
    left = left.assign(row=_locate_deals(deals, left)) if len(left) else left
    left = left[left["row"] >= 0] if len(left) else left
    if left.empty:
        return
    ahead = np.timedelta64(int(deals.pipeline.settings.number("expiry_notice")), "D")
    notice, end = (column.to_numpy().astype("datetime64[D]") for column in (find_notice_days(left), left["end"]))
    ends = (left["automatic"] != "yes").to_numpy()
    soon = [(day >= deals.today) & (day <= deals.today + ahead) for day in (notice, end)]
    over = (end < deals.today) & (end >= deals.today - np.timedelta64(_ASKED_AFTER_DAYS, "D"))
    for reason_id, text, level, day, asked in (
        ("notice_due", NOTICE_DUE, URGENT_LEVEL, notice, soon[0]),
        ("contract_ending", CONTRACT_ENDING, SLIPPING_LEVEL, end, soon[1] & ends),
        ("contract_over", CONTRACT_OVER, URGENT_LEVEL, end, over & ends),
    ):
        yield _make_reason(deals, reason_id, text, level, left.assign(day=day)[asked])


def _make_reason(deals: DealArrays, reason_id: str, text: Text, level: int, asked: pd.DataFrame) -> FollowUpReason:
    # of each deal, the contract with the earliest day
    first = asked.sort_values("day", kind="stable").drop_duplicates("row")
    rows = first["row"].to_numpy(np.intp)
    days = first["day"].to_numpy().astype("datetime64[D]")
    facts = {
        "contract": deals.spread_values(rows, first["subscription"].to_numpy(object), ""),
        "day": deals.spread_values(rows, days, NO_DAY),
    }
    due = deals.move_to_workday(np.maximum(days, deals.today))
    return FollowUpReason(reason_id, text, level, deals.spread_values(rows, due, NO_DAY), facts)


def _locate_deals(deals: DealArrays, contracts: pd.DataFrame) -> np.ndarray:
    order = np.argsort(deals.read_days("created"), kind="stable")
    latest = pd.Series(order, index=deals.frame["account"].to_numpy()[order])
    latest = latest[~latest.index.duplicated(keep="last") & (latest.index != "")]
    found = contracts["account"].map(latest).fillna(-1).to_numpy().astype(np.intp)
    for column in ("deal", "renewed_by"):
        rows = deals.rows_of(contracts[column])
        found = np.where(rows >= 0, rows, found)
    return found
