"""The answer of the verb forecast: the simulation of a period, beside what the deals and the targets say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from xl_salesflow.core.forecast_answers import (
    DecidingDeal,
    ForecastAnswer,
    ForecastCounts,
    ForecastPeriod,
    ForecastRange,
    ForecastSamples,
    OwnerForecast,
)
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import column_days, column_numbers, round_array_to_cents
from xl_salesflow.metrics.deal_cube import Cube, build_cube, date_of_days, days_since_1970, deal_probabilities
from xl_salesflow.metrics.forecasting.commit_calls import find_calls, list_calls
from xl_salesflow.metrics.forecasting.forecast_simulation import OpenDeals, SimulatedForecast, simulate_forecast
from xl_salesflow.metrics.forecasting.stated_forecasts import StatedForecast, number_or_none, sum_stated_forecasts
from xl_salesflow.metrics.forecasting.stay_record import NO_STATE, StayRecord, build_stay_record
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.past_deals import read_deal_record
from xl_salesflow.metrics.target_metrics import target_value_of_days
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.plain_values import is_missing

FEWEST_WON_DEALS = 10
"""Won deals that a simulation needs, beside as many closed ones as the setting small_sample says."""

SHORTEST_RECORD = 90
"""Days that the record has to cover."""

DECIDING_DEALS = 10
"""Deals that the answer names."""

_QUANTILES = (0.1, 0.5, 0.9)
_NOTHING_KNOWN = ForecastRange(None, None, None)
_NO_COUNTS = ForecastCounts(None, None, None)

_TOO_FEW_TEXT = Text(
    "Closed deals on record: {closed}, won: {won}; a simulation needs {fewest} closed ones, of which {fewest_won} won."
)
_TOO_SHORT_TEXT = Text("The record covers {days} {days:day|days}; a simulation needs {shortest}.")


def compute_forecast(pipeline: Pipeline, start: date | None = None, end: date | None = None) -> ForecastAnswer:
    """Return the forecast from *start* to *end*; by default, for the quarter that tomorrow is in.

    Raises:
        UsageError: the period is over, or ends before it begins.
    """
    pipeline = replace(pipeline, query=Query())
    start, end = choose_forecast_period(pipeline.today, start, end)
    deals, record = list_deals_today(pipeline), build_stay_record(pipeline)
    day, period = days_since_1970(pipeline.today), (days_since_1970(start), days_since_1970(end))
    group, owners = pd.factorize(deals["owner"], sort=True)
    stated = sum_stated_forecasts(deals, period, group.astype(np.int64), len(owners))
    team = sum_stated_forecasts(deals, period, np.zeros(len(deals), dtype=np.int64), 1)
    samples, why_not = weigh_samples(record, day, pipeline.settings.number("small_sample"))
    is_open = deals[(deals["outcome"] == "open").to_numpy(dtype=bool)]
    open_deals, is_open = select_simulated_deals(is_open, record, day)
    samples = replace(samples, open=len(is_open), undated=int(is_open["entered"].isna().sum()))
    won, calls = float(team.won[0]), find_calls(list_calls(pipeline), period, day)
    answer = ForecastAnswer(
        pipeline.today, start, end, won, int(team.won_count[0]), _NOTHING_KNOWN,
        find_target_of_days(pipeline, start, end), None, (), _NO_COUNTS, (), (), number_or_none(team.weighted[0]),
        team.categories(0), calls.team, calls.listed,
        tuple(_list_owners(pipeline, stated, [str(name) for name in owners], (start, end), None, record)),
        samples, why_not.in_(pipeline.language) if why_not else None,
    )  # fmt: skip
    if why_not:
        return answer
    spans = _Spans.of(pipeline.today, start, end)
    simulated = simulate_forecast(record, day, open_deals, spans.horizons, watch=DECIDING_DEALS)
    runs = won + simulated.value[-1]
    return replace(
        answer,
        range=measure_range(runs),
        chance=chance_to_reach(runs, answer.target),
        count=_measure_counts(int(team.won_count[0]) + simulated.count[-1]),
        deals=tuple(_list_deciding_deals(pipeline, is_open, simulated, runs, answer.target)),
        months=tuple(_list_periods(pipeline, deals, simulated, spans, spans.months)),
        quarters=tuple(_list_periods(pipeline, deals, simulated, spans, spans.quarters)),
        owners=tuple(_list_owners(pipeline, stated, [str(name) for name in owners], (start, end), simulated, record)),
        samples=replace(samples, runs=len(runs)),
    )


def choose_forecast_period(today: date, start: date | None = None, end: date | None = None) -> tuple[date, date]:
    """Return the period from *start* to *end*, each by default that of the quarter that tomorrow is in.

    Raises:
        UsageError: the period is over, or ends before it begins.
    """
    quarter = today + timedelta(days=1)
    end = end or _quarter_end(max(quarter, start or quarter))
    start = start or _quarter_start(min(quarter, end))
    if start > end:
        raise UsageError("The period ends ({end}) before it begins ({start}); swap the two.", end=end, start=start)
    if end < today:
        raise UsageError("The period ended on {end}; a forecast needs a day from {today} on.", end=end, today=today)
    return start, end


def list_deals_today(pipeline: Pipeline) -> pd.DataFrame:
    """Return the deals of today with their probabilities, in the order of their keys."""
    deals = read_deal_record(pipeline).on(pipeline.today)
    chances = pd.Series(deal_probabilities(pipeline), index=pipeline["Deals"]["deal"])
    chances = chances[~chances.index.duplicated()]
    return deals.assign(probability=chances.reindex(deals["deal"]).to_numpy()).sort_values("deal")


def select_simulated_deals(open_deals: pd.DataFrame, record: StayRecord, day: float) -> tuple[OpenDeals, pd.DataFrame]:
    """Return the deals of *open_deals* whose stage is known, as the simulation takes them, and their rows."""
    state = record.number_states(open_deals["playbook"], open_deals["stage"])
    rows, state = open_deals[state != NO_STATE], state[state != NO_STATE]
    age = np.nan_to_num(day - column_days(rows["entered"])).clip(0)
    owner = np.asarray(
        pd.Index(record.owners, dtype=object).get_indexer(pd.Index(rows["owner"], dtype=object)), np.int64
    )
    return OpenDeals(state, age.astype(np.int64), column_numbers(rows["amount"]), owner), rows


def weigh_samples(record: StayRecord, day: float, fewest: float) -> tuple[ForecastSamples, Text | None]:
    """Return what *record* has to learn from on *day*, and why that is not enough."""
    known = record.known_on(day)
    left = known.state < known.won
    won = int((left & (known.next_state == known.won)).sum())
    closed = won + int((left & (known.next_state == known.lost)).sum())
    begun = float(known.entered[0]) if len(known.entered) else day
    new_deals = int((known.first & (known.entered > day - 365)).sum())
    samples = ForecastSamples(
        date_of_days(begun) if len(known.entered) else None, closed, won, int(left.sum()), new_deals, 0, 0, 0
    )
    if closed < fewest or won < FEWEST_WON_DEALS:
        return samples, _TOO_FEW_TEXT.with_facts(
            closed=closed, won=won, fewest=int(max(fewest, FEWEST_WON_DEALS)), fewest_won=FEWEST_WON_DEALS
        )
    if day - begun < SHORTEST_RECORD:
        return samples, _TOO_SHORT_TEXT.with_facts(days=int(day - begun), shortest=SHORTEST_RECORD)
    return samples, None


def measure_range(runs: MetricArray) -> ForecastRange:
    """Return P10, P50 and P90 of the won value, to the cent."""
    return ForecastRange(*(round(float(value), 2) for value in np.quantile(runs, _QUANTILES)))


def _measure_counts(runs: MetricArray) -> ForecastCounts:
    return ForecastCounts(*(float(value) for value in np.quantile(runs, _QUANTILES, method="inverted_cdf")))


def chance_to_reach(runs: MetricArray, target: float | None) -> float | None:
    """Return the share of *runs* that reach *target*, to the cent; None without one."""
    return None if target is None else float((runs >= target - 0.005).mean())


def find_target_of_days(pipeline: Pipeline, start: date, end: date) -> float | None:
    """Return the target of the days from *start* to *end*; None if a month of them has none."""
    return list_targets_of_days(build_cube(pipeline), start, end)[0]


def list_targets_of_days(cube: Cube, start: date, end: date) -> list[float | None]:
    """Return the target of the days from *start* to *end* of each group of *cube*; None if a month of them has none."""
    months = [
        target_value_of_days(cube, days_since_1970(max(first, start)), days_since_1970(last))
        for first, last in _split_days(start, start, end, 1)
    ]
    return [number_or_none(value) for value in round_array_to_cents(np.sum(months, axis=0))]


@dataclass(frozen=True)
class _Spans:
    """The months and quarters from today on, and the ends whose horizons are simulated."""

    months: Sequence[tuple[date, date]]
    quarters: Sequence[tuple[date, date]]
    ends: Sequence[date]
    today: date

    @staticmethod
    def of(today: date, start: date, end: date) -> _Spans:
        months = list(_split_days(max(start, _quarter_start(today)), today, end, 1))
        quarters = list(_split_days(start, today, end, 3))
        return _Spans(months, quarters, sorted({last for _, last in (*months, *quarters)}), today)

    @property
    def horizons(self) -> list[int]:
        """Return the days from today to each end."""
        return [(last - self.today).days for last in self.ends]


def _split_days(start: date, today: date, end: date, length: int) -> Iterator[tuple[date, date]]:
    """Yield the spans of *length* months (1 or 3) from that of *today* to *end*; the last one ends then."""
    first = _quarter_start(max(start, today)) if length == 3 else max(start, today).replace(day=1)
    while first <= end:
        month = first.month - 1 + length
        after = date(first.year + month // 12, month % 12 + 1, 1)
        yield first, min(after - timedelta(days=1), end)
        first = after


def _quarter_start(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _quarter_end(day: date) -> date:
    last_month = (day.month - 1) // 3 * 3 + 3
    return date(day.year + last_month // 12, last_month % 12 + 1, 1) - timedelta(days=1)


def _list_periods(
    pipeline: Pipeline,
    deals: pd.DataFrame,
    simulated: SimulatedForecast,
    spans: _Spans,
    periods: Sequence[tuple[date, date]],
) -> Iterator[ForecastPeriod]:
    everybody, calls = np.zeros(len(deals), dtype=np.int64), list_calls(pipeline)
    for first, last in periods:
        days = days_since_1970(first), days_since_1970(last)
        stated = sum_stated_forecasts(deals, days, everybody, 1)
        value, count = _runs_between(simulated, spans, first, last)
        target = find_target_of_days(pipeline, first, last)
        value = value + float(stated.won[0])
        yield ForecastPeriod(
            first, last, float(stated.won[0]), measure_range(value), _measure_counts(count + stated.won_count[0]), target,
            chance_to_reach(value, target), find_calls(calls, days, days_since_1970(pipeline.today)).team,
        )  # fmt: skip


def _runs_between(
    simulated: SimulatedForecast, spans: _Spans, first: date, last: date
) -> tuple[MetricArray, MetricArray]:
    """Return what is still won from *first* to *last* in every run."""
    at = spans.ends.index(last)
    before = [place for place, end in enumerate(spans.ends) if end < first]
    if not before:
        return simulated.value[at], simulated.count[at]
    return simulated.value[at] - simulated.value[before[-1]], simulated.count[at] - simulated.count[before[-1]]


def _list_owners(
    pipeline: Pipeline,
    stated: StatedForecast,
    owners: Sequence[str],
    period: tuple[date, date],
    simulated: SimulatedForecast | None,
    record: StayRecord,
) -> Iterator[OwnerForecast]:
    cube, calls = build_cube(pipeline, "owner"), list_calls(pipeline)
    called = find_calls(
        calls, (days_since_1970(period[0]), days_since_1970(period[1])), days_since_1970(pipeline.today)
    )
    targets = dict(zip(cube.keys, list_targets_of_days(cube, *period), strict=True))
    for place, owner in enumerate(owners):
        won, runs, target = float(stated.won[place]), None, targets.get(owner) if owner else None
        if simulated is not None:
            runs = won + simulated.owner_value[_owner_row(record, owner)]
        yield OwnerForecast(
            owner, won, _NOTHING_KNOWN if runs is None else measure_range(runs), number_or_none(stated.weighted[place]),
            stated.categories(place), target, None if runs is None else chance_to_reach(runs, target),
            called.of_owner(owner),
        )  # fmt: skip


def _owner_row(record: StayRecord, owner: str) -> int:
    return record.owners.index(owner) if owner in record.owners else len(record.owners)


def _list_deciding_deals(
    pipeline: Pipeline, rows: pd.DataFrame, simulated: SimulatedForecast, runs: MetricArray, target: float | None
) -> Iterator[DecidingDeal]:
    names = pipeline["Deals"].drop_duplicates("deal").set_index("deal")["name"]
    hits = None if target is None else runs >= target - 0.005
    for place, wins in zip(simulated.watched, simulated.wins, strict=True):
        deal = rows.iloc[int(place)]
        swing = None
        if hits is not None and wins.any() and not wins.all():
            swing = round(float(hits[wins].mean() - hits[~wins].mean()), 4)
        close = deal["expected_close"]
        yield DecidingDeal(
            str(deal["deal"]), str(names.get(deal["deal"], "")), str(deal["owner"]), str(deal["stage"]),
            None if is_missing(deal["amount"]) else float(deal["amount"]), None if is_missing(close) else close.date(),
            round(float(simulated.chance[place]), 4), swing,
        )  # fmt: skip
