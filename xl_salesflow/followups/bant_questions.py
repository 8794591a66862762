"""The first BANT question that is still open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from xl_salesflow.followups.signal import Deals

STRONG = 3


def bant_questions(deals: Deals, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.object_]:
    """Return a question per deal at positions *rows*; empty when none is open.

    Questions of a dimension nothing is known of come first, then those of one that is not strong yet, in sheet order.
    """
    asked = deals.pipeline["Questions"]
    asked = asked[(asked["question"] != "") & (asked["text"] != "")]
    if asked.empty or not len(rows):
        return np.full(len(rows), "", dtype=object)
    points = _points(deals, asked["dimension"], rows)
    unanswered = ~_answered(deals, asked["question"], rows)
    cost = np.where(points == 0, 0.0, 1.0) + np.where(unanswered & (points < STRONG), 0.0, np.inf)
    best = cost.argmin(axis=1)
    found = np.isfinite(cost[np.arange(len(rows)), best])
    return np.where(found, asked["text"].to_numpy()[best], "")


def _points(deals: Deals, dimensions: pd.Series, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    # a question of no dimension we know counts as one nothing is known of
    known = {id: np.nan_to_num(deals.numbers(id)[rows]) for id in ("budget", "authority", "need", "timeline")}
    return np.column_stack([known.get(str(id), np.zeros(len(rows))) for id in dimensions])


def _answered(deals: Deals, questions: pd.Series, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    answers = deals.pipeline["Answers"]
    answers = answers[(answers["points"] > 0) | (answers["answer"] != "")]
    column = pd.Index(questions).get_indexer(answers["question"]) if questions.is_unique else _first(questions, answers)
    line = np.full(len(deals.frame) + 1, -1)
    line[rows] = np.arange(len(rows))
    row = line[deals.rows_of(answers["deal"])]
    result = np.zeros((len(rows), len(questions)), dtype=bool)
    known = (row >= 0) & (column >= 0)
    result[row[known], column[known]] = True
    return result


def _first(questions: pd.Series, answers: pd.DataFrame) -> npt.NDArray[np.intp]:
    places = pd.Series(np.arange(len(questions)), index=questions.to_numpy())
    places = places[~places.index.duplicated()]
    return np.asarray(answers["question"].map(places).fillna(-1).astype(np.intp))
