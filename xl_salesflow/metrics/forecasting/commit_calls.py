"""Commit calls: what managers commit to win in a period, as the sheet Commit calls keeps it, and what was called by a day.

A call is for exactly one period. A newer call of the same owner and period replaces an older one from its day on; of two of
one day, the lower row counts. The team's call is the one without an owner, or else the sum of those of the owners.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from xl_salesflow.core.forecast_answers import CommitCall
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import column_days, column_numbers
from xl_salesflow.metrics.deal_cube import date_of_days
from xl_salesflow.metrics.forecasting.stated_forecasts import PeriodDays


@dataclass(frozen=True)
class CalledPeriod:
    """The calls for one period as of a day, by owner; "" is the whole team."""

    by_owner: Mapping[str, CommitCall]

    @property
    def team(self) -> float | None:
        """Return the call of the team; None if nobody called."""
        if "" in self.by_owner:
            return self.by_owner[""].value
        return round(sum(call.value for call in self.by_owner.values()), 2) if self.by_owner else None

    @property
    def listed(self) -> tuple[CommitCall, ...]:
        """Return the calls in order of the owners."""
        return tuple(self.by_owner[owner] for owner in sorted(self.by_owner))

    def of_owner(self, owner: str) -> float | None:
        """Return the call of *owner*; None if there is none."""
        return self.by_owner[owner].value if owner and owner in self.by_owner else None


def list_calls(pipeline: Pipeline) -> pd.DataFrame:
    """Return the calls that say for when, how much and on which day, in order of that day."""
    calls = pipeline["Calls"]
    complete = calls[["from", "to", "value", "day"]].notna().all(axis=1)
    return calls[complete].sort_values("day", kind="stable")


def find_calls(calls: pd.DataFrame, period: PeriodDays, day: float) -> CalledPeriod:
    """Return the calls for exactly *period* that were made by the end of *day*; *calls* are in order of their days."""
    first, last = period
    chosen = (
        (column_days(calls["from"]) == first) & (column_days(calls["to"]) == last) & (column_days(calls["day"]) <= day)
    )
    rows = calls[chosen]
    texts = (rows[name].astype(str) for name in ("call", "owner", "by", "note"))
    numbers = (column_numbers(rows["value"]), column_days(rows["day"]))
    return CalledPeriod(
        {
            owner: CommitCall(call, owner, float(value), date_of_days(called), by, note)
            for call, owner, by, note, value, called in zip(*texts, *numbers, strict=True)
        }
    )
