"""The checklist before a visit, as tasks of one deal: what the list "Before a visit" of the sheet Lists holds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.frames import folded, frame
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.moves.tasks import numbers_from

LIST = "preparation"


def prepared(pipeline: Pipeline, deal: str) -> Plan:
    """Return the plan that gives *deal* the checklist as tasks, due on the day of its next step; open ones are not given twice.

    Raises:
        UsageError: there is no such deal.
    """
    keys = pipeline["Deals"]["deal"]
    rows = keys.index[(folded(keys) == deal.strip().casefold()).to_numpy(bool)]
    if rows.empty:
        near = nearest(deal, keys)
        raise UsageError(
            f"There is no deal {deal}" + (f"; did you mean {near}?" if near else "."),
            f"没有商机 {deal}" + (f"；是否指 {near}？" if near else "。"),
        )
    row = pipeline["Deals"].loc[rows[0]]
    listed = pipeline["Tasks"]
    open_ = listed[(listed["deal"] == row["deal"]) & ~listed["status"].isin(["done", "dropped"])]
    wanted = [task for task in _checklist(pipeline) if task not in set(open_["task"])]
    due = row["next_step_date"] if row["next_step_date"] >= pd.Timestamp(pipeline.today) else pipeline.today
    given = {"deal": row["deal"], "stage": row["recorded_stage"], "owner": row["owner"], "due": np.datetime64(due, "s")}
    numbers = numbers_from(listed["task_id"], len(wanted))
    tasks = [
        {**given, "task_id": number, "task": task, "status": "open", "required": "no"}
        for number, task in zip(numbers, wanted, strict=True)
    ]
    appends = (Append("Tasks", frame(TABLES["Tasks"], tasks), "prepare"),) if tasks else ()
    return Plan(appends=appends, answer={"deal": str(row["deal"]), "tasks": wanted})


def _checklist(pipeline: Pipeline) -> list[str]:
    # a team's own list, else the one that ships
    own = [item for item in pipeline["Lists"][LIST] if item.strip()]
    known = LISTS[LIST]
    return [known[item].in_(pipeline.language) if item in known else item.strip() for item in own or known]
