"""Move open deals to another playbook: match the stages, record the switch, leave closed deals alone.

Stages are matched by name, by the progress of sale and buyer, and by the purpose of the stage; a person may map them
differently. A stage stay that a switch ends gets the move `switched` and no days: it was not finished, so it counts in
no average. After the switch the deal counts in the new playbook, as far as its furthest stage is mapped; "really
entered" still counts stages of the old playbook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit, apply_change_set, diff_pipelines
from xl_salesflow.core.name_suggestions import suggest_names, token_set_ratio
from xl_salesflow.core.pipelines import Pipeline, Playbook, Stage
from xl_salesflow.core.verb_answers import StageSwitch, SwitchedPlaybook
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import Text, fold_text
from xl_salesflow.process.deal_tasks import give_stage_tasks, tick_off_tasks
from xl_salesflow.process.move_judging import record_stage_moves, seal_new_stage_stays
from xl_salesflow.process.pending_moves import is_judgeable_playbook
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_frames import fold_keys

_BUYER_STAGE_WEIGHT, _WORDS_WEIGHT = 0.1, 0.2
"""Cost of one buyer stage of difference, and of entirely different words, where a difference of 1 in probability costs 1."""

_BUYER_STAGES = tuple(CHOICES["buyer_stage"])


def match_stages(before: Playbook, after: Playbook) -> dict[str, str]:
    """Return the most similar open stage of *after* for each open stage of *before*, keeping the order.

    Of all mappings that keep the order, this is the one with the lowest total cost; stages of equal name are always
    matched.
    """
    old, new = before.open_stages, after.open_stages
    # best[j]: the lowest cost so far with the last stage matched to new[j] or an earlier one, and the mapping that has
    # it
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ())] * len(new)
    for stage in old:
        reached: list[tuple[float, tuple[int, ...]]] = []
        for place, other in enumerate(new):
            cost, way = best[place]
            here = (cost + _measure_stage_unlikeness(stage, other), (*way, place))
            reached.append(min(reached[-1], here, key=lambda found: found[0]) if reached else here)
        best = reached
    return {stage.name: new[place].name for stage, place in zip(old, best[-1][1], strict=True)}


def _measure_stage_unlikeness(one: Stage, other: Stage) -> float:
    if fold_text(one.name) == fold_text(other.name):
        return -len(_BUYER_STAGES)
    words = token_set_ratio(fold_text(f"{one.name} {one.purpose}"), fold_text(f"{other.name} {other.purpose}")) / 100
    return (
        abs(one.probability - other.probability)
        + _BUYER_STAGE_WEIGHT * _count_buyer_steps(one, other)
        + _WORDS_WEIGHT * (1 - words)
    )


def _count_buyer_steps(one: Stage, other: Stage) -> int:
    # the buyer's stage is not set, so it cannot count as a difference
    if one.buyer_stage not in _BUYER_STAGES or other.buyer_stage not in _BUYER_STAGES:
        return 0
    return abs(_BUYER_STAGES.index(one.buyer_stage) - _BUYER_STAGES.index(other.buyer_stage))


@dataclass(frozen=True)
class StageMap:
    """*stages* maps every open stage of *before*, and unknown stages that deals are in, to an open stage of *after*."""

    before: Playbook
    after: Playbook
    stages: Mapping[str, str]

    @cached_property
    def stages_of_any_kind(self) -> Mapping[str, str]:
        """Return the map for every stage of *before*, of whatever kind, because a person may have typed any of them."""
        return {**{stage.name: self._closed(stage) for stage in self.before.stages}, **self.stages}

    @cached_property
    def positions(self) -> Mapping[float, float]:
        """Return the position of every open stage of *before* → the position of its stage in *after*."""
        new = {stage.name: float(stage.position) for stage in self.after.stages}
        return {float(stage.position): new[self.stages[stage.name]] for stage in self.before.open_stages}

    def _closed(self, stage: Stage) -> str:
        alike = [other.name for other in self.after.stages if other.kind == stage.kind] or [self.after.won.name]
        return next((name for name in alike if fold_text(name) == fold_text(stage.name)), alike[0])


def map_stages(before: Playbook, after: Playbook, chosen: Mapping[str, str], strays: Iterable[str] = ()) -> StageMap:
    """Return the proposed map from *before* to *after*, changed by *chosen*; *strays* are stages that *before* does not have.

    Raises:
        UsageError: *chosen* names a stage that does not exist or is not open, or does not map every stray.
    """
    strays = list(strays)
    old = {fold_text(name): name for name in (*(stage.name for stage in before.open_stages), *strays)}
    new = {fold_text(stage.name): stage.name for stage in after.open_stages}
    changed = {
        _find_open_stage(old, name, before.id): _find_open_stage(new, to, after.id) for name, to in chosen.items()
    }
    if lost := [name for name in strays if name not in changed]:
        named, first = ", ".join(f"“{name}”" for name in lost), lost[0]
        raise UsageError(
            "Some deals are in {named}, which playbook {before} does not have; say where they belong "
            'with --map "{first}={choice}".',
            named=named,
            before=before.id,
            first=first,
            choice=after.first.name,
        )
    return StageMap(before, after, {**match_stages(before, after), **changed})


def _find_open_stage(known: Mapping[str, str], name: str, playbook: str) -> str:
    if found := known.get(fold_text(name)):
        return found
    hint = suggest_names(name, known.values())
    raise UsageError(
        "The playbook {playbook} has no open stage “{name}”; {hint}", playbook=playbook, name=name, hint=hint
    )


_SWITCHED_FROM = Text("Switched from playbook {playbook}")
_TYPED_MOVE_COLUMNS = ("move_reason", "override_by", "override_reason")
"""Columns that a rep fills in for a pending move."""


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
        UsageError: one of the playbooks does not exist or is not usable, or a stage cannot be mapped.
    """
    before = wanted.from_playbook or pipeline.default_playbook
    now = apply_change_set(pipeline, _append_missing_setup(pipeline, wanted))
    old, new = _find_judgeable_playbook(now, before), _find_judgeable_playbook(now, wanted.to_playbook)
    if old.id == new.id:
        raise UsageError("The deals of playbook {old} use it already; name another one.", old=old.id)
    deals = _find_deals_to_switch(now, old)
    stage_map = map_stages(old, new, wanted.stages, _find_stray_stages(deals, old))
    steps = _make_switch_steps(now, deals[deals["recorded_stage"] != ""], stage_map)
    after = seal_new_stage_stays(
        pipeline, _translate_typed_stages(_record_switch(now, steps, stage_map, by), deals, steps, stage_map)
    )
    after = _replace_stage_tasks(after, steps, old)
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


def add_playbook_rows(pipeline: Pipeline, playbook_id: str, setup: Mapping[str, pd.DataFrame]) -> ChangeSet:
    """Add the stages, gates, tasks and questions of a playbook beside those of the workbook; no deal moves.

    Raises:
        UsageError: the workbook has the playbook already.
    """
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
    deals.loc[waited, ["move_status", "move_reasons"]] = ""
    return pipeline.with_tables(Deals=deals)


def _replace_stage_tasks(pipeline: Pipeline, steps: pd.DataFrame, old: Playbook) -> Pipeline:
    """Return *pipeline* with the tasks of the stages entered; open tasks of the old playbook are marked as not needed."""
    listed = pipeline["Tasks"]
    theirs = pd.MultiIndex.from_tuples([(task.stage, task.task) for task in old.tasks] or [("", "")])
    idle = listed["deal"].isin(steps["deal"]) & ~listed["status"].isin(["done", "dropped"])
    idle &= pd.MultiIndex.from_frame(listed[["stage", "task"]]).isin(theirs)
    dropped = listed.assign(status=listed["status"].mask(idle, "dropped")) if idle.any() else listed
    return tick_off_tasks(give_stage_tasks(pipeline.with_tables(Tasks=dropped), steps))


def _change_default_playbook(pipeline: Pipeline, playbook_id: str) -> ChangeSet:
    settings = pipeline["Settings"]
    rows = settings[settings["setting"] == "playbook"]
    after = pd.Series(playbook_id, index=rows.index, dtype=object)
    return ChangeSet(edits=(Edit("Settings", "value", rows["setting"], rows["value"], after, "switch"),))


def _summarize_switch(old: Playbook, new: Playbook, stage_map: StageMap, deals: pd.DataFrame) -> SwitchedPlaybook:
    count = deals["recorded_stage"].value_counts()
    stages = (StageSwitch(stage, to, int(count.get(stage, 0))) for stage, to in stage_map.stages.items())
    return SwitchedPlaybook(old.id, new.id, len(deals), tuple(stages))
