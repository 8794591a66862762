"""Commit calls: one number per owner and period, kept with its day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.deal_cube import days_since_1970
from xl_salesflow.metrics.forecasting.commit_calls import find_calls, list_calls
from xl_salesflow.metrics.forecasting.team_forecast import compute_forecast
from xl_salesflow.process.deal_upkeep import fill_derived_cells

TODAY = date(2026, 5, 20)
CALLS = """
    owner | from       | to         | value | day
    Ann   | 2026-04-01 | 2026-06-30 | 500   | 2026-05-10
    Ann   | 2026-04-01 | 2026-06-30 | 300   | 2026-04-03
    Bo    | 2026-04-01 | 2026-06-30 | 80.5  | 2026-05-02
    Bo    | 2026-04-01 | 2026-04-30 | 7     | 2026-04-02
          | 2026-04-01 | 2026-04-30 | 9     | 2026-04-02
    Bo    | 2026-04-01 | 2026-06-30 |       | 2026-05-19
"""


def called(table: str = CALLS) -> Pipeline:
    """Return a pipeline of two deals with the calls of *table*."""
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    rows: list[dict[str, Any]] = [
        {name: cell for name, cell in zip(header, line, strict=True) if cell} for line in lines
    ]
    for row in rows:
        for column in ("from", "to", "day"):
            row[column] = date.fromisoformat(row[column]) if column in row else None
        if "value" in row:
            row["value"] = float(row["value"])
    story = """
    deal | owner | amount | visits
    D-1  | Ann   | 100    | Lead 04-10, Won 04-23
    D-2  | Bo    | 200    | Lead 04-10
    """
    return pipeline_from_table(story, TODAY, Calls=rows)


@pytest.mark.parametrize(
    ("first", "last", "day", "team", "ann"),
    [
        ("2026-04-01", "2026-06-30", "2026-05-20", 580.5, 500),
        ("2026-04-01", "2026-06-30", "2026-05-09", 380.5, 300),
        ("2026-04-01", "2026-06-30", "2026-04-02", None, None),
        ("2026-04-01", "2026-04-30", "2026-05-20", 9, None),  # the team's own call counts, not the sum
        ("2026-04-01", "2026-05-31", "2026-05-20", None, None),  # no call is for this period
    ],
)
def test_the_newest_call_of_the_day_counts(
    first: str, last: str, day: str, team: float | None, ann: float | None
) -> None:
    period = (days_since_1970(first), days_since_1970(last))
    found = find_calls(list_calls(called()), period, days_since_1970(day))
    assert (found.team, found.of_owner("Ann")) == (team, ann)


def test_the_forecast_shows_the_calls_beside_the_other_numbers() -> None:
    answer = compute_forecast(called())
    assert answer.call == 580.5
    assert [(one.owner, one.value, one.day) for one in answer.calls] == [
        ("Ann", 500, date(2026, 5, 10)), ("Bo", 80.5, date(2026, 5, 2)),
    ]  # fmt: skip
    assert {one.owner: one.call for one in answer.owners} == {"Ann": 500, "Bo": 80.5}


def test_an_update_numbers_and_dates_a_new_call_once() -> None:
    new = called("owner | from | to | value\nAnn | 2026-04-01 | 2026-06-30 | 12")
    after = apply_change_set(new, fill_derived_cells(new))
    row = after["Calls"].iloc[0]
    assert (row["call"], row["day"].date()) == ("CC-0001", TODAY)
    assert not fill_derived_cells(after).edits
