"""BANT: the score by its definition, and the dimensions from answered questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.process.bant_cards import BANT_DIMENSIONS, compute_bant_columns, fill_bant_from_answers
from xl_salesflow.schema.named_values import Settings

POINTS = st.sampled_from([None, 0, 1, 2, 3])


@pytest.mark.parametrize(
    ("budget", "authority", "need", "timeline", "known", "score", "grade"),
    [
        (None, None, None, None, 0, None, ""),
        (0, 0, 0, 0, 0, None, ""),
        (3, 3, 3, 3, 4, 100.0, "A"),
        (2, 2, 2, 2, 4, 66.7, "B"),
        (1, 1, 1, 1, 4, 33.3, "D"),
        (1, None, None, None, 1, 8.3, "F"),
        (2, 2, 3, None, 3, 63.3, "C"),
        (3, 3, 3, 1, 4, 86.7, "A"),
        (2, 3, 2, 3, 4, 81.7, "B"),
    ],
)
def test_the_score_by_its_definition(
    budget: Any, authority: Any, need: Any, timeline: Any, known: int, score: float | None, grade: str
) -> None:
    """Weights 25, 25, 30 and 20."""
    deal = {"deal": "D1", "budget": budget, "authority": authority, "need": need, "timeline": timeline}
    made = compute_bant_columns(crm(Deals=[deal])).iloc[0]
    assert (made["bant_known"], made["bant_grade"]) == (known, grade)
    assert made["bant_score"] == score if score is not None else pd.isna(made["bant_score"])


@given(st.tuples(POINTS, POINTS, POINTS, POINTS), st.tuples(*[st.integers(0, 60)] * 4))
def test_the_score_is_rounded_half_up_from_the_exact_fraction(
    points: tuple[Any, ...], weights: tuple[int, ...]
) -> None:
    deal = {"deal": "D1", **dict(zip(BANT_DIMENSIONS, points, strict=True))}
    named = {f"bant_{dimension}": float(weight) for dimension, weight in zip(BANT_DIMENSIONS, weights, strict=True)}
    score = compute_bant_columns(replace(crm(Deals=[deal]), settings=Settings(named)))["bant_score"].iloc[0]
    if not any(points) or not sum(weights):
        assert pd.isna(score)
    else:
        worth = sum(weight * (point or 0) for weight, point in zip(weights, points, strict=True))
        exact = Fraction(100 * worth, 3 * sum(weights))
        tenths = Decimal((exact * 20 + 1) // 2) / 10
        assert Decimal(str(score)) == tenths.quantize(Decimal("0.1"), ROUND_HALF_UP)


def answered(*answers: tuple[str, float], **cells: Any) -> Pipeline:
    rows = [{"deal": "D1", "question": question, "points": points} for question, points in answers]
    return crm(Deals=[{"deal": "D1", **cells}], Answers=rows)


def scored(pipeline: Pipeline) -> Pipeline:
    after = apply_change_set(pipeline, fill_bant_from_answers(pipeline))
    assert not fill_bant_from_answers(after).writes
    return after


def points(pipeline: Pipeline) -> list[float | None]:
    row = pipeline["Deals"][list(BANT_DIMENSIONS)].iloc[0]
    return [None if pd.isna(value) else value for value in row]


@pytest.mark.parametrize(
    ("answers", "expected", "summary"),
    [
        ([], [None, None, None, None], ""),
        ([("B1", 2)], [2, None, None, None], "2/-/-/-"),
        ([("B1", 2), ("B2", 3)], [3, None, None, None], "3/-/-/-"),
        ([("B1", 1), ("B2", 1), ("B3", 2)], [1, None, None, None], "1/-/-/-"),
        ([("b1", 2), ("N1", 3), ("T4", 1)], [2, None, 3, 1], "2/-/3/1"),
        ([("B1", 0), ("B2", 3)], [3, None, None, None], "3/-/-/-"),
        ([("B1", 7), ("X9", 3)], [None, None, None, None], ""),
    ],
)
def test_a_dimension_is_the_mean_of_its_answers(answers: Any, expected: Any, summary: str) -> None:
    """The mean is rounded half up; 0 means unknown; points off the scale and unknown questions are findings elsewhere."""
    after = scored(answered(*answers))
    assert points(after) == expected
    assert after["Deals"]["bant_answered"].iloc[0] == summary


def test_a_typed_number_takes_precedence() -> None:
    after = scored(answered(("B1", 2), budget=3))
    assert points(after) == [3, None, None, None]
    assert after["Deals"]["bant_answered"].iloc[0] == "2/-/-/-"


def test_points_from_answers_follow_the_answers() -> None:
    first = scored(answered(("B1", 2)))
    better = scored(first.with_tables(Answers=first["Answers"].assign(points=3.0)))
    assert points(better) == [3, None, None, None]
    assert points(scored(better.with_tables(Answers=better["Answers"].iloc[:0]))) == [None] * 4


def test_the_later_of_two_answers_to_a_question_counts() -> None:
    rows = [
        {"deal": "D1", "question": "B1", "points": 3, "date": TODAY - timedelta(days=9)},
        {"deal": "D1", "question": "B1", "points": 1, "date": TODAY},
    ]
    assert points(scored(crm(Deals=[{"deal": "D1"}], Answers=rows[::-1]))) == [1, None, None, None]


def test_the_score_trail_has_the_score_of_a_week_ago() -> None:
    """
    day       score   trail
    3 March   75      3 March 75
    9 March   75      nothing new
    10 March  50      3 March 75; 10 March 50
    31 March  58.3    10 March 50; 31 March 58.3
    """
    full = {"budget": 3, "authority": 3, "need": 3, "timeline": 0}
    now = replace(crm(Deals=[{"deal": "D1", **full, "need": 2.5}]), today=date(2026, 3, 3))
    trails = []
    for day, budget in ((3, 3.0), (9, 3.0), (10, 0.0), (31, 1.0)):
        deals = now["Deals"].assign(budget=budget)
        now = scored(replace(now.with_tables(Deals=deals), today=date(2026, 3, day)))
        trails.append(now["Deals"]["score_trail"].iloc[0])
    assert trails == [
        "2026-03-03 75",
        "2026-03-03 75",
        "2026-03-03 75; 2026-03-10 50",
        "2026-03-10 50; 2026-03-31 58.3",
    ]
