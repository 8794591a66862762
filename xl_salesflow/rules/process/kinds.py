"""The kind of every stage: open, won, lost or aftercare."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import BLANK, Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    stages = pipeline["Stages"]
    wrong = stages[(stages["stage"].str.strip() != "") & ~stages["kind"].isin(CHOICES["kind"])]
    kind = wrong["kind"].where(wrong["kind"] != "", BLANK.in_(pipeline.language))
    labels = ", ".join(text.in_(pipeline.language) for text in CHOICES["kind"].values())
    yield Hits("Stages", wrong.index, "kind", {"stage": wrong["stage"], "kind": kind, "list": labels})


RULE = Rule(
    "stage_kind",
    Text("The kind of a stage", "阶段类别"),
    Text(
        "The kind of the stage “{stage}” is {kind}; choose one of: {list}.",
        "阶段“{stage}”的类别为{kind}；请选择：{list}。",
    ),
    "block",
    _hits,
)
