"""The formula columns of single rows, in Python, exactly as the sheet's formulas compute them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from xl_salesflow.metrics.declaration import Floats
from xl_salesflow.metrics.grouped import Groups, Mask
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.model.choices import identify
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline


def deals(pipeline: Pipeline) -> pd.DataFrame:
    """Return the columns probability, weighted_value, days_in_stage, idle_days, age_days and in_view of Deals."""
    frame = pipeline["Deals"]
    today = np.float64(np.datetime64(pipeline.today, "D").astype(np.int64))
    since, created, acted = (days(frame[column]) for column in ("since", "created", "last_activity"))
    is_open = (frame["outcome"] == "open").to_numpy()
    chance = probability(pipeline)
    return pd.DataFrame(
        {
            "probability": chance,
            "weighted_value": to_cents(numbers(frame["amount"]) * chance),
            "days_in_stage": today - since,
            "idle_days": np.where(is_open, today - np.fmax(since, acted), np.nan),
            "age_days": np.where(is_open, today - created, np.nan),
            "in_view": in_view(frame, pipeline.view.filters).astype(np.float64),
        },
        index=frame.index,
    )


def stages(pipeline: Pipeline) -> pd.DataFrame:
    """Return the column key of Stages."""
    frame = pipeline["Stages"]
    return pd.DataFrame({"key": frame["playbook"] + "|" + frame["stage"]}, index=frame.index)


def probability(pipeline: Pipeline) -> Floats:
    """Return the probability of every deal: its own, else its stage's; NaN where neither is known."""
    frame = pipeline["Deals"]
    setup = pipeline["Stages"]
    keys = (setup["playbook"] + "|" + setup["stage"]).str.casefold()
    # a lookup finds the first of equal keys and takes a blank cell for nought
    of_stage = dict(zip(reversed(list(keys)), numbers(setup["probability"])[::-1], strict=True))
    codes, names = pd.factorize(frame["playbook"] + "|" + frame["recorded_stage"])
    found = np.array([of_stage.get(str(name).casefold(), np.nan) for name in names] + [np.nan])
    known = np.array([str(name).casefold() in of_stage for name in names] + [False])
    chances = np.where(known & np.isnan(found), 0.0, found)[codes]
    own = numbers(frame["probability_override"])
    return np.where(np.isnan(own), chances, own)


def in_view(frame: pd.DataFrame, filters: Mapping[str, str]) -> Mask:
    """Tell of every row of Deals or History whether it matches every dropdown; the sheet compares without case."""
    mask = np.ones(len(frame), dtype=bool)
    for column, value in filters.items():
        wanted = as_held(column, value).casefold()
        codes, names = pd.factorize(frame[column])
        mask &= np.array([str(name).casefold() == wanted for name in names] + [False])[codes]
    return mask


def as_held(column: str, value: str) -> str:
    """Return what a frame holds for what a dropdown shows: the id of a list's own value, else the value itself."""
    return identify(LISTS.get(column, {}), value) or value


def words(column: pd.Series) -> tuple[Groups, dict[str, int]]:
    """Return a text column as numbers, and the number of every word; words that are not there have none."""
    codes, names = pd.factorize(column)
    return codes.astype(np.int64), {str(name): place for place, name in enumerate(names)}


def numbers(column: pd.Series) -> Floats:
    """Return a number column as floats; blanks are NaN."""
    return column.to_numpy(dtype=np.float64)


def days(column: pd.Series) -> Floats:
    """Return a date column as days since 1970; blanks are NaN."""
    stamps = column.to_numpy().astype("datetime64[D]")
    counted = stamps.astype(np.int64).astype(np.float64)
    counted[np.isnat(stamps)] = np.nan
    return counted
