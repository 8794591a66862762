"""Match the stages of one playbook with those of another: by name, by the progress of sale and buyer, by their purpose.

A person may map them differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from xl_salesflow.core.name_suggestions import suggest_names, token_set_ratio
from xl_salesflow.core.pipelines import Playbook, Stage
from xl_salesflow.errors import UsageError
from xl_salesflow.locale.texts import TextList, fold_text
from xl_salesflow.schema.choice_lists import CHOICES

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
        named, first = TextList(tuple(f"“{name}”" for name in lost)), lost[0]
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
