"""What other processes call their stages, and which stage of the playbook that is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from xl_salesflow.imports.mapping import NewStage
from xl_salesflow.imports.vocabulary import StageWords, plain, squeezed, stage_words
from xl_salesflow.model.playbook import Playbook, Stage

_NUMBERED = re.compile(r"^\s*(?:stage|step|阶段|第)?\s*\d{1,2}\s*[-.):、步阶段]*\s*", re.IGNORECASE)
_ALIKE = 88.0


@dataclass(frozen=True)
class StageProposal:
    """Every stage name of the files → the playbook's stage; the stages to be added; the names that were matched by likeness."""

    stages: dict[str, str]
    new: tuple[NewStage, ...]
    guessed: tuple[str, ...]


def propose_stages(names: Iterable[str], playbook: Playbook, kinds: Mapping[str, str]) -> StageProposal:
    """Return where each of *names* belongs in *playbook*; *kinds* is what the rows themselves say (won, lost)."""
    found: dict[str, str] = {}
    unknown: list[str] = []
    guessed: list[str] = []
    for name in names:
        stage = _by_kind(kinds.get(name), playbook) or _by_name(name, playbook) or _by_words(name, playbook)
        if stage is None and (stage := _by_likeness(name, playbook)):
            guessed.append(name)
        if stage is None:
            unknown.append(name)
        else:
            found[name] = stage.name
    new = _added(unknown, playbook)
    return StageProposal({**found, **{name: name.strip() for name in unknown}}, new, tuple(guessed))


def kind_of(name: str) -> str | None:
    """Return won, lost or open when *name* is what a stage or an outcome of that kind is usually called."""
    words = words_of(name)
    return None if words is None else "won" if words.kind == "aftercare" else words.kind


def words_of(name: str) -> StageWords | None:
    """Return the common stage that *name* names, numbering aside."""
    compared = {plain(name), plain(_NUMBERED.sub("", name))}
    return next((words for words in stage_words() if words.names & compared), None)


def _by_kind(kind: str | None, playbook: Playbook) -> Stage | None:
    return next((stage for stage in playbook.stages if stage.kind == kind), None) if kind in ("won", "lost") else None


def _by_name(name: str, playbook: Playbook) -> Stage | None:
    wanted = {squeezed(name), squeezed(_NUMBERED.sub("", name))} - {""}
    return next((stage for stage in playbook.stages if squeezed(stage.name) in wanted), None)


def _by_words(name: str, playbook: Playbook) -> Stage | None:
    words = words_of(name)
    if words is None:
        return None
    if words.kind in ("won", "lost"):
        return _by_kind(words.kind, playbook)
    known = {own.id: stage for stage in playbook.stages if (own := words_of(stage.name)) and stage.kind == words.kind}
    fallback = _by_kind("won", playbook) if words.kind == "aftercare" else None
    return next((known[id] for id in (words.id, *words.falls_to) if id in known), fallback)


def _by_likeness(name: str, playbook: Playbook) -> Stage | None:
    if words_of(name) is not None:
        return None  # a stage that is known by name, and that this playbook does not have
    names = {stage.name: plain(stage.name) for stage in playbook.stages}
    alike = process.extractOne(plain(name), names, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return playbook.by_name[alike[2]] if alike else None


def _added(names: Sequence[str], playbook: Playbook) -> tuple[NewStage, ...]:
    """Return *names* as new stages among the open ones: where their common name belongs, else after the last."""
    order: list[tuple[str, float, int | None]] = [
        (stage.name, stage.probability, words.rank if (words := words_of(stage.name)) else None)
        for stage in playbook.open_stages
    ]
    added: list[str] = []
    for name in names:
        words = words_of(name)
        at = _place(order, words.rank) if words and words.kind == "open" else len(order)
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


def _place(order: Sequence[tuple[str, float, int | None]], rank: int) -> int:
    return next((at for at, (_, _, other) in enumerate(order) if other is not None and other > rank), len(order))
