"""The formula columns of visits: which step a row of History is about, and what it was as of the date."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.metrics import rows
from xl_salesflow.metrics.cube import cube
from xl_salesflow.metrics.declaration import Floats
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.steps import Steps, steps
from xl_salesflow.metrics.workings import WAYS
from xl_salesflow.model.pipeline import Pipeline

# what a state is multiplied with while the visit goes on, once it ended, and where a date keeps it from either
_STANDS, _ENDED, _UNDATED, _UNKNOWN = 1.0, -1.0, -1000.0, -30.0


def columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the columns weighted_value, step and state of History."""
    history, asked = pipeline["History"], steps(cube(pipeline))
    weighted = to_cents(rows.numbers(history["amount"]) * rows.numbers(history["probability"]))
    return pd.DataFrame({"weighted_value": weighted, "step": _step(asked), "state": _state(asked)}, index=history.index)


def _step(asked: Steps) -> Floats:
    history = asked.cube.pipeline["History"]
    codes, names = pd.factorize(history["move"])
    ways = np.array([1 + WAYS.index(str(name)) if name in WAYS else 0 for name in names] + [0])[codes]
    onward = np.where(
        (history["moved_to"] == "").to_numpy(dtype=bool), 0, ways * 100 + 1 + asked.place_of(history["moved_to"])
    )
    found = (1 + asked.step_of_history) * 10_000 + onward
    return np.where(asked.is_ours(history), found, 0).astype(np.float64)


def _state(asked: Steps) -> Floats:
    as_of = asked.cube.as_of
    left, created = asked.visit_dates("left"), asked.visit_dates("created")
    counted = np.full(len(left), True) if asked.cube.today else created <= as_of
    goes_on = np.where(counted, _STANDS, _UNDATED)
    sign = np.where(np.isnan(left), _UNKNOWN, np.where(left <= as_of, _ENDED, goes_on))
    return np.where(asked.in_view & asked.begun, (2.0 + asked.step_of_history) * sign, 0.0)
