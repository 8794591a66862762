"""A sales process as values: stages in order, the gates before them, the tasks in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["open", "won", "lost", "aftercare"]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. *position* counts from 1 over the whole playbook; limits are days, None is no limit; *row* is its sheet row."""

    name: str
    position: int
    kind: Kind
    probability: float
    day_limit: int | None = None
    cadence: int | None = None
    may_skip: bool = True
    buyer_stage: str = ""
    purpose: str = ""
    action: str = ""
    row: int = 0

    @property
    def outcome(self) -> str:
        """Return open, won or lost: a deal in aftercare is won."""
        return "won" if self.kind == "aftercare" else self.kind


@dataclass(frozen=True, slots=True)
class Gate:
    """What must hold before a deal enters *stage*; *effect* is block or warn, *check* a choice id; *playbook* "" is every one."""

    id: str
    playbook: str
    stage: str
    subject: str
    check: str
    value: str
    effect: str
    remedy: str
    row: int = 0


@dataclass(frozen=True, slots=True)
class StageTask:
    """A task every deal gets on entering *stage*, due *due_days* later, ticked off by an activity of type *done_by*."""

    playbook: str
    stage: str
    task: str
    required: bool
    due_days: int | None
    done_by: str


@dataclass(frozen=True)
class Playbook:
    """One sales process, its stages in order of position."""

    id: str
    stages: tuple[Stage, ...]
    gates: tuple[Gate, ...] = ()
    tasks: tuple[StageTask, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Stage]:
        """Return the stages by name."""
        return {stage.name: stage for stage in self.stages}

    @cached_property
    def open_stages(self) -> tuple[Stage, ...]:
        """Return the stages of kind open, in order."""
        return tuple(stage for stage in self.stages if stage.kind == "open")

    @property
    def first(self) -> Stage:
        """Return the stage a deal starts in."""
        return self.open_stages[0]

    @cached_property
    def won(self) -> Stage:
        """Return the stage of kind won."""
        return next(stage for stage in self.stages if stage.kind == "won")

    @cached_property
    def lost(self) -> Stage:
        """Return the stage of kind lost."""
        return next(stage for stage in self.stages if stage.kind == "lost")

    @cached_property
    def funnel(self) -> tuple[Stage, ...]:
        """Return the open stages and Won, in order: the steps of the funnel."""
        return (*self.open_stages, self.won)

    def direction(self, before: Stage | None, after: Stage) -> str:
        """Return which way a deal goes from *before* (None: not yet anywhere) to *after*: an id of the choice "move"."""
        if after.kind in ("won", "lost"):
            return "back" if before is not None and before.kind == "aftercare" and after.kind == "won" else after.kind
        if after.kind == "aftercare":
            return "aftercare"
        if before is not None and before.kind != "open":
            return "reopened"
        if before is not None and after.position <= before.position:
            return "back"
        return "skip" if self.passed(before.position if before else 0, after) else "forward"

    def passed(self, position: int, after: Stage) -> tuple[Stage, ...]:
        """Return the open stages that a move from *position* to *after* goes past without entering."""
        return tuple(stage for stage in self.open_stages if position < stage.position < after.position)
