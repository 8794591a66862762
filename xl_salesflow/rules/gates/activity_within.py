"""The deal has an activity of a type, no longer ago than some days; without days, at any time."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.frames import looked_up
from xl_salesflow.model.gate import Fault, GateCheck, Holding, activity_type, limit, limit_fault
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.playbook import Gate
from xl_salesflow.model.rule import number
from xl_salesflow.model.text import Text

_NEVER = Text("there is none", "尚无记录")
_LAST = Text("the last one was on {day}", "最近一次为 {day}")
_WITHIN = Text("An activity “{what}” within {days} days is needed; ", "须在 {days} 天内有“{what}”活动；")
_EVER = Text("An activity “{what}” is needed; ", "须有“{what}”活动；")


def _judge(pipeline: Pipeline, gate: Gate, deals: pd.DataFrame) -> Holding:
    activities, today, language = pipeline["Activities"], pd.Timestamp(pipeline.today), pipeline.language
    type, days = activity_type(gate.subject), limit(gate)
    kept = activities[(activities["type"].str.casefold() == type.casefold()) & (activities["date"] <= today)]
    last = looked_up(deals["deal"], kept.groupby("deal")["date"].max())
    holds = last.notna() if days is None else (today - last).dt.days <= days
    told = {
        day: _NEVER.in_(language) if pd.isna(day) else _LAST.in_(language, day=day.date())
        for day in last.drop_duplicates()
    }
    label = LISTS["activity_type"].get(type)
    what = label.in_(language) if label else type
    needed = _EVER.in_(language, what=what) if days is None else _WITHIN.in_(language, what=what, days=number(days))
    is_ = pd.Series([told.get(day, _NEVER.in_(language)) for day in last], index=deals.index, dtype=object)
    return Holding(holds.to_numpy(bool), {"needed": needed, "is_": is_})


def _fault(pipeline: Pipeline, gate: Gate) -> Fault | None:
    offered = set(LISTS["activity_type"]) | {cell.casefold() for cell in pipeline["Lists"]["activity_type"] if cell}
    if activity_type(gate.subject).casefold() not in offered:
        return "subject", Text("“{is_}” is no activity type of the sheet Lists", "“列表”中没有活动类型“{is_}”")
    return limit_fault(gate) if gate.value.strip() else None


CHECK = GateCheck(
    "activity_within",
    Text("{needed}{is_}.", "{needed}{is_}。"),
    Text("Do it and log it in the sheet Activities.", "请完成后在“活动”表中记录。"),
    _judge,
    _fault,
)
