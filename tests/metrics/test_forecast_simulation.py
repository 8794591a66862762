"""The simulation of what will be won, held against made-up teams whose future is known, and against plain loops."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.metrics.generated import generated
from tests.metrics.made_teams import CONVERSIONS, LOST, MEAN_DAYS, STAGES, WON, make_team
from tests.metrics.stories import pipeline_from_table
from xl_salesflow.metrics.deal_cube import days_since_1970
from xl_salesflow.metrics.forecasting.forecast_simulation import OpenDeals, simulate_forecast
from xl_salesflow.metrics.forecasting.month_spread import learn_month_variance
from xl_salesflow.metrics.forecasting.owner_shifts import shrink_owner_shifts
from xl_salesflow.metrics.forecasting.stage_hazards import StageHazards, draw_stage_hazards
from xl_salesflow.metrics.forecasting.stay_record import NO_STATE, build_stay_record
from xl_salesflow.metrics.forecasting.win_chances import compute_win_chances

NIGHTLY = int(os.environ.get("SALESFLOW_EXAMPLES", "1")) > 1


def test_four_of_five_quarters_end_between_p10_and_p90() -> None:
    """300 quarters at night, within 3 points of 80 %; fewer by day, within 3 standard errors."""
    quarters = 300 if NIGHTLY else 36
    allowed = 0.03 if NIGHTLY else 3 * np.sqrt(0.8 * 0.2 / quarters)
    inside, above = [], []
    for seed in range(quarters):
        team = make_team(seed, (0.6, 1.2, 3.0)[seed % 3])
        runs = simulate_forecast(
            team.record, team.day, team.deals, [30, 61, 91], runs=2000 if NIGHTLY else 500, draws=100, by_owner=False
        )
        low, middle, high = np.quantile(runs.value[-1], [0.1, 0.5, 0.9])
        inside.append(low <= team.won_value <= high)
        above.append(team.won_value > middle)
    assert abs(np.mean(inside) - 0.8) <= allowed
    assert abs(np.mean(above) - 0.5) <= 3 * np.sqrt(0.25 / quarters)


def test_the_stages_convert_and_last_as_the_team_was_made() -> None:
    team = make_team(1, 20.0, spread=0)
    hazards = draw_stage_hazards(team.record.known_on(team.day), team.day, 50, np.random.default_rng(1))
    forever = compute_win_chances(hazards, np.arange(STAGES), np.zeros(STAGES, dtype=np.int64), [1]).eventually
    by_stage = np.cumprod(CONVERSIONS[::-1])[::-1]
    assert forever.mean(axis=0) == pytest.approx(by_stage, abs=0.04)
    survival = np.cumprod(hazards.remaining, axis=2).mean(axis=0)
    tail = survival[:, -1] / (1 - hazards.remaining[:, :, -1].mean(axis=0))
    assert 1 + survival[:, :-1].sum(axis=1) + tail == pytest.approx(MEAN_DAYS + 0.5, rel=0.1)


def test_chances_agree_with_deals_walked_day_by_day() -> None:
    exits = np.zeros((1, 2, 2, 4))
    exits[0, 0, 0] = (0, 0.05, 0.01, 0.02)
    exits[0, 0, 1] = (0.01, 0.10, 0.00, 0.05)
    exits[0, 1, 0] = (0.02, 0, 0.06, 0.03)
    exits[0, 1, 1] = (0, 0, 0.02, 0.10)
    bands = np.array([[0, 0, 0, 1, 1, 1], [0, 0, 0, 0, 0, 1]])
    hazards = StageHazards(exits, bands)
    state, age = np.array([0, 0, 1, 1]), np.array([0, 4, 2, 40])
    chances = compute_win_chances(hazards, state, age, [5, 20])
    walked = [[_walk(hazards, *start, days) for days in (5, 20)] for start in zip(state, age, strict=True)]
    assert chances.by_horizon[0] == pytest.approx(np.array(walked), abs=0.012)
    assert chances.eventually[0] == pytest.approx(
        [_walk(hazards, *start, 400) for start in zip(state, age, strict=True)], abs=0.012
    )
    assert chances.when_new[0, 20, :2] == pytest.approx(chances.by_horizon[0, [0, 2], 1], abs=0.2)
    assert chances.when_new[0, 3, 2:].tolist() == [1, 0]


def _walk(hazards: StageHazards, state: int, age: int, days: int, deals: int = 20_000) -> float:
    """Walk *deals* deals day by day, and return the share that is won within *days*."""
    random = np.random.default_rng(7)
    states, ages = np.full(deals, state), np.full(deals, age)
    for _ in range(days):
        walking = np.flatnonzero(states < 2)
        band = hazards.band_of_age[states[walking], np.minimum(ages[walking], hazards.last_age())]
        steps = np.cumsum(hazards.exits[0, states[walking], band], axis=1)
        target = (random.random(len(walking))[:, None] >= steps).sum(axis=1)
        ages[walking] = np.where(target < 4, 0, ages[walking] + 1)
        states[walking] = np.where(target < 4, target, states[walking])
    return float((states == 2).mean())


def test_the_same_workbook_gives_the_same_numbers_whatever_the_order_of_its_rows() -> None:
    pipeline = generated(150)
    mixed = pipeline.with_tables(
        Deals=pipeline["Deals"].iloc[::-1].reset_index(drop=True),
        History=pipeline["History"].sort_values(["source", "deal"], kind="stable").reset_index(drop=True),
    )
    day = days_since_1970(pipeline.today)
    deals = OpenDeals(np.array([0, 1, 2]), np.array([3, 40, 9]), np.array([100.0, np.nan, 50.5]), np.array([0, 1, -1]))
    first, again, other = (
        simulate_forecast(build_stay_record(each), day, deals, [30, 60], runs=400, draws=20, watch=2)
        for each in (pipeline, pipeline, mixed)
    )
    for runs in (again, other):
        assert (runs.value == first.value).all()
        assert (runs.wins == first.wins).all()
        assert (runs.owner_value == first.owner_value).all()
    assert (np.diff(first.value, axis=0) >= 0).all()


def test_owner_values_add_up_to_the_team_without_new_business() -> None:
    team = make_team(3, 1.0)
    closed_shop = replace(team.record, first=np.zeros(len(team.record.deal), dtype=bool))
    runs = simulate_forecast(closed_shop, team.day, team.deals, [91], runs=400, draws=20)
    # without a new deal in the record, the rate is small, but a rate of nothing at all is never certain
    rest = runs.value[-1] - runs.owner_value.sum(axis=0)
    assert (rest > -0.01).all()
    assert np.median(rest) < 0.01


def test_a_stay_is_counted_where_the_deal_stands_at_the_end_of_the_day() -> None:
    """Same-day moves are one move; what happened after the day is not known on it."""
    pipeline = pipeline_from_table(
        """
        deal | owner | amount | visits
        D-1  | Ann   | 100    | Lead 01-10, Qualified 01-20, Demo 01-20, Won 02-05
        D-2  |       | 200    | Lead 01-15, Lost 03-01
        D-3  | Bo    | 300    | Lead ?, Qualified 02-01
        D-4  | Bo    | 300    | Lead 02-02, Qualified 02-02
        """,
        date(2026, 4, 1),
    )
    record = build_stay_record(pipeline)
    names = [*(stage for _, stage in record.stages), "Won", "Lost"]
    deals = sorted(set(pipeline["History"]["deal"]))

    def rows(day: str | date) -> list[tuple[str, str, str]]:
        known = record.known_on(days_since_1970(day))
        return sorted(
            (deals[deal], names[state], names[after] if after != NO_STATE else "")
            for deal, state, after in zip(known.deal, known.state, known.next_state, strict=True)
        )

    assert rows("2026-01-25") == [("D-1", "Demo", ""), ("D-1", "Lead", "Demo"), ("D-2", "Lead", "")]
    assert rows("2026-04-01") == [
        ("D-1", "Demo", "Won"), ("D-1", "Lead", "Demo"), ("D-1", "Won", ""), ("D-2", "Lead", "Lost"),
        ("D-2", "Lost", ""), ("D-3", "Qualified", ""), ("D-4", "Qualified", ""),
    ]  # fmt: skip
    assert {deals[deal] for deal in record.deal[record.first]} == {"D-1", "D-2", "D-4"}
    assert record.owners == ("Ann", "Bo")
    assert set(record.owner[record.deal == 1]) == {-1}
    assert (record.won, record.lost) == (len(record.stages), len(record.stages) + 1)
    assert WON == STAGES
    assert LOST == STAGES + 1


@pytest.mark.parametrize(("variance", "low", "high"), [(0.0, 0.0, 0.02), (0.16, 0.05, 0.36)])
def test_months_differ_by_more_than_chance_only_if_they_do(variance: float, low: float, high: float) -> None:
    team = make_team(5, 12.0, spread=0)
    record = team.record
    closes = np.isin(record.next_state, (WON, LOST))
    if variance:  # every other month is quiet: its deals close a month later
        month = np.where(closes, record.left, 0) // 30
        later = closes & (month % 2 == 0) & (np.random.default_rng(3).random(len(closes)) < 2 * np.sqrt(variance))
        record = replace(record, left=np.where(later, record.left + 30, record.left))
    known = record.known_on(team.day)
    hazards = draw_stage_hazards(known, team.day, 20, np.random.default_rng(1))
    assert low <= learn_month_variance(known, team.day, hazards) <= high
    assert learn_month_variance(record.known_on(90), 90, hazards) == 0, "three months are too few"


@pytest.mark.parametrize(
    ("won", "lost", "expected"),
    [
        ([50, 48, 52], [50, 52, 48], [0, 0, 0]),  # no more than chance: all are the team
        ([90, 10, 50], [10, 90, 50], [2.1, -2.1, 0]),  # far more than chance: nearly their own
        ([1, 500, 100], [0, 500, 400], [0.4, 0.2, -1.1]),  # one deal says little
    ],
)
def test_owners_are_shrunk_as_far_as_chance_explains_them(
    won: list[int], lost: list[int], expected: list[float]
) -> None:
    shifts, variances = shrink_owner_shifts(np.array(won, dtype=float), np.array(lost, dtype=float))
    assert shifts == pytest.approx(expected, abs=0.35)
    assert (variances >= 0).all()
