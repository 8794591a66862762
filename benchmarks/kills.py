"""Kill runs, and let runs meet: python -m benchmarks.kills kills|saves|writers [--count N] [--seed N]

kills     a daily update is killed at any time, or right before or after any call of its save that uses the disk
saves     a save alone, without the command around it, is killed right before or after any call that uses the disk
writers   two runs import a deal each into one workbook at the same time

After each kill the workbook has to be the old or the new one, and nothing may be left beside it after the next command,
which only reads. After each round every deal whose run said so has to be in the workbook, and no other. Linux and macOS.
"""

from __future__ import annotations

import argparse
import io
import itertools
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.load import DAY, make_small_book
from tests.workbook.killing import asks_the_disk, count_on, counted, die_at
from tests.workbook.killing import workbook as small_workbook
from xl_salesflow.cli import main as salesflow
from xl_salesflow.workbook import closed_book
from xl_salesflow.workbook.closed_book import ClosedBook

DEALS, ROUNDS_OF_A_BOOK, _CALLS_OF_A_SAVE = 5, 50, 360
FORK: Any = multiprocessing.get_context("fork")


def run_silently(*words: object) -> int:
    """Run salesflow without its output, and return the exit code."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return salesflow([str(word) for word in words])


def update_and_die(book: Path, day: object, point: int, calls: Any) -> None:
    """Update the workbook; die right before or after the *point*-th call of the save that uses the disk."""
    save, passed = closed_book.save_workbook, itertools.count()

    def watch(_: FrameType, event: str, function: Any) -> None:
        if event in ("c_call", "c_return") and asks_the_disk(function):
            calls.value = next(passed)
            if calls.value == point:
                os.kill(os.getpid(), signal.SIGKILL)

    def save_under_watch(*given: Any) -> str:
        sys.setprofile(watch)
        try:
            return save(*given)
        finally:
            sys.setprofile(None)

    closed_book.save_workbook = save_under_watch
    raise SystemExit(run_silently("update", book, "--today", day))


def kill_runs(folder: Path, count: int, chance: Random) -> dict[str, object]:
    """Kill *count* updates, one after another, on a workbook that goes on from what each of them left."""
    book = folder / "book.xlsx"
    make_small_book(book, DEALS)
    day, calls = DAY + timedelta(1), FORK.Value("q", 0)
    start = time.perf_counter()
    run_in_child(update_and_die, book, day, -1, calls)
    whole, save_calls = time.perf_counter() - start, calls.value
    seen: Counter[str] = Counter()
    for number in range(count):
        day += timedelta(1)
        before = book.read_bytes()
        at_a_call = number % 2 == 0
        point = chance.randrange(save_calls + 1) if at_a_call else -1
        seconds = None if at_a_call else chance.uniform(0, 1.1 * whole)
        ended = run_in_child(update_and_die, book, day, point, calls, seconds=seconds)
        seen["killed" if ended == -signal.SIGKILL else f"ended with {ended}"] += 1
        seen["the old workbook" if book.read_bytes() == before else "the new workbook"] += 1
        seen["left files behind"] += len(list_litter(book)) > 0
        code = run_silently("funnel", book, "--today", day)
        changed = book.read_bytes() != before
        seen["DAMAGED"] += code > 1 or (changed and len(ClosedBook(book).read_as_needed(day)["Deals"]) != DEALS)
        seen["LITTER after the next command"] += len(list_litter(book)) > 0
    return {"kills": count, "calls of a save": save_calls, **seen}


def kill_saves(folder: Path, count: int, chance: Random) -> dict[str, object]:
    """Kill *count* saves of a small workbook; the next save goes on from what each of them left."""
    book = folder / "book.xlsx"
    book.write_bytes(small_workbook())
    number = count_on(book, backups=1)
    seen: Counter[str] = Counter()
    for _ in range(count):
        killed = run_in_child(die_at, book, chance.randrange(_CALLS_OF_A_SAVE)) == -signal.SIGKILL
        seen["killed" if killed else "ended before"] += 1
        seen["left files behind"] += len(list_litter(book)) > 0
        found = counted(book)[1]
        seen["the old workbook" if found == number else "the new workbook"] += 1
        seen["DAMAGED"] += found not in (number, number + 1)
        number = count_on(book, backups=1)
        seen["LOST"] += number != found + 1
        seen["LITTER after the next save"] += len(list_litter(book)) > 0
    return {"kills": count, **seen}


def list_litter(book: Path) -> list[str]:
    """List what is beside the workbook, except its backups."""
    return [one.name for one in book.parent.iterdir() if one != book and ".backup-" not in one.name]


def run_in_child(function: Any, *given: Any, seconds: float | None = None) -> int:
    """Run a function in a child, which is killed after a time if one is given; return how it ended."""
    child = FORK.Process(target=function, args=given)
    child.start()
    if seconds is not None:
        child.join(seconds)
        child.kill()
    child.join()
    return int(child.exitcode)


def meet_writers(folder: Path, count: int, chance: Random) -> dict[str, object]:
    """Let two runs import a deal each at about the same time, *count* times."""
    seed, seen = folder / "seed.xlsx", Counter[str]()
    make_small_book(seed, DEALS)
    book = folder / "book" / "book.xlsx"
    book.parent.mkdir()
    for number in range(count):
        if number % ROUNDS_OF_A_BOOK == 0:
            book.write_bytes(seed.read_bytes())
            wanted = {f"D-{deal}" for deal in range(1, DEALS + 1)}
        writers = {}
        for one in (f"D-{1_000 + number}", f"D-{100_000 + number}"):
            rows = folder / f"{one}.csv"
            rows.write_text(f"Deal,Deal name,Account,Amount,Stage,Owner\n{one},{one},Acme,5,Lead,Li\n", "utf-8")
            writers[one] = FORK.Process(target=import_deal, args=(book, rows, chance.uniform(0, 0.05)))
        for writer in writers.values():
            writer.start()
        for one, writer in writers.items():
            writer.join()
            seen["saved" if writer.exitcode <= 1 else "told that another was faster"] += 1
            seen["ENDED WITH ANOTHER CODE"] += writer.exitcode not in (0, 1, 3)
            wanted |= {one} if writer.exitcode <= 1 else set()
        held = set(ClosedBook(book).read_as_needed(DAY)["Deals"]["deal"])
        seen["LOST"] += held != wanted
        seen["LITTER"] += len(list_litter(book)) > 0
    return {"rounds": count, **seen}


def import_deal(book: Path, rows: Path, seconds: float) -> None:
    """Import one deal after a moment."""
    time.sleep(seconds)
    raise SystemExit(run_silently("import", book, rows, "--yes", "--today", DAY))


TRIALS = {"kills": kill_runs, "saves": kill_saves, "writers": meet_writers}


def main() -> int:
    """Run one trial and print what it counted; exit with 1 if anything was lost or left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trial", choices=TRIALS)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counted = TRIALS[options.trial](Path(folder), options.count, Random(options.seed))
    print(json.dumps(counted))
    return int(any(value for name, value in counted.items() if name.split()[0].isupper()))


if __name__ == "__main__":
    sys.exit(main())
