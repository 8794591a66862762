from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import answer_funnel, compute_funnel, compute_metrics_by
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.readings.report_facts import build_report_document
from xl_salesflow.schema.named_values import NEVER_ENTERED_LINE, Query

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


WITHOUT_AMOUNTS = """
    deal | owner | amount | loss_reason | expected_close | forecast | visits
    D-1  | Ann   |        |             | 2026-06-01     | commit   | Lead 01-10
    D-2  | Ann   |        |             |                |          | Lead 01-10, Contract 02-01
    D-3  | Bo    | 300    |             |                |          | Lead 01-10, Contract 02-01
    D-4  | Bo    |        |             |                |          | Lead 01-12, Contract 02-01, Won 03-01
    D-5  | Bo    |        | price       |                |          | Lead 01-12, Lost 03-01
"""


def without_amounts() -> Pipeline:
    target = {"from": date(2026, 1, 1), "to": date(2026, 12, 31), "target": 1000.0}
    names = {"Lists": [{"loss_reason": "price"}], "Team": [{"person": "Ann"}, {"person": "Bo"}]}
    return pipeline_from_table(WITHOUT_AMOUNTS, date(2026, 3, 31), Targets=[target], **names)


def test_a_value_nobody_knows_is_blank_everywhere_and_its_deals_are_counted() -> None:
    pipeline = without_amounts()
    answer, shown = compute_funnel(pipeline), compute_sheet_values(pipeline)
    counted = [answer.metrics[f"unvalued_{outcome}_count"] for outcome in ("open", "won", "lost")]
    assert counted == [2, 1, 1]
    unknown = (
        "won_value", "lost_value", "won_to_date", "attainment", "target_gap", "plan_value", "expected_value",
        "forecast_commit", "forecast_to_commit", "forecast_to_pipeline", "win_rate_by_value",
    )  # fmt: skip
    assert {name: answer.metrics[name] for name in unknown} == dict.fromkeys(unknown)
    assert {row["stage"]: (row["open_count"], row["open_value"], row["weighted_value"]) for row in answer.stages} == {
        "Lead": (1, None, None),
        "Qualified": (0, 0, 0),
        "Demo": (0, 0, 0),
        "Contract": (2, 300, 225),
        "Won": (None, None, None),
    }
    rows = {
        name: list(shown.tables[name].values()) for name in ("Groups", "Trend", "LossReasons", "Leaks", "Competitors")
    }
    assert [(row["name"], row["open_value"], row["won_value"]) for row in rows["Groups"][:2]] == [
        ("Ann", "", 0),
        ("Bo", 300, ""),
    ]
    assert rows["Trend"][-1]["won_value"] == ""
    assert [row["lost_value"] for row in rows["LossReasons"][:2]] == [0, ""]
    assert rows["Leaks"][0]["lost_value"] == ""
    assert (rows["Competitors"][0]["won_value"], rows["Competitors"][0]["lost_value"]) == ("", "")
    feet = ("open_value", "weighted_value", "won_value", "won_to_date", "expected_value")
    assert [shown.cells[f"Foot_{metric}"] for metric in feet] == [
        f"{count} without an amount" for count in (2, 2, 1, 1, 1)
    ]


def test_a_typed_zero_is_a_zero() -> None:
    pipeline = without_amounts()
    pipeline = pipeline.with_tables(Deals=pipeline["Deals"].assign(amount=0.0))
    answer, cells = compute_funnel(pipeline), compute_sheet_values(pipeline).cells
    ids = ("open_value", "won_value", "lost_value", "won_to_date", "attainment", "expected_value", "forecast_to_commit")
    assert [answer.metrics[metric] for metric in ids] == [0] * len(ids)
    assert [answer.metrics[f"unvalued_{outcome}_count"] for outcome in ("open", "won", "lost")] == [0, 0, 0]
    assert cells["Foot_won_value"] == "closed in the period"


@pytest.mark.parametrize(
    ("query", "never"),
    [
        (Query(), ["Qualified", "Demo"]),
        (Query(filters={"owner": "Ann"}), ["Qualified", "Demo", "Won"]),
        (Query(as_of=date(2026, 1, 31)), ["Qualified", "Demo", "Contract", "Won"]),
        (Query(start=date(2026, 3, 31)), ["Qualified", "Demo"]),  # whatever the period
        (Query(filters={"owner": "Nobody"}), []),
    ],
)
def test_stages_that_nobody_entered_are_named(query: Query, never: list[str]) -> None:
    pipeline = replace(without_amounts(), query=query)
    assert list(answer_funnel(pipeline, None, None).never_entered) == never
    told = f"Never entered: {', '.join(never)}" if never else ""
    assert compute_sheet_values(pipeline).cells[NEVER_ENTERED_LINE] == told


def test_the_report_shows_no_zero_for_what_is_not_known() -> None:
    facts = build_report_document(without_amounts()).facts
    assert [(row["name"], row["value"]) for row in facts["lost_reasons"]] == [("Price", None)]
    assert [(row["key"], row["open_value"], row["won_value"]) for row in facts["owners"]] == [
        ("Bo", 300, None),
        ("Ann", None, 0),
    ]
