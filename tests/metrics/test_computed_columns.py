"""The formula columns of Deals and History, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.metrics.stories import pipeline_from_table
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.computed_columns import compute_deal_columns, compute_history_columns
from xl_salesflow.schema.named_values import Query


@pytest.fixture
def pipeline() -> Pipeline:
    return pipeline_from_table(
        """
        deal | owner | amount | probability_override | visits
        D-1  | Ann   | 10     |                      | Lead 03-10
        D-2  | Ann   | 20.05  |                      | Lead 03-01, Demo 03-10
        D-3  | Bo    | 40     |                      | Lead 03-01, Won 03-10
        D-4  | Bo    | 80     | 0.3                  | Lead 03-11
        D-5  | Bo    | 160    |                      | Demo 03-01, Qualified 03-02, Lost 03-12
        """,
        date(2026, 4, 1),
    )


def test_deals(pipeline: Pipeline) -> None:
    """
    probability | weighted_value | days_in_stage | age_days
    0.1         | 1              | 22            | 22
    0.5         | 10.03          | 22            | 31
    1           | 40             | 22            |
    0.3         | 24             | 21            | 21
    0           | 0              | 20            |
    """
    found = compute_deal_columns(pipeline)
    text = (test_deals.__doc__ or "").strip()
    header, *lines = [[cell.strip() for cell in line.split("|")] for line in text.splitlines()]
    shown = [["" if cell != cell else f"{cell:g}" for cell in row] for row in found[header].to_numpy().tolist()]
    assert shown == lines


def test_rows_that_match_the_dropdowns(pipeline: Pipeline) -> None:
    filtered = replace(pipeline, query=Query(filters={"owner": "BO"}))
    assert compute_deal_columns(filtered)["in_view"].tolist() == [0, 0, 1, 1, 1]


def test_steps_of_stays(pipeline: Pipeline) -> None:
    """
    stay             | step
    D-1 Lead         | 11000
    D-2 Lead to Demo | 11203
    D-2 Demo         | 31000
    D-3 Lead to Won  | 11405
    D-3 Won          | 53000
    D-4 Lead         | 11000
    D-5 Demo back    | 31302
    D-5 Qualified    | 21500
    D-5 Lost         | 2000
    """
    # number of the step, outcome (open 1, lost 2, won 3), exit (skip 2, back 3, won 4, lost 5), step it led to
    _, *lines = [line.split("|") for line in (test_steps_of_stays.__doc__ or "").strip().splitlines()]
    assert compute_history_columns(pipeline)["step"].tolist() == [float(step) for _, step in lines]


@pytest.mark.parametrize(
    ("day", "states"),
    [
        # 0 not begun, negative ended; the hundreds are the outcome, the rest is 1 + the number of the step
        (9, [0, 102, 0, 102, 0, 0, -4, 103, 0]),
        (10, [102, -2, 104, -2, 306, 0, -4, 103, 0]),
        (11, [102, -2, 104, -2, 306, 102, -4, 103, 0]),
        (12, [102, -2, 104, -2, 306, 102, -4, -3, 201]),
    ],
)
def test_states_of_stays_as_of_a_day(pipeline: Pipeline, day: int, states: list[float]) -> None:
    past = replace(pipeline, query=Query(as_of=date(2026, 3, day)))
    assert compute_history_columns(past)["state"].tolist() == states
