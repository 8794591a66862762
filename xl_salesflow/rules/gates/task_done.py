"""Tasks of the deal are done: the one the gate names, or every required one of the stages behind it.

A named task must stand in the sheet Tasks and be done. With no name, the required tasks a deal was given must be done; a
deal that was given none (it was imported) is not held up.
"""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.gate import Fault, GateCheck, Holding
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.text import Language, Text


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    tasks = pipeline["Tasks"]
    tasks = tasks[tasks["deal"].isin(deals["deal"])]
    if gate.subject:
        named = tasks[tasks["task"].str.strip().str.casefold() == gate.subject.strip().casefold()]
        done = named.loc[named["status"] == "done", "deal"]
        return Holding(deals["deal"].isin(done).to_numpy(bool), {"what": gate.subject.strip()})
    behind = tasks["stage"].isin(_behind(pipeline, gate))
    waiting = tasks[behind & (tasks["required"] == "yes") & (tasks["status"] != "done")]
    names = _listed(waiting, pipeline.language)
    return Holding((~deals["deal"].isin(names.index)).to_numpy(bool), {"what": looked_up(deals["deal"], names)})


def _listed(waiting: pd.DataFrame, language: Language) -> pd.Series:
    by_deal: dict[str, list[str]] = {}
    for deal, task in zip(waiting["deal"], waiting["task"], strict=True):
        by_deal.setdefault(deal, []).append(task)
    mark = "”、“" if language == "zh" else "”, “"
    return pd.Series({deal: mark.join(tasks) for deal, tasks in by_deal.items()}, dtype=object)


def _behind(pipeline: Pipeline, gate: Gate) -> set[str]:
    playbooks = [pipeline.playbooks[id] for id in pipeline.playbooks if gate.playbook in ("", id)]
    guarded = [(playbook, playbook.by_name[gate.stage]) for playbook in playbooks if gate.stage in playbook.by_name]
    return {stage.name for playbook, at in guarded for stage in playbook.open_stages if stage.position < at.position}


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    known = set(pipeline["StageTasks"]["task"].str.strip().str.casefold())
    if gate.subject.strip() and gate.subject.strip().casefold() not in known:
        return "subject", Text("no stage has the task “{is_}”", "没有阶段包含任务“{is_}”")
    return None


CHECK = GateCheck(
    "task_done",
    Text("The task “{what}” is not done.", "任务“{what}”未完成。"),
    Text("Do it, then set its status to Done in the sheet Tasks.", "请完成后在“任务”表中将状态设为“已完成”。"),
    _judge,
    _fault,
)
