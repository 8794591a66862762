"""Which workbook is next, which is tried again, which is given up: a table of the possible outcomes for one workbook."""

from __future__ import annotations

import pytest

from tests.batch.sales import NOW
from tests.batch.scripted import Scripted
from xl_salesflow.batch.batch_run import RetryPolicy, run_batch_tasks
from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome
from xl_salesflow.errors import SalesflowError

PATIENCE = RetryPolicy(tries=3, wait=0.0)


def tasks(*books: str) -> list[BatchTask]:
    return [BatchTask(book, "update", "Mara", NOW, "1") for book in books]


def done(workers: Scripted, *books: str) -> dict[str, TaskOutcome]:
    return {outcome.book: outcome for outcome in run_batch_tasks(tasks(*books), workers, PATIENCE)}


@pytest.mark.parametrize(
    ("script", "status", "error", "tries"),
    [
        ("ok", "changed", "", 1),
        ("bad ok", "failed", "NotAWorkbook", 1),
        ("open ok", "changed", "", 2),
        ("open open open ok", "failed", "WorkbookInUse", 3),
        ("open bad ok", "failed", "NotAWorkbook", 2),
        ("dies ok", "changed", "", 2),
        ("dies open ok", "changed", "", 3),
        ("dies dies ok", "failed", "WorkerLost", 2),
        ("ends ok", "failed", "WorkerLost", 1),
        ("fails ok", "failed", "ZeroDivisionError", 1),
    ],
)
def test_the_outcome_of_a_workbook(script: str, status: str, error: str, tries: int) -> None:
    found = done(Scripted({"a": script, "b": "ok"}), "a", "b")
    assert (str(found["a"].status), found["a"].error, found["a"].tries) == (status, error, tries)
    assert found["b"].status == "changed"
    assert "secret" not in str(found["a"])


def test_after_a_worker_died_its_task_may_have_been_done() -> None:
    workers = Scripted({"a": "dies open ok"})
    done(workers, "a")
    assert workers.tried == ["a", "a?", "a?"]


def test_pauses_double_and_are_randomized() -> None:
    pauses = [[RetryPolicy(wait=2.0).pause(tried) for _ in range(50)] for tried in (1, 2, 3)]
    for around, some in zip((2, 4, 8), pauses, strict=True):
        assert 0.75 * around <= min(some) < max(some) <= 1.25 * around


def test_after_a_stop_nothing_is_started_or_tried_again() -> None:
    asked = []
    workers = Scripted({"a": "ok", "b": "open ok", "c": "ok"}, 2, at=lambda task: asked.append(task.book))
    found = list(run_batch_tasks(tasks("a", "b", "c"), workers, PATIENCE, stopping=lambda: len(asked) >= 2))
    assert [outcome.book for outcome in found] == ["a"]
    assert workers.tried == ["a", "b"]


def test_a_lost_cluster_ends_the_run() -> None:
    with pytest.raises(SalesflowError, match="continue with --resume"):
        done(Scripted({"a": "gone"}), "a")
