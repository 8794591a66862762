from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.metrics.funnel_answers import compare_segments
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.segment_metrics import compare_win_rates
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


@pytest.mark.parametrize(
    ("won", "tried", "difference", "interval", "p_value", "verdict"),
    [
        # the example of Newcombe (1998), method 10
        ((56, 48), (70, 80), 0.2, (0.0524, 0.3339), 0.0081, "first"),
        ((60, 40), (100, 100), 0.2, (0.0614, 0.3281), 0.0047, "first"),
        ((40, 60), (100, 100), -0.2, (-0.3281, -0.0614), 0.0047, "second"),
        ((52, 50), (100, 100), 0.02, (-0.1165, 0.1554), 0.7773, "no difference"),
        ((20, 5), (29, 100), 0.6397, (0.4475, 0.7802), 0.0, "too few"),
        # never beyond −1 and 1
        ((27, 0), (29, 31), 0.9310, (0.7443, 0.9809), 0.0, "too few"),
        ((0, 0), (40, 40), 0.0, (-0.0876, 0.0876), None, "no difference"),
    ],
)
def test_two_segments(
    won: tuple[int, int],
    tried: tuple[int, int],
    difference: float,
    interval: tuple[float, float],
    p_value: float | None,
    verdict: str,
) -> None:
    found = compare_win_rates(won, tried)
    assert found.difference == pytest.approx(difference, abs=1e-4)
    assert found.interval == pytest.approx(interval, abs=1e-4)
    assert found.p_value == pytest.approx(p_value, abs=1e-4)
    assert found.verdict == verdict


def test_no_closed_deals_are_too_few() -> None:
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


def test_a_segment_without_deals_is_reported_with_the_existing_ones(pipeline: Pipeline) -> None:
    with pytest.raises(UsageError, match=r"“Website”.*Referral"):
        compare_segments(pipeline, "source", "Referral", "Website")


def test_a_column_without_values_is_named(pipeline: Pipeline) -> None:
    with pytest.raises(UsageError, match="No deal in view has a value of “Region”"):
        compare_segments(pipeline, "region", "East", "West")


def segments(pipeline: Pipeline, first: str, second: str) -> list[dict[str, Any]]:
    """Return the two rows of the table Segments for two names typed on the sheet Trends."""
    typed = {"GroupBy": "Source", "SegmentA": first, "SegmentB": second}
    return list(compute_sheet_values(replace(pipeline, named=typed)).tables["Segments"].values())


def test_the_sheet_makes_the_same_comparison_as_the_command_line() -> None:
    lines = [f"D-{n} | referral | Lead 01-01, {'Won' if n < 24 else 'Lost'} 01-05" for n in range(40)]
    lines += [f"E-{n} | Cold call | Lead 01-01, {'Won' if n < 8 else 'Lost'} 01-05" for n in range(32)]
    pipeline = pipeline_from_table(
        "\n".join(["deal | source | visits", *lines]),
        date(2026, 2, 1),
        Lists=[{"source": "referral"}, {"source": "Cold call"}],
    )
    found = compare_segments(pipeline, "source", "Referral", "Cold call")
    first, second = segments(pipeline, "Referral", "cold call")
    assert (first["won_count"], first["closed_count"], second["won_count"], second["closed_count"]) == (24, 40, 8, 32)
    assert (first["win_rate"], second["win_rate"]) == (found.first_rate, found.second_rate) == (0.6, 0.25)
    assert (first["difference"], second["difference"]) == (found.difference, -0.35)
    assert (first["low"], first["high"]) == found.interval == (-second["high"], -second["low"])
    assert first["p_value"] == second["p_value"] == found.p_value == pytest.approx(0.0029, abs=1e-4)
    assert (found.verdict, first["verdict"], second["verdict"]) == ("first", *["The first does better"] * 2)


@pytest.mark.parametrize(
    ("names", "rates", "verdict"),
    [
        (("Referral", "Cold call"), (0.5, 0.0), "Too few deals to tell"),
        (("Referral", "Nowhere"), (0.5, ""), ""),
        (("", "Cold call"), ("", 0.0), ""),
    ],
)
def test_an_unknown_segment_is_not_compared(
    pipeline: Pipeline, names: tuple[str, str], rates: tuple[object, object], verdict: str
) -> None:
    listed = pipeline.with_tables(
        Lists=make_table_frame(TABLES["Lists"], [{"source": "referral"}, {"source": "Cold call"}])
    )
    rows = segments(listed, *names)
    assert tuple(row["win_rate"] for row in rows) == rates
    assert [row["verdict"] for row in rows] == [verdict] * 2
    assert {row["difference"] == "" for row in rows} == {not verdict}
