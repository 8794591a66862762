"""How right the forecasts were: the back-test held against a second one in plain loops, and against what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import numpy as np
import pandas as pd
import pytest

from tests.metrics.generated import generated
from xl_salesflow.core.accuracy_answers import AccuracyAnswer, PastForecast, PastPeriod
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.deal_cube import days_since_1970
from xl_salesflow.metrics.forecasting.forecast_accuracy import compute_accuracy, find_best_method
from xl_salesflow.metrics.forecasting.forecast_simulation import OpenDeals, simulate_forecast
from xl_salesflow.metrics.forecasting.paired_tests import signed_rank_p_value
from xl_salesflow.metrics.forecasting.probability_calibration import calibrate
from xl_salesflow.metrics.forecasting.stay_record import build_stay_record
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

WEEKS = (12, 8, 4, 2, 0)
RUNS, DRAWS = 60, 20


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Return a team whose values are recorded since 2025, with commit calls and changes in the Journal."""
    made = generated(250)
    deals = made["Deals"].assign(recorded_since=pd.Timestamp(2025, 1, 1))
    opened = deals.index[deals["outcome"] == "open"]
    lines = [
        {"run": "R0", "time": datetime(2025, 1, 1, 9), "operation": "change", "table": "Team", "key": "Ann", "column": "role"},
        *(
            {
                "run": "R1", "time": datetime(2026, 1, 15, 9), "verb": "update", "operation": "change", "table": "Deals",
                "key": deals.at[row, "deal"], "column": "forecast", "before": "omitted", "after": deals.at[row, "forecast"],
            }
            for row in opened[::3]
        ),
    ]  # fmt: skip
    calls = [
        {
            "call": f"CC-{number}", "from": date(2025, month, 1), "to": date(2025, month, 28 + (month == 6) * 2), "owner": owner,
            "value": 10_000.0 * number, "day": date(2025, month, 5 + number),
        }
        for number, (month, owner) in enumerate(product((2, 6), ("Ann", "Bo", "Ann")))
    ]  # fmt: skip
    return made.with_tables(
        Deals=deals,
        Journal=make_table_frame(TABLES["Journal"], lines),
        Calls=make_table_frame(TABLES["Calls"], calls),
    )


@pytest.fixture(scope="module")
def answer(pipeline: Pipeline) -> AccuracyAnswer:
    """Return its back-test, with few runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("xl_salesflow.metrics.forecasting.forecast_backtest.BACK_TEST_RUNS", RUNS)
        patch.setattr("xl_salesflow.metrics.forecasting.forecast_backtest.BACK_TEST_DRAWS", DRAWS)
        return compute_accuracy(pipeline)


def each_forecast(answer: AccuracyAnswer) -> Iterator[tuple[PastPeriod, PastForecast]]:
    """Yield every forecast with its period."""
    for period in answer.periods:
        for forecast in period.forecasts:
            yield period, forecast


def test_every_past_month_and_quarter_is_covered(pipeline: Pipeline, answer: AccuracyAnswer) -> None:
    first = pipeline["History"]["entered"].min()
    months = pd.period_range(first, "2026-03", freq="M")
    quarters = pd.period_range(first, "2026-03", freq="Q")
    covered = [(one.kind, one.from_, one.to) for one in answer.periods]
    assert covered == [
        *(("month", one.start_time.date(), one.end_time.date()) for one in months),
        *(("quarter", one.start_time.date(), one.end_time.date()) for one in quarters),
    ]
    assert {tuple(one.weeks for one in period.forecasts) for period in answer.periods} == {WEEKS}
    for period, forecast in each_forecast(answer):
        assert forecast.day == period.to - timedelta(weeks=forecast.weeks)


def test_a_second_back_test_in_plain_loops_finds_the_same(pipeline: Pipeline, answer: AccuracyAnswer) -> None:
    stories = {deal: stays.to_dict("records") for deal, stays in pipeline["History"].groupby("deal", sort=False)}
    now = pipeline["Deals"].set_index("deal")
    omitted = set(pipeline["Journal"]["key"])
    compared = 0
    for period, forecast in each_forecast(answer):
        won = _won_by(stories, now, period, pd.Timestamp(pipeline.today))
        assert period.won == pytest.approx(won, abs=0.005)
        if forecast.weighted is None:
            continue
        day = pd.Timestamp(forecast.day)
        said = {"weighted": 0.0, "commit": 0.0, "best_case": 0.0, "pipeline": 0.0}
        for deal, stays in stories.items():
            stay = _stay_on(stays, day)
            if stay is None or stay["outcome"] != "open":
                continue
            row = now.loc[deal]
            if (
                not (pd.Timestamp(period.from_) <= row["expected_close"] <= pd.Timestamp(period.to))
                or row["amount"] != row["amount"]
            ):
                continue
            category = "omitted" if deal in omitted and day < pd.Timestamp(2026, 1, 15) else row["forecast"]
            said["weighted"] += round(row["amount"] * stay["probability"] + 1e-9, 2)
            said["commit"] += row["amount"] * (category == "commit")
            said["best_case"] += row["amount"] * (category in ("commit", "best_case"))
            said["pipeline"] += row["amount"] * (category != "omitted")
        so_far = _won_by(stories, now, period, day)
        for method, value in said.items():
            assert getattr(forecast, method) == pytest.approx(so_far + value, abs=0.01), (period, forecast, method)
            compared += 1
    assert compared > 200


def _stay_on(stays: list[dict[str, object]], day: pd.Timestamp) -> dict[str, object] | None:
    begun = [stay for stay in stays if not stay["entered"] > day]  # type: ignore[operator]
    return begun[-1] if begun else None


def _won_by(
    stories: dict[str, list[dict[str, object]]], now: pd.DataFrame, period: PastPeriod, day: pd.Timestamp
) -> float:
    total = 0.0
    for deal, stays in stories.items():
        stay = _stay_on(stays, day)
        if stay is None or stay["outcome"] != "won" or now.at[deal, "amount"] != now.at[deal, "amount"]:
            continue
        if pd.Timestamp(period.from_) <= stay["closed"] <= pd.Timestamp(period.to):  # type: ignore[operator]
            total += now.at[deal, "amount"]
    return round(total, 2)


def test_a_simulation_knows_nothing_that_happened_later(pipeline: Pipeline, answer: AccuracyAnswer) -> None:
    period = next(one for one in answer.periods if one.kind == "quarter" and one.from_ == date(2025, 10, 1))
    forecast = next(one for one in period.forecasts if one.weeks == 8)
    day = pd.Timestamp(forecast.day)
    history = pipeline["History"]
    begun = history[~(history["entered"] > day)]
    end = pd.Timestamp(9999, 12, 31)
    cut = pipeline.with_tables(History=begun.assign(left=begun["left"].mask(begun["left"] > day, end)))
    record = build_stay_record(cut)
    last = begun.drop_duplicates("deal", keep="last")
    rows = last[(last["outcome"] == "open")].sort_values("deal")
    now = pipeline["Deals"].set_index("deal").loc[rows["deal"]]
    age = np.nan_to_num((day - rows["entered"]).dt.days.to_numpy(float)).astype(np.int64)
    deals = OpenDeals(
        record.number_states(rows["playbook"], rows["stage"]), age, now["amount"].to_numpy(float),
        pd.Index(record.owners).get_indexer(now["owner"]).astype(np.int64),
    )  # fmt: skip
    ends = [(date(2025, 11, 30) - forecast.day).days, 56]  # the month of December is forecast on this day too
    runs = simulate_forecast(record, days_since_1970(forecast.day), deals, ends, runs=RUNS, draws=DRAWS).value[-1]
    won = _won_quarter(pipeline, period, day)
    assert forecast.simulation == pytest.approx(won + float(np.quantile(runs, 0.5)), abs=0.01)
    assert forecast.p10 is not None
    assert forecast.p90 is not None
    assert forecast.p10 <= forecast.simulation <= forecast.p90


def _won_quarter(pipeline: Pipeline, period: PastPeriod, day: pd.Timestamp) -> float:
    stories = {deal: stays.to_dict("records") for deal, stays in pipeline["History"].groupby("deal", sort=False)}
    return _won_by(stories, pipeline["Deals"].set_index("deal"), period, day)


def test_bias_and_mean_error_are_those_of_the_periods(answer: AccuracyAnswer) -> None:
    for one in answer.methods:
        errors = [
            getattr(forecast, one.method) - period.won
            for period, forecast in each_forecast(answer)
            if period.kind == one.kind and getattr(forecast, one.method) is not None
            and (forecast.weeks == one.weeks or (one.weeks is None and forecast.weeks))
        ]  # fmt: skip
        assert one.bias == pytest.approx(sum(errors) / len(errors), abs=0.01)
        assert one.mean_absolute_error == pytest.approx(sum(map(abs, errors)) / len(errors), abs=0.01)
    assert {one.owner for one in answer.owners} >= {"Ann", "Bo", "李雷"}


def test_calls_count_from_their_day(answer: AccuracyAnswer) -> None:
    february = next(one for one in answer.periods if one.kind == "month" and one.from_ == date(2025, 2, 1))
    called = {forecast.weeks: forecast.call for forecast in february.forecasts}
    assert called == {12: None, 8: None, 4: None, 2: 30_000.0, 0: 30_000.0}  # Ann 20,000 (her second call) + Bo 10,000


def test_nothing_on_record_is_said_in_words() -> None:
    empty = generated(1)
    none = compute_accuracy(empty.with_tables(History=make_table_frame(TABLES["History"]), Deals=empty["Deals"][:0]))
    assert none.why_not == "No month of the record is over yet."
    few = compute_accuracy(replace(generated(12), today=date(2026, 3, 20)))
    assert few.why_not is None or few.why_not.startswith("For no past period")
    assert all(one.brier is None for one in few.calibration)


@pytest.mark.parametrize(
    "differences",
    [
        [1.0, 2, 3, 4, 5, 6],
        [1.0, -2, 3, 4, -5, 6, 7],
        [0.0, 1, 1, 1, -1, 2],
        [3.0],
        [0.0],
        [-1.0, -1, -1, -2, 5, -7, -8, 9],
    ],
)
def test_the_signed_rank_test_counts_every_way_to_give_signs(differences: list[float]) -> None:
    found = [value for value in differences if value]
    sizes = sorted(map(abs, found))
    ranks = [np.mean([place for place, size in enumerate(sizes, 1) if size == abs(value)]) for value in found]
    middle = sum(ranks) / 2
    seen = abs(sum(rank for rank, value in zip(ranks, found, strict=True) if value > 0) - middle)
    signs = list(product((0, 1), repeat=len(found)))
    extreme = [abs(np.dot(each, ranks) - middle) >= seen - 1e-9 for each in signs] if found else [True]
    assert signed_rank_p_value(np.array(differences)) == pytest.approx(np.mean(extreme))


def test_the_normal_approximation_continues_the_exact_test() -> None:
    random = np.random.default_rng(4)
    for shift in (0.0, 0.1, 0.3):
        sample = random.normal(shift, 1, 61)
        assert signed_rank_p_value(sample) == pytest.approx(signed_rank_p_value(sample[:60]), abs=0.12)


def test_a_best_method_is_named_only_beyond_chance() -> None:
    random = np.random.default_rng(2)
    near = np.abs(random.normal(0, 1, (24, 4)))
    alike = {"simulation": near, "weighted": np.abs(random.normal(0, 1, (24, 4)))}
    assert find_best_method(alike, "month").method is None  # type: ignore[arg-type]
    better = {**alike, "simulation": near / 3, "call": np.full((24, 4), np.nan)}
    named = find_best_method(better, "month")  # type: ignore[arg-type]
    assert (named.method, named.periods) == ("simulation", 24)
    assert named.p_value is not None
    assert named.p_value < 0.05
    assert find_best_method({"weighted": near[:4] / 9, "simulation": near[:4]}, "month").method is None, (
        "four are too few"
    )


def test_a_reliability_table_has_means_and_a_brier_score() -> None:
    said = np.array([0.05, 0.15, 0.12, 1.0] + [0.95] * 36)
    won = np.array([0.0, 1.0, 0.0, 1.0] + [1.0] * 36)
    found = calibrate("learned", said, won)
    assert [(one.low, one.deals, one.predicted, one.won) for one in found.bins] == [
        (0.0, 1, 0.05, 0.0), (0.1, 2, 0.135, 0.5), (0.9, 37, 0.9514, 1.0),
    ]  # fmt: skip
    assert found.brier == pytest.approx(((said - won) ** 2).mean(), abs=1e-4)
    assert calibrate("learned", said[:5], won[:5]).brier is None
