"""Whether deals with a probability are won as often as it says: reliability table and Brier score.

Two probabilities are held against what happened, twelve weeks before the end of each past quarter: the simulated chance of
each open deal to be won by the end of the quarter, and its learned probability (naive Bayes, from the deals that were
closed by that day), of the deals that have closed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from xl_salesflow.core.accuracy_answers import Calibration, CalibrationBin
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import column_days
from xl_salesflow.metrics.deal_cube import date_of_days
from xl_salesflow.metrics.forecasting.forecast_backtest import SimulatedDay
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.past_deals import DealRecord
from xl_salesflow.process.win_probability import estimate_win_probability

BANDS = 10
"""Bands of probability in the reliability table."""

FEWEST_DEALS = 30
"""Deals that a Brier score needs."""


def calibrate(probability: Literal["learned", "simulated"], said: MetricArray, is_won: MetricArray) -> Calibration:
    """Return the reliability table and the Brier score of *said*; *is_won* has 1 for a won deal, else 0."""
    band = np.clip((said * BANDS).astype(np.int64), 0, BANDS - 1)
    bins = []
    for number in np.unique(band):
        mine = band == number
        ends = (float(number / BANDS), float((number + 1) / BANDS))
        bins.append(
            CalibrationBin(
                *ends, int(mine.sum()), round(float(said[mine].mean()), 4), round(float(is_won[mine].mean()), 4)
            )
        )
    if len(said) < FEWEST_DEALS:
        return Calibration(probability, len(said), None, None, tuple(bins))
    brier, mean = float(((said - is_won) ** 2).mean()), float(is_won.mean())
    return Calibration(probability, len(said), round(brier, 4), round(mean * (1 - mean), 4), tuple(bins))


def calibrate_simulated(deals: DealRecord, days: Sequence[SimulatedDay]) -> Calibration:
    """Return how right the simulated chances of open deals were."""
    said = [one.chance for one in days]
    won = [_won_between(deals, one) for one in days]
    return calibrate("simulated", _join(said), _join(won))


def _won_between(deals: DealRecord, one: SimulatedDay) -> MetricArray:
    """Return which deals of a simulated day were first won after it, by its end."""
    stays, begun = deals.stays, deals.stay_days
    then = (stays["outcome"] == "won").to_numpy(dtype=bool) & (begun > one.day) & (begun <= one.end)
    return np.asarray(one.rows["deal"].isin(set(stays["deal"][then])), dtype=np.float64)


def calibrate_learned(pipeline: Pipeline, deals: DealRecord, days: Sequence[SimulatedDay]) -> Calibration:
    """Return how right the learned probabilities were that the closed deals of each day would have given."""
    said, won = list[MetricArray](), list[MetricArray]()
    for each_said, each_won in _learned_then(pipeline, deals, days):
        said.append(each_said)
        won.append(each_won)
    return calibrate("learned", _join(said), _join(won))


def _learned_then(
    pipeline: Pipeline, deals: DealRecord, days: Sequence[SimulatedDay]
) -> Iterator[tuple[MetricArray, MetricArray]]:
    now = pipeline["Deals"].drop_duplicates("deal").set_index("deal")
    for one in days:
        moment = date_of_days(one.day)
        assert moment is not None
        then = deals.on(moment)
        then = then[then["deal"].isin(now.index)]
        rows = now.loc[then["deal"]].reset_index()
        for column, was in (
            ("outcome", "outcome"),
            ("recorded_stage", "stage"),
            ("playbook", "playbook"),
            ("owner", "owner"),
        ):
            rows[column] = then[was].to_numpy()
        rows["stage"] = rows["recorded_stage"]
        estimate = estimate_win_probability(replace(pipeline.with_tables(Deals=rows), today=moment))
        chance = estimate.probability.dropna()
        outcome = now["outcome"].reindex(rows["deal"].reindex(chance.index))
        closed = outcome.isin(["won", "lost"]).to_numpy(dtype=bool) & ~np.isnan(
            column_days(now["closed"].reindex(rows["deal"].reindex(chance.index)))
        )
        yield np.asarray(chance, np.float64)[closed], np.asarray(outcome == "won", np.float64)[closed]


def _join(parts: Sequence[MetricArray]) -> MetricArray:
    return np.concatenate([*parts, np.zeros(0)])
