"""Match stage names of files to stages of a playbook, and add the stages it does not have.

When a new stage is inserted between others, the positions stored in the workbook are shifted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from rapidfuzz import fuzz, process

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit
from xl_salesflow.core.name_suggestions import find_nearest
from xl_salesflow.core.pipelines import Pipeline, Playbook, Stage
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_vocabulary import StageVocabulary, fold_name, read_stage_vocabulary, squeeze_name
from xl_salesflow.imports.map_parts import NewStage
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_STAGE_NAME_NUMBERING = re.compile(
    r"^\s*(?:stage|step|\u9636\u6bb5|\u7b2c)?\s*\d{1,2}\s*[-.):\u3001\u6b65\u9636\u6bb5]*\s*", re.IGNORECASE
)  # the Chinese words are "stage", "number" and "step"
_STAGE_NAME_LIKENESS = 88.0


@dataclass(frozen=True)
class StageProposal:
    """File stage name → playbook stage; the stages to be added; the names that were matched by similarity."""

    stages: dict[str, str]
    new: tuple[NewStage, ...]
    guessed: tuple[str, ...]


def propose_stages(names: Iterable[str], playbook: Playbook, kinds: Mapping[str, str]) -> StageProposal:
    """Return the playbook stage for each of *names*; *kinds* holds what the rows themselves say (won, lost)."""
    found: dict[str, str] = {}
    unknown: list[str] = []
    guessed: list[str] = []
    for name in names:
        stage = (
            _find_stage_by_kind(kinds.get(name), playbook)
            or _find_stage_by_name(name, playbook)
            or _find_stage_by_words(name, playbook)
        )
        if stage is None and (stage := _find_stage_by_likeness(name, playbook)):
            guessed.append(name)
        if stage is None:
            unknown.append(name)
        else:
            found[name] = stage.name
    new = _place_new_stages(unknown, playbook)
    return StageProposal({**found, **{name: name.strip() for name in unknown}}, new, tuple(guessed))


def kind_of_stage_name(name: str) -> str | None:
    """Return won, lost or open if *name* is a usual name of a stage or outcome of that kind."""
    words = words_of_stage_name(name)
    return None if words is None else "won" if words.kind == "aftercare" else words.kind


def words_of_stage_name(name: str) -> StageVocabulary | None:
    """Return the common stage that *name* refers to, ignoring numbering."""
    compared = {fold_name(name), fold_name(_STAGE_NAME_NUMBERING.sub("", name))}
    return next((words for words in read_stage_vocabulary() if words.names & compared), None)


def _find_stage_by_kind(kind: str | None, playbook: Playbook) -> Stage | None:
    return next((stage for stage in playbook.stages if stage.kind == kind), None) if kind in ("won", "lost") else None


def _find_stage_by_name(name: str, playbook: Playbook) -> Stage | None:
    squeezed = {squeeze_name(name), squeeze_name(_STAGE_NAME_NUMBERING.sub("", name))} - {""}
    return next((stage for stage in playbook.stages if squeeze_name(stage.name) in squeezed), None)


def _find_stage_by_words(name: str, playbook: Playbook) -> Stage | None:
    words = words_of_stage_name(name)
    if words is None:
        return None
    if words.kind in ("won", "lost"):
        return _find_stage_by_kind(words.kind, playbook)
    known = {
        own.id: stage
        for stage in playbook.stages
        if (own := words_of_stage_name(stage.name)) and stage.kind == words.kind
    }
    fallback = _find_stage_by_kind("won", playbook) if words.kind == "aftercare" else None
    return next((known[stage_id] for stage_id in (words.id, *words.falls_to) if stage_id in known), fallback)


def _find_stage_by_likeness(name: str, playbook: Playbook) -> Stage | None:
    if words_of_stage_name(name) is not None:
        return None  # a common stage that this playbook does not have
    names = {stage.name: fold_name(stage.name) for stage in playbook.stages}
    alike = process.extractOne(fold_name(name), names, scorer=fuzz.ratio, score_cutoff=_STAGE_NAME_LIKENESS)
    return playbook.by_name[alike[2]] if alike else None


def _place_new_stages(names: Sequence[str], playbook: Playbook) -> tuple[NewStage, ...]:
    """Return *names* as new open stages, each at the usual place of the common stage it names, or else last."""
    order: list[tuple[str, float, int | None]] = [
        (stage.name, stage.probability, words.rank if (words := words_of_stage_name(stage.name)) else None)
        for stage in playbook.open_stages
    ]
    added: list[str] = []
    for name in names:
        words = words_of_stage_name(name)
        at = _find_place_by_rank(order, words.rank) if words and words.kind == "open" else len(order)
        before = order[at - 1][1] if at else 0.0
        after = order[at][1] if at < len(order) else 1.0
        order.insert(at, (name.strip(), round((before + after) / 2, 2), words.rank if words else None))
        added.append(name.strip())
    first = playbook.first.position
    return tuple(
        NewStage(name, first + at, "open", probability)
        for at, (name, probability, _) in enumerate(order)
        if name in added
    )


def _find_place_by_rank(order: Sequence[tuple[str, float, int | None]], rank: int) -> int:
    return next((at for at, (_, _, other) in enumerate(order) if other is not None and other > rank), len(order))


def add_new_stages(pipeline: Pipeline, mapping: ImportMap) -> tuple[Playbook, ChangeSet]:
    """Return the playbook with the stages that *mapping* adds, and the change set that adds those it does not have yet.

    Raises:
        UsageError: the playbook is not in the workbook, or the mapping refers to a stage that neither exists nor is
        new.
    """
    playbook = _find_import_playbook(pipeline, mapping.playbook or pipeline.default_playbook)
    new = [stage for stage in mapping.new_stages if stage.stage not in playbook.by_name]
    order = list(playbook.stages)
    for stage in sorted(new, key=lambda stage: stage.position):
        at = sum(known.position < stage.position for known in order)
        moved = [_move_stage_back(known) if known.position >= stage.position else known for known in order]
        order = [*moved[:at], _make_playbook_stage(stage), *moved[at:]]
    grown = replace(playbook, stages=tuple(order))
    _check_mapped_stages(mapping, grown)
    return grown, _change_stage_rows(pipeline, playbook, grown, new) if new else ChangeSet()


def is_usable_playbook(playbook: Playbook) -> bool:
    """Return whether *playbook* has a first stage, a won stage and a lost stage."""
    return bool(playbook.open_stages) and {"won", "lost"} <= {stage.kind for stage in playbook.stages}


def _find_import_playbook(pipeline: Pipeline, playbook_id: str) -> Playbook:
    found = pipeline.playbooks.get(playbook_id)
    if found is None or not is_usable_playbook(found):
        known = ", ".join(pipeline.playbooks) or "–"
        raise UsageError(
            "The sheet Stages has no playbook “{id}” with open stages, Won and Lost; it has: {known}.",
            id=playbook_id,
            known=known,
        )
    return found


def _check_mapped_stages(mapping: ImportMap, playbook: Playbook) -> None:
    starts = [("starts_in", mapping.starts_in)] if mapping.starts_in else []
    opening = {stage.name for stage in playbook.open_stages}
    for name, stage in [*mapping.stages.items(), *starts]:
        if stage and stage not in playbook.by_name:
            nearest = find_nearest(stage, playbook.by_name) or playbook.first.name
            raise UsageError(
                "The map sends “{name}” to the stage “{stage}”, which playbook {playbook} does not "
                "have; is it “{meant}”, or should it be listed under [[new_stages]]?",
                name=name,
                stage=stage,
                playbook=playbook.id,
                meant=nearest,
            )
    if mapping.starts_in and mapping.starts_in not in opening:
        raise UsageError(
            "starts_in is “{starts_in}”, and deals cannot start in a closed stage; name an open one.",
            starts_in=mapping.starts_in,
        )


def _move_stage_back(stage: Stage) -> Stage:
    return replace(stage, position=stage.position + 1)


def _make_playbook_stage(new: NewStage) -> Stage:
    return Stage(new.stage, new.position, new.kind, new.probability)  # type: ignore[arg-type]  # checked on reading


def _change_stage_rows(pipeline: Pipeline, before: Playbook, after: Playbook, new: list[NewStage]) -> ChangeSet:
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
        if (edit := _shift_stored_positions(pipeline[table], table, column, after.id, shift)) is not None
    ]
    return ChangeSet(
        edits=tuple(edits), appends=(Append("Stages", make_table_frame(TABLES["Stages"], rows), "import"),)
    )


def _shift_stored_positions(
    rows: pd.DataFrame, table: str, column: str, playbook: str, shift: dict[float, float]
) -> Edit | None:
    own = rows[rows["playbook"] == playbook]
    after = own[column].map(shift).fillna(own[column])
    moved = after[(after != own[column]) & after.notna()]
    if moved.empty:
        return None
    key = TABLES[table].key or "stage"
    return Edit(table, column, own.loc[moved.index, key], own.loc[moved.index, column], moved, "import")
