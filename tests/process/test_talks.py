"""Counts over the activities and offers of a deal."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tables import crm, rows
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.deal_upkeep import fill_derived_cells

ACTIVITIES = """
deal | date       | type     | cost  | situation | problem | implication | need_payoff
D1   | 2026-03-01 | call     |       | 40 people | slow    |             |
D1   | 2026-03-05 | meeting  | 120.5 | 2 sites   |         |             |
D1   | 2026-03-11 | proposal | 0.25  |           |         |             | saves 3 days
D1   | 2026-03-12 | note     |       |           |         | waste       |
D1   | 2026-04-09 | call     | 99    |           |         |             |
D2   | 2026-03-20 | mail     |       |           |         |             |
D3   | 2026-03-20 | note     |       |           |         |             |
"""
QUOTES = [{"quote": "Q-1", "deal": "D2", "version": 1}, {"quote": "Q-2", "deal": "D2", "version": 3}]


def counted() -> Pipeline:
    """Return four deals after the upkeep; today is 31 March, so later activities have not happened yet."""
    pipeline = crm(
        Deals=[{"deal": f"D{n}", "stage": "Lead"} for n in (1, 2, 3, 4)],
        Activities=rows(ACTIVITIES, "Activities"),
        Quotes=QUOTES,
    )
    return apply_change_set(pipeline, fill_derived_cells(pipeline))


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ("attempts", [3, 1, None, None]),
        ("contact_days", [5, None, None, None]),
        ("sales_cost", [120.75, None, None, None]),
        ("spin_kinds", [4, None, None, None]),
        ("spin", ["S2 P1 I1 N1", "", "", ""]),
        ("solution_version", [1, 3, None, None]),
    ],
)
def test_activities_are_counted_and_zero_is_blank(column: str, found: list[Any]) -> None:
    """A note is internal: it is not a contact, but its SPIN notes count."""
    cells = counted()["Deals"][column]
    assert [None if cell != cell else cell for cell in cells] == found


def test_a_second_time_changes_nothing() -> None:
    assert not fill_derived_cells(counted()).edits
