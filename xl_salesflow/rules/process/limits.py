"""Day limits, cadences and due days of the set-up sheets are not below zero."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, number
from xl_salesflow.model.text import Text

_DAYS = (("Stages", "day_limit"), ("Stages", "cadence"), ("StageTasks", "due_days"))


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name, column in _DAYS:
        frame = pipeline[name]
        off = frame[frame[column] < 0]
        yield Hits(name, off.index, column, {"stage": off["stage"], "value": off[column].map(number)})


RULE = Rule(
    "day_limits",
    Text("A number of days below zero", "天数为负"),
    Text(
        "“{column}” of the stage “{stage}” is {value}; days cannot be below zero, blank is no limit.",
        "阶段“{stage}”的“{column}”为 {value}；天数不能为负，留空表示不限。",
    ),
    "block",
    _hits,
)
