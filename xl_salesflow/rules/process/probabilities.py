"""The probability of a stage lies between 0 and 100 %."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule, shown
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    stages = pipeline["Stages"]
    off = stages[(stages["probability"] < 0) | (stages["probability"] > 1)]
    value = shown(TABLES["Stages"]["probability"], off["probability"], pipeline.language)
    yield Hits("Stages", off.index, "probability", {"stage": off["stage"], "value": value})


RULE = Rule(
    "stage_probability",
    Text("The probability of a stage", "阶段赢率"),
    Text(
        "The probability of the stage “{stage}” is {value}; it must lie between 0 % and 100 %.",
        "阶段“{stage}”的赢率为 {value}；须在 0% 到 100% 之间。",
    ),
    "block",
    _hits,
)
