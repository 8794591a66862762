"""Two processes write one workbook: no save is lost, and the second writer is refused."""

from __future__ import annotations

import random
import time
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from tests.parts import ROOT
from tests.workbook.killing import count_on, counted, processes, workbook
from xl_salesflow.errors import WorkbookChanged, WorkbookInUse

ROUNDS = 1000
TOLD = (WorkbookChanged, WorkbookInUse)  # any other error ends the writer
Report = tuple[list[int], int]  # the numbers that a writer saved, and how often it was refused


def take_turns(path: Path, rounds: int, start: Barrier, reports: SimpleQueue[Report]) -> None:
    """Raise the number *rounds* times; retry whenever somebody was faster."""
    saved: list[int] = []
    refused = 0
    start.wait(120)
    while len(saved) < rounds:
        try:
            saved.append(count_on(path))
        except TOLD:
            refused += 1
            time.sleep(random.uniform(0, 0.01))
    reports.put((saved, refused))


@pytest.mark.slow
# attack: two writers, 1,000 rounds
# outcome: nothing lost; the slower one is told
def test_no_update_is_lost_in_a_thousand_rounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each number is saved by exactly one writer, and the last one is in the file."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    book = tmp_path / "counter.xlsx"
    book.write_bytes(workbook(parts=0))
    context = processes()
    start, reports = context.Barrier(2), context.SimpleQueue()
    writers = [context.Process(target=take_turns, args=(book, ROUNDS // 2, start, reports)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0], "a writer met something else than a refusal"
    (one, refused_one), (other, refused_other) = reports.get(), reports.get()
    assert sorted(one + other) == list(range(1, ROUNDS + 1))
    assert counted(book)[1] == ROUNDS
    assert refused_one + refused_other, "the writers never met; the test shows nothing"
    assert [entry.name for entry in book.parent.iterdir()] == [book.name]
