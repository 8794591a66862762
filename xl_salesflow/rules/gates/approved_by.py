"""Somebody approved: an activity of type Approval with the outcome Approved, by the person the gate names.

The subject is a person or a role of the sheet Team; without one, anybody but the deal's owner. A value limits it to so many
days. A later refusal by the same person takes an approval back.
"""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.choices import identify
from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.gate import Fault, GateCheck, Holding, limit, limit_fault
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.text import Text

_ANYBODY = Text("somebody other than the owner", "负责人以外的人")


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    acts, today, days = pipeline["Activities"], pd.Timestamp(pipeline.today), limit(gate)
    acts = acts[(acts["type"] == "approval") & (acts["date"] <= today)].sort_values("date", kind="stable")
    acts = acts.groupby(["deal", "by"], sort=False).tail(1)
    acts = acts[acts["outcome"] == "approved"]
    if days is not None:
        acts = acts[(today - acts["date"]).dt.days <= days]
    names = _people(pipeline, gate)
    if names:
        acts = acts[acts["by"].str.strip().str.casefold().isin(names)]
        holds = deals["deal"].isin(acts["deal"])
    else:
        owner = looked_up(acts["deal"], deals.drop_duplicates("deal").set_index("deal")["owner"])
        holds = deals["deal"].isin(acts.loc[(acts["by"] != owner) & (acts["by"] != ""), "deal"])
    return Holding(holds.to_numpy(bool), {"who": gate.subject.strip() or _ANYBODY.in_(pipeline.language)})


def _people(pipeline: Pipeline, gate: Gate) -> set[str]:
    team, subject = pipeline["Team"], gate.subject.strip()
    role = identify(LISTS["role"], subject) or subject
    holders = team.loc[team["role"].str.casefold() == role.casefold(), "person"]
    return {person.strip().casefold() for person in holders} or ({subject.casefold()} if subject else set())


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    team, subject = pipeline["Team"], gate.subject.strip().casefold()
    known = set(team["person"].str.strip().str.casefold()) | set(team["role"].str.casefold())
    role = identify(LISTS["role"], subject)
    if subject and len(team) and subject not in known and role not in known:
        return "subject", Text("the sheet Team has no “{is_}”", "“团队”表中没有“{is_}”")
    return limit_fault(gate) if gate.value.strip() else None


CHECK = GateCheck(
    "approved_by",
    Text("The approval of {who} is missing.", "缺少{who}的批准。"),
    Text(
        "Ask for it and log an activity of type Approval with the outcome Approved.",
        "请取得批准，并记录一条类型为“审批”、结果为“批准”的活动。",
    ),
    _judge,
    _fault,
)
