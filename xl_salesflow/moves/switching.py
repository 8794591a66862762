"""Open deals go over to another sales process: their stages are mapped, the record says so, and nothing that closed is touched.

A visit that a switch ends says `switched` and has no days: it was not finished, so it counts in no mean. From then on the deal
counts in the new process, as far as its furthest stage is mapped; "really entered" counts its stages where they happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.model.apply import applied
from xl_salesflow.model.difference import difference
from xl_salesflow.model.frames import folded
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan
from xl_salesflow.model.playbook import Playbook
from xl_salesflow.model.seal import sealed
from xl_salesflow.model.text import Text
from xl_salesflow.moves import tasks
from xl_salesflow.moves.mapping import Mapped, mapped
from xl_salesflow.moves.pending import usable
from xl_salesflow.moves.record import recorded

_FROM = Text("Switched from playbook {playbook}", "由流程 {playbook} 转入")
_OWN = ("move_reason", "override_by", "override_reason")
"""What a rep typed for a move that still waits."""


@dataclass(frozen=True)
class Switch:
    """What is wanted: deals of playbook *before* ("" is the default one) go over to *after*.

    *setup* are the frames of *after* where the workbook does not have it yet; *stages* what a person maps otherwise than
    proposed.
    """

    after: str
    setup: Mapping[str, pd.DataFrame]
    stages: Mapping[str, str]
    before: str = ""


def switch(pipeline: Pipeline, wanted: Switch, by: str) -> Plan:
    """Return the plan of *wanted*: set-up rows beside the old ones, deals and their visits, tasks, the default playbook.

    Raises:
        UsageError: one of the playbooks is not there or cannot be judged by, or a stage is mapped to none.
    """
    before = wanted.before or pipeline.default_playbook
    now = applied(pipeline, _beside(pipeline, wanted))
    old, new = _found(now, before), _found(now, wanted.after)
    if old.id == new.id:
        raise UsageError(
            f"The deals of playbook {old.id} follow it already; name another one.",
            f"商机已使用流程 {old.id}；请选择其他流程。",
        )
    deals = _concerned(now, old)
    ways = mapped(old, new, wanted.stages, _stages_of(deals, old))
    steps = _steps(now, deals[deals["recorded_stage"] != ""], ways)
    after = _sealed(pipeline, _retyped(_over(now, steps, ways, by), deals, steps, ways))
    after = _given(after, steps, old)
    if before == pipeline.default_playbook:
        after = applied(after, _default(after, new.id))
    return replace(difference(pipeline, after, "switch"), answer=_told(old, new, ways, deals))


def _beside(pipeline: Pipeline, wanted: Switch) -> Plan:
    # a process that is there already stands as the team wrote it
    if wanted.after in pipeline.playbooks:
        return Plan()
    gates, questions = wanted.setup["Gates"], wanted.setup["Questions"]
    rows = {
        "Stages": wanted.setup["Stages"],
        "Gates": gates[~gates["gate"].isin(pipeline["Gates"]["gate"])],
        "StageTasks": wanted.setup["StageTasks"],
        "Questions": questions[~questions["question"].isin(pipeline["Questions"]["question"])],
    }
    return Plan(appends=tuple(Append(table, frame, "switch") for table, frame in rows.items() if len(frame)))


def _found(pipeline: Pipeline, id: str) -> Playbook:
    found = pipeline.playbooks.get(id)
    if found is not None and usable(found):
        return found
    known = ", ".join(pipeline.playbooks) or "–"
    raise UsageError(
        f"The sheet Stages has no playbook “{id}” with an open stage and Won; it has: {known}.",
        f"“阶段”表中没有含进行中阶段与赢单阶段的流程“{id}”；现有：{known}。",
    )


def _concerned(pipeline: Pipeline, old: Playbook) -> pd.DataFrame:
    """Return the open deals of *old*, and those that no run has recorded yet; doubled numbers are left alone."""
    deals = pipeline["Deals"]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    ours = (named == old.id) & (deals["deal"] != "") & ~deals["deal"].duplicated(keep=False)
    return deals[ours & ((deals["outcome"] == "open") | (deals["recorded_stage"] == ""))]


def _stages_of(deals: pd.DataFrame, old: Playbook) -> list[str]:
    stages = deals.loc[deals["recorded_stage"] != "", "recorded_stage"].unique()
    return sorted({str(stage) for stage in stages} - set(old.by_name))


def _steps(pipeline: Pipeline, deals: pd.DataFrame, ways: Mapped) -> pd.DataFrame:
    today = pd.Series(np.datetime64(pipeline.today, "s"), index=deals.index)
    to = deals["recorded_stage"].map(ways.stages)
    return pd.DataFrame(
        {
            "from": deals["recorded_stage"], "to": to, "target": to, "playbook": ways.after.id, "deal": deals["deal"],
            "move": "switched", "day": today.mask(today < deals["since"], deals["since"]), "verdict": "accepted", "gates": "",
        },
        index=deals.index,
    )  # fmt: skip


def _over(pipeline: Pipeline, steps: pd.DataFrame, ways: Mapped, by: str) -> Pipeline:
    before, known = pipeline["Deals"].loc[steps.index], pipeline["History"].index
    now = recorded(pipeline, steps, by)
    deals, history = now["Deals"].copy(), now["History"].copy()
    furthest = np.fmax(
        before["furthest"].map(ways.positions).to_numpy("float64"), steps["to"].map(_positions(ways.after))
    )
    deals.loc[steps.index, "furthest"] = furthest
    deals.loc[steps.index, list(_OWN)] = before[list(_OWN)]
    begun = ~history.index.isin(known)
    history.loc[begun, "furthest"] = np.asarray(furthest)
    history.loc[begun, "reason"] = _FROM.in_(pipeline.language, playbook=ways.before.id)
    ended = history["deal"].isin(steps["deal"]) & (history["move"] == "switched") & ~begun
    history.loc[ended & (pipeline["History"]["move"].reindex(history.index) != "switched"), "days"] = np.nan
    return now.with_tables(Deals=deals, History=history)


def _positions(playbook: Playbook) -> dict[str, float]:
    return {stage.name: float(stage.position) for stage in playbook.stages}


def _retyped(pipeline: Pipeline, before: pd.DataFrame, steps: pd.DataFrame, ways: Mapped) -> Pipeline:
    """Return *pipeline* with the stages that people typed in the words of the new process; a move that waits goes on waiting."""
    deals = pipeline["Deals"].copy()
    typed = folded(before["stage"])
    meant = typed.map({name.strip().casefold(): stage for name, stage in ways.any_stage.items()})
    stage = before["stage"].where(meant.isna(), meant)
    there = pd.Series(False, before.index)
    there.loc[steps.index] = (typed == folded(before["recorded_stage"])).loc[steps.index]
    stage = stage.mask(there, steps["to"])
    deals.loc[before.index, "stage"] = stage
    deals.loc[before.index, "playbook"] = ways.after.id
    now = deals.loc[steps.index]
    arrived = steps.index[(folded(now["stage"]) == folded(now["recorded_stage"])).to_numpy(bool)]
    waited = arrived[deals.loc[arrived, "move_status"].isin(["refused", "pending"]).to_numpy(bool)]
    deals.loc[waited, ["move_status", "move_reasons"]] = ""
    return pipeline.with_tables(Deals=deals)


def _sealed(before: Pipeline, now: Pipeline) -> Pipeline:
    history = now["History"]
    new = history.loc[~history.index.isin(before["History"].index), "deal"]
    return now.with_tables(History=sealed(history, set(new))) if len(new) else now


def _given(pipeline: Pipeline, steps: pd.DataFrame, old: Playbook) -> Pipeline:
    """Return *pipeline* with the tasks of the stages entered; open ones that the old process gave are needed no more."""
    listed = pipeline["Tasks"]
    theirs = pd.MultiIndex.from_tuples([(task.stage, task.task) for task in old.tasks] or [("", "")])
    idle = listed["deal"].isin(steps["deal"]) & ~listed["status"].isin(["done", "dropped"])
    idle &= pd.MultiIndex.from_frame(listed[["stage", "task"]]).isin(theirs)
    dropped = listed.assign(status=listed["status"].mask(idle, "dropped")) if idle.any() else listed
    return tasks.ticked(tasks.given(pipeline.with_tables(Tasks=dropped), steps))


def _default(pipeline: Pipeline, id: str) -> Plan:
    settings = pipeline["Settings"]
    rows = settings[settings["setting"] == "playbook"]
    after = pd.Series(id, index=rows.index, dtype=object)
    return Plan(edits=(Edit("Settings", "value", rows["setting"], rows["value"], after, "switch"),))


def _told(old: Playbook, new: Playbook, ways: Mapped, deals: pd.DataFrame) -> dict[str, object]:
    count = deals["recorded_stage"].value_counts()
    stages = [{"from": stage, "to": to, "deals": int(count.get(stage, 0))} for stage, to in ways.stages.items()]
    return {"from": old.id, "to": new.id, "deals": len(deals), "stages": stages}
