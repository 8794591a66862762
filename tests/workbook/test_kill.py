"""A process killed while it saves leaves the old workbook or the new one, and the next run cleans up."""

from __future__ import annotations

import random
import time
from itertools import count
from pathlib import Path

import pytest

from tests.parts import ROOT
from tests.workbook.killing import KILL, count_on, counted, die_at, go_on_and_on, processes, workbook
from xl_salesflow.core.file_saving import hidden_file_beside
from xl_salesflow.ooxml.workbook_editor import Workbook

OLD = workbook()


def next_version() -> bytes:
    """Return the bytes of the workbook after one more save."""
    opened = Workbook(Path("book.xlsx"), OLD)
    for name in opened.sheets:
        opened.set_cell(name, 1, 1, 1)
    return opened.to_bytes()


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # for the processes started here
    return tmp_path / "Pipeline 管道.xlsx"


def tidy(book: Path) -> bool:
    """Tell whether there are only backups beside the workbook, each a complete workbook."""
    backup = f"{book.stem}.backup-1.xlsx"
    others = {entry.name for entry in book.parent.iterdir()} - {book.name}
    return others <= {backup} and all(counted(book.with_name(name)) for name in others)


def killed_at(book: Path, point: int) -> bool:
    """Let a process save and die at a point; return False if it finished before that."""
    process = processes().Process(target=die_at, args=(book, point))
    process.start()
    process.join()
    assert process.exitcode in (0, -KILL, KILL), f"the process failed on its own at point {point}"
    return process.exitcode != 0


# attack: a save is killed right before and after each call that uses the disk
# outcome: the old or the new workbook; the next run cleans up
def test_killed_before_and_after_everything_it_asks_of_the_disk(book: Path) -> None:
    """The process is killed once right before and once right after every call of the operating system and of a file."""
    backup = book.with_name(f"{book.stem}.backup-1.xlsx")
    step = 1 if processes().get_start_method() == "forkserver" else 9  # starting a process takes a second
    new, found = next_version(), []
    for point in count(0, step):
        for left in book.parent.iterdir():
            left.unlink()
        book.write_bytes(OLD)
        if not killed_at(book, point):
            break
        found.append(book.read_bytes())
        assert found[-1] in (OLD, new), f"neither the old nor the new workbook, killed at point {point}"
        assert not backup.exists() or backup.read_bytes() == OLD, f"half a backup, killed at point {point}"
        saved = count_on(book)
        assert tidy(book), f"litter after the next run, killed at point {point}: {sorted(book.parent.iterdir())}"
        assert counted(book)[1] == saved
    assert len(found) * step > 200
    assert found[0] == OLD
    assert found[-1] == new
    assert found == sorted(found, key=lambda data: data == new), "once the new one stands, it stays"


def test_killed_at_any_time(book: Path) -> None:
    """A process that saves repeatedly is killed after a random time, between two calls or in the middle of one."""
    chance = random.Random(3)
    rounds = 60 if processes().get_start_method() == "forkserver" else 10
    book.write_bytes(OLD)
    number, littered = 0, 0
    for _ in range(rounds):
        process = processes().Process(target=go_on_and_on, args=(book,))
        process.start()
        while counted(book)[1] == number and process.is_alive():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
        process.kill()
        process.join()
        before, number = number, counted(book)[1]
        assert number > before
        littered += any(book.parent.glob(hidden_file_beside(book, "*").name))
        number = count_on(book)
        assert tidy(book)
    assert littered, "not one process was killed while it saved; the test shows nothing"
