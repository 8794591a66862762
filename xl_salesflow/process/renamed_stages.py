"""Find a stage that somebody renamed by typing in the sheet Stages."""

from __future__ import annotations

from typing import NamedTuple

from xl_salesflow.core.name_suggestions import find_nearest
from xl_salesflow.core.pipelines import Pipeline


class RenamedStage(NamedTuple):
    """A stage whose rows still say *old*; *row* is that of *new* in the sheet Stages, *deals* counts the deals in it."""

    playbook: str
    old: str
    new: str
    row: int
    deals: int


def find_renamed_stages(pipeline: Pipeline) -> list[RenamedStage]:
    """Return the stages that deals are in but Stages does not have, each with the stage there that nothing names yet."""
    deals, history = pipeline["Deals"], pipeline["History"]
    found = []
    for playbook_id, playbook in pipeline.playbooks.items():
        own, stays = deals[deals["playbook"] == playbook_id], history[history["playbook"] == playbook_id]
        used = {*own["recorded_stage"], *stays["stage"]} - {""}
        set_up = {
            name for table in ("Gates", "StageTasks") for name in _list_stages_named(pipeline, table, playbook_id)
        }
        named = {*used, *own["stage"], *set_up}
        lost = sorted(used - set(playbook.by_name))
        spare = [name for name in playbook.by_name if name not in named]
        for old in lost:
            new = spare[0] if len(lost) == len(spare) == 1 else find_nearest(old, spare)
            if new:
                count = int(((own["recorded_stage"] == old) | (own["stage"] == old)).sum())
                found.append(RenamedStage(playbook_id, old, new, playbook.by_name[new].row, count))
    return found


def _list_stages_named(pipeline: Pipeline, table: str, playbook_id: str) -> list[str]:
    rows = pipeline[table]
    return list(rows.loc[rows["playbook"].isin(["", playbook_id]), "stage"])
