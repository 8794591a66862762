"""Accepted moves, written down: the visit that ends is closed, the one that begins is added, the deal follows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.apply import applied
from xl_salesflow.model.frames import DATE_DTYPE, complete
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.playbook import Stage
from xl_salesflow.model.rule import shown
from xl_salesflow.model.tables import FOREVER, TABLES

_CARRIED = ("owner", "product", "source", "region", "sales_channel", "amount")
_FOREVER = np.datetime64(FOREVER, "s")


def recorded(pipeline: Pipeline, steps: pd.DataFrame, by: str) -> Pipeline:
    """Return *pipeline* with accepted *steps* in History and Deals.

    *steps* is indexed as Deals: from, to, target, playbook, move, day, and what the gates said: verdict, gates.
    """
    if steps.empty:
        return pipeline
    stages = [pipeline.playbooks[id].by_name[to] for id, to in zip(steps["playbook"], steps["to"], strict=True)]
    after = _deals_after(pipeline["Deals"].loc[steps.index], steps, stages)
    history = _closed_visits(pipeline["History"], steps, after)
    begun = complete(TABLES["History"], _new_visits(pipeline, history, steps, stages, after, by))
    deals = pipeline["Deals"].copy()
    for column in after:
        deals.loc[steps.index, column] = after[column]
    pipeline = pipeline.with_tables(Deals=complete(TABLES["Deals"], deals), History=history)
    return applied(pipeline, Plan(appends=(Append("History", begun, by),)))


def _deals_after(deals: pd.DataFrame, steps: pd.DataFrame, stages: list[Stage]) -> pd.DataFrame:
    outcome = pd.Series([stage.outcome for stage in stages], index=deals.index, dtype=object)
    counted = [stage.position if stage.kind in ("open", "won") else 0 for stage in stages]
    # an aftercare stage keeps the day the deal was won
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
        **{column: deals[column].where(~there, "") for column in ("move_reason", "override_by", "override_reason")},
    }
    return pd.DataFrame(after, index=deals.index)


def _closed_visits(history: pd.DataFrame, steps: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    ends = steps[steps["from"] != ""]
    by_deal = ends.set_index("deal")
    current = (history["left"] == _FOREVER) & history["deal"].isin(by_deal.index)
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


def _new_visits(
    pipeline: Pipeline, history: pd.DataFrame, steps: pd.DataFrame, stages: list[Stage], after: pd.DataFrame, by: str
) -> pd.DataFrame:
    deals = pipeline["Deals"].loc[steps.index]
    seen = pd.MultiIndex.from_frame(history[["deal", "playbook", "stage"]])
    now = pd.MultiIndex.from_arrays([steps["deal"], steps["playbook"], steps["to"]])
    own = deals["probability_override"]
    past_gate = steps["verdict"] == "overridden"
    columns = {
        "visit": _numbers(history["visit"], len(steps)),
        "deal": steps["deal"],
        "playbook": steps["playbook"],
        "stage": steps["to"],
        "position": [float(stage.position) for stage in stages],
        "outcome": after["outcome"],
        "entered": steps["day"],
        "left": np.full(len(steps), _FOREVER),
        "furthest": after["furthest"],
        "first": (~now.isin(seen)).astype("float64"),
        "created": after["created"],
        "closed": after["closed"],
        "cycle_days": (after["closed"] - after["created"]).dt.days.astype("float64"),
        "probability": own.fillna(pd.Series([stage.probability for stage in stages], index=deals.index)),
        **{column: deals[column] for column in _CARRIED},
        "by": [by] * len(steps),
        "reason": _reasons(pipeline, deals, after["outcome"]),
        "override_by": deals["override_by"].where(past_gate, ""),
        "override_reason": deals["override_reason"].where(past_gate, ""),
        "gates": steps["gates"],
    }
    return pd.DataFrame(columns, index=steps.index).astype({"entered": DATE_DTYPE, "left": DATE_DTYPE})


def _reasons(pipeline: Pipeline, deals: pd.DataFrame, outcome: pd.Series) -> pd.Series:
    lost = (outcome == "lost") & (deals["loss_reason"] != "")
    why = shown(TABLES["Deals"]["loss_reason"], deals["loss_reason"], pipeline.language).where(lost, "")
    own = deals["move_reason"].str.strip()
    both = (why != "") & (own != "")
    return why + pd.Series(np.where(both, "; ", ""), index=deals.index, dtype=object) + own


def _numbers(taken: pd.Series, count: int) -> list[str]:
    numbers = pd.to_numeric(taken.str.removeprefix("V"), errors="coerce").max()
    last = 0 if numbers != numbers else int(numbers)
    return [f"V{number:06d}" for number in range(last + 1, last + 1 + count)]
