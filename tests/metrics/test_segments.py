from __future__ import annotations

from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.funnel_answers import compare_segments
from xl_salesflow.metrics.segment_metrics import compare_win_rates


@pytest.mark.parametrize(
    ("won", "tried", "difference", "interval", "p_value", "verdict"),
    [
        # worked out by hand from the textbook formulas
        ((60, 40), (100, 100), 0.2, (0.0642, 0.3358), 0.0047, "first"),
        ((40, 60), (100, 100), -0.2, (-0.3358, -0.0642), 0.0047, "second"),
        ((52, 50), (100, 100), 0.02, (-0.1185, 0.1585), 0.7773, "no difference"),
        ((20, 5), (29, 100), 0.6397, (0.4660, 0.8133), 0.0, "too few"),
    ],
)
def test_two_segments(
    won: tuple[int, int],
    tried: tuple[int, int],
    difference: float,
    interval: tuple[float, float],
    p_value: float,
    verdict: str,
) -> None:
    found = compare_win_rates(won, tried)
    assert found.difference == pytest.approx(difference, abs=1e-4)
    assert found.interval == pytest.approx(interval, abs=1e-4)
    assert found.p_value == pytest.approx(p_value, abs=1e-4)
    assert found.verdict == verdict


def test_nothing_tried_is_too_few() -> None:
    found = compare_win_rates((0, 3), (0, 40))
    assert (found.first_rate, found.second_rate, found.difference, found.verdict) == (None, 0.075, None, "too few")


def test_when_everything_is_won_there_is_no_difference() -> None:
    found = compare_win_rates((40, 50), (40, 50))
    assert (found.difference, found.p_value, found.verdict) == (0, None, "no difference")


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | source    | visits
        D-1  | referral  | Lead 01-01, Won 01-05
        D-2  | referral  | Lead 01-01, Lost 01-05
        D-3  | Cold call | Lead 01-01, Lost 01-05
        D-4  | Cold call | Lead 01-01
        """,
        date(2026, 2, 1),
    )


def test_two_values_of_a_column_by_their_closed_deals(pipeline: Pipeline) -> None:
    found = compare_segments(pipeline, "source", "Referral", "cold call")
    assert (found.first_rate, found.second_rate, found.verdict) == (0.5, 0.0, "too few")


def test_a_segment_without_deals_is_named_with_those_there_are(pipeline: Pipeline) -> None:
    with pytest.raises(UsageError, match=r"“Website”.*Referral"):
        compare_segments(pipeline, "source", "Referral", "Website")


def test_a_column_without_values_is_named(pipeline: Pipeline) -> None:
    with pytest.raises(UsageError, match="No deal in view has a value of “Region”"):
        compare_segments(pipeline, "region", "East", "West")
