"""The stages of one process in those of another: as proposed, and as a person says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from xl_salesflow.errors import UsageError
from xl_salesflow.model.choices import plain
from xl_salesflow.model.nearest import nearest
from xl_salesflow.model.playbook import Playbook, Stage
from xl_salesflow.playbooks import matched


@dataclass(frozen=True)
class Mapped:
    """*stages*: every open stage of *before*, and others that deals stand in → an open stage of *after*."""

    before: Playbook
    after: Playbook
    stages: Mapping[str, str]

    @cached_property
    def any_stage(self) -> Mapping[str, str]:
        """Return the same for every stage of *before*, whatever its kind: what a person may have typed."""
        return {**{stage.name: self._closed(stage) for stage in self.before.stages}, **self.stages}

    @cached_property
    def positions(self) -> Mapping[float, float]:
        """Return the position of every open stage of *before* → that of its stage in *after*."""
        new = {stage.name: float(stage.position) for stage in self.after.stages}
        return {float(stage.position): new[self.stages[stage.name]] for stage in self.before.open_stages}

    def _closed(self, stage: Stage) -> str:
        alike = [other.name for other in self.after.stages if other.kind == stage.kind] or [self.after.won.name]
        return next((name for name in alike if plain(name) == plain(stage.name)), alike[0])


def mapped(before: Playbook, after: Playbook, said: Mapping[str, str], strays: Iterable[str] = ()) -> Mapped:
    """Return the proposal for *before* → *after*, changed by what was *said*; *strays* are stages *before* does not have.

    Raises:
        UsageError: *said* names a stage that is not there or not open, or leaves a stray out.
    """
    strays = list(strays)
    old = {plain(name): name for name in (*(stage.name for stage in before.open_stages), *strays)}
    new = {plain(stage.name): stage.name for stage in after.open_stages}
    changed = {_one(old, name, before.id): _one(new, to, after.id) for name, to in said.items()}
    if lost := [name for name in strays if name not in changed]:
        named, first = ", ".join(f"“{name}”" for name in lost), lost[0]
        raise UsageError(
            f"Deals stand in {named}, which playbook {before.id} does not have; say where they belong with --map "
            f'"{first}={after.first.name}".',
            f'有商机处于{named}，而流程 {before.id} 中没有该阶段；请用 --map "{first}={after.first.name}" 指定对应阶段。',
        )
    return Mapped(before, after, {**matched(before, after), **changed})


def _one(known: Mapping[str, str], name: str, playbook: str) -> str:
    if found := known.get(plain(name)):
        return found
    near = nearest(name, known.values()) or next(iter(known.values()), "")
    raise UsageError(
        f"The playbook {playbook} has no open stage “{name}”; is it “{near}”?",
        f"流程 {playbook} 中没有进行中阶段“{name}”；是否为“{near}”？",
    )
