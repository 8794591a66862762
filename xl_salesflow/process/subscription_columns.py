"""The formula columns of Subscriptions, as their formulas compute them.

Amounts are whole cents in exact decimal arithmetic. What a customer's contracts come to on a day is what began until then
less what was over before, so that the changes of all days add up to it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.subscription_upkeep import find_notice_days
from xl_salesflow.schema.table_frames import fold_keys

PERIODS_PER_YEAR: Mapping[str, int] = MappingProxyType({"month": 12, "quarter": 4, "half_year": 2, "year": 1})
"""Period of a contract → how many of them a year has."""

_CentArray = npt.NDArray[np.float64]
_NO_DAY = np.iinfo(np.int64).max


def compute_subscription_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the formula columns of Subscriptions, indexed as the frame."""
    contracts, today = pipeline["Subscriptions"], pd.Timestamp(pipeline.today)
    last = _find_last_days(contracts)
    yearly = _compute_yearly_values(contracts, last)
    monthly = np.array([np.nan if np.isnan(value) else _round_cents(Decimal(round(value)) / 12) for value in yearly])
    columns = _compute_customer_columns(pipeline, _whole_days(contracts["start"]), _whole_days(last), monthly)
    left = (last - today).dt.days.astype("float64")
    return pd.DataFrame(
        {
            "status": _find_statuses(pipeline, contracts, last, monthly),
            "days_left": left.where(left >= 0),
            "notice_by": find_notice_days(contracts),
            "last": last,
            "yearly": yearly / 100,
            "monthly": monthly / 100,
            **columns,
        },
        index=contracts.index,
    )


def _find_last_days(contracts: pd.DataFrame) -> pd.Series:
    ends = contracts["end"].where(contracts["automatic"] != "yes")
    day_before = contracts["continued"] - pd.Timedelta(days=1)
    return pd.concat([ends, contracts["ended"], day_before], axis=1).min(axis=1).astype(contracts["last"].dtype)


def _compute_yearly_values(contracts: pd.DataFrame, last: pd.Series) -> _CentArray:
    # in cents; NaN if the contract never counts
    periods = contracts["period"].map(PERIODS_PER_YEAR).astype("float64")
    counts = (contracts["amount"] > 0) & periods.notna() & contracts["start"].notna() & ~(last < contracts["start"])
    return np.array(
        [
            _round_cents(Decimal(repr(float(amount))) * int(number) * 100) if counted else np.nan
            for amount, number, counted in zip(contracts["amount"], periods, counts, strict=True)
        ],
        np.float64,
    )


def _round_cents(cents: Decimal) -> float:
    return float(cents.quantize(Decimal(1), ROUND_HALF_UP))


def _whole_days(column: pd.Series) -> list[int]:
    stamps = column.to_numpy().astype("datetime64[D]")
    return [int(day) for day in np.where(np.isnat(stamps), _NO_DAY, stamps.astype(np.int64))]


def _find_statuses(pipeline: Pipeline, contracts: pd.DataFrame, last: pd.Series, monthly: _CentArray) -> pd.Series:
    today = pd.Timestamp(pipeline.today)
    soon = today + pd.Timedelta(days=pipeline.settings.number("renewal_days"))
    over, continued = last < today, contracts["continued"].notna()
    cases = {
        "": np.isnan(monthly),
        "upcoming": contracts["start"] > today,
        "renewed": over & continued,
        "ended": over,
        "leaving": contracts["ended"].notna(),
        "running": last.isna() | continued | (last > soon),
    }
    found = np.select([np.asarray(case, bool) for case in cases.values()], list(cases), "ending")
    return pd.Series(found.astype(object), contracts.index, dtype=object)


def find_day_a_year_before(day: date) -> date:
    """Return the same day of the year before; of 29 February, the 28th, as EDATE does."""
    return date(day.year - 1, day.month, 28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def _count_days_since_1970(day: date) -> int:
    return (day - date(1970, 1, 1)).days


@dataclass(slots=True)
class _CustomerContracts:
    """What the contracts of one customer come to, in cents: what begins and what is over, by day."""

    begun: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    over: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    beginnings: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _sums: tuple[list[int], list[float]] | None = None

    def add(self, start: int, last: int, cents: float) -> None:
        """Add one contract."""
        self.begun[start] += cents
        self.beginnings[start] += 1
        if last != _NO_DAY:
            self.over[last + 1] += cents

    def value_on(self, day: int) -> float:
        """Return what the contracts come to on *day*."""
        if self._sums is None:
            days = sorted({*self.begun, *self.over})
            changes = [self.begun.get(one, 0.0) - self.over.get(one, 0.0) for one in days]
            self._sums = days, [0.0, *np.cumsum(changes).tolist()]
        days, sums = self._sums
        return float(sums[bisect_right(days, day)])

    def change_at_start(self, day: int) -> float:
        """Return the change on a *day* on which contracts begin, divided by their number."""
        return (self.begun[day] - self.over.get(day, 0.0)) / self.beginnings[day]


def _compute_customer_columns(
    pipeline: Pipeline, starts: list[int], lasts: list[int], monthly: _CentArray
) -> dict[str, _CentArray]:
    names = fold_keys(pipeline["Subscriptions"]["account"]).tolist()
    customers: dict[str, _CustomerContracts] = defaultdict(_CustomerContracts)
    rows = [row for row, cents in enumerate(monthly) if not np.isnan(cents)]
    for row in rows:
        customers[names[row]].add(starts[row], lasts[row], monthly[row])
    days = _count_days_since_1970(pipeline.as_of), _count_days_since_1970(find_day_a_year_before(pipeline.as_of))
    found = {name: np.full(len(names), np.nan) for name in _CUSTOMER_COLUMNS}
    for row in rows:
        values = _describe_contract(customers[names[row]], starts[row], lasts[row], monthly[row], days)
        for name, value in zip(_CUSTOMER_COLUMNS, values, strict=True):
            found[name][row] = value
    return {name: cells if name == "customer_part" else cells / 100 for name, cells in found.items()}


_CUSTOMER_COLUMNS = ("before", "start_change", "after", "end_change", "year_ago", "now_value", "kept", "customer_part")


def _describe_contract(
    customer: _CustomerContracts, start: int, last: int, cents: float, days: tuple[int, int]
) -> tuple[float, ...]:
    # in the order of _CUSTOMER_COLUMNS; all in cents but the last one
    now, then = (customer.value_on(day) for day in days)
    is_now, was_then = (start <= day <= last for day in days)
    after = np.nan if last == _NO_DAY else customer.value_on(last + 1)
    lost = np.nan if last == _NO_DAY else 0.0 if last + 1 in customer.beginnings else -cents
    return (
        customer.value_on(start - 1),
        customer.change_at_start(start),
        after,
        lost,
        then,
        now,
        cents * min(1.0, now / then) if was_then and then > 0 else 0.0,
        cents / now if is_now and now > 0 else 0.0,
    )
