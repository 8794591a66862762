from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.schema.named_values import Query
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | amount | forecast  | expected_close | probability_override | visits
        D-1  | 100    | commit    | 2026-11-30     | 0.5                  | Lead 01-01
        D-2  | 200    | best_case | 2026-12-01     |                      | Lead 01-01
        D-3  | 400    |           | 2026-12-31     |                      | Lead 01-01
        D-4  | 800    | omitted   | 2026-12-31     |                      | Lead 01-01
        D-5  | 1600   | commit    | 2027-10-31     |                      | Lead 01-01
        D-6  | 3200   | commit    | 2027-11-01     |                      | Lead 01-01
        D-7  | 6400   |           | 2026-11-02     |                      | Lead 01-01, Won 11-05
        D-8  | 9      |           | 2026-10-31     |                      | Lead 01-01
        D-9  | 12800  |           | 2026-11-30     |                      | Lead 01-01, Lost 11-10
        """,
        date(2026, 11, 22),
        Targets=[{"from": date(2026, 12, 1), "to": date(2026, 12, 31), "target": 5000.0}],
    )


def test_months_run_from_the_as_of_date(pipeline: Pipeline) -> None:
    """
    month   | deals | open_value | weighted_value | commit | best_case | pipeline | closed | cumulative | target
    2026-11 | 1     | 100        | 50             | 100    | 0         | 0        | 6400   | 6500       |
    2026-12 | 3     | 1400       | 140            | 0      | 200       | 400      | 0      | 200        | 5000
    2027-10 | 1     | 1600       | 160            | 1600   | 0         | 0        | 0      | 1600       |
    """
    rows = compute_sheet_values(pipeline).tables["ForecastMonths"]
    doc = test_months_run_from_the_as_of_date.__doc__ or ""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in doc.strip().splitlines()]
    for month, *numbers in lines:
        row = next(row for row in rows.values() if row["month"].isoformat().startswith(month))
        assert [row[column] for column in header[1:]] == [float(number) if number else "" for number in numbers], month
    assert len(rows) == 12
    assert sum(row["deals"] for row in rows.values()) == 5


@pytest.mark.parametrize(
    ("targets", "shares"),
    [
        # a quarter of 90 days, a year, two that overlap, and one that covers only part of a month
        ([("2027-01-01", "2027-03-31", 900)], {"2027-01": 310, "2027-02": 280, "2027-03": 310}),
        ([("2026-01-01", "2026-12-31", 3650)], {"2026-11": 300, "2026-12": 310}),
        ([("2026-12-01", "2026-12-31", 62), ("2026-12-01", "2027-01-31", 62)], {"2026-12": 93, "2027-01": 31}),
        ([("2026-12-17", "2027-01-15", 30)], {"2026-12": 15, "2027-01": 15}),
        ([], {}),
    ],
    ids=["quarter", "year", "two", "part of a month", "none"],
)
def test_a_target_is_spread_over_the_days_of_its_period(
    pipeline: Pipeline, targets: list[tuple[str, str, float]], shares: dict[str, float]
) -> None:
    rows = [
        {"from": date.fromisoformat(first), "to": date.fromisoformat(last), "target": float(value)}
        for first, last, value in targets
    ]
    pipeline = pipeline.with_tables(Targets=make_table_frame(TABLES["Targets"], rows))
    found = compute_sheet_values(pipeline).tables["ForecastMonths"].values()
    assert {f"{row['month']:%Y-%m}": row["target"] for row in found if row["target"] != ""} == shares


def test_a_past_date_has_no_expected_closings(pipeline: Pipeline) -> None:
    past: dict[int, Any] = compute_sheet_values(replace(pipeline, query=Query(as_of=date(2026, 11, 10)))).tables[
        "ForecastMonths"
    ]
    assert (past[0]["closed"], past[0]["open_value"], past[0]["cumulative"]) == (6400, "", "")


def trend(pipeline: Pipeline, query: Query) -> dict[str, list[Any]]:
    """Return the months of the table Trend in which anything happened, with their numbers."""
    rows = compute_sheet_values(replace(pipeline, query=query)).tables["Trend"].values()
    columns = ("created", "won_count", "lost_count", "won_value")
    found = {f"{row['month']:%Y-%m}": [row[column] for column in columns] for row in rows}
    assert len(found) == 12
    return {month: numbers for month, numbers in found.items() if any(numbers)}


@pytest.mark.parametrize(
    ("query", "months"),
    [
        # created, won, lost, won value
        (
            Query(as_of=date(2025, 11, 30)),
            {"2024-12": [1, 0, 0, 0], "2025-01": [1, 0, 0, 0], "2025-10": [1, 0, 0, 0], "2025-11": [1, 1, 0, 10]},
        ),
        (
            Query(),
            {"2025-01": [1, 0, 0, 0], "2025-10": [1, 0, 0, 0], "2025-11": [1, 1, 0, 10], "2025-12": [1, 1, 1, 40]},
        ),
        (
            Query(reading="cohort"),
            {"2025-01": [1, 1, 0, 10], "2025-10": [1, 0, 1, 0], "2025-11": [1, 1, 0, 40], "2025-12": [1, 0, 0, 0]},
        ),
    ],
    ids=["as of a past month", "by closing", "by creation"],
)
def test_what_was_created_won_and_lost_in_each_month(query: Query, months: dict[str, list[Any]]) -> None:
    pipeline = pipeline_from_table(
        """
        deal | amount | visits
        D-1  | 10     | Lead 2025-01-01, Won 2025-11-30
        D-2  | 20     | Lead 2025-10-31, Lost 2025-12-01
        D-3  | 40     | Lead 2025-11-01, Won 2025-12-31
        D-4  | 80     | Lead 2024-12-31
        D-5  | 160    | Lead 2025-12-31
        """,
        date(2025, 12, 31),
    )
    assert trend(pipeline, query) == months
