"""What the deals themselves say about a period: won so far, weighted value and forecast categories.

The numbers are those of the sheets Funnel and Forecast (weighted value, won and commit, …), for any period and from the
deals as they were on any day. Open deals count if they are expected to close in the period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from xl_salesflow.core.forecast_answers import ForecastCategories
from xl_salesflow.metrics.array_arithmetic import (
    GroupNumbers,
    MetricMask,
    column_days,
    column_numbers,
    count_by_group,
    round_array_to_cents,
    sum_by_group,
)
from xl_salesflow.metrics.metric_declaration import MetricArray

PeriodDays = tuple[float, float]
"""The first and the last day of a period, in days since 1970."""


@dataclass(frozen=True)
class StatedForecast:
    """What the deals of each group say, with NaN for unknown; every value includes what is won."""

    won: MetricArray
    won_count: MetricArray
    weighted: MetricArray
    commit: MetricArray
    best_case: MetricArray
    pipeline: MetricArray

    def categories(self, group: int) -> ForecastCategories:
        """Return the values of one group by category."""
        commit, best_case, pipeline = (
            number_or_none(each[group]) for each in (self.commit, self.best_case, self.pipeline)
        )
        return ForecastCategories(commit, best_case, pipeline)


def number_or_none(value: float) -> float | None:
    """Return *value* as an answer has it: None if it is unknown."""
    return None if np.isnan(value) else float(value)


def sum_stated_forecasts(deals: pd.DataFrame, period: PeriodDays, group: GroupNumbers, size: int) -> StatedForecast:
    """Return what *deals* say about *period*, for each of *size* groups.

    Args:
        deals: the columns outcome, closed, expected_close, amount, probability and forecast.
        group: the group of each deal.
    """
    first, last = period
    amount, closed, close = (
        column_numbers(deals["amount"]),
        *map(column_days, (deals["closed"], deals["expected_close"])),
    )
    won = (deals["outcome"] == "won").to_numpy(dtype=bool) & (closed >= first) & (closed <= last)
    is_open = (deals["outcome"] == "open").to_numpy(dtype=bool)
    expected = is_open & (close >= first) & (close <= last)
    won_value = sum_by_group(amount, won, group, size)
    # if no open deal says when it closes, nothing is expected, and that is not a forecast
    unsaid = (count_by_group(is_open, group, size) > 0) & (count_by_group(is_open & ~np.isnan(close), group, size) == 0)

    def add(values: MetricArray, mask: MetricMask, to: MetricArray) -> MetricArray:
        return np.where(unsaid, np.nan, round_array_to_cents(to + sum_by_group(values, mask, group, size)))

    category = {name: (deals["forecast"] == name).to_numpy(dtype=bool) for name in ("commit", "best_case", "omitted")}
    commit = add(amount, expected & category["commit"], won_value)
    best_case = add(amount, expected & category["best_case"], commit)
    others = expected & ~category["commit"] & ~category["best_case"] & ~category["omitted"]
    weighted = round_array_to_cents(amount * column_numbers(deals["probability"]))
    return StatedForecast(
        won_value,
        count_by_group(won, group, size),
        add(weighted, expected, won_value),
        commit,
        best_case,
        add(amount, others, best_case),
    )
