"""Workers that do nothing: the outcome of each try of a workbook is given in advance."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus
from xl_salesflow.batch.worker_pools import WorkerLoss
from xl_salesflow.locale.texts import Text


class Died(Exception):
    """Represents a worker that died."""


def came(book: str, word: str) -> TaskOutcome:
    """Return the outcome for a word of a script: ok, open (a temporary failure), bad (a final one)."""
    if word == "ok":
        return TaskOutcome(
            book, "update", TaskStatus.CHANGED, Text("3 cells changed", "修改 3 个单元格"), counts={"changes": 3}
        )
    passing = word == "open"
    error = "WorkbookInUse" if passing else "NotAWorkbook"
    return TaskOutcome(book, "update", TaskStatus.FAILED, Text(f"{book} is {word}", f"{book} {word}"), error, passing)


class Scripted:
    """Workers that follow a script: book → one word for each try.

    The words: ok, open, bad, dies, ends (permanently), fails (an unexpected error), gone (the cluster).
    """

    def __init__(
        self, script: dict[str, str], slots: int = 2, at: Callable[[BatchTask], None] = lambda _: None
    ) -> None:
        self.slots, self._at = slots, at
        self._words = {book: words.split() for book, words in script.items()}
        self.tried: list[str] = []
        self.closed: bool | None = None

    def submit(self, task: BatchTask) -> Future[TaskOutcome]:
        """Return a finished future."""
        self.tried.append(task.book + ("?" if task.maybe_done else ""))
        future: Future[TaskOutcome] = Future()
        word = self._words[task.book].pop(0)
        if word == "gone":
            future.cancel()
        elif word in ("dies", "ends"):
            future.set_exception(Died(word))
        elif word == "fails":
            future.set_exception(ZeroDivisionError("secret"))
        else:
            future.set_result(came(task.book, word))
        self._at(task)
        return future

    def enforce_limits(self) -> None:
        """Do nothing: these workers have no limits."""

    def find_loss(self, future: Future[TaskOutcome]) -> WorkerLoss | None:
        """Return the reason of a lost worker, and None for an unexpected error."""
        error = future.exception()
        return WorkerLoss(Text("it died", "已终止"), final=str(error) == "ends") if isinstance(error, Died) else None

    def close(self, at_once: bool = False) -> None:
        """Record how the workers were closed."""
        self.closed = at_once
