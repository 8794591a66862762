"""The run log shows what is done, whatever happens to the machine while it is written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.batch.sales import MADE, NOW, NUMBER
from xl_salesflow.batch.batch_run import Batch, begin_batch
from xl_salesflow.batch.batch_tasks import BatchTask, TaskOutcome, TaskStatus
from xl_salesflow.batch.run_log import open_run_log, read_past_run
from xl_salesflow.batch.worker_pools import ProcessPool
from xl_salesflow.errors import CannotSave, UsageError, WorkbookInUse
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


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(
            ("number", None),
            ("number", []),
            ("number", ""),
            ("now", "yesterday"),
            ("now", 5),
            ("now", "2026-01-01T00:00:00+08:00"),
        ),
        *(
            ("by", None),
            ("by", "a\0b"),
            ("by", "a\ud800b"),
            ("verb", ["update"]),
            ("options", []),
            ("options", {"run": 7}),
            ("options", None),
        ),
        *(
            ("books", None),
            ("books", "a.xlsx"),
            ("books", ["a.xlsx"]),
            ("books", [["a.xlsx"]]),
            ("books", [["a\0.xlsx", True]]),
            ("books", [["a\ud800.xlsx", True]]),
        ),
        *(("books", [["a.xlsx", "yes"]]), ("books", [[["a.xlsx"], True]]), ("status", "finished"), ("status", None)),
        *(
            ("digest", None),
            ("digest", 5),
            ("book", None),
            ("book", ["a.xlsx"]),
            ("event", "explode"),
            ("event", ["end"]),
        ),
    ],
)
# attack: a run log names other workbooks or options, or holds wrong types
# outcome: refused, with its line
def test_a_log_that_no_batch_wrote_is_not_believed(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "run.jsonl"
    written(path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    at = next(at for at, line in enumerate(lines) if key in line and (key != "event" or at))
    lines[at][key] = value
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(UsageError, match=rf"line {at + 1}, has no valid “{key}”") as caught:
        read_past_run(path)
    assert caught.value.in_("zh") != str(caught.value)


def test_lines_that_are_no_facts_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    whole = written(path)
    path.write_bytes(b"[" * 200_000 + b"\n5\n\xff\xfe\n" + whole)
    assert read_past_run(path).number == NUMBER


@pytest.mark.parametrize(
    ("books", "options", "says"),
    [
        (["/elsewhere/a.xlsx"], {}, r"has /elsewhere/a\.xlsx, which is not among the workbooks given"),
        (["{here}/../a.xlsx"], {}, "not among the workbooks given"),
        (["{here}/link/a.xlsx"], {}, "not among the workbooks given"),
        (["{here}/a.xlsx"], {"output": "/elsewhere"}, r"has other options \(--set output=/elsewhere\)"),
    ],
)
def test_a_resumed_run_does_no_more_than_the_person_asks_for(
    tmp_path: Path, books: list[str], options: dict[str, str], says: str
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "link").symlink_to(tmp_path)
    (here / "a.xlsx").write_bytes(b"")
    named = [(book.format(here=here), True) for book in books]
    with open_run_log(tmp_path / "run.jsonl", fresh=True) as ledger:
        ledger.log_run_start(replace(RUN, options=options), named)
    for given in (str(here), str(here / "*.xlsx")):
        with pytest.raises(UsageError, match=says):
            begin_batch(Batch((given,), run_log=tmp_path / "run.jsonl"), lambda: ProcessPool(1), resume=True)


def test_a_resumed_run_is_recorded_under_the_name_of_who_resumes_it(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"")
    with open_run_log(tmp_path / "run.jsonl", fresh=True) as ledger:
        ledger.log_run_start(replace(RUN, options={}), [(str(tmp_path / "a.xlsx"), True)])
    batch = Batch((str(tmp_path),), by="Tom", run_log=tmp_path / "run.jsonl")
    run = begin_batch(batch, lambda: ProcessPool(1), resume=True)
    assert (run.run.by, run.run.number, len(run.tasks)) == ("Tom", NUMBER, 1)
