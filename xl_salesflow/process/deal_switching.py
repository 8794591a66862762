"""Switch deals from one playbook to another: stages, stage stays and tasks change over, whoever asks for it.

The verb switches all open deals of a playbook. A deal whose playbook a person typed over is switched in the same way
before its moves are judged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xl_salesflow.core.pipelines import Pipeline, Playbook
from xl_salesflow.core.team_rights import has_right
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.deal_tasks import give_stage_tasks, tick_off_tasks
from xl_salesflow.process.pending_moves import find_typed_switches
from xl_salesflow.process.stage_matching import StageMap, map_stages
from xl_salesflow.process.stage_stays import record_stage_moves, seal_new_stage_stays
from xl_salesflow.schema.table_frames import fold_keys

_SWITCHED_FROM = Text("Switched from playbook {playbook}")
_TYPED_MOVE_COLUMNS = ("move_reason", "override_by", "override_reason")
"""Columns that a rep fills in for a pending move."""


def switch_typed_playbooks(pipeline: Pipeline, by: str) -> Pipeline:
    """Return *pipeline* with the deals switched to whose playbook cell a person typed another one.

    Nothing changes if *by* may not switch playbooks, nor for deals in a stage that their playbook does not have.
    """
    typed = find_typed_switches(pipeline)
    typed = typed[typed["known"]]
    if typed.empty or not has_right(pipeline, "may_switch", by):
        return pipeline
    pairs = pd.Series(list(zip(typed["before"], typed["after"], strict=True)), typed.index, dtype=object)
    for before, after in pairs.drop_duplicates():
        stage_map = map_stages(pipeline.playbooks[before], pipeline.playbooks[after], {})
        deals = pipeline["Deals"].loc[pairs.index[[pair == (before, after) for pair in pairs]]]
        pipeline = switch_deals(pipeline, deals, stage_map, by)
    return pipeline


def switch_deals(pipeline: Pipeline, deals: pd.DataFrame, stage_map: StageMap, by: str) -> Pipeline:
    """Return *pipeline* with *deals*, rows of its Deals, in the new playbook of *stage_map*."""
    steps = _make_switch_steps(pipeline, deals[deals["recorded_stage"] != ""], stage_map)
    recorded = _record_switch(pipeline, steps, stage_map, by)
    after = seal_new_stage_stays(pipeline, _translate_typed_stages(recorded, deals, steps, stage_map))
    return _replace_stage_tasks(after, steps, stage_map.before)


def _make_switch_steps(pipeline: Pipeline, deals: pd.DataFrame, stage_map: StageMap) -> pd.DataFrame:
    today = pd.Series(np.datetime64(pipeline.today, "s"), index=deals.index)
    to = deals["recorded_stage"].map(stage_map.stages)
    return pd.DataFrame(
        {
            "from": deals["recorded_stage"], "to": to, "target": to, "playbook": stage_map.after.id, "deal": deals["deal"],
            "move": "switched", "day": today.mask(today < deals["since"], deals["since"]), "verdict": "accepted", "gates": "",
        },
        index=deals.index,
    )  # fmt: skip


def _record_switch(pipeline: Pipeline, steps: pd.DataFrame, stage_map: StageMap, by: str) -> Pipeline:
    before, known = pipeline["Deals"].loc[steps.index], pipeline["History"].index
    now = record_stage_moves(pipeline, steps, by)
    deals, history = now["Deals"].copy(), now["History"].copy()
    furthest = np.fmax(
        before["furthest"].map(stage_map.positions).to_numpy("float64"),
        steps["to"].map(_stage_positions(stage_map.after)),
    )
    deals.loc[steps.index, "furthest"] = furthest
    deals.loc[steps.index, list(_TYPED_MOVE_COLUMNS)] = before[list(_TYPED_MOVE_COLUMNS)]
    begun = ~history.index.isin(known)
    history.loc[begun, "furthest"] = np.asarray(furthest)
    history.loc[begun, "reason"] = _SWITCHED_FROM.in_(pipeline.language, playbook=stage_map.before.id)
    ended = history["deal"].isin(steps["deal"]) & (history["move"] == "switched") & ~begun
    history.loc[ended & (pipeline["History"]["move"].reindex(history.index) != "switched"), "days"] = np.nan
    return now.with_tables(Deals=deals, History=history)


def _stage_positions(playbook: Playbook) -> dict[str, float]:
    return {stage.name: float(stage.position) for stage in playbook.stages}


def _translate_typed_stages(
    pipeline: Pipeline, before: pd.DataFrame, steps: pd.DataFrame, stage_map: StageMap
) -> Pipeline:
    """Return *pipeline* with the stages that people typed translated to the new playbook; pending moves stay pending."""
    deals = pipeline["Deals"].copy()
    typed = fold_keys(before["stage"])
    translated = typed.map({fold_text(name): stage for name, stage in stage_map.stages_of_any_kind.items()})
    stage = before["stage"].where(translated.isna(), translated)
    there = pd.Series(False, before.index)
    there.loc[steps.index] = (typed == fold_keys(before["recorded_stage"])).loc[steps.index]
    stage = stage.mask(there, steps["to"])
    deals.loc[before.index, "stage"] = stage
    deals.loc[before.index, "playbook"] = stage_map.after.id
    now = deals.loc[steps.index]
    arrived = steps.index[(fold_keys(now["stage"]) == fold_keys(now["recorded_stage"])).to_numpy(bool)]
    waited = arrived[deals.loc[arrived, "move_status"].isin(["refused", "pending"]).to_numpy(bool)]
    deals.loc[waited, ["move_status", "move_reasons", "move_warnings"]] = ""
    return pipeline.with_tables(Deals=deals)


def _replace_stage_tasks(pipeline: Pipeline, steps: pd.DataFrame, old: Playbook) -> Pipeline:
    """Return *pipeline* with the tasks of the stages entered; open tasks of the old playbook are marked as not needed."""
    listed = pipeline["Tasks"]
    theirs = pd.MultiIndex.from_tuples([(task.stage, task.task) for task in old.tasks] or [("", "")])
    idle = listed["deal"].isin(steps["deal"]) & ~listed["status"].isin(["done", "dropped"])
    idle &= pd.MultiIndex.from_frame(listed[["stage", "task"]]).isin(theirs)
    dropped = listed.assign(status=listed["status"].mask(idle, "dropped")) if idle.any() else listed
    return tick_off_tasks(give_stage_tasks(pipeline.with_tables(Tasks=dropped), steps))
