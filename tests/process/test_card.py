"""BANT cards: their questions, and reading a filled card."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from tests.tables import TODAY, crm
from xl_salesflow.core.change_sets import ChangeSet, apply_change_set
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.errors import UsageError
from xl_salesflow.process.bant_cards import make_bant_card, take_in_bant_card
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.work_tables import BANT_CARD_TABLE

KNOWN = {"deal": "D-1", "question": "B1", "points": 2.0, "answer": "Plenty", "date": date(2026, 1, 9)}


def pipeline() -> Pipeline:
    return crm(Deals=[{"deal": "D-1"}, {"deal": "D-2"}], Answers=[KNOWN])


def filled(*rows: dict[str, Any]) -> pd.DataFrame:
    return make_table_frame(BANT_CARD_TABLE, rows)


def read(*rows: dict[str, Any]) -> ChangeSet:
    return take_in_bant_card(pipeline(), filled(*rows), lambda row, column: f"{column}{row}")


def answers(plan: ChangeSet) -> list[tuple[Any, ...]]:
    shown = apply_change_set(pipeline(), plan)["Answers"][["deal", "question", "points", "answer", "date"]]
    return [
        (deal, question, None if points != points else points, answer, None if day is pd.NaT else day.date())
        for deal, question, points, answer, day in shown.itertuples(index=False)
    ]


HAD = ("D-1", "B1", 2.0, "Plenty", date(2026, 1, 9))


def test_a_card_has_every_question_with_the_known_answers() -> None:
    card = make_bant_card(pipeline(), " d-1")
    assert len(card) == 16
    assert set(card["deal"]) == {"D-1"}
    assert card.iloc[0][["question", "points", "answer"]].tolist() == ["B1", 2.0, "Plenty"]
    assert card.iloc[1][["text", "strong"]].ne("").all()
    assert card["points"].notna().sum() == 1


def test_an_unknown_deal_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="There is no deal “D-3”; did you mean “D-"):
        make_bant_card(pipeline(), "D-3")


def test_an_unchanged_card_changes_nothing() -> None:
    assert not take_in_bant_card(pipeline(), make_bant_card(pipeline(), "D-1"), lambda row, column: "").writes


@pytest.mark.parametrize(
    ("row", "after"),
    [
        ({"question": "B2", "points": 3.0}, [HAD, ("D-1", "B2", 3.0, "", TODAY)]),
        ({"question": "b2", "points": 0.0, "answer": "None"}, [HAD, ("D-1", "B2", 0.0, "None", TODAY)]),
        ({"question": "B2", "answer": "Half"}, [HAD, ("D-1", "B2", None, "Half", TODAY)]),
        ({"question": "B2", "points": 1.0, "date": date(2026, 2, 2)}, [HAD, ("D-1", "B2", 1.0, "", date(2026, 2, 2))]),
        ({"question": "B1", "points": 3.0}, [("D-1", "B1", 3.0, "Plenty", date(2026, 1, 9))]),
        ({"question": "B1", "answer": "Less"}, [("D-1", "B1", 2.0, "Less", date(2026, 1, 9))]),
        ({"question": "B1"}, [HAD]),
        ({"question": "B1", "points": 2.0, "answer": "Plenty"}, [HAD]),
        ({"deal": "d-2 ", "question": "B1", "points": 1.0}, [HAD, ("D-2", "B1", 1.0, "", TODAY)]),
    ],
)
def test_filled_cells_are_taken_and_blank_ones_change_nothing(
    row: dict[str, Any], after: list[tuple[Any, ...]]
) -> None:
    plan = read({"deal": "D-1", **row})
    assert answers(plan) == after
    assert plan.findings == ()
    again = take_in_bant_card(
        apply_change_set(pipeline(), plan), filled({"deal": "D-1", **row}), lambda row, column: ""
    )
    assert not again.writes


@pytest.mark.parametrize(
    ("row", "cell", "message"),
    [
        ({"deal": "D-9", "question": "B1", "points": 1.0}, "deal2", "no deal “D-9” in the workbook"),
        ({"deal": "D-1", "question": "B9", "points": 1.0}, "question2", "no question “B9”; choose one of: B1, B2"),
        (
            {"deal": "D-1", "question": "B2", "points": 5.0},
            "points2",
            "5 is not a valid number of points; write 0, 1, 2 or 3",
        ),
        ({"deal": "D-1", "question": "B2", "points": 1.5}, "points2", "1.5 is not a valid number of points"),
        ({"deal": "D-1", "question": "B2", "points": -1.0}, "points2", "-1 is not a valid number of points"),
    ],
)
def test_an_invalid_answer_is_reported_with_its_cell(row: dict[str, Any], cell: str, message: str) -> None:
    plan = read(row)
    assert [(f.cell, f.severity, message in f.message) for f in plan.findings] == [(cell, "warn", True)]
    assert answers(plan) == [HAD]


def test_an_answer_beside_invalid_points_is_kept() -> None:
    plan = read({"deal": "D-1", "question": "B2", "points": 7.0, "answer": "A lot"})
    assert answers(plan) == [HAD, ("D-1", "B2", None, "A lot", TODAY)]
    assert len(plan.findings) == 1
