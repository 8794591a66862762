"""The targets of the demo: believable on whatever day it is made, some people ahead of theirs and some behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.model.frames import frame
from xl_salesflow.model.tables import TABLES

_OWNERS = (1.12, 0.87, 0.66, 0.94)  # about what each has won of the year's target so far
_CHANNELS = {"direct": 1.05, "agent": 0.72}  # ecommerce has none: not everything has a target


def targets(deals: pd.DataFrame, owners: Iterable[str], today: date) -> pd.DataFrame:
    """Return rows of Targets: the whole team's by month, those of *owners* and of two channels by quarter.

    They begin with the quarter of the first deal, this year's at the earliest, and end with the quarter after today's; in the
    second half of a year next year's are set as well. A month's target follows from what was won this year, so that attainment
    tells a story in every language and on every day.
    """
    year = pd.Period(today, "Y")
    first, last = deals["created"].min().to_period("Q"), pd.Period(today, "Q") + 1
    if (last + 1).year > today.year:
        last = (year + 1).asfreq("Q")
    quarters = pd.period_range(max(first, year.asfreq("Q", "start")), last)
    months = 3 * int((quarters.year == today.year).sum())
    won = deals[(deals["outcome"] == "won") & (deals["closed"] >= year.start_time)]
    least = float(deals["amount"].mean())  # in the first days of a year nothing may be won yet

    def monthly(column: str, name: str, attained: float) -> float:
        return _round(max(float(won.loc[won[column] == name, "amount"].sum()), least) / attained / months)

    of_owners = {name: monthly("owner", name, attained) for name, attained in zip(owners, _OWNERS, strict=True)}
    of_channels = {id: monthly("sales_channel", id, attained) for id, attained in _CHANNELS.items()}
    whole = sum(of_owners.values())
    rows = [{**_span(month), "target": whole} for quarter in quarters for month in _months(quarter)]
    for column, parts in (("owner", of_owners), ("sales_channel", of_channels)):
        rows += [
            {**_span(quarter), column: name, "target": 3 * month}
            for name, month in parts.items()
            for quarter in quarters
        ]
    return frame(TABLES["Targets"], rows)


def _months(quarter: pd.Period) -> Iterable[pd.Period]:
    return pd.period_range(quarter.asfreq("M", "start"), periods=3, freq="M")


def _span(period: pd.Period) -> dict[str, Any]:
    return {"from": period.start_time.date(), "to": period.end_time.date()}


def _round(money: float) -> float:
    """Round to two digits: nobody's target is a crooked number."""
    unit = 10.0 ** (np.floor(np.log10(money)) - 1)
    return float(np.round(money / unit) * unit)
