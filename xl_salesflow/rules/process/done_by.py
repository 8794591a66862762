"""What ticks a task off is an activity type."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    tasks = pipeline["StageTasks"]
    offered = {*LISTS["activity_type"], *pipeline["Lists"]["activity_type"]}
    off = tasks[(tasks["done_by"] != "") & ~tasks["done_by"].isin(offered)]
    yield Hits("StageTasks", off.index, "done_by", {"task": off["task"], "type": off["done_by"]})


RULE = Rule(
    "task_done_by",
    Text("A task ticked off by an unknown activity", "任务对应的活动类型不存在"),
    Text(
        "The task “{task}” waits for an activity “{type}”, which the sheet Lists does not offer; choose from the list.",
        "任务“{task}”对应的活动类型“{type}”不在“列表”中；请从列表选择。",
    ),
    "block",
    _hits,
)
