"""Give a deal the tasks of the stages it enters, tick them off, and prepare customer visits.

Activities, sent quotes and signed contracts tick off tasks. Before a visit, a deal gets the checklist "Before a visit"
of the sheet Lists.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, apply_change_set
from xl_salesflow.core.key_numbers import next_keys
from xl_salesflow.core.name_suggestions import unknown_key_error
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.core.rule_declarations import find_activities_done, format_column_values, identify_list_values
from xl_salesflow.core.verb_answers import VisitChecklist
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.table_frames import complete_columns, fold_keys, look_up_values, make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_TASK_IDENTITY = ["deal", "stage", "task"]
STAGE_LEFT = Text("not needed: the deal has left the stage")


def give_stage_tasks(pipeline: Pipeline, steps: pd.DataFrame) -> Pipeline:
    """Return *pipeline* with the tasks of the stages that *steps* entered.

    A deal that re-enters a stage does not get its tasks twice. The open tasks of a lost deal are marked as not needed.
    """
    entered = _list_entered_stage_tasks(pipeline, steps)
    return _append_missing_tasks(_drop_tasks_of_lost_deals(pipeline, steps), entered)


def _append_missing_tasks(pipeline: Pipeline, wanted: pd.DataFrame) -> Pipeline:
    had = pd.MultiIndex.from_frame(pipeline["Tasks"][_TASK_IDENTITY])
    new = wanted[~pd.MultiIndex.from_frame(wanted[_TASK_IDENTITY]).isin(had)]
    if new.empty:
        return pipeline
    rows = complete_columns(TABLES["Tasks"], new.assign(task_id=next_keys(pipeline, "Tasks", len(new))))
    return apply_change_set(pipeline, ChangeSet(appends=(Append("Tasks", rows, "stage"),)))


def tick_off_tasks(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with those tasks done that an activity, a sent quote or a signed contract fulfilled."""
    tasks = pipeline["Tasks"]
    doing = _list_completing_types(pipeline)
    open_ = tasks[~tasks["status"].isin(["done", "dropped"]) & tasks["deal"].isin(pipeline["Deals"]["deal"])]
    if open_.empty or doing.empty:
        return _date_done_tasks(pipeline)
    waiting = open_[_TASK_IDENTITY].reset_index(names="row").merge(doing, on=["stage", "task"])
    waiting = waiting.merge(_find_stage_begin_days(pipeline), on=["deal", "stage"], how="left").merge(
        _collect_task_evidence(pipeline), on=["deal", "done_by"]
    )
    waiting = waiting[~(waiting["date"] < waiting["begun"]) & _has_completing_outcome(waiting)]
    waiting = waiting.sort_values("date").drop_duplicates("row")
    tasks = tasks.copy()
    rows = pd.Index(waiting["row"])
    tasks.loc[rows, "status"] = "done"
    tasks.loc[rows, "done"] = waiting["date"].to_numpy()
    tasks.loc[rows, "evidence"] = waiting["evidence"].to_numpy()
    return _date_done_tasks(pipeline.with_tables(Tasks=tasks))


def close_left_tasks(pipeline: Pipeline) -> Pipeline:
    """Return *pipeline* with the open tasks of stages that were left marked as not needed.

    A required task stays open, because gates ask for it. Tasks that were closed like this are open again once their
    deal returns to the stage; a task that somebody opens again stays open.
    """
    tasks, deals = pipeline["Tasks"], pipeline["Deals"]
    if tasks.empty:
        return pipeline
    first = deals[~deals["deal"].duplicated()].set_index("deal")
    stage = look_up_values(tasks["deal"], first["recorded_stage"]).fillna("")
    declared = pd.MultiIndex.from_frame(pipeline["StageTasks"][["stage", "task"]])
    of_stage = pd.Series(pd.MultiIndex.from_frame(tasks[["stage", "task"]]).isin(declared), index=tasks.index)
    noted = tasks["evidence"].isin(STAGE_LEFT.translations())
    is_open = ~tasks["status"].isin(["done", "dropped"])
    left = is_open & of_stage & ~noted & (tasks["required"] != "yes") & _have_left_stage(pipeline, tasks, stage)
    back = (tasks["status"] == "dropped") & noted & (tasks["stage"] == stage)
    if not (left | back).any():
        return pipeline
    status = tasks["status"].mask(left, "dropped").mask(back, "open")
    evidence = tasks["evidence"].mask(left, STAGE_LEFT.in_(pipeline.language)).mask(back, "")
    return pipeline.with_tables(Tasks=tasks.assign(status=status, evidence=evidence))


def _have_left_stage(pipeline: Pipeline, tasks: pd.DataFrame, stage: pd.Series) -> pd.Series:
    # the deal has been in the task's stage, and is in another one now
    history = pipeline["History"]
    been = pd.MultiIndex.from_frame(history[["deal", "stage"]])
    there = pd.MultiIndex.from_frame(tasks[["deal", "stage"]]).isin(been)
    return pd.Series(there, index=tasks.index) & (stage != "") & (stage != tasks["stage"])


def give_tasks_of_passed_stages(pipeline: Pipeline, passed: pd.DataFrame) -> Pipeline:
    """Return *pipeline* with the tasks that a move past a stage needs, so that a person can tick them off.

    *passed* has the columns deal, playbook, to (the stage left or skipped) and day, indexed as Deals. Needed are required
    tasks, and tasks that a gate names.
    """
    needed = _list_entered_stage_tasks(pipeline, passed)
    named = {
        fold_text(gate.subject)
        for playbook in pipeline.playbooks.values()
        for gate in playbook.gates
        if gate.check == "task_done"
    }
    needed = needed[(needed["required"] == "yes") | fold_keys(needed["task"]).isin(named)]
    return _append_missing_tasks(pipeline, needed.drop_duplicates(_TASK_IDENTITY))


def drop_passed_tasks(before: Pipeline, now: Pipeline, refused: pd.Series) -> Pipeline:
    """Return *now* without the tasks added since *before* for stages that the deals have already left again.

    Deals whose move was *refused* keep those they still need.
    """
    tasks = now["Tasks"]
    new = ~tasks.index.isin(before["Tasks"].index)
    there = pd.MultiIndex.from_frame(now["Deals"][["deal", "recorded_stage"]])
    needed = pd.MultiIndex.from_frame(tasks[["deal", "stage"]]).isin(there) | tasks["deal"].isin(refused)
    kept = tasks[~new | needed].copy()
    if len(kept) == len(tasks):
        return now
    added = kept.index.difference(before["Tasks"].index, sort=False)
    kept.loc[added, "task_id"] = np.array(next_keys(before, "Tasks", len(added)), object)
    return now.with_tables(Tasks=kept)


def _list_entered_stage_tasks(pipeline: Pipeline, steps: pd.DataFrame) -> pd.DataFrame:
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


def _drop_tasks_of_lost_deals(pipeline: Pipeline, steps: pd.DataFrame) -> Pipeline:
    lost, tasks = steps.loc[steps["move"] == "lost", "deal"], pipeline["Tasks"]
    rows = tasks.index[tasks["deal"].isin(lost) & ~tasks["status"].isin(["done", "dropped"])]
    if rows.empty:
        return pipeline
    tasks = tasks.copy()
    tasks.loc[rows, "status"] = "dropped"
    tasks.loc[rows, "evidence"] = STAGE_LEFT.in_(pipeline.language)
    return pipeline.with_tables(Tasks=tasks)


def _find_stage_begin_days(pipeline: Pipeline) -> pd.DataFrame:
    history = pipeline["History"]
    return history.groupby(["deal", "stage"], sort=False)["entered"].min().rename("begun").reset_index()


def _list_completing_types(pipeline: Pipeline) -> pd.DataFrame:
    # one row for each activity type that completes a task
    tasks = pipeline["StageTasks"][["stage", "task", "done_by", "outcomes"]].drop_duplicates(["stage", "task"])
    tasks = tasks[tasks["done_by"] != ""]
    return tasks.assign(
        done_by=tasks["done_by"].map(partial(identify_list_values, "activity_type")),
        outcomes=tasks["outcomes"].map(partial(identify_list_values, "activity_outcome")),
    ).explode("done_by")


def _has_completing_outcome(evidence: pd.DataFrame) -> pd.Series:
    named = [
        outcome in listed if listed and outcome else took_place
        for outcome, listed, took_place in zip(
            fold_keys(evidence["outcome"]), evidence["outcomes"], evidence["took_place"], strict=True
        )
    ]
    return pd.Series(named, index=evidence.index, dtype=bool)


def _collect_task_evidence(pipeline: Pipeline) -> pd.DataFrame:
    activities, quotes, deals = pipeline["Activities"], pipeline["Quotes"], pipeline["Deals"]
    label = TABLES["Activities"]["type"]
    acts = pd.DataFrame(
        {
            "deal": activities["deal"],
            "done_by": fold_keys(activities["type"]),
            "date": activities["date"],
            "outcome": activities["outcome"],
            "took_place": find_activities_done(activities),
            "evidence": format_column_values(label, activities["type"], pipeline.language)
            + " "
            + activities["activity"],
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
    papers = pd.concat([sent, contracts]).assign(outcome="", took_place=True)
    found = pd.concat([acts, papers])
    found["evidence"] = found["evidence"].str.strip()
    return found[found["date"] <= pd.Timestamp(pipeline.today)]


def _date_done_tasks(pipeline: Pipeline) -> Pipeline:
    # a task ticked off without a date was done today
    tasks = pipeline["Tasks"]
    rows = tasks.index[(tasks["status"] == "done") & tasks["done"].isna()]
    if rows.empty:
        return pipeline
    tasks = tasks.copy()
    tasks.loc[rows, "done"] = np.datetime64(pipeline.today, "s")
    return pipeline.with_tables(Tasks=tasks)


PREPARATION_LIST = "preparation"


def prepare_visit(pipeline: Pipeline, deal: str) -> ChangeSet[VisitChecklist]:
    """Return the change set that gives *deal* the visit checklist as tasks, due on the day of its next step.

    Open tasks are not repeated.

    Raises:
        UsageError: the deal does not exist.
    """
    keys = pipeline["Deals"]["deal"]
    rows = keys.index[(fold_keys(keys) == fold_text(deal)).to_numpy(bool)]
    if rows.empty:
        raise unknown_key_error(deal, Text("deal"), keys)
    row = pipeline["Deals"].loc[rows[0]]
    listed = pipeline["Tasks"]
    open_ = listed[(listed["deal"] == row["deal"]) & ~listed["status"].isin(["done", "dropped"])]
    missing = [task for task in _read_visit_checklist(pipeline) if task not in set(open_["task"])]
    due = row["next_step_date"] if row["next_step_date"] >= pd.Timestamp(pipeline.today) else pipeline.today
    given = {"deal": row["deal"], "stage": row["recorded_stage"], "owner": row["owner"], "due": np.datetime64(due, "s")}
    numbers = next_keys(pipeline, "Tasks", len(missing))
    tasks = [
        {**given, "task_id": number, "task": task, "status": "open", "required": "no"}
        for number, task in zip(numbers, missing, strict=True)
    ]
    appends = (Append("Tasks", make_table_frame(TABLES["Tasks"], tasks), "prepare"),) if tasks else ()
    return ChangeSet(appends=appends, answer=VisitChecklist(str(row["deal"]), tuple(missing)))


def _read_visit_checklist(pipeline: Pipeline) -> list[str]:
    # the team's own list, or else the shipped one
    own = [item for item in pipeline["Lists"][PREPARATION_LIST] if item.strip()]
    known = LISTS[PREPARATION_LIST]
    return [known[item].in_(pipeline.language) if item in known else item.strip() for item in own or known]
