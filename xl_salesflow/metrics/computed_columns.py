"""Compute the formula columns of Deals, Stages and History exactly as the sheet's formulas do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.metrics.array_arithmetic import GroupNumbers, column_days, column_numbers, round_array_to_cents
from xl_salesflow.metrics.deal_cube import build_cube, deal_probabilities, match_view_filters
from xl_salesflow.metrics.metric_declaration import MetricArray

if TYPE_CHECKING:
    from xl_salesflow.metrics.funnel_steps import FunnelSteps


def compute_deal_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the columns probability, weighted_value, days_in_stage, idle_days, age_days and in_view of Deals."""
    frame = pipeline["Deals"]
    today = np.float64(np.datetime64(pipeline.today, "D").astype(np.int64))
    since, created, acted = (column_days(frame[column]) for column in ("since", "created", "last_activity"))
    is_open = (frame["outcome"] == "open").to_numpy()
    chance = deal_probabilities(pipeline)
    return pd.DataFrame(
        {
            "probability": chance,
            "weighted_value": round_array_to_cents(column_numbers(frame["amount"]) * chance),
            "days_in_stage": today - since,
            "idle_days": np.where(is_open, today - np.fmax(since, acted), np.nan),
            "age_days": np.where(is_open, today - created, np.nan),
            "in_view": match_view_filters(frame, pipeline.query.filters).astype(np.float64),
        },
        index=frame.index,
    )


def compute_stage_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the column key of Stages."""
    frame = pipeline["Stages"]
    return pd.DataFrame({"key": frame["playbook"] + "|" + frame["stage"]}, index=frame.index)


# factors of a stay's state: ended; of a deal that did not exist by the as-of date; without a known last day
_ENDED_FACTOR, _UNDATED_FACTOR, _UNKNOWN_FACTOR = -1.0, -1000.0, -30.0


def compute_history_columns(pipeline: Pipeline) -> pd.DataFrame:
    """Return the columns weighted_value, step and state of History."""
    # imported here, because the columns of Deals need no metrics
    from xl_salesflow.metrics.funnel_steps import build_funnel_steps
    from xl_salesflow.metrics.history_workings import OUTCOME_HUNDREDS

    history = pipeline["History"]
    weighted = round_array_to_cents(column_numbers(history["amount"]) * column_numbers(history["probability"]))
    outcome = _encode_names(history["outcome"], OUTCOME_HUNDREDS)
    step = outcome * 1000 + _encode_stay_steps(pipeline)
    state = _stay_states(build_funnel_steps(build_cube(pipeline)), outcome)
    return pd.DataFrame(
        {"weighted_value": weighted, "step": step.astype(np.float64), "state": state}, index=history.index
    )


def _encode_stay_steps(pipeline: Pipeline) -> GroupNumbers:
    from xl_salesflow.metrics.funnel_steps import select_funnel_stages
    from xl_salesflow.metrics.history_workings import STAGE_EXITS

    # for every stay: the number of its stage among the steps of its playbook, the way it ended, and where it led
    history = pipeline["History"]
    exits = _encode_names(history["move"], {way: number for number, way in enumerate(STAGE_EXITS, 1)})
    codes, playbooks = pd.factorize(history["playbook"])
    found = np.zeros(len(history), dtype=np.int64)
    for code, name in enumerate(playbooks):
        playbook = pipeline.playbooks.get(str(name))
        if playbook:
            own = codes == code
            number = {stage.name: place for place, stage in enumerate(select_funnel_stages(playbook), 1)}
            stage, to = (_encode_names(history.loc[own, column], number) for column in ("stage", "moved_to"))
            ended = (history.loc[own, "moved_to"] != "").to_numpy(dtype=bool)
            found[own] = stage * 10_000 + np.where(ended, exits[own] * 100 + to, 0)
    return found


def _encode_names(names: pd.Series, number: Mapping[str, int]) -> GroupNumbers:
    codes, found = pd.factorize(names)
    return np.array([number.get(str(name), 0) for name in found] + [0], dtype=np.int64)[codes]


def _stay_states(steps: FunnelSteps, outcome: GroupNumbers) -> MetricArray:
    as_of = steps.cube.as_of
    left, created = steps.stay_dates("left"), steps.stay_dates("created")
    counted = np.full(len(left), True) if steps.cube.today else created <= as_of
    stage = 2.0 + steps.step_of_history
    ongoing = np.where(counted, stage + 100 * outcome, stage * _UNDATED_FACTOR)
    found = np.where(np.isnan(left), stage * _UNKNOWN_FACTOR, np.where(left <= as_of, stage * _ENDED_FACTOR, ongoing))
    return np.where(steps.in_view & steps.begun, found, 0.0)
