"""The answer of `forecast`: what is won, what the deals say, targets, months, owners, and when nothing is simulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from tests.metrics.generated import TODAY, generated
from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.answers import answer_to_json
from xl_salesflow.core.forecast_answers import ForecastAnswer
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.forecasting.team_forecast import compute_forecast
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.schema.named_values import Query, Settings
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

START, END = date(2026, 1, 1), date(2026, 6, 30)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    """Return a team with enough closed deals, and targets for every quarter."""
    return generated(300)


@pytest.fixture(scope="module")
def answer(pipeline: Pipeline) -> ForecastAnswer:
    """Return its forecast for half a year, of which a quarter is over."""
    return compute_forecast(pipeline, START, END)


def test_a_second_call_gives_the_same_numbers(pipeline: Pipeline, answer: ForecastAnswer) -> None:
    assert compute_forecast(pipeline, START, END) == answer
    asked = replace(pipeline, query=Query(as_of=date(2025, 9, 1), filters={"owner": "Ann"}))
    assert compute_forecast(asked, START, END) == answer, "a forecast is of today, whatever the Funnel shows"


def test_what_the_deals_say_is_what_the_funnel_says(pipeline: Pipeline, answer: ForecastAnswer) -> None:
    funnel = compute_funnel(replace(pipeline, query=Query(start=START, end=END))).metrics
    assert answer.won == funnel["won_to_date"]
    assert answer.categories.commit == funnel["forecast_to_commit"]
    assert answer.categories.best_case == funnel["forecast_to_best_case"]
    assert answer.categories.pipeline == funnel["forecast_to_pipeline"]
    assert answer.target == funnel["target"]
    for value in (answer.won, answer.categories.commit, answer.categories.pipeline, answer.weighted):
        assert value is not None
    owned = [one for one in answer.owners if one.owner]
    assert answer.won == pytest.approx(sum(one.won for one in answer.owners))
    assert {one.owner for one in owned} == {"Ann", "Bo", "李雷"}
    assert answer.weighted == pytest.approx(sum(one.weighted or 0 for one in answer.owners))


def test_months_and_quarters_follow_from_today_to_the_end(answer: ForecastAnswer) -> None:
    months = [(one.from_.isoformat(), one.to.isoformat()) for one in answer.months]
    assert months[0] == ("2026-03-01", "2026-03-31")
    assert months[-1] == ("2026-06-01", "2026-06-30")
    assert [one.from_.isoformat() for one in answer.quarters] == ["2026-01-01", "2026-04-01"]
    for one in (*answer.months, *answer.quarters):
        assert one.range.p10 is not None
        assert one.won <= one.range.p10 <= (one.range.p50 or 0) <= (one.range.p90 or 0)
    assert answer.quarters[0].range.p90 == answer.quarters[0].won, "no day of it is left"


def test_the_deciding_deals_matter_most(answer: ForecastAnswer) -> None:
    assert 0 < len(answer.deals) <= 10
    spreads = [(one.amount or 0) ** 2 * one.chance * (1 - one.chance) for one in answer.deals if one.amount]
    assert spreads == sorted(spreads, reverse=True)
    assert answer.chance is not None
    largest = answer.deals[0]
    assert largest.swing is not None
    assert largest.swing > -0.02, "winning a deal does not make the target less likely"


def test_a_target_that_covers_a_part_of_the_period_is_none(pipeline: Pipeline) -> None:
    rows = pipeline["Targets"]
    half = pipeline.with_tables(Targets=rows[rows["to"] < pd.Timestamp(2026, 6, 1)])
    answer = compute_forecast(half, START, END)
    assert (answer.target, answer.chance) == (None, None)
    assert answer.months[-1].target is None
    assert answer.quarters[0].target is not None


@pytest.mark.parametrize(
    ("today", "start", "end", "period"),
    [
        (date(2026, 5, 14), None, None, ("2026-04-01", "2026-06-30")),
        (date(2026, 3, 31), None, None, ("2026-04-01", "2026-06-30")),  # nothing is left of the first quarter
        (date(2026, 12, 31), None, None, ("2027-01-01", "2027-03-31")),
        (date(2026, 5, 14), None, date(2026, 12, 31), ("2026-04-01", "2026-12-31")),
        (date(2026, 5, 14), date(2026, 1, 1), None, ("2026-01-01", "2026-06-30")),
        (date(2026, 5, 14), date(2026, 8, 1), None, ("2026-08-01", "2026-09-30")),
        (date(2026, 5, 14), None, date(2026, 5, 13), "ended"),
        (date(2026, 5, 14), date(2026, 8, 1), date(2026, 7, 1), "before it begins"),
    ],
)
def test_the_period_is_the_quarter_of_tomorrow(
    today: date, start: date | None, end: date | None, period: tuple[str, str] | str
) -> None:
    few = pipeline_from_table("deal | visits\nD-1 | Lead 01-10, Won 02-03", today)
    if isinstance(period, str):
        with pytest.raises(UsageError, match=period):
            compute_forecast(few, start, end)
        return
    answer = compute_forecast(few, start, end)
    assert (answer.from_.isoformat(), answer.to.isoformat()) == period


def test_too_little_is_said_and_not_simulated() -> None:
    few = pipeline_from_table(
        """
        deal | owner | amount | expected_close | forecast | visits
        D-1  | Ann   | 100    |                |          | Lead 01-10, Won 02-03
        D-2  | Bo    | 200    | 2026-02-20     | commit   | Lead 02-01
        """,
        date(2026, 2, 14),
    )
    answer = compute_forecast(few)
    assert answer.why_not == ("Closed deals on record: 1, won: 1; a simulation needs 30 closed ones, of which 10 won.")
    said = answer_to_json(answer)
    assert [said[key] for key in ("p10", "p50", "p90", "chance", "deals")] == [None, None, None, None, []]
    assert (answer.won, answer.weighted, answer.categories.commit) == (100, 120, 300)
    short = generated(300)
    recent = short["History"][short["History"]["entered"] > pd.Timestamp(2026, 1, 20)]
    easy = replace(short, settings=Settings({"playbook": "crm", "small_sample": 10.0}))
    assert (
        compute_forecast(easy.with_tables(History=recent)).why_not
        == "The record covers 68 days; a simulation needs 90."
    )
    assert compute_forecast(replace(short, language="zh").with_tables(History=recent[:5])).why_not.startswith(
        "记录中有"
    )  # type: ignore[union-attr]


def test_a_workbook_without_deals_has_a_forecast_too() -> None:
    empty = generated(1).with_tables(
        Deals=make_table_frame(TABLES["Deals"]), History=make_table_frame(TABLES["History"])
    )
    answer = compute_forecast(empty)
    assert (answer.won, answer.owners, answer.samples.since) == (0, (), None)
    assert answer.as_of == TODAY
