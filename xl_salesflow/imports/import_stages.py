"""Match stage names of files to stages of a playbook, and add the stages it does not have.

When a new stage is inserted between others, the positions stored in the workbook are shifted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from xl_salesflow.core.change_sets import Append, ChangeSet, Edit
from xl_salesflow.core.name_suggestions import find_similar, suggest_names
from xl_salesflow.core.pipelines import Pipeline, Playbook, Stage
from xl_salesflow.errors import UsageError
from xl_salesflow.imports.import_map import ImportMap
from xl_salesflow.imports.import_values import LONGEST_NAME
from xl_salesflow.imports.import_vocabulary import (
    StageVocabulary,
    find_outcome_in_name,
    find_stage_vocabulary,
    find_vocabulary_of_parts,
    fold_name,
    is_status_in_progress,
    leaves_outcome_open,
    squeeze_name,
)
from xl_salesflow.imports.map_parts import OPEN_STAGE, NewStage
from xl_salesflow.locale.texts import TextList
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

_STAGE_NAME_NUMBERING = re.compile(
    r"^\s*(?:stage|step|phase|[sp](?=\d)|\u9636\u6bb5|\u7b2c)?\s*(\d{1,2})\s*[-_.):/\u3001\uff0e\u6b65\u9636\u6bb5]*\s*(?=\D)",
    re.IGNORECASE,
)  # the Chinese words are "stage", "number" and "step"
_STAGE_NAME_LETTER = re.compile(r"^\s*[(]?([a-zA-Z])\s*(?:[.):]|\s-)\s+(?=\S)")
_STAGE_NAME_PERCENT = re.compile(r"[-:(\s]*\b\d{1,3}\s*[%\uff05]\s*\)?\s*$")
_STAGE_NAME_LIKENESS = 88.0
_OUTCOME_LETTERS: Mapping[str, str] = {"w": "won", "l": "lost", "o": "open"}


@dataclass(frozen=True)
class StageProposal:
    """File stage name → playbook stage; the stages to be added; the names that were matched by similarity.

    A name that nothing tells the place of becomes OPEN_STAGE.
    """

    stages: dict[str, str]
    new: tuple[NewStage, ...]
    guessed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StageEvidence:
    """What the rows of one stage say about it: won or lost if all of them are, and their mean probability (a ratio)."""

    outcome: str | None = None
    probability: float | None = None


_NO_EVIDENCE = StageEvidence()
_CERTAIN_OUTCOMES: Mapping[float | None, str] = {0.0: "lost", 1.0: "won"}


def propose_stages(
    names: Iterable[str], playbook: Playbook, evidence: Mapping[str, StageEvidence], leads: bool = False
) -> StageProposal:
    """Return the playbook stage for each of *names*; the *evidence* of their rows counts more than names, but usual open ones.

    *leads*: the names are statuses of leads, so that one like "Nurture" is no stage after the sale.
    """
    found: dict[str, str] = {}
    unknown: dict[str, list[str]] = {}
    guessed: list[str] = []
    for name in names:
        said = evidence.get(name, _NO_EVIDENCE)
        stage = _find_known_stage(name, said, playbook, leads)
        if stage is None and (stage := _find_stage_by_likeness(name, playbook)):
            guessed.append(name)
        if stage is not None and said.outcome is None and _is_outcome_in_doubt(name, stage):
            stage = None
        if stage is None and said.probability in _CERTAIN_OUTCOMES:
            stage = _find_stage_by_kind(_CERTAIN_OUTCOMES[said.probability], playbook)
        if stage is None:
            unknown.setdefault(squeeze_name(_bare_stage_name(name)) or name, []).append(name)
        else:
            found[name] = stage.name
    spelled = {name: spellings[0] for spellings in unknown.values() for name in spellings}
    new = _place_new_stages([spellings[0] for spellings in unknown.values()], found, playbook, evidence)
    placed = {stage.stage for stage in new}
    open_names = {name: one.strip() if one.strip() in placed else OPEN_STAGE for name, one in spelled.items()}
    return StageProposal({**found, **open_names}, new, tuple(guessed))


def kind_of_stage_name(name: str) -> str | None:
    """Return won, lost or open if *name* is a usual name of a stage or outcome of that kind, or has words of an outcome."""
    words = words_of_stage_name(name)
    if words is None:
        return find_outcome_in_name(name) or ("open" if is_status_in_progress(name) else None)
    kind = "won" if words.kind == "aftercare" else words.kind
    return None if kind in ("won", "lost") and leaves_outcome_open(name, kind) else kind


def kind_of_outcome(text: str) -> str | None:
    """Return won, lost or open if *text*, in a column of outcomes, is a name or the first letter of one."""
    return _OUTCOME_LETTERS.get(text.strip().casefold()) or kind_of_stage_name(text)


def tells_outcomes(texts: pd.Series) -> bool:
    """Return whether *texts* are statuses, won and lost among them: a column of these is no region or product."""
    kinds = set()
    for text in texts.unique():
        kind = kind_of_stage_name(text)
        if kind is None:
            return False
        kinds.add(kind)
    return len(kinds) > 1 and bool(kinds & {"won", "lost"})


def words_of_stage_name(name: str) -> StageVocabulary | None:
    """Return the common stage that *name* refers to, ignoring its number, a percentage, brackets, case and blanks."""
    if len(name) > LONGEST_NAME:
        return None
    bare = _bare_stage_name(name)
    known = find_stage_vocabulary(name) or find_stage_vocabulary(bare)
    return known or find_vocabulary_of_parts(name) or find_vocabulary_of_parts(bare)


def _find_known_stage(name: str, said: StageEvidence, playbook: Playbook, leads: bool) -> Stage | None:
    words = words_of_stage_name(name)
    is_open = words is not None and words.kind == "open"  # its deals were won or lost from there
    if not is_open and (stage := _find_stage_by_kind(said.outcome, playbook)):
        return stage
    if stage := _find_stage_by_name(name, playbook):
        return playbook.first if leads and stage.kind == "aftercare" else stage
    if stage := _find_stage_by_words(name, playbook):
        return stage
    # a status such as "in progress" tells that the deal is open, and no more
    return playbook.first if is_status_in_progress(name) else None


def _is_outcome_in_doubt(name: str, stage: Stage) -> bool:
    return stage.kind in ("won", "lost") and stage.name != name and leaves_outcome_open(name, stage.kind)


def _bare_stage_name(name: str) -> str:
    if len(name) > LONGEST_NAME:
        return fold_name(name)
    bare = _STAGE_NAME_PERCENT.sub("", _STAGE_NAME_NUMBERING.sub("", name))
    return fold_name(_STAGE_NAME_LETTER.sub("", bare))


def _find_stage_by_kind(kind: str | None, playbook: Playbook) -> Stage | None:
    return next((stage for stage in playbook.stages if stage.kind == kind), None) if kind in ("won", "lost") else None


def _find_stage_by_name(name: str, playbook: Playbook) -> Stage | None:
    squeezed = {squeeze_name(name), squeeze_name(_bare_stage_name(name))} - {""}
    return next((stage for stage in playbook.stages if squeeze_name(stage.name) in squeezed), None)


def _find_stage_by_words(name: str, playbook: Playbook) -> Stage | None:
    words = words_of_stage_name(name)
    if words is None:
        return _find_stage_by_kind(find_outcome_in_name(name), playbook)
    if words.kind in ("won", "lost"):
        return _find_stage_by_kind(words.kind, playbook)
    if words.kind == "aftercare":
        after = [stage for stage in playbook.stages if stage.kind == "aftercare"]
        return after[0] if after else _find_stage_by_kind("won", playbook)
    known = {own.id: stage for stage in playbook.open_stages if (own := words_of_stage_name(stage.name))}
    return next((known[stage_id] for stage_id in (words.id, *words.falls_to) if stage_id in known), None)


def _find_stage_by_likeness(name: str, playbook: Playbook) -> Stage | None:
    if words_of_stage_name(name) is not None:
        return None  # a common stage that this playbook does not have
    names = {stage.name: fold_name(stage.name) for stage in playbook.stages}
    alike = find_similar(_bare_stage_name(name), names, _STAGE_NAME_LIKENESS)
    return playbook.by_name[alike[0][0]] if alike else None


@dataclass(frozen=True, slots=True)
class _StagePlace:
    """An open stage in its order: its probability, the rank of the common stage it is, its number in the file's names."""

    name: str
    probability: float
    rank: int | None = None
    number: int | None = None


def _place_new_stages(
    names: Sequence[str], known: Mapping[str, str], playbook: Playbook, evidence: Mapping[str, StageEvidence]
) -> tuple[NewStage, ...]:
    """Return *names* as new open stages, placed by their probability, their common name or their number.

    A name that has none of these is left out. A new stage is never more probable than all others.
    """
    numbers = {stage: number for name, stage in known.items() if (number := _number_of_stage_name(name)) is not None}
    order = [
        _StagePlace(
            stage.name,
            stage.probability,
            words.rank if (words := words_of_stage_name(stage.name)) else None,
            numbers.get(stage.name),
        )
        for stage in playbook.open_stages
    ]
    added: set[str] = set()
    for name in names:
        words, said = words_of_stage_name(name), evidence.get(name, _NO_EVIDENCE)
        number, probability = _number_of_stage_name(name), said.probability
        at = _find_stage_place(order, words, number, probability)
        if at is None:
            continue
        before = order[at - 1].probability if at else 0.0
        after = order[at].probability if at < len(order) else before
        between = round((before + after) / 2, 2) if probability is None else probability
        order.insert(at, _StagePlace(name.strip(), between, words.rank if words else None, number))
        added.add(name.strip())
    first = playbook.first.position
    return tuple(
        NewStage(place.name, first + at, "open", place.probability)
        for at, place in enumerate(order)
        if place.name in added
    )


def _find_stage_place(
    order: Sequence[_StagePlace], words: StageVocabulary | None, number: int | None, probability: float | None
) -> int | None:
    if probability is not None:
        return next((at for at, place in enumerate(order) if place.probability > probability), len(order))
    if words and words.kind == "open":
        return _find_place_behind(order, words.rank, [place.rank for place in order])
    if number is not None and any(place.number is not None for place in order):
        lower = [at for at, place in enumerate(order) if place.number is not None and place.number < number]
        return lower[-1] + 1 if lower else _find_place_behind(order, number, [place.number for place in order])
    return None


def _number_of_stage_name(name: str) -> int | None:
    if found := _STAGE_NAME_NUMBERING.match(name):
        return int(found[1])
    letter = _STAGE_NAME_LETTER.match(name)
    return ord(letter[1].casefold()) - ord("a") + 1 if letter else None


def _find_place_behind(order: Sequence[_StagePlace], rank: int, ranks: Sequence[int | None]) -> int:
    """Return the place before the first stage of a higher rank."""
    return next((at for at, other in enumerate(ranks) if other is not None and other > rank), len(order))


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
        known = TextList(tuple(pipeline.playbooks) or ("–",))
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
        if stage and stage != OPEN_STAGE and stage not in playbook.by_name:
            raise UsageError(
                "The map sends “{name}” to the stage “{stage}”, which playbook {playbook} does not "
                "have; {hint} A new stage is listed under [[new_stages]].",
                name=name,
                stage=stage,
                playbook=playbook.id,
                hint=suggest_names(stage, playbook.by_name),
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
