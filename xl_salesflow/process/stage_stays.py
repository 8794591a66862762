"""Record moves that were accepted: end the current stage stay in History, begin the next one, update the deal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, apply_change_set
from xl_salesflow.core.history_seal import seal_history
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.pipelines import Pipeline, Stage
from xl_salesflow.core.rule_declarations import format_column_values
from xl_salesflow.process.gate_overrides import NO_OVERRIDE
from xl_salesflow.schema.table_frames import DATE_DTYPE, OPEN_STAY_LEFT, complete_columns
from xl_salesflow.schema.table_registry import TABLES

_CARRIED_DEAL_COLUMNS = ("owner", "product", "source", "region", "sales_channel", "amount")


def record_stage_moves(pipeline: Pipeline, steps: pd.DataFrame, by: str) -> Pipeline:
    """Return *pipeline* with accepted *steps* in History and Deals.

    *steps* is indexed as Deals and has the columns from, to, target, playbook, move, day, and the results of the gates:
    verdict, gates.
    """
    if steps.empty:
        return pipeline
    stages = [
        pipeline.playbooks[playbook_id].by_name[to]
        for playbook_id, to in zip(steps["playbook"], steps["to"], strict=True)
    ]
    after = _update_moved_deals(pipeline["Deals"].loc[steps.index], steps, stages)
    history = _end_stage_stays(pipeline["History"], steps, after)
    begun = complete_columns(TABLES["History"], _begin_stage_stays(pipeline, history, steps, stages, after, by))
    deals = pipeline["Deals"].copy()
    for column in after:
        deals.loc[steps.index, column] = after[column]
    pipeline = pipeline.with_tables(Deals=complete_columns(TABLES["Deals"], deals), History=history)
    return apply_change_set(pipeline, ChangeSet(appends=(Append("History", begun, by),)))


def _update_moved_deals(deals: pd.DataFrame, steps: pd.DataFrame, stages: list[Stage]) -> pd.DataFrame:
    outcome = pd.Series([stage.outcome for stage in stages], index=deals.index, dtype=object)
    counted = [stage.position if stage.kind in ("open", "won") else 0 for stage in stages]
    # an aftercare stage keeps the day on which the deal was won
    closes = (outcome != "open") & (outcome != deals["outcome"])
    closed = deals["closed"].where(outcome != "open").where(~closes, steps["day"])
    there = steps["to"] == steps["target"]
    after = {
        "stage": deals["stage"].where(~there, steps["target"]),
        "recorded_stage": steps["to"],
        "since": steps["day"],
        "outcome": outcome,
        "closed": closed,
        "furthest": np.fmax(deals["furthest"].to_numpy("float64"), np.array(counted, float)),
        "playbook": steps["playbook"],
        "created": deals["created"].fillna(steps["day"]),
        # a deal that is lost no more has no loss reason; History keeps it
        "loss_reason": deals["loss_reason"].where((deals["outcome"] != "lost") | (outcome == "lost"), ""),
        **{column: deals[column].where(~there, "") for column in ("move_reason", "override_by", "override_reason")},
    }
    return pd.DataFrame(after, index=deals.index)


def _end_stage_stays(history: pd.DataFrame, steps: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    ends = steps[steps["from"] != ""]
    by_deal = ends.set_index("deal")
    current = (history["left"] == OPEN_STAY_LEFT) & history["deal"].isin(by_deal.index)
    rows = history.index[current]
    if rows.empty:
        return history
    moved = by_deal.loc[history.loc[rows, "deal"]].set_axis(rows, axis=0)
    history = history.copy()
    history.loc[rows, "left"] = moved["day"]
    history.loc[rows, "days"] = (moved["day"] - history.loc[rows, "entered"]).dt.days.astype("float64")
    history.loc[rows, "moved_to"] = moved["to"]
    history.loc[rows, "move"] = moved["move"]
    return history


def _begin_stage_stays(
    pipeline: Pipeline, history: pd.DataFrame, steps: pd.DataFrame, stages: list[Stage], after: pd.DataFrame, by: str
) -> pd.DataFrame:
    deals = pipeline["Deals"].loc[steps.index]
    seen = pd.MultiIndex.from_frame(history[["deal", "playbook", "stage"]])
    now = pd.MultiIndex.from_arrays([steps["deal"], steps["playbook"], steps["to"]])
    own = deals["probability_override"]
    past_gate = steps["verdict"] == "overridden"
    overrides = steps["override"] if "override" in steps else pd.Series(NO_OVERRIDE, index=steps.index)
    columns = {
        "visit": next_keys(pipeline, "History", len(steps)),
        "deal": steps["deal"],
        "playbook": steps["playbook"],
        "stage": steps["to"],
        "position": [float(stage.position) for stage in stages],
        "outcome": after["outcome"],
        "entered": steps["day"],
        "left": np.full(len(steps), OPEN_STAY_LEFT),
        "furthest": after["furthest"],
        "first": (~now.isin(seen)).astype("float64"),
        "created": after["created"],
        "closed": after["closed"],
        "cycle_days": (after["closed"] - after["created"]).dt.days.astype("float64"),
        "probability": own.fillna(pd.Series([stage.probability for stage in stages], index=deals.index)),
        **{column: deals[column] for column in _CARRIED_DEAL_COLUMNS},
        "by": [by] * len(steps),
        "reason": _word_move_reasons(pipeline, deals, after["outcome"]),
        "override_by": overrides.map(lambda one: one.by).where(past_gate, ""),
        "override_reason": overrides.map(lambda one: one.why).where(past_gate, ""),
        "gates": steps["gates"],
    }
    return pd.DataFrame(columns, index=steps.index).astype({"entered": DATE_DTYPE, "left": DATE_DTYPE})


def _word_move_reasons(pipeline: Pipeline, deals: pd.DataFrame, outcome: pd.Series) -> pd.Series:
    lost = (outcome == "lost") & (deals["loss_reason"] != "")
    why = format_column_values(TABLES["Deals"]["loss_reason"], deals["loss_reason"], pipeline.language).where(lost, "")
    own = deals["move_reason"].str.strip()
    both = (why != "") & (own != "")
    return why + pd.Series(np.where(both, "; ", ""), index=deals.index, dtype=object) + own


def seal_new_stage_stays(before: Pipeline, now: Pipeline) -> Pipeline:
    """Return *now* with the stage stays sealed that *before* does not have."""
    history, earlier = now["History"], before["History"].index
    new = history.loc[~history.index.isin(earlier), "deal"]
    return now.with_tables(History=seal_history(history, set(new), earlier)) if len(new) else now
