"""The answer of the verb accuracy: bias and mean absolute error of every method, and whether one of them is better.

The error of a forecast is forecast − won. To compare two methods, each period counts once: with its mean absolute error
over the weeks (2, 4, 8 and 12 before the end) at which both said something. The method with the smallest mean is named only
if the Wilcoxon signed-rank test against every other method, times the number of pairs (Bonferroni), stays below 5 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import combinations

import numpy as np

from xl_salesflow.core.accuracy_answers import (
    AccuracyAnswer,
    BestMethod,
    ForecastMethod,
    MethodAccuracy,
    PastForecast,
    PastPeriod,
    PeriodKind,
    RangeCoverage,
)
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.locale.texts import Text
from xl_salesflow.metrics.array_arithmetic import MetricMask
from xl_salesflow.metrics.deal_cube import date_of_days
from xl_salesflow.metrics.forecasting.forecast_backtest import METHODS, WEEKS_BEFORE, BackTest, run_back_test
from xl_salesflow.metrics.forecasting.paired_tests import signed_rank_p_value
from xl_salesflow.metrics.forecasting.probability_calibration import calibrate_learned, calibrate_simulated
from xl_salesflow.metrics.forecasting.stated_forecasts import number_or_none
from xl_salesflow.metrics.metric_declaration import MetricArray
from xl_salesflow.metrics.past_deals import read_deal_record

KINDS: tuple[PeriodKind, ...] = ("month", "quarter")
SIGNIFICANT = 0.05
"""P-value below which a difference is more than chance."""

_POOLED = [column for column, weeks in enumerate(WEEKS_BEFORE) if weeks > 0]
_NO_PERIOD_TEXT = Text("No month of the record is over yet.")
_NOTHING_SAID_TEXT = Text(
    "For no past period anything is on record that was forecast: amounts, expected closes and categories count from the "
    "day that their changes are recorded, calls from their day, and a simulation needs enough closed deals."
)


def compute_accuracy(pipeline: Pipeline) -> AccuracyAnswer:
    """Return how right the forecasts of every past month and quarter were."""
    test = run_back_test(pipeline)
    deals = read_deal_record(pipeline)
    nothing = all(np.isnan(values).all() for values in test.said.values())
    why_not = _NO_PERIOD_TEXT if not test.periods else _NOTHING_SAID_TEXT if nothing else None
    return AccuracyAnswer(
        pipeline.today,
        tuple(find_best_method(_absolute_errors(test, kind), kind) for kind in KINDS),
        tuple(one for kind in KINDS for one in _list_accuracies(test, kind, 0, None)),
        tuple(
            one
            for kind in KINDS
            for group, owner in enumerate(test.owners, 1)
            for one in _list_accuracies(test, kind, group, owner)
            if one.weeks is None
        ),
        tuple(_list_coverages(test)),
        (calibrate_learned(pipeline, deals, test.simulated_days), calibrate_simulated(deals, test.simulated_days)),
        tuple(_list_past_answers(test)),
        why_not.in_(pipeline.language) if why_not else None,
    )


def _rows_of(test: BackTest, kind: PeriodKind) -> MetricMask:
    return np.array([period.kind == kind for period in test.periods], dtype=bool)


def _absolute_errors(test: BackTest, kind: PeriodKind) -> dict[ForecastMethod, MetricArray]:
    """Return the size of the team's errors, by period and weeks before its end (without 0)."""
    rows = _rows_of(test, kind)
    won = test.won[rows, :1]
    return {method: np.abs(test.said[method][rows][:, _POOLED, 0] - won) for method in METHODS}


def find_best_method(errors: Mapping[ForecastMethod, MetricArray], kind: PeriodKind) -> BestMethod:
    """Return the method whose *errors* (by period and weeks, NaN if nothing was said) are smallest by more than chance."""
    methods = [method for method, sizes in errors.items() if not np.isnan(sizes).all()]
    pairs = list(combinations(methods, 2))
    compared = {pair: _compare_methods(errors[pair[0]], errors[pair[1]]) for pair in pairs}
    fewest = min((periods for _, _, periods in compared.values()), default=0)
    for method in methods:
        against = [
            (p_value, difference if pair[0] == method else -difference, periods)
            for pair, (p_value, difference, periods) in compared.items()
            if method in pair
        ]
        largest = min(max((p_value for p_value, _, _ in against), default=1.0) * len(pairs), 1.0)
        if against and largest < SIGNIFICANT and all(difference < 0 for _, difference, _ in against):
            return BestMethod(kind, method, round(largest, 4), min(periods for _, _, periods in against))
    return BestMethod(kind, None, None, fewest)


def _compare_methods(first: MetricArray, second: MetricArray) -> tuple[float, float, int]:
    """Return the p-value, the mean difference of the errors, and the number of periods that both said something about."""
    both = ~np.isnan(first) & ~np.isnan(second)
    periods = both.any(axis=1)
    differences = np.where(both, first - second, 0.0).sum(axis=1)[periods] / both.sum(axis=1)[periods]
    mean = float(differences.mean()) if len(differences) else 0.0
    return signed_rank_p_value(differences), mean, int(periods.sum())


def _list_accuracies(test: BackTest, kind: PeriodKind, group: int, owner: str | None) -> Iterator[MethodAccuracy]:
    rows = _rows_of(test, kind)
    for method in METHODS:
        errors = test.said[method][rows][:, :, group] - test.won[rows, group, None]
        pooled = errors[:, _POOLED]
        for weeks, part in ((None, pooled), *((weeks, errors[:, [at]]) for at, weeks in enumerate(WEEKS_BEFORE))):
            known = ~np.isnan(part)
            if known.any():
                yield MethodAccuracy(
                    kind, method, owner, weeks, int(known.any(axis=1).sum()), round(float(part[known].mean()), 2),
                    round(float(np.abs(part[known]).mean()), 2),
                )  # fmt: skip


def _list_coverages(test: BackTest) -> Iterator[RangeCoverage]:
    for kind in KINDS:
        rows = _rows_of(test, kind)
        won, low, high = test.won[rows, 0], test.low[rows], test.high[rows]
        for column in _POOLED:
            known = ~np.isnan(low[:, column])
            if known.any():
                inside = (won >= low[:, column] - 0.005) & (won <= high[:, column] + 0.005)
                share = round(float(inside[known].mean()), 4)
                yield RangeCoverage(kind, WEEKS_BEFORE[column], int(known.sum()), share)


def _list_past_answers(test: BackTest) -> Iterator[PastPeriod]:
    for place, period in enumerate(test.periods):
        start, end = (date_of_days(day) for day in period.days)
        assert start is not None
        assert end is not None
        forecasts = []
        for column, weeks in enumerate(WEEKS_BEFORE):
            said = {method: number_or_none(test.said[method][place, column, 0]) for method in METHODS}
            ends = (number_or_none(each[place, column]) for each in (test.low, test.high))
            low, high = (None if each is None else round(each, 2) for each in ends)
            if said["simulation"] is not None:
                said["simulation"] = round(said["simulation"], 2)
            forecasts.append(PastForecast(weeks, end - timedelta(weeks=weeks), p10=low, p90=high, **said))
        yield PastPeriod(period.kind, start, end, float(test.won[place, 0]), tuple(forecasts))
