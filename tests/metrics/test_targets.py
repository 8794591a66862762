from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.funnel_answers import compute_funnel, compute_metrics_by
from xl_salesflow.schema.named_values import Query

YEAR = {"from": date(2026, 1, 1), "to": date(2026, 12, 31)}
FIRST_QUARTER = {"from": date(2026, 1, 1), "to": date(2026, 3, 31)}
QUARTER = Query(start=date(2026, 1, 1), end=date(2026, 3, 31))


def pipeline(*targets: dict[str, Any]) -> Pipeline:
    return pipeline_from_table(
        """
        deal | owner | amount | expected_close | visits
        D-1  | Ann   | 400    |                | Lead 01-01, Won 01-11
        D-2  | Bo    | 100    |                | Lead 01-01, Won 04-11
        D-3  | Bo    | 100    |                | Lead 02-01, Lost 02-11
        D-4  | Ann   | 300    | 2026-03-15     | Lead 02-01
        D-5  | Bo    | 250    | 2026-06-30     | Lead 02-01
        D-6  | Bo    | 250    | 2027-01-01     | Lead 02-01
        """,
        date(2026, 4, 30),
        Targets=list(targets),
    )


@pytest.mark.parametrize(
    ("targets", "view", "target"),
    [
        ([{**YEAR, "target": 900}], Query(), 900),
        ([{**YEAR, "target": 900}, {**FIRST_QUARTER, "target": 200}], QUARTER, 200),
        ([{**YEAR, "target": 900}, {**YEAR, "owner": "Ann", "target": 500}], Query(), 900),
        ([{**YEAR, "owner": "Bo", "target": 300}, {**YEAR, "owner": "Ann", "target": 500}], Query(), 800),
        ([{**YEAR, "target": 900}, {**YEAR, "owner": "Ann", "target": 500}], Query(filters={"owner": "ann"}), 500),
        ([{**YEAR, "target": 900}], Query(filters={"owner": "Ann"}), None),
        ([{**YEAR, "target": 900}], Query(filters={"region": "north"}), None),
        ([{**YEAR, "target": 0}], Query(), 0),
        ([], Query(), None),
    ],
    ids=[
        "team",
        "quarter",
        "team before owners",
        "owners together",
        "owner",
        "owner without",
        "no such slice",
        "zero",
        "none",
    ],
)
def test_target_of_a_query(targets: list[dict[str, Any]], view: Query, target: float | None) -> None:
    assert compute_funnel(replace(pipeline(*targets), query=view)).metrics["target"] == target


def test_attainment_gap_and_coverage() -> None:
    metrics = compute_funnel(pipeline({**YEAR, "target": 1600})).metrics
    ids = ("won_to_date", "attainment", "target_gap", "expected_value", "coverage", "required_coverage")
    assert [metrics[metric] for metric in ids] == [500, 500 / 1600, 1100, 550, 550 / 1100, 600 / 500]


@pytest.mark.parametrize(("target", "gap", "coverage"), [(501, 1, 550), (500, 0, None), (499, -1, None)])
def test_a_reached_target_needs_no_coverage(target: float, gap: float, coverage: float | None) -> None:
    metrics = compute_funnel(pipeline({**YEAR, "target": target})).metrics
    assert (metrics["target_gap"], metrics["coverage"]) == (gap, coverage)


def test_without_a_target_nothing_is_missing() -> None:
    metrics = compute_funnel(pipeline()).metrics
    assert [metrics[metric] for metric in ("attainment", "target_gap", "coverage", "won_needed")] == [None] * 4


def test_every_owner_is_compared_with_their_own_target() -> None:
    groups = compute_metrics_by(
        pipeline({**YEAR, "owner": "Ann", "target": 800}, {**YEAR, "owner": "Bo", "target": 50}), "owner"
    )
    assert {group.key: group.metrics["attainment"] for group in groups} == {"Ann": 0.5, "Bo": 2.0}


def test_velocity() -> None:
    # 3 open × 250 mean won × 2/3 won ÷ 55 days
    assert compute_funnel(pipeline()).metrics["velocity"] == round(3 * 250 * 2 / 3 / 55, 2)
