"""Forecast every past month and quarter anew, with what was known 0, 2, 4, 8 and 12 weeks before its end.

The deals are those of that day (`past_deals`), the stays those that had begun, the calls those that were made by then;
nothing that happened later counts. Weighted value and categories are unknown for days on which less than nine in ten open
deals have their amount, expected close and category on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xl_salesflow.core.accuracy_answers import ForecastMethod, PeriodKind
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import GroupNumbers
from xl_salesflow.metrics.deal_cube import date_of_days, days_since_1970
from xl_salesflow.metrics.forecasting.commit_calls import find_calls, list_calls
from xl_salesflow.metrics.forecasting.forecast_simulation import SimulatedForecast, simulate_forecast
from xl_salesflow.metrics.forecasting.stated_forecasts import PeriodDays, sum_stated_forecasts
from xl_salesflow.metrics.forecasting.stay_record import StayRecord, build_stay_record
from xl_salesflow.metrics.forecasting.team_forecast import select_simulated_deals, weigh_samples
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.past_deals import DealRecord, read_deal_record

WEEKS_BEFORE = (12, 8, 4, 2, 0)
"""Weeks before the end of a period at which its forecasts are compared, earliest first."""

METHODS: tuple[ForecastMethod, ...] = ("simulation", "weighted", "commit", "best_case", "pipeline", "call")
CALIBRATED_WEEKS = 12
"""Weeks before the end of a quarter at which the chances of single deals are compared."""

BACK_TEST_RUNS, BACK_TEST_DRAWS = 500, 25
"""Runs of a past forecast, and draws of its hazards; fewer than of a forecast, because there are many."""

_SHARE_KNOWN = 0.9


@dataclass(frozen=True)
class BackTestPeriod:
    """One past month or quarter, in days since 1970."""

    kind: PeriodKind
    days: PeriodDays


@dataclass(frozen=True)
class SimulatedDay:
    """The open deals of a day, the chance of each to be won by the end of the quarter, and their rows."""

    day: float
    end: float
    rows: pd.DataFrame
    chance: MetricArray


@dataclass(frozen=True)
class BackTest:
    """What every method said of every period, and what was won; money, NaN for unknown.

    *said* has one array for each method, by period, weeks before its end (`WEEKS_BEFORE`) and group: the team, then each
    of *owners*. *won* is by period and group, *low* and *high* are P10 and P90 of the team by period and weeks.
    """

    periods: tuple[BackTestPeriod, ...]
    owners: tuple[str, ...]
    said: Mapping[ForecastMethod, MetricArray]
    won: MetricArray
    low: MetricArray
    high: MetricArray
    simulated_days: tuple[SimulatedDay, ...]


def run_back_test(pipeline: Pipeline) -> BackTest:
    """Return the forecasts of every past month and quarter that the record covers."""
    deals, stays = read_deal_record(pipeline), build_stay_record(pipeline)
    begun = float(stays.entered[0]) if len(stays.entered) else np.inf
    periods = tuple(_list_past_periods(begun, pipeline.today))
    today = deals.on(pipeline.today)
    owners = tuple(sorted({str(name) for name in today["owner"] if name} | set(stays.owners)))
    size = (len(periods), len(WEEKS_BEFORE), 1 + len(owners))
    test = BackTest(
        periods,
        owners,
        {method: np.full(size, np.nan) for method in METHODS},
        _sum_won(today, periods, owners),
        np.full(size[:2], np.nan),
        np.full(size[:2], np.nan),
        (),
    )
    days = tuple(_fill_back_test(test, _Sources(pipeline, deals, stays, list_calls(pipeline), begun)))
    return BackTest(periods, owners, test.said, test.won, test.low, test.high, days)


@dataclass(frozen=True)
class _Sources:
    pipeline: Pipeline
    deals: DealRecord
    stays: StayRecord
    calls: pd.DataFrame
    begun: float


def _list_past_periods(begun: float, today: date) -> Iterator[BackTestPeriod]:
    """Yield the months and quarters that ended by *today* and were not over when the record began."""
    first = date_of_days(begun) if np.isfinite(begun) else None
    lengths: tuple[tuple[PeriodKind, int], ...] = (("month", 1), ("quarter", 3))
    for kind, length in lengths if first else ():
        assert first is not None
        start = first.replace(month=(first.month - 1) // length * length + 1, day=1)
        while True:
            month = start.month - 1 + length
            after = date(start.year + month // 12, month % 12 + 1, 1)
            if after - timedelta(days=1) > today:
                break
            yield BackTestPeriod(kind, (days_since_1970(start), days_since_1970(after) - 1))
            start = after


def _sum_won(today: pd.DataFrame, periods: Sequence[BackTestPeriod], owners: Sequence[str]) -> MetricArray:
    group = number_owners(today["owner"], owners)
    rows = [sum_stated_forecasts(today, period.days, group, 1 + len(owners)).won for period in periods]
    return np.array([[float(row.sum().round(2)), *row[1:]] for row in rows]).reshape(len(periods), 1 + len(owners))


def number_owners(names: pd.Series, owners: Sequence[str]) -> GroupNumbers:
    """Return the group of each owner: 1 for the first of *owners*; 0 is nobody."""
    return np.asarray(pd.Index(list(owners), dtype=object).get_indexer(pd.Index(names, dtype=object)), np.int64) + 1


def _fill_back_test(test: BackTest, sources: _Sources) -> Iterator[SimulatedDay]:
    by_end: dict[float, list[int]] = {}
    for place, period in enumerate(test.periods):
        by_end.setdefault(period.days[1], []).append(place)
    for end, places in by_end.items():
        for column, weeks in enumerate(WEEKS_BEFORE):
            day = end - 7 * weeks
            if day >= sources.begun:
                yield from _forecast_on_day(test, sources, places, column, day)


def _forecast_on_day(
    test: BackTest, sources: _Sources, places: Sequence[int], column: int, day: float
) -> Iterator[SimulatedDay]:
    """Fill in what was said on *day* about the periods at *places*, which end on one day."""
    moment = date_of_days(day)
    assert moment is not None
    deals = sources.deals.on(moment)
    is_open = (deals["outcome"] == "open").to_numpy(dtype=bool)
    is_known = bool(deals["known"].to_numpy(dtype=bool)[is_open].mean() >= _SHARE_KNOWN) if is_open.any() else False
    group, size = number_owners(deals["owner"], test.owners), 1 + len(test.owners)
    end = test.periods[places[0]].days[1]
    rows = deals[is_open].sort_values("deal")
    starts = sorted({int(test.periods[place].days[0] - 1 - day) for place in places} - {int(end - day)})
    horizons = [*(start for start in starts if start > 0), int(end - day)]
    simulated = _simulate_past_day(sources, rows, day, horizons)
    for place in places:
        period = test.periods[place].days
        stated = sum_stated_forecasts(deals, period, group, size)
        team = sum_stated_forecasts(deals, period, np.zeros(len(deals), dtype=np.int64), 1)
        if is_known:
            for method in ("weighted", "commit", "best_case", "pipeline"):
                test.said[method][place, column] = getattr(stated, method)
                test.said[method][place, column, 0] = getattr(team, method)[0]
        called = find_calls(sources.calls, period, day)
        calls = [called.team, *(called.of_owner(owner) for owner in test.owners)]
        test.said["call"][place, column] = [np.nan if call is None else call for call in calls]
        if simulated is not None:
            mine = number_owners(pd.Series(sources.stays.owners, dtype=object), test.owners)
            _fill_simulated(test, (place, column), simulated, (float(team.won[0]), stated.won[mine]), mine)
    is_calibrated = WEEKS_BEFORE[column] == CALIBRATED_WEEKS and any(
        test.periods[place].kind == "quarter" for place in places
    )
    if simulated is not None and is_calibrated:
        yield SimulatedDay(day, end, select_simulated_deals(rows, sources.stays, day)[1], simulated.chance)


def _simulate_past_day(
    sources: _Sources, rows: pd.DataFrame, day: float, horizons: Sequence[int]
) -> SimulatedForecast | None:
    _, why_not = weigh_samples(sources.stays, day, sources.pipeline.settings.number("small_sample"))
    if why_not:
        return None
    open_deals, _ = select_simulated_deals(rows, sources.stays, day)
    return simulate_forecast(sources.stays, day, open_deals, horizons, runs=BACK_TEST_RUNS, draws=BACK_TEST_DRAWS)


def _fill_simulated(
    test: BackTest,
    at: tuple[int, int],
    simulated: SimulatedForecast,
    won: tuple[float, MetricArray],
    groups: GroupNumbers,
) -> None:
    """Fill in P10, P50 and P90 of a period, and P50 of the owners in *groups* if the period had begun by then.

    *won* is what the team, and each of these owners, had won in the period.
    """
    place, column = at
    period = test.periods[place].days
    has_begun = period[0] - 1 <= period[1] - 7 * WEEKS_BEFORE[column]
    runs = won[0] + simulated.value[-1] - (0.0 if has_begun else simulated.value[0])
    low, middle, high = np.quantile(runs, (0.1, 0.5, 0.9))
    test.low[place, column], test.high[place, column] = low, high
    test.said["simulation"][place, column, 0] = middle
    if has_begun and len(groups):
        by_owner = np.quantile(won[1][:, None] + simulated.owner_value[:-1], 0.5, axis=1)
        test.said["simulation"][place, column, groups] = by_owner
