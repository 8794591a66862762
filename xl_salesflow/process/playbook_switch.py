"""Move open deals to another playbook: match the stages, record the switch, leave closed deals alone.

Stages are matched by name, by the progress of sale and buyer, and by the purpose of the stage; a person may map them
differently. A stage stay that a switch ends gets the move `switched` and no days: it was not finished, so it counts in
no average. After the switch the deal counts in the new playbook, as far as its furthest stage is mapped; "really
entered" still counts stages of the old playbook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, apply_change_set, diff_pipelines
from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.core.team_rights import require_right
from xl_salesflow.core.verb_answers import StageSwitch, SwitchedPlaybook
from xl_salesflow.errors import UsageError
from xl_salesflow.process.deal_switching import switch_deals
from xl_salesflow.process.pending_moves import is_judgeable_playbook
from xl_salesflow.process.stage_matching import StageMap, map_stages


@dataclass(frozen=True)
class PlaybookSwitch:
    """A requested switch: deals of *from_playbook* ("" for the default playbook) move to *to_playbook*.

    *setup* holds the frames of *to_playbook* if the workbook does not have it yet; *stages* holds a person's changes to
    the proposed map.
    """

    to_playbook: str
    setup: Mapping[str, pd.DataFrame]
    stages: Mapping[str, str]
    from_playbook: str = ""


def switch_playbook(pipeline: Pipeline, wanted: PlaybookSwitch, by: str) -> ChangeSet[SwitchedPlaybook]:
    """Return the change set of *wanted*.

    It adds missing set-up rows, moves the deals with their stage stays and tasks, and sets the default playbook.

    Raises:
        UsageError: one of the playbooks does not exist or is not usable, a stage cannot be mapped, or *by* may not switch.
    """
    require_right(pipeline, "may_switch", by)
    before = wanted.from_playbook or pipeline.default_playbook
    now = apply_change_set(pipeline, _append_missing_setup(pipeline, wanted))
    old, new = _find_judgeable_playbook(now, before), _find_judgeable_playbook(now, wanted.to_playbook)
    if old.id == new.id:
        raise UsageError("The deals of playbook {old} use it already; name another one.", old=old.id)
    deals = _find_deals_to_switch(now, old)
    stage_map = map_stages(old, new, wanted.stages, _find_stray_stages(deals, old))
    after = switch_deals(now, deals, stage_map, by)
    if before == pipeline.default_playbook:
        after = apply_change_set(after, _change_default_playbook(after, new.id))
    return diff_pipelines(pipeline, after, "switch").with_answer(_summarize_switch(old, new, stage_map, deals))


def _append_missing_setup(pipeline: Pipeline, wanted: PlaybookSwitch) -> ChangeSet:
    # a playbook that is already in the workbook stays as the team wrote it
    if wanted.to_playbook in pipeline.playbooks:
        return ChangeSet()
    return _append_setup(pipeline, wanted.setup, "switch")


def _append_setup(pipeline: Pipeline, setup: Mapping[str, pd.DataFrame], because: str) -> ChangeSet:
    gates, questions = setup["Gates"], setup["Questions"]
    rows = {
        "Stages": setup["Stages"],
        "Gates": gates[~gates["gate"].isin(pipeline["Gates"]["gate"])],
        "StageTasks": setup["StageTasks"],
        "Questions": questions[~questions["question"].isin(pipeline["Questions"]["question"])],
    }
    return ChangeSet(appends=tuple(Append(table, frame, because) for table, frame in rows.items() if len(frame)))


def add_playbook_rows(pipeline: Pipeline, playbook_id: str, setup: Mapping[str, pd.DataFrame], by: str) -> ChangeSet:
    """Add the stages, gates, tasks and questions of a playbook beside those of the workbook; no deal moves.

    Raises:
        UsageError: the workbook has the playbook already, or *by* may not add one.
    """
    require_right(pipeline, "may_switch", by)
    if playbook_id in pipeline.playbooks:
        raise UsageError("The workbook has the playbook {id} already; name another one.", id=playbook_id)
    return _append_setup(pipeline, setup, "add")


def _find_judgeable_playbook(pipeline: Pipeline, playbook_id: str) -> Playbook:
    found = pipeline.playbooks.get(playbook_id)
    if found is not None and is_judgeable_playbook(found):
        return found
    known = ", ".join(pipeline.playbooks) or "–"
    raise UsageError(
        "The sheet Stages has no playbook “{id}” with an open stage and Won; it has: {known}.",
        id=playbook_id,
        known=known,
    )


def _find_deals_to_switch(pipeline: Pipeline, old: Playbook) -> pd.DataFrame:
    """Return the open deals of *old*, and the deals that no run has recorded yet; duplicate keys are skipped."""
    deals = pipeline["Deals"]
    named = deals["playbook"].where(deals["playbook"] != "", pipeline.default_playbook)
    ours = (named == old.id) & (deals["deal"] != "") & ~deals["deal"].duplicated(keep=False)
    return deals[ours & ((deals["outcome"] == "open") | (deals["recorded_stage"] == ""))]


def _find_stray_stages(deals: pd.DataFrame, old: Playbook) -> list[str]:
    stages = deals.loc[deals["recorded_stage"] != "", "recorded_stage"].unique()
    return sorted({str(stage) for stage in stages} - set(old.by_name))


def _change_default_playbook(pipeline: Pipeline, playbook_id: str) -> ChangeSet:
    settings = pipeline["Settings"]
    rows = settings[settings["setting"] == "playbook"]
    after = pd.Series(playbook_id, index=rows.index, dtype=object)
    return ChangeSet(edits=(Edit("Settings", "value", rows["setting"], rows["value"], after, "switch"),))


def _summarize_switch(old: Playbook, new: Playbook, stage_map: StageMap, deals: pd.DataFrame) -> SwitchedPlaybook:
    count = deals["recorded_stage"].value_counts()
    stages = (StageSwitch(stage, to, int(count.get(stage, 0))) for stage, to in stage_map.stages.items())
    return SwitchedPlaybook(old.id, new.id, len(deals), tuple(stages))
