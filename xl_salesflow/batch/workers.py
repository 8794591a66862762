"""What the loop asks of whoever does the work: processes on this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from xl_salesflow.batch.task import Outcome, Task
from xl_salesflow.model.text import Text

Work = Callable[[Task], Outcome]


class Workers(Protocol):
    """A place where tasks run. A worker that dies makes its future fail, and no other one."""

    slots: int
    """How many tasks may be under way at once."""

    def submit(self, task: Task) -> Future[Outcome]:
        """Begin *task*; only while fewer than *slots* are under way."""

    def tend(self) -> None:
        """Look after the workers: end the ones that take too long or hold too much."""

    def lost(self, future: Future[Outcome]) -> Loss | None:
        """Tell whether the worker died under *future*, or None where the task itself ended."""

    def close(self, at_once: bool = False) -> None:
        """Let the workers go; *at_once* without waiting for what they do."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A worker that died: *says* why, where we know; *final* when there is no use in trying again."""

    says: Text
    final: bool = False


def doing(task: Task) -> Outcome:
    """Do *task*, wherever this runs: only there is pandas needed."""
    from xl_salesflow.batch.work import work

    return work(task)
