from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import compute_funnel
from xl_salesflow.schema.named_values import Query


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | visits
        D-1  | Lead 01-01, Qualified 01-04, Won 01-11
        D-2  | Lead 01-01, Qualified 01-08, Lead 01-10, Qualified 01-30, Won 03-02
        D-3  | Lead 02-01, Lost 02-06
        D-4  | Lead 02-20
        D-5  | Lead 03-09
        D-6  | Lead ?, Won 03-01
        """,
        date(2026, 3, 10),
    )


def test_cycle_days_leave_out_deals_without_dates(pipeline: Pipeline) -> None:
    found = compute_funnel(pipeline)
    table = {
        metric: (value, found.samples[metric])
        for metric, value in found.metrics.items()
        if metric.startswith("cycle_days")
    }
    assert table == {
        "cycle_days_won_mean": (35, 2),  # 10 and 60 days
        "cycle_days_won_median": (35, 2),
        "cycle_days_lost_mean": (5, 1),
        "cycle_days_lost_median": (5, 1),
        "cycle_days_closed_mean": (25, 3),
        "cycle_days_closed_median": (10, 3),
    }


@pytest.mark.parametrize(
    ("stage", "visits", "mean", "median", "p90", "limit", "over"),
    [
        ("Lead", 4, 8.75, 6, 16.1, 10, 1),  # 3, 7, 20 and 5 days; D-4 waits for 18, D-5 for 1
        ("Qualified", 3, 40 / 3, 7, 26.2, 15, 0),  # 7, 2 and 31 days
        ("Demo", 0, None, None, None, None, None),
    ],
)
def test_days_in_stage_are_of_finished_stays(
    pipeline: Pipeline, stage: str, visits: int, mean: float, median: float, p90: float, limit: int, over: int
) -> None:
    row = next(row for row in compute_funnel(pipeline).stages if row["stage"] == stage)
    found = [row[column] for column in ("visits", "mean_days", "median_days", "p90_days", "day_limit", "over_limit")]
    assert found == [pytest.approx(wanted) for wanted in (visits, mean, median, p90, limit, over)]


@pytest.mark.parametrize(
    ("as_of", "visits", "over"),
    [
        (date(2026, 1, 3), 0, 0),
        (date(2026, 1, 4), 1, 0),  # D-1 left on that day
        (date(2026, 1, 21), 2, 1),  # D-2 is back in Lead for 11 days
        (date(2026, 3, 3), 4, 1),  # D-4 for 11 days
        (date(2026, 4, 1), 4, 2),  # the days continue beyond today
    ],
)
def test_the_days_count_up_to_the_as_of_date(pipeline: Pipeline, as_of: date, visits: int, over: int) -> None:
    lead = compute_funnel(replace(pipeline, query=Query(as_of=as_of))).stages[0]
    assert (lead["visits"], lead["over_limit"]) == (visits, over)


@pytest.mark.parametrize(
    ("query", "visits"),
    [
        (Query(start=date(2026, 1, 1), end=date(2026, 1, 31)), [3, 2]),  # stays that ended in January
        (Query(start=date(2026, 1, 1), end=date(2026, 1, 31), reading="cohort"), [3, 3]),  # of deals created in January
        (Query(start=date(2026, 2, 1), end=date(2026, 2, 28)), [1, 0]),
        (Query(start=date(2026, 2, 1), end=date(2026, 2, 28), reading="cohort"), [1, 0]),
    ],
)
def test_a_period_chooses_stays_by_their_end_or_deals_by_their_creation(
    pipeline: Pipeline, query: Query, visits: list[int]
) -> None:
    lead, qualified, *_ = compute_funnel(replace(pipeline, query=query)).stages
    assert [lead["visits"], qualified["visits"]] == visits
