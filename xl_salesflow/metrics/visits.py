"""What every visit is counted by: which step a row of History is about, and what it was as of the date."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from xl_salesflow.metrics import rows
from xl_salesflow.metrics.cube import cube
from xl_salesflow.metrics.declaration import Floats
from xl_salesflow.metrics.grouped import Groups
from xl_salesflow.metrics.rounding import to_cents
from xl_salesflow.metrics.steps import Steps, steps, steps_of
from xl_salesflow.metrics.workings import OUTCOMES, WAYS
from xl_salesflow.model.pipeline import Pipeline

# what a state is multiplied with once the visit ended, and where a date keeps it from either
_ENDED, _UNDATED, _UNKNOWN = -1.0, -1000.0, -30.0


def columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the columns weighted_value, step and state of History."""
    history = pipeline["History"]
    weighted = to_cents(rows.numbers(history["amount"]) * rows.numbers(history["probability"]))
    outcome = _numbered(history["outcome"], OUTCOMES)
    step = outcome * 1000 + _walked(pipeline)
    state = _state(steps(cube(pipeline)), outcome)
    return pd.DataFrame(
        {"weighted_value": weighted, "step": step.astype(np.float64), "state": state}, index=history.index
    )


def _walked(pipeline: Pipeline) -> Groups:
    # of every visit, the number of its stage among the steps of its own process, the way it left, and where to
    history = pipeline["History"]
    ways = _numbered(history["move"], {way: number for number, way in enumerate(WAYS, 1)})
    playbooks, ids = pd.factorize(history["playbook"])
    found = np.zeros(len(history), dtype=np.int64)
    for code, id in enumerate(ids):
        chosen = pipeline.playbooks.get(str(id))
        if chosen:
            ours = playbooks == code
            number = {stage.name: place for place, stage in enumerate(steps_of(chosen), 1)}
            stage, to = (_numbered(history.loc[ours, column], number) for column in ("stage", "moved_to"))
            gone = (history.loc[ours, "moved_to"] != "").to_numpy(dtype=bool)
            found[ours] = stage * 10_000 + np.where(gone, ways[ours] * 100 + to, 0)
    return found


def _numbered(names: pd.Series, number: Mapping[str, int]) -> Groups:
    codes, found = pd.factorize(names)
    return np.array([number.get(str(name), 0) for name in found] + [0], dtype=np.int64)[codes]


def _state(asked: Steps, outcome: Groups) -> Floats:
    as_of = asked.cube.as_of
    left, created = asked.visit_dates("left"), asked.visit_dates("created")
    counted = np.full(len(left), True) if asked.cube.today else created <= as_of
    stage = 2.0 + asked.step_of_history
    goes_on = np.where(counted, stage + 100 * outcome, stage * _UNDATED)
    found = np.where(np.isnan(left), stage * _UNKNOWN, np.where(left <= as_of, stage * _ENDED, goes_on))
    return np.where(asked.in_view & asked.begun, found, 0.0)
