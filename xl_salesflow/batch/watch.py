"""A folder in which people save: each workbook has its turn once it stands still, again whenever somebody saves it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from xl_salesflow.batch.settled import Settled, look
from xl_salesflow.batch.task import Outcome, Task
from xl_salesflow.batch.turns import Patience, outcomes
from xl_salesflow.batch.workers import Workers

_ONCE = Patience(tries=1)
_LATER = 30.0  # seconds until what may pass is looked at again


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, and how long a saved workbook must stand *still*, in seconds; *only_new*: not what is there now."""

    every: float = 2.0
    still: float = 3.0
    only_new: bool = False


def watched(
    folder: Path, task: Callable[[Path], Task], workers: Workers, pace: Pace, stopping: Callable[[], bool]
) -> Iterator[Outcome]:
    """Yield what came of each save below *folder* until *stopping*; a workbook that is taken is told once and tried on."""
    settled, told = Settled(pace.still), set[Path]()
    if pace.only_new:
        settled.pass_by(look(folder)[0], time.monotonic())
    wake = _wake(folder, pace.every, stopping)
    while not stopping():
        ready = settled.ready(time.monotonic(), *look(folder))
        for outcome in outcomes(map(task, ready), workers, _ONCE, stopping):
            path = Path(outcome.book)
            if outcome.passing:
                settled.again(path, time.monotonic() + _LATER)
            else:
                settled.left(path, outcome.digest)
            if not (outcome.passing and path in told):
                yield outcome
            (told.add if outcome.passing else told.discard)(path)
        wake()


def _wake(folder: Path, every: float, stopping: Callable[[], bool]) -> Callable[[], None]:
    """Return what waits for the next look: until the system tells of a change, where it can, and no longer than *every*."""
    with suppress(ImportError, OSError):
        from watchfiles import watch

        changes = watch(
            folder, debounce=200, step=50, rust_timeout=int(every * 1000), yield_on_timeout=True, raise_interrupt=False,
            ignore_permission_denied=True,
        )  # fmt: skip
        return lambda: _next(changes, every, stopping)
    return lambda: _rest(every, stopping)


def _next(changes: Iterator[object], every: float, stopping: Callable[[], bool]) -> None:
    start = time.monotonic()
    try:
        ended = next(changes, None) is None
    except OSError:  # the folder's drive is away
        ended = True
    if ended:
        _rest(every - (time.monotonic() - start), stopping)


def _rest(seconds: float, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stopping():
        time.sleep(min(0.1, max(until - time.monotonic(), 0.0)))
