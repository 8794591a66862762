"""Stages that an import adds to a playbook, and what moves when they come between others."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from xl_salesflow.errors import UsageError
from xl_salesflow.imports.mapping import Mapping, NewStage
from xl_salesflow.model.frames import frame
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.pipeline import Pipeline
from xl_salesflow.model.plan import Append, Edit, Plan
from xl_salesflow.model.playbook import Playbook, Stage
from xl_salesflow.model.tables import TABLES


def added(pipeline: Pipeline, mapping: Mapping) -> tuple[Playbook, Plan]:
    """Return the playbook with the stages *mapping* adds, and the plan that adds them; stages it has already are not added.

    Raises:
        UsageError: the playbook is not in the workbook, or the mapping sends a stage to one that is neither there nor new.
    """
    playbook = _playbook(pipeline, mapping.playbook or pipeline.default_playbook)
    new = [stage for stage in mapping.new_stages if stage.stage not in playbook.by_name]
    order = list(playbook.stages)
    for stage in sorted(new, key=lambda stage: stage.position):
        at = sum(known.position < stage.position for known in order)
        moved = [_further(known) if known.position >= stage.position else known for known in order]
        order = [*moved[:at], _stage(stage), *moved[at:]]
    grown = replace(playbook, stages=tuple(order))
    _check(mapping, grown)
    return grown, _plan(pipeline, playbook, grown, new) if new else Plan()


def usable(playbook: Playbook) -> bool:
    """Tell whether deals can start somewhere in *playbook*, and be won and lost."""
    return bool(playbook.open_stages) and {"won", "lost"} <= {stage.kind for stage in playbook.stages}


def _playbook(pipeline: Pipeline, id: str) -> Playbook:
    found = pipeline.playbooks.get(id)
    if found is None or not usable(found):
        known = ", ".join(pipeline.playbooks) or "–"
        raise UsageError(
            f"The sheet Stages has no playbook “{id}” with open stages, Won and Lost; it has: {known}.",
            f"“阶段”表中没有含进行中、赢单与丢单阶段的销售流程“{id}”；现有：{known}。",
        )
    return found


def _check(mapping: Mapping, playbook: Playbook) -> None:
    starts = [("starts_in", mapping.starts_in)] if mapping.starts_in else []
    opening = {stage.name for stage in playbook.open_stages}
    for name, stage in [*mapping.stages.items(), *starts]:
        if stage and stage not in playbook.by_name:
            meant = nearest(stage, playbook.by_name) or playbook.first.name
            raise UsageError(
                f"The map sends “{name}” to the stage “{stage}”, which playbook {playbook.id} does not have; is it “{meant}”, or "
                "should it stand under [[new_stages]]?",
                f"映射把“{name}”对应到阶段“{stage}”，而销售流程 {playbook.id} 中没有该阶段；是否为“{meant}”，"
                "还是应列入 [[new_stages]]?",
            )
    if mapping.starts_in and mapping.starts_in not in opening:
        raise UsageError(
            f"starts_in is “{mapping.starts_in}”, and deals cannot start in a closed stage; name an open one.",
            f"starts_in 为“{mapping.starts_in}”，商机不能从已关闭的阶段开始；请改为进行中的阶段。",
        )


def _further(stage: Stage) -> Stage:
    return replace(stage, position=stage.position + 1)


def _stage(new: NewStage) -> Stage:
    return Stage(new.stage, new.position, new.kind, new.probability)  # type: ignore[arg-type]  # checked on reading


def _plan(pipeline: Pipeline, before: Playbook, after: Playbook, new: list[NewStage]) -> Plan:
    rows = [
        {"playbook": after.id, "position": after.by_name[s.stage].position, "stage": s.stage, "kind": s.kind,
         "probability": s.probability, "may_skip": "yes"}
        for s in new
    ]  # fmt: skip
    shift = {float(s.position): float(after.by_name[s.name].position) for s in before.stages}
    edits = [
        edit
        for table, column in (
            ("Stages", "position"),
            ("History", "position"),
            ("History", "furthest"),
            ("Deals", "furthest"),
        )
        if (edit := _shifted(pipeline[table], table, column, after.id, shift)) is not None
    ]
    return Plan(edits=tuple(edits), appends=(Append("Stages", frame(TABLES["Stages"], rows), "import"),))


def _shifted(rows: pd.DataFrame, table: str, column: str, playbook: str, shift: dict[float, float]) -> Edit | None:
    own = rows[rows["playbook"] == playbook]
    after = own[column].map(shift).fillna(own[column])
    moved = after[(after != own[column]) & after.notna()]
    if moved.empty:
        return None
    key = TABLES[table].key or "stage"
    return Edit(table, column, own.loc[moved.index, key], own.loc[moved.index, column], moved, "import")
