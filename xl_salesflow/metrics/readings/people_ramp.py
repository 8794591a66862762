"""How new people get going: what they won and did in their first months, against the established people in theirs.

Somebody begins with their first deal or activity. A month is thirty days since then, and only whole ones count. Who was
there in the first ninety days of the record may have begun before it, so their months are not known. New is who began in
the year up to the as-of date, established who began before. All deals count, whatever the dropdowns show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.core.insight_answers import PersonRamp, RampRange
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import column_days, column_numbers, sum_money_by_group
from xl_salesflow.metrics.deal_cube import date_of_days, days_since_1970
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.schema.table_frames import fold_keys

FEWEST_ESTABLISHED = 3
"""Established people that a new one is compared with at least."""

_MONTH_DAYS, _YEAR_DAYS, _UNKNOWN_DAYS = 30, 365, 90


@dataclass(frozen=True)
class _Record:
    """What is known on the day *last*: deals and activities by folded *person*, and the first day of each established one."""

    last: float
    deals: pd.DataFrame
    activities: pd.DataFrame
    established: Mapping[str, float]


def compare_ramps(pipeline: Pipeline) -> list[PersonRamp]:
    """Return every new person with a whole month behind them, the newest first."""
    last = days_since_1970(pipeline.as_of)
    deals, activities = _list_ramp_deals(pipeline, last), _list_ramp_activities(pipeline, last)
    began = _find_first_days(deals, activities)
    record = _Record(last, deals, activities, {one: day for one, day in began.items() if last - day >= _YEAR_DAYS})
    names = dict(zip(deals["person"], deals["name"], strict=True))
    new = [(-day, one) for one, day in began.items() if _MONTH_DAYS <= last - day < _YEAR_DAYS and one in names]
    return [_compare_ramp(names[one], one, -day, record) for day, one in sorted(new)]


def _find_first_days(deals: pd.DataFrame, activities: pd.DataFrame) -> Mapping[str, float]:
    """Return person → first day, without those who were there in the first ninety days."""
    days = pd.concat([deals[["person", "day"]], activities])
    days = days[(days["person"] != "") & days["day"].notna()]
    first = days.groupby("person")["day"].min().to_dict()
    known_from = min(first.values(), default=0.0) + _UNKNOWN_DAYS
    return {str(one): float(day) for one, day in first.items() if day >= known_from}


def _list_ramp_deals(pipeline: Pipeline, last: float) -> pd.DataFrame:
    """Return person (folded), name, day of creation, won_on and amount of every deal that was there on the day *last*."""
    deals = pipeline["Deals"]
    closed = column_days(deals["closed"])
    is_won = (deals["outcome"] == "won").to_numpy(dtype=bool) & (closed <= last)
    found = pd.DataFrame(
        {
            "person": fold_keys(deals["owner"]).to_numpy(), "name": deals["owner"].to_numpy(),
            "day": column_days(deals["created"]), "won_on": np.where(is_won, closed, np.nan),
            "amount": column_numbers(deals["amount"]),
        }
    )  # fmt: skip
    return found[~(found["day"] > last)]


def _list_ramp_activities(pipeline: Pipeline, last: float) -> pd.DataFrame:
    activities = pipeline["Activities"]
    found = pd.DataFrame({"person": fold_keys(activities["by"]).to_numpy(), "day": column_days(activities["date"])})
    return found[found["day"] <= last]


def _compare_ramp(name: str, person: str, day: float, record: _Record) -> PersonRamp:
    months = int((record.last - day) // _MONTH_DAYS)
    days = months * _MONTH_DAYS
    values = [_sum_early_wins(record.deals, other, begun, days) for other, begun in record.established.items()]
    counts = [
        _count_early_activities(record.activities, other, begun, days) for other, begun in record.established.items()
    ]
    since = date_of_days(day)
    assert since is not None
    return PersonRamp(
        name, since, months, _sum_early_wins(record.deals, person, day, days),
        _count_early_activities(record.activities, person, day, days),
        _describe_range([value for value in values if value is not None]), _describe_range([*map(float, counts)]),
    )  # fmt: skip


def _sum_early_wins(deals: pd.DataFrame, person: str, begun: float, days: int) -> float | None:
    """Return the value that *person* won within *days* of the day *begun*; None if none of the won deals has an amount."""
    mine = deals[(deals["person"] == person) & (deals["won_on"] >= begun) & (deals["won_on"] < begun + days)]
    amounts: MetricArray = mine["amount"].dropna().to_numpy(dtype=np.float64)
    if len(mine) and not len(amounts):
        return None
    return float(sum_money_by_group(amounts, np.zeros(len(amounts), dtype=np.int64), 1)[0])


def _count_early_activities(activities: pd.DataFrame, person: str, begun: float, days: int) -> int:
    day = activities.loc[activities["person"] == person, "day"]
    return int(((day >= begun) & (day < begun + days)).sum())


def _describe_range(numbers: list[float]) -> RampRange:
    if len(numbers) < FEWEST_ESTABLISHED:
        return RampRange(len(numbers), None, None, None)
    return RampRange(len(numbers), round(float(np.median(numbers)), 2), min(numbers), max(numbers))
