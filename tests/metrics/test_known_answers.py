"""The published figures of two public data sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.metrics.real_data import maven, olist
from xl_salesflow.metrics.funnel_answers import compute_funnel, compute_metrics_by

MAVEN = {
    "deal_count": 8800,
    "open_count": 2089,
    "won_count": 4238,
    "lost_count": 2473,
    "undated_count": 500,
    "won_value": 10_005_534,
    "median_won_value": 1117,
    "mean_won_value": 2360.91,
    "cycle_days_won_median": 57,
    "cycle_days_lost_median": 14,
}
ROUNDED = {
    "win_rate": (0.6315, 4),
    "win_rate_of_all": (0.4816, 4),
    "cycle_days_won_mean": (51.8, 1),
    "cycle_days_lost_mean": (41.5, 1),
    "cycle_days_closed_mean": (47.99, 2),
}


def test_crm_opportunities(shared: Path) -> None:
    metrics = compute_funnel(maven(shared)).metrics
    assert {metric: metrics[metric] for metric in MAVEN} == MAVEN
    assert {metric: round(metrics[metric], digits) for metric, (_, digits) in ROUNDED.items()} == {
        metric: v for metric, (v, _) in ROUNDED.items()
    }


def test_marketing_funnel(shared: Path) -> None:
    found = compute_funnel(olist(shared))
    assert (found.metrics["deal_count"], found.metrics["won_count"]) == (8000, 842)
    assert found.metrics["win_rate_of_all"] == pytest.approx(0.10525, abs=1e-12)
    assert [stage["reached"] for stage in found.stages] == [8000, 842]


@pytest.mark.parametrize("column", ["owner", "product", "account"])
def test_groups_add_up_to_the_total(shared: Path, column: str) -> None:
    pipeline = maven(shared)
    whole, parts = compute_funnel(pipeline).metrics, compute_metrics_by(pipeline, column)
    for metric in ("deal_count", "won_count", "lost_count", "open_count", "undated_count", "won_value"):
        assert sum(part.metrics[metric] or 0 for part in parts) == whole[metric]
