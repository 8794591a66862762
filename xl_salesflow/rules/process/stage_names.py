"""Gates and tasks belong to a stage and a playbook that exist."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    for name in ("Gates", "StageTasks"):
        frame = pipeline[name]
        frame = frame[frame["stage"].str.strip() != ""]
        lost = frame[(frame["playbook"] != "") & ~frame["playbook"].isin(pipeline.playbooks)]
        yield Hits(name, lost.index, "playbook", _facts(lost["playbook"], list(pipeline.playbooks)))
        for id, rows in frame.drop(index=lost.index).groupby("playbook", sort=False):
            books = [playbook for key, playbook in pipeline.playbooks.items() if id in ("", key)]
            stages = [stage for playbook in books for stage in playbook.by_name]
            off = rows[~rows["stage"].isin(stages)]
            yield Hits(name, off.index, "stage", _facts(off["stage"], stages))


def _facts(names: pd.Series, known: list[str]) -> dict[str, pd.Series]:
    hints = [nearest(name, known) or "?" for name in names]
    return {"name": names, "nearest": pd.Series(hints, index=names.index, dtype=object)}


RULE = Rule(
    "unknown_stage_name",
    Text("A gate or task of a stage that does not exist", "关卡或任务的阶段不存在"),
    Text(
        "“{column}” names “{name}”, which the sheet Stages does not have; is it “{nearest}”?",
        "“{column}”填写的“{name}”在“阶段”表中不存在；是否为“{nearest}”？",
    ),
    "block",
    _hits,
)
