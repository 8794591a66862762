"""Customers who are not content, and nobody has put it right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from xl_salesflow.followups.signal import NEVER, URGENT, Deals, Signal
from xl_salesflow.model.text import Text

UNHAPPY = Text("satisfaction {score} of 5, not resolved", "满意度 {score} 分（满分 5 分），尚未解决")


def feedback(deals: Deals) -> Iterator[Signal]:
    """Yield unresolved feedback below the floor, on its deal or else on the latest deal of its customer."""
    given = deals.pipeline["Feedback"]
    floor = deals.pipeline.settings.number("feedback_floor")
    given = given[(given["satisfaction"] < floor) & given["resolved"].isna()].sort_values("date", kind="stable")
    rows = _rows(deals, given)
    known = rows >= 0
    days = given["date"].to_numpy().astype("datetime64[D]")[known]
    due = deals.spread(rows[known], np.where(np.isnat(days), deals.day, deals.moved(days)), NEVER)
    scores = np.array([f"{score:g}" for score in given["satisfaction"]], dtype=object)
    yield Signal("unhappy", UNHAPPY, URGENT, due, {"score": deals.spread(rows[known], scores[known], "")})


def _rows(deals: Deals, given: pd.DataFrame) -> np.ndarray:
    rows = deals.rows_of(given["deal"])
    if (rows >= 0).all():
        return rows
    order = np.argsort(deals.days("created"), kind="stable")
    latest = pd.Series(order, index=deals.frame["account"].to_numpy()[order])
    latest = latest[~latest.index.duplicated(keep="last") & (latest.index != "")]
    by_account = given["account"].map(latest).fillna(-1).to_numpy().astype(np.intp)
    return np.where((rows < 0) & (given["deal"] == "").to_numpy(), by_account, rows)
