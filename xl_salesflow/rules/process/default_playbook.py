"""The default playbook of the settings is one of the sheet Stages."""

from __future__ import annotations

from collections.abc import Iterable

from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.rule import Hits, Rule
from xl_salesflow.model.text import Text


def _hits(pipeline: Pipeline) -> Iterable[Hits]:
    settings = pipeline["Settings"]
    # a pipeline without a Settings sheet is not a workbook, and nobody could mend the row
    if pipeline.default_playbook not in pipeline.playbooks:
        rows = settings.index[settings["setting"] == "playbook"]
        facts = {"playbook": pipeline.default_playbook, "known": ", ".join(pipeline.playbooks) or "–"}
        yield Hits("Settings", rows, "value", facts)


RULE = Rule(
    "default_playbook",
    Text("The default playbook", "默认销售流程"),
    Text(
        "The default playbook “{playbook}” has no stages in the sheet Stages; choose one of: {known}.",
        "默认销售流程“{playbook}”在“阶段”表中没有阶段；可选：{known}。",
    ),
    "block",
    _hits,
)
