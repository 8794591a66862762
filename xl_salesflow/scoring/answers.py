"""The points of each BANT dimension as the mean of its answered questions, rounded half up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline


def points(pipeline: Pipeline) -> pd.DataFrame:
    """Return budget, authority, need and timeline per row of Deals; blank where no question of it is answered.

    0 says that the answer is unknown, so it does not count as answered. Of two answers to one question the later one counts.
    """
    answers, questions = pipeline["Answers"], pipeline["Questions"]
    asked = questions.drop_duplicates("question").set_index(questions["question"].drop_duplicates().str.casefold())
    answers = answers.assign(dimension=looked_up(answers["question"].str.strip().str.casefold(), asked["dimension"]))
    valid = answers["points"].between(1, 3) & (answers["points"] % 1 == 0) & answers["dimension"].notna()
    latest = answers[valid].sort_values("date", kind="stable", na_position="first")
    latest = latest.drop_duplicates(["deal", "question"], keep="last")
    sums = latest.groupby(["deal", "dimension"])["points"].agg(["sum", "count"])
    # (2 × sum + count) ÷ (2 × count), rounded down, is the mean rounded half up in whole numbers
    mean = (2 * sums["sum"] + sums["count"]) // (2 * sums["count"])
    table = mean.unstack("dimension") if len(mean) else pd.DataFrame()
    deals = pipeline["Deals"]
    columns = {
        dimension: looked_up(deals["deal"], table[dimension]) if dimension in table else np.nan
        for dimension in ("budget", "authority", "need", "timeline")
    }
    return pd.DataFrame(columns, index=deals.index, dtype="float64")
