"""Tasks of the stages: given to a deal when it enters one, ticked off by what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.model.apply import applied
from xl_salesflow.model.frames import complete
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.rule import shown
from xl_salesflow.model.tables import TABLES

_TASK = ["deal", "stage", "task"]


def given(pipeline: Pipeline, steps: pd.DataFrame) -> Pipeline:
    """Return *pipeline* with the tasks of the stages that *steps* entered; a deal that comes back gets none twice.

    A deal that is lost needs what was open no more.
    """
    wanted = _wanted(pipeline, steps)
    had = pd.MultiIndex.from_frame(pipeline["Tasks"][_TASK])
    wanted = wanted[~pd.MultiIndex.from_frame(wanted[_TASK]).isin(had)]
    pipeline = _dropped(pipeline, steps)
    if wanted.empty:
        return pipeline
    rows = complete(TABLES["Tasks"], wanted.assign(task_id=numbers_from(pipeline["Tasks"]["task_id"], len(wanted))))
    return applied(pipeline, Plan(appends=(Append("Tasks", rows, "stage"),)))


def ticked(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with open tasks done that an activity, a sent quote or a signed contract did since the stage began."""
    tasks = pipeline["Tasks"]
    doing = pipeline["StageTasks"][["stage", "task", "done_by"]].drop_duplicates(["stage", "task"])
    doing = doing[doing["done_by"] != ""]
    open_ = tasks[~tasks["status"].isin(["done", "dropped"]) & tasks["deal"].isin(pipeline["Deals"]["deal"])]
    if open_.empty or doing.empty:
        return _dated(pipeline)
    waiting = open_[_TASK].reset_index(names="row").merge(doing, on=["stage", "task"])
    waiting = waiting.merge(_begun(pipeline), on=["deal", "stage"], how="left").merge(
        _happened(pipeline), on=["deal", "done_by"]
    )
    waiting = waiting[~(waiting["date"] < waiting["begun"])].sort_values("date").drop_duplicates("row")
    tasks = tasks.copy()
    rows = pd.Index(waiting["row"])
    tasks.loc[rows, "status"] = "done"
    tasks.loc[rows, "done"] = waiting["date"].to_numpy()
    tasks.loc[rows, "evidence"] = waiting["evidence"].to_numpy()
    return _dated(pipeline.with_tables(Tasks=tasks))


def settled(before: Pipeline, now: Pipeline) -> Pipeline:
    """Return *now* without the tasks that were given since *before* for stages the deals have left again."""
    tasks = now["Tasks"]
    new = ~tasks.index.isin(before["Tasks"].index)
    there = pd.MultiIndex.from_frame(now["Deals"][["deal", "recorded_stage"]])
    kept = tasks[~new | pd.MultiIndex.from_frame(tasks[["deal", "stage"]]).isin(there)].copy()
    if len(kept) == len(tasks):
        return now
    added = kept.index.difference(before["Tasks"].index, sort=False)
    kept.loc[added, "task_id"] = np.array(numbers_from(before["Tasks"]["task_id"], len(added)), object)
    return now.with_tables(Tasks=kept)


def _wanted(pipeline: Pipeline, steps: pd.DataFrame) -> pd.DataFrame:
    stage_tasks = pipeline["StageTasks"].rename(columns={"stage": "to"})
    everywhere = stage_tasks[stage_tasks["playbook"] == ""].drop(columns="playbook")
    entering = steps[["deal", "playbook", "to", "day"]].assign(owner=pipeline["Deals"].loc[steps.index, "owner"])
    entering = entering.assign(order=range(len(entering)))
    found = pd.concat([entering.merge(stage_tasks, on=["playbook", "to"]), entering.merge(everywhere, on="to")])
    found = found.sort_values("order", kind="stable").reset_index(drop=True)
    due = found["day"] + pd.to_timedelta(found["due_days"], unit="D").astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "deal": found["deal"],
            "stage": found["to"],
            "task": found["task"],
            "owner": found["owner"],
            "due": due.astype("datetime64[s]"),
            "status": np.full(len(found), "open", object),
            "required": found["required"],
        }
    )


def _dropped(pipeline: Pipeline, steps: pd.DataFrame) -> Pipeline:
    lost, tasks = steps.loc[steps["move"] == "lost", "deal"], pipeline["Tasks"]
    rows = tasks.index[tasks["deal"].isin(lost) & ~tasks["status"].isin(["done", "dropped"])]
    if rows.empty:
        return pipeline
    tasks = tasks.copy()
    tasks.loc[rows, "status"] = "dropped"
    return pipeline.with_tables(Tasks=tasks)


def _begun(pipeline: Pipeline) -> pd.DataFrame:
    history = pipeline["History"]
    return history.groupby(["deal", "stage"], sort=False)["entered"].min().rename("begun").reset_index()


def _happened(pipeline: Pipeline) -> pd.DataFrame:
    activities, quotes, deals = pipeline["Activities"], pipeline["Quotes"], pipeline["Deals"]
    label = TABLES["Activities"]["type"]
    acts = pd.DataFrame(
        {
            "deal": activities["deal"],
            "done_by": activities["type"],
            "date": activities["date"],
            "evidence": shown(label, activities["type"], pipeline.language) + " " + activities["activity"],
        }
    )
    out = quotes[quotes["status"].isin(["sent", "accepted"])]
    sent = pd.DataFrame(
        {
            "deal": out["deal"],
            "done_by": np.full(len(out), "quote", object),
            "date": out["sent"].fillna(out["date"]),
            "evidence": out["quote"],
        }
    )
    signed = deals[deals["contract_signed"].notna()]
    contracts = pd.DataFrame(
        {
            "deal": signed["deal"],
            "done_by": np.full(len(signed), "contract_signed", object),
            "date": signed["contract_signed"],
            "evidence": np.full(len(signed), TABLES["Deals"].header("contract_signed", pipeline.language), object),
        }
    )
    found = pd.concat([acts, sent, contracts])
    found["evidence"] = found["evidence"].str.strip()
    return found[found["date"] <= pd.Timestamp(pipeline.today)]


def _dated(pipeline: Pipeline) -> Pipeline:
    # a task that a rep ticked off without a day was done today
    tasks = pipeline["Tasks"]
    rows = tasks.index[(tasks["status"] == "done") & tasks["done"].isna()]
    if rows.empty:
        return pipeline
    tasks = tasks.copy()
    tasks.loc[rows, "done"] = np.datetime64(pipeline.today, "s")
    return pipeline.with_tables(Tasks=tasks)


def numbers_from(taken: pd.Series, count: int) -> list[str]:
    """Return the numbers of the next *count* tasks."""
    numbers = pd.to_numeric(taken.str.removeprefix("T"), errors="coerce").max()
    last = 0 if numbers != numbers else int(numbers)
    return [f"T{number:06d}" for number in range(last + 1, last + 1 + count)]
