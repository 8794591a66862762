"""The run log shows what is done, whatever happens to the machine while it is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.batch.sales import MADE, NOW, NUMBER
from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus
from xl_salesflow.batch.run_log import open_run_log, read_past_run
from xl_salesflow.errors import CannotSave, WorkbookInUse
from xl_salesflow.locale.texts import Text

BOOKS = (("a.xlsx", True), ("客户.xlsx", False), ("c.xlsx", False))
RUN = BatchTask("", "update", "Mara", NOW, NUMBER, {"run": "7"})


def outcome(book: str, status: TaskStatus = TaskStatus.CHANGED) -> TaskOutcome:
    return TaskOutcome(book, "update", status, Text("done", "完成"), digest=f"digest of {book}")


def written(path: Path) -> bytes:
    """Write the log of a run over three workbooks: one done, one failed, one only started."""
    with open_run_log(path, fresh=True) as ledger:
        ledger.log_run_start(RUN, BOOKS)
        for (book, _), status in zip(BOOKS, (TaskStatus.CHANGED, TaskStatus.FAILED, None), strict=True):
            ledger.log_task_start(replace(RUN, book=book))
            if status:
                ledger.log_task_end(outcome(book, status))
    return path.read_bytes()


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    written(tmp_path / "run.jsonl")
    past_run = read_past_run(tmp_path / "run.jsonl")
    assert (past_run.number, past_run.now, past_run.by, past_run.verb, past_run.options) == (
        NUMBER,
        NOW,
        "Mara",
        "update",
        {"run": "7"},
    )
    assert (past_run.books, dict(past_run.done), past_run.begun) == (BOOKS, {"a.xlsx": "digest of a.xlsx"}, {"c.xlsx"})
    assert not past_run.is_over


def test_a_log_cut_at_any_byte_is_read_up_to_there_and_continued(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    whole = written(path)
    last = (0, 0)
    for cut in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:cut])
        past_run = read_past_run(path)
        now = (len(past_run.books), len(past_run.done))
        assert now >= last
        last = now
        with open_run_log(path, fresh=False) as ledger:
            ledger.log_task_start(replace(RUN, book="late.xlsx"))
        assert path.read_bytes().startswith(whole[:cut])
        assert ("late.xlsx" in read_past_run(path).begun) == bool(past_run.number)
    assert last == (3, 1)


def test_only_the_last_run_counts_and_an_ended_one_is_over(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with open_run_log(path, fresh=True) as ledger:
        ledger.log_run_start(RUN, BOOKS[:1])
        ledger.log_task_end(outcome("a.xlsx"))
        ledger.log_run_end()
    assert read_past_run(path).is_over
    with open_run_log(path, fresh=False) as ledger:
        ledger.log_run_start(replace(RUN, number="next", now=MADE), BOOKS[1:])
    assert (read_past_run(path).number, read_past_run(path).is_over, dict(read_past_run(path).done)) == (
        "next",
        False,
        {},
    )


def test_a_new_run_keeps_the_log_of_the_previous_one(tmp_path: Path) -> None:
    first = written(tmp_path / "run.jsonl")
    written(tmp_path / "run.jsonl")
    assert (tmp_path / "run.previous.jsonl").read_bytes() == first


def test_two_batches_do_not_share_a_run_log(tmp_path: Path) -> None:
    with (
        open_run_log(tmp_path / "run.jsonl", fresh=True),
        pytest.raises(WorkbookInUse),
        open_run_log(tmp_path / "run.jsonl", fresh=False),
    ):
        pass


def test_a_missing_log_is_empty_and_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    assert read_past_run(tmp_path / "none.jsonl").is_over
    (tmp_path / "file").touch()
    with pytest.raises(CannotSave), open_run_log(tmp_path / "file" / "run.jsonl", fresh=True):
        pass
