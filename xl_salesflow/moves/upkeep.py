"""What a workbook needs filled in around the moves: numbers, last activity, pushed closings, counts, the playbook of a deal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Plan
from xl_salesflow.moves import talks, tasks


def upkeep(pipeline: Pipeline) -> Plan:
    """Fill in what follows from other cells; a second run plans nothing."""
    now = tasks.ticked(_numbered(pipeline))
    deals = now["Deals"].copy()
    keyed = deals["deal"] != ""
    deals["playbook"] = deals["playbook"].mask(keyed & (deals["playbook"] == ""), pipeline.default_playbook)
    deals["last_activity"] = _last_activity(now, deals)
    deals["pushes"], deals["last_expected_close"] = _pushed(deals)
    deals = deals.assign(**{str(id): column for id, column in talks.counted(now, deals).items()})
    return difference(pipeline, now.with_tables(Deals=deals), "upkeep")


def _last_activity(pipeline: Pipeline, deals: pd.DataFrame) -> pd.Series:
    # an activity still to come has not happened; a date that was brought along stays while there is no activity
    activities = pipeline["Activities"]
    done = activities[activities["date"] <= pd.Timestamp(pipeline.today)]
    last = looked_up(deals["deal"], done.groupby("deal")["date"].max())
    return last.fillna(deals["last_activity"])


def _pushed(deals: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    # only what is dated later than at the last run was pushed; an open deal counts, a closed one is over
    expected, seen = deals["expected_close"], deals["last_expected_close"]
    later = (expected > seen) & deals["outcome"].isin(["", "open"])
    pushes = deals["pushes"].mask(later, deals["pushes"].fillna(0) + 1)
    return pushes, seen.mask(expected.notna(), expected)


def _numbered(pipeline: Pipeline) -> Pipeline:
    activities = pipeline["Activities"]
    blank = (activities["activity"] == "") & (activities["date"].notna() | (activities["deal"] != ""))
    if not blank.any():
        return pipeline
    taken = pd.to_numeric(activities["activity"].str.extract(r"^A(\d+)$")[0], errors="coerce").max()
    start = 1 if taken != taken else int(taken) + 1
    numbered = activities["activity"].copy()
    numbered[blank] = np.array([f"A{number:06d}" for number in range(start, start + int(blank.sum()))], object)
    return pipeline.with_tables(Activities=activities.assign(activity=numbered))
