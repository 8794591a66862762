"""Compute a deal's BANT score, and the points of the four dimensions from answered questions.

bant_score = 100 × Σ weight × points ÷ (3 × Σ weight), rounded half up to one decimal; blank while nothing is known. The
points of a dimension are the mean of its answered questions, rounded half up.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import ChangeSet, diff_pipelines
from xl_salesflow.core.deal_standing import extend_score_trail
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.schema.table_frames import look_up_values


def compute_answered_points(pipeline: Pipeline) -> pd.DataFrame:
    """Return budget, authority, need and timeline for each row of Deals; blank where no question of the dimension is answered.

    0 points mean that the answer is unknown, so the question does not count as answered. If a question is answered
    twice, the later answer counts.
    """
    answers, questions = pipeline["Answers"], pipeline["Questions"]
    known_questions = questions.drop_duplicates("question").set_index(
        questions["question"].drop_duplicates().str.casefold()
    )
    answers = answers.assign(
        dimension=look_up_values(answers["question"].str.strip().str.casefold(), known_questions["dimension"])
    )
    valid = answers["points"].between(1, 3) & (answers["points"] % 1 == 0) & answers["dimension"].notna()
    latest = answers[valid].sort_values("date", kind="stable", na_position="first")
    latest = latest.drop_duplicates(["deal", "question"], keep="last")
    sums = latest.groupby(["deal", "dimension"])["points"].agg(["sum", "count"])
    # (2 × sum + count) ÷ (2 × count), rounded down, is the mean rounded half up, in integer arithmetic
    mean = (2 * sums["sum"] + sums["count"]) // (2 * sums["count"])
    table = mean.unstack("dimension") if len(mean) else pd.DataFrame()
    deals = pipeline["Deals"]
    columns = {
        dimension: look_up_values(deals["deal"], table[dimension]) if dimension in table else np.nan
        for dimension in ("budget", "authority", "need", "timeline")
    }
    return pd.DataFrame(columns, index=deals.index, dtype="float64")


ScoreArray = np.ndarray[Any, np.dtype[np.float64]]

BANT_DIMENSIONS = ("budget", "authority", "need", "timeline")
_BANT_GRADES = ("a", "b", "c", "d")


def compute_bant_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return bant_known, bant_score and bant_grade of every deal as the formulas of Deals compute them."""
    known_points = pipeline["Deals"][list(BANT_DIMENSIONS)].to_numpy("float64")
    weights = np.array([pipeline.settings.number(f"bant_{dimension}") for dimension in BANT_DIMENSIONS])
    known = (known_points > 0).sum(axis=1)
    score = np.full(len(known), np.nan)
    if weights.sum() != 0:
        worth = 100 * (np.nan_to_num(known_points) * weights).sum(axis=1) / (3 * weights.sum())
        score = np.where(known == 0, np.nan, round_score_half_up(worth, 1))
    grades = [score >= pipeline.settings.number(f"grade_{grade}") for grade in _BANT_GRADES]
    grade = np.where(np.isnan(score), "", np.select(grades, [g.upper() for g in _BANT_GRADES], "F")).astype(object)
    index = pipeline["Deals"].index
    made = {
        "bant_known": known.astype("float64"),
        "bant_score": score,
        "bant_grade": pd.Series(grade, index, dtype=object),
    }
    return pd.DataFrame(made, index=index)


def round_score_half_up(values: ScoreArray, digits: int) -> ScoreArray:
    """Return the non-negative *values* rounded half up like ROUND in the sheet, which works on 15 significant digits."""
    # 100 × 25 × 1 ÷ 300 may come out slightly below its exact half; the sheet rounds the 15 digits it shows
    scaled = np.array([float(f"{value:.15g}") if value == value else value for value in values * 10**digits])
    rounded: ScoreArray = np.floor(scaled + 0.5) / 10**digits
    return rounded


def fill_bant_from_answers(pipeline: Pipeline) -> ChangeSet:
    """Write the points of the answered questions into the four columns, and remember them.

    A number that a person typed takes precedence: a cell is written only if it is blank or still holds what was written
    before. The column bant_answered remembers that as B/A/N/T, such as 2/1/-/3.
    """
    deals = pipeline["Deals"].copy()
    answered = compute_answered_points(pipeline)
    before = _parse_answered_points(deals["bant_answered"])
    for dimension in BANT_DIMENSIONS:
        cells, new = deals[dimension], answered[dimension]
        ours = cells.isna() | (cells == before[dimension])
        deals[dimension] = cells.mask(ours & (new.notna() | before[dimension].notna()), new)
    deals["bant_answered"] = _format_answered_points(answered).where(deals["deal"] != "", deals["bant_answered"])
    now = pipeline.with_tables(Deals=deals)
    deals["score_trail"] = extend_score_trail(deals, compute_bant_columns(now)["bant_score"], pipeline.today)
    return diff_pipelines(pipeline, pipeline.with_tables(Deals=deals), "answers")


def _format_answered_points(points: pd.DataFrame) -> pd.Series:
    signs = np.array([*"0123", "-"], object)
    texts = [pd.Series(signs[points[name].fillna(4).to_numpy(int)], index=points.index) for name in BANT_DIMENSIONS]
    formatted = texts[0] + "/" + texts[1] + "/" + texts[2] + "/" + texts[3]
    return formatted.mask(formatted == "-/-/-/-", "").astype(object)


def _parse_answered_points(formatted: pd.Series) -> pd.DataFrame:
    found = formatted.str.extract(r"^([0-3-])/([0-3-])/([0-3-])/([0-3-])$")
    numbers = {name: pd.to_numeric(found[place], errors="coerce") for place, name in enumerate(BANT_DIMENSIONS)}
    return pd.DataFrame(numbers, index=formatted.index)
