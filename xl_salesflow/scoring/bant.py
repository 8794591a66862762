"""BANT: the score of a deal from its four dimensions, and the dimensions from answered questions.

bant_score = 100 × Σ weight × points ÷ (3 × Σ weight), rounded half up to one decimal; blank while nothing is known
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from xl_salesflow.model import trail
from xl_salesflow.model.difference import difference
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.scoring.answers import points

Numbers = np.ndarray[Any, np.dtype[np.float64]]

DIMENSIONS = ("budget", "authority", "need", "timeline")
_GRADES = ("a", "b", "c", "d")


def columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return bant_known, bant_score and bant_grade of every deal, as the formulas of Deals compute them."""
    known_points = pipeline["Deals"][list(DIMENSIONS)].to_numpy("float64")
    weights = np.array([pipeline.settings.number(f"bant_{dimension}") for dimension in DIMENSIONS])
    known = (known_points > 0).sum(axis=1)
    score = np.full(len(known), np.nan)
    if weights.sum() != 0:
        worth = 100 * (np.nan_to_num(known_points) * weights).sum(axis=1) / (3 * weights.sum())
        score = np.where(known == 0, np.nan, half_up(worth, 1))
    grades = [score >= pipeline.settings.number(f"grade_{grade}") for grade in _GRADES]
    grade = np.where(np.isnan(score), "", np.select(grades, [g.upper() for g in _GRADES], "F")).astype(object)
    made = {"bant_known": known.astype("float64"), "bant_score": score, "bant_grade": grade}
    return pd.DataFrame(made, index=pipeline["Deals"].index)


def half_up(values: Numbers, digits: int) -> Numbers:
    """Return *values* (not negative) rounded half up, as the sheet's ROUND does: by what 15 digits say."""
    # 100 × 25 × 1 ÷ 300 may come a hair below its true half; the sheet rounds the 15 digits it shows
    scaled = np.array([float(f"{value:.15g}") if value == value else value for value in values * 10**digits])
    rounded: Numbers = np.floor(scaled + 0.5) / 10**digits
    return rounded


def from_answers(pipeline: Pipeline) -> Plan:
    """Write the points that the answered questions give into the four columns, and remember the scores.

    A number that a person typed wins: a cell is written only while it is blank or holds what was written before, which the
    column bant_answered remembers as B/A/N/T, such as 2/1/-/3.
    """
    deals = pipeline["Deals"].copy()
    answered = points(pipeline)
    before = _remembered(deals["bant_answered"])
    for dimension in DIMENSIONS:
        cells, new = deals[dimension], answered[dimension]
        ours = cells.isna() | (cells == before[dimension])
        deals[dimension] = cells.mask(ours & (new.notna() | before[dimension].notna()), new)
    deals["bant_answered"] = _told(answered).where(deals["deal"] != "", deals["bant_answered"])
    now = pipeline.with_tables(Deals=deals)
    deals["score_trail"] = trail.kept(deals, columns(now)["bant_score"], pipeline.today)
    return difference(pipeline, pipeline.with_tables(Deals=deals), "answers")


def _told(points: pd.DataFrame) -> pd.Series:
    signs = np.array([*"0123", "-"], object)
    texts = [pd.Series(signs[points[name].fillna(4).to_numpy(int)], index=points.index) for name in DIMENSIONS]
    told = texts[0] + "/" + texts[1] + "/" + texts[2] + "/" + texts[3]
    return told.mask(told == "-/-/-/-", "").astype(object)


def _remembered(told: pd.Series) -> pd.DataFrame:
    found = told.str.extract(r"^([0-3-])/([0-3-])/([0-3-])/([0-3-])$")
    numbers = {name: pd.to_numeric(found[place], errors="coerce") for place, name in enumerate(DIMENSIONS)}
    return pd.DataFrame(numbers, index=told.index)
