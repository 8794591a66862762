"""Resuming a stopped batch: nothing is done twice and nothing is left out, whatever stopped it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.batch.sales import SCALE, environment, fill, made, runs
from xl_salesflow.batch.run_log import read_past_run

posix = pytest.mark.skipif(sys.platform == "win32", reason="Groups of processes are ended with calls of POSIX.")


class Night:
    """A batch over a folder of workbooks, run in its own process."""

    def __init__(self, folder: Path, count: int) -> None:
        self.books = fill(folder / "books", count)
        self.folder, self.journal = folder, folder / "run.jsonl"

    def begin(self, *more: str) -> subprocess.Popen[str]:
        command = [
            sys.executable, "-m", "xl_salesflow", "batch", str(self.books[0].parent), "--resume", "--jobs", "2", "--json",
            "--today", "2026-04-01", "--as", "Mara", "--journal", str(self.journal), *more,
        ]  # fmt: skip
        return subprocess.Popen(
            command, cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            encoding="utf-8", start_new_session=True,
        )  # fmt: skip

    def wait(self, process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
        out, err = process.communicate(timeout=600)
        assert "Traceback" not in err, err
        return process.returncode, json.loads(out.splitlines()[-1])["summary"]

    def lines(self) -> int:
        return self.journal.read_bytes().count(b"\n") if self.journal.exists() else 0

    def until(self, process: subprocess.Popen[str], lines: int) -> None:
        """Wait until the run log has *lines* lines, or the batch has ended."""
        while self.lines() < lines and process.poll() is None:
            time.sleep(0.02)

    def states(self) -> Counter[str]:
        """Count the unchanged workbooks, and those updated by this run and no other; fail if one is incomplete."""
        number = read_past_run(self.journal).number
        return Counter("old" if book.read_bytes() == made() else ",".join(runs(book)) == number for book in self.books)  # type: ignore[misc]


@posix
def test_everything_is_killed_again_and_again(tmp_path: Path) -> None:
    """Simulate power cuts: SIGKILL the batch and its workers at any moment, until a run finishes."""
    night, chance, kills = Night(tmp_path, 4 * SCALE), random.Random(8), 0
    code = -1
    while code < 0:
        process = night.begin()
        if kills < 3 * SCALE:
            night.until(process, night.lines() + chance.randint(2, 4))
            time.sleep(chance.uniform(0, 1.5))
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                kills += 1
        if process.wait() == -signal.SIGKILL:
            process.communicate()
            assert False not in night.states()
            if read_past_run(
                night.journal
            ).is_over:  # killed with nothing left to do: the next batch would be a new run
                break
        else:
            code, summary = night.wait(process)
            assert (code in (0, 1), summary["left"], summary["failed"]) == (True, 0, 0)
    assert kills
    assert night.states() == {True: len(night.books)}
    assert read_past_run(night.journal).is_over


@posix
def test_a_stopped_batch_finishes_workbooks_in_progress_and_is_resumed_later(tmp_path: Path) -> None:
    night = Night(tmp_path, 4)
    process = night.begin()
    night.until(process, 2)
    process.send_signal(signal.SIGTERM)
    code, summary = night.wait(process)
    assert (code, summary["stopped"]) == (130, True)
    assert 0 < summary["left"] < 4
    assert not read_past_run(night.journal).begun
    code, rest = night.wait(night.begin())
    assert (rest["passed_by"], rest["changed"], rest["run"]) == (4 - summary["left"], summary["left"], summary["run"])
    assert night.states() == {True: 4}


def test_a_workbook_saved_since_is_done_again_and_after_a_finished_run_a_new_one_starts(tmp_path: Path) -> None:
    night = Night(tmp_path, 2)
    night.wait(night.begin())
    whole = night.journal.read_text(encoding="utf-8")
    assert '"over"' in whole
    night.journal.write_text(whole[: whole.rindex('{"event": "over"')], encoding="utf-8")
    night.books[0].write_bytes(made())
    _, summary = night.wait(night.begin())
    assert (summary["passed_by"], summary["changed"]) == (1, 1)
    _, summary = night.wait(night.begin())
    assert (summary["passed_by"], summary["unchanged"]) == (0, 2)
