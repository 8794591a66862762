from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import compute_funnel, compute_metrics_by
from xl_salesflow.schema.named_values import Query

MARCH = {"start": date(2026, 3, 1), "end": date(2026, 3, 31)}


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | owner | amount  | visits
        D-1  | Ann   | 100.10  | Lead 01-10, Demo 01-20, Won 03-05
        D-2  | Ann   | 200.20  | Lead 02-01, Lost 03-31
        D-3  | Bo    |         | Lead 03-02, Won 03-20, Care 03-25
        D-4  | Bo    | 50.005  | Lead 03-15
        D-5  |       | 1000    | Lead ?, Qualified 02-01
        D-6  | Bo    | 300     | Lead ?, Lost ?
        """,
        date(2026, 4, 1),
    )


@pytest.mark.parametrize(
    ("question", "deals", "created", "still_open", "won", "lost"),
    [
        ("today, of all time", 6, 6, 2, 2, 2),
        ("closed in March", 6, 2, 2, 2, 1),
        ("created in March", 6, 2, 1, 1, 0),
        ("as of February the 15th", 2, 2, 2, 0, 0),
        ("as of March the 20th", 4, 4, 2, 2, 0),
        ("Ann", 2, 2, 0, 1, 1),
        ("ann, as of March the 20th", 2, 2, 1, 1, 0),
    ],
)
def test_counts(
    pipeline: Pipeline, question: str, deals: int, created: int, still_open: int, won: int, lost: int
) -> None:
    views = {
        "today, of all time": Query(),
        "closed in March": Query(**MARCH),
        "created in March": Query(**MARCH, reading="cohort"),
        "as of February the 15th": Query(as_of=date(2026, 2, 15)),
        "as of March the 20th": Query(as_of=date(2026, 3, 20)),
        "Ann": Query(filters={"owner": "Ann"}),
        "ann, as of March the 20th": Query(as_of=date(2026, 3, 20), filters={"owner": "ann"}),
    }
    metrics = compute_funnel(replace(pipeline, query=views[question])).metrics
    found = [metrics[metric] for metric in ("deal_count", "created_count", "open_count", "won_count", "lost_count")]
    assert found == [deals, created, still_open, won, lost]


@pytest.mark.parametrize(
    ("metric", "value", "sample"),
    [
        ("open_value", 1050.01, 2),  # the half cent of D-4 is rounded once, in the sum
        ("won_value", 100.10, 1),
        ("lost_value", 500.20, 2),
        ("mean_won_value", 100.10, 1),  # D-3 has no amount, which is not zero
        ("median_won_value", 100.10, 1),
        ("win_rate", 0.5, 4),
        ("win_rate_of_all", 2 / 6, 6),
        ("win_rate_by_value", 100.10 / 600.30, 3),
        ("undated_count", 2, 2),
        ("undated_closed_count", 1, 1),
    ],
)
def test_values_and_their_samples(pipeline: Pipeline, metric: str, value: float, sample: int) -> None:
    found = compute_funnel(pipeline)
    assert found.metrics[metric] == pytest.approx(value, abs=1e-12)
    assert found.samples[metric] == sample


def test_a_value_over_no_deals_is_unknown_and_not_zero() -> None:
    pipeline = pipeline_from_table("deal | visits\nD-1 | Lead 01-01", date(2026, 2, 1))
    metrics = compute_funnel(pipeline).metrics
    assert {
        metrics[metric] for metric in ("win_rate", "win_rate_by_value", "mean_won_value", "cycle_days_won_mean")
    } == {None}
    assert (metrics["won_count"], metrics["won_value"], metrics["win_rate_of_all"]) == (0, 0, 0)


def test_groups_are_sorted_by_deals_and_blanks_are_a_group(pipeline: Pipeline) -> None:
    groups = compute_metrics_by(pipeline, "owner")
    assert [(group.key, group.metrics["deal_count"], group.metrics["won_count"]) for group in groups] == [
        ("Bo", 3, 1),
        ("Ann", 2, 1),
        ("", 1, 0),
    ]


@pytest.mark.parametrize("as_of", [None, date(2026, 3, 20)])
def test_a_group_equals_the_filter(pipeline: Pipeline, as_of: date | None) -> None:
    pipeline = replace(pipeline, query=Query(as_of=as_of))
    for group in compute_metrics_by(pipeline, "owner"):
        if group.key:
            alone = compute_funnel(replace(pipeline, query=Query(as_of=as_of, filters={"owner": group.key}))).metrics
            sliced = {name: value for name, value in group.metrics.items() if value is not None}
            assert sliced == {name: alone[name] for name in sliced}


def test_a_deal_without_a_creation_date_is_left_out_of_the_past(pipeline: Pipeline) -> None:
    past = compute_funnel(replace(pipeline, query=Query(as_of=date(2026, 3, 31))))
    assert past.metrics["open_count"] == 1  # D-5 was Qualified then, but its creation date is unknown
    assert past.metrics["undated_count"] == 2


@pytest.mark.parametrize(
    ("amounts", "values"),
    [
        # open, won, lost, weighted value, win rate by value; the deals without an amount are no zeros
        ({}, (300, 100, 100, 75, 0.5)),
        ({"D-1": None}, (None, 100, 100, None, 0.5)),
        ({"D-2": None}, (300, None, 100, 75, None)),
        ({"D-3": None}, (300, 100, None, 75, None)),
        ({"D-3": 0.0}, (300, 100, 0, 75, 1.0)),
    ],
)
def test_a_blank_amount_is_no_zero(amounts: dict[str, float | None], values: tuple[float | None, ...]) -> None:
    pipeline = pipeline_from_table(
        """
        deal | amount | visits
        D-1  | 300    | Lead 01-01, Qualified 01-02
        D-2  | 100    | Lead 01-01, Won 01-10
        D-3  | 100    | Lead 01-01, Lost 01-10
        """,
        date(2026, 4, 1),
    )
    deals = pipeline["Deals"].set_index("deal", drop=False)
    for deal, amount in amounts.items():
        deals.loc[deal, "amount"] = amount
    pipeline = pipeline.with_tables(Deals=deals.set_index(pipeline["Deals"].index))
    answer = compute_funnel(pipeline)
    ids = ("open_value", "won_value", "lost_value", "weighted_value", "win_rate_by_value")
    assert tuple(answer.metrics[metric] for metric in ids) == values
    assert answer.samples["open_value"] == (0 if amounts.get("D-1", 1) is None else 1)


def test_no_deals_are_worth_zero() -> None:
    metrics = compute_funnel(
        pipeline_from_table("deal | amount | visits\nD-1 | 5 | Lead 01-01", date(2026, 4, 1))
    ).metrics
    assert (metrics["won_value"], metrics["lost_value"], metrics["win_rate_by_value"]) == (0, 0, None)


def test_closings_without_a_day_are_counted(pipeline: Pipeline) -> None:
    assert compute_funnel(pipeline).metrics["undated_closed_count"] == 1
    past = replace(pipeline, query=Query(as_of=date(2026, 2, 15)))
    assert compute_funnel(past).metrics["undated_closed_count"] == 1
    slice_ = replace(pipeline, query=Query(filters={"owner": "Ann"}))
    assert compute_funnel(slice_).metrics["undated_closed_count"] == 0
