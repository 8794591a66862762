"""Try the product under load: python -m benchmarks.load readers|books|folder|deals [--count N] [--seconds S]

readers   100 readers and one writer of one workbook, for some seconds
books     the daily update of 2,000 small workbooks in one batch
folder    a batch over a folder with 5,000 files, pipes, sockets and links that lead in a circle
deals     300,000 new deals imported into one workbook, and the workbook checked

Each prints what it counted, with CPU time and the peak memory of a process. A reader must see the old or the new workbook.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from xl_salesflow.cli import main as salesflow
from xl_salesflow.errors import SalesflowError
from xl_salesflow.workbook.closed_book import ClosedBook

ROOT = Path(__file__).resolve().parents[1]
DAY = date(2026, 6, 30)
_LIST = "Deal,Deal name,Account,Amount,Stage,Owner\n"


def make_small_book(path: Path, deals: int) -> None:
    """Make a workbook with a few deals."""
    rows = path.with_suffix(".csv")
    rows.write_text(
        _LIST + "".join(f"D-{n},Deal {n},Account {n % 7},{n},Lead,Li\n" for n in range(1, deals + 1)), "utf-8"
    )
    for line in (["init", str(path), "--lang", "en"], ["import", str(path), str(rows), "--yes", "--today", str(DAY)]):
        if salesflow(line) > 1:
            raise SystemExit(f"{line} failed")
    rows.unlink()


def load_readers(folder: Path, count: int, seconds: int) -> dict[str, object]:
    """Let *count* readers read while one writer saves; each reading has to be of one whole workbook."""
    book = folder / "book.xlsx"
    make_small_book(book, 200)
    writer = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.load", "writer", "--book", str(book), "--seconds", str(seconds)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    seen: Counter[str] = Counter()
    until = time.monotonic() + seconds

    def read() -> None:
        while time.monotonic() < until:
            try:
                pipeline = ClosedBook(book).read_as_needed(DAY)
                whole = len(pipeline["Deals"]) == len(pipeline["History"]) == 200
                seen["whole" if whole else "TORN"] += 1
            except SalesflowError:
                seen["refused"] += 1

    readers = [threading.Thread(target=read) for _ in range(count)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    written = json.loads(writer.communicate()[0].splitlines()[-1])
    left = sorted(path.name for path in folder.iterdir() if path.name.startswith(".salesflow"))
    return {"readers": count, "seconds": seconds, "readings": dict(seen), "writer": written, "left over": left}


def write_again_and_again(book: Path, seconds: int) -> dict[str, object]:
    """Update the workbook for another day each time."""
    codes: Counter[int] = Counter()
    until, day = time.monotonic() + seconds, DAY
    with open(os.devnull, "w") as nowhere:
        out, sys.stdout = sys.stdout, nowhere
        while time.monotonic() < until:
            day += timedelta(1)
            codes[salesflow(["update", str(book), "--today", str(day)])] += 1
        sys.stdout = out
    return {f"exit {code}": count for code, count in codes.items()}


def load_books(folder: Path, count: int, _: int) -> dict[str, object]:
    """Update *count* workbooks of five deals in one batch."""
    books = folder / "books"
    books.mkdir()
    make_small_book(folder / "seed.xlsx", 5)
    for number in range(count):
        shutil.copy(folder / "seed.xlsx", books / f"book-{number:05d}.xlsx")
    return {"books": count, **run_batch(folder, books)}


def load_folder(folder: Path, count: int, _: int) -> dict[str, object]:
    """Run a batch over a folder with *count* files, of which ten are workbooks, and with what is no file."""
    books = folder / "books"
    make_small_book(folder / "seed.xlsx", 5)
    for number in range(count):
        place = books / f"{number % 50}"
        place.mkdir(parents=True, exist_ok=True)
        if number < 10:
            shutil.copy(folder / "seed.xlsx", place / f"book-{number}.xlsx")
        else:
            (place / f"file-{number}.{('txt', 'pdf', 'docx', 'csv')[number % 4]}").write_bytes(b"x" * 100)
    for number in range(20):
        os.mkfifo(books / f"pipe-{number}.xlsx")
        (books / f"circle-{number}").symlink_to(books)
        (books / f"own-{number}.xlsx").symlink_to(books / f"own-{number}.xlsx")
        (books / f"device-{number}.xlsx").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(books / "socket.xlsx"))
        return {"files": count, **run_batch(folder, books)}


def run_batch(folder: Path, books: Path) -> dict[str, object]:
    """Run the daily update and return what came of it."""
    start = time.perf_counter()
    command = [sys.executable, "-c", "from xl_salesflow.cli import main; raise SystemExit(main())"]
    done = subprocess.run(
        [*command, "batch", str(books), "--verb", "update", "--jobs", "2", "--json", "--journal", str(folder / "run.jsonl"),
         "--today", str(DAY + timedelta(1))],
        cwd=folder, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    ends = Counter(str(line.get("status")) for line in lines if "book" in line)
    return {
        "exit": done.returncode, "ends": dict(ends), "seconds": round(time.perf_counter() - start),
        "says": done.stderr[-300:],
    }  # fmt: skip


def load_deals(folder: Path, count: int, _: int) -> dict[str, object]:
    """Import *count* deals as history into one workbook, and check it."""
    book, rows = folder / "book.xlsx", folder / "deals.csv"
    with rows.open("w", encoding="utf-8") as file:
        file.write(_LIST)
        file.writelines(
            f"D-{n},Deal {n},Account {n % 5_000},{n % 9_999},Lead,Owner {n % 40}\n" for n in range(1, count + 1)
        )
    found: dict[str, object] = {"deals": count}
    for name, line in {
        "init": ["init", str(book), "--lang", "en"],
        "import": ["import", str(book), str(rows), "--yes", "--as-history", "--today", str(DAY), "--json"],
        "check": ["check", str(book), "--today", str(DAY), "--json"],
        "funnel": ["funnel", str(book), "--today", str(DAY), "--json"],
    }.items():
        command = [sys.executable, "-c", "from xl_salesflow.cli import main; raise SystemExit(main())", *line]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)})
        _, status, usage = os.wait4(process.pid, 0)
        found[name] = {
            "exit": os.waitstatus_to_exitcode(status), "cpu seconds": round(usage.ru_utime + usage.ru_stime),
            "mebibytes": usage.ru_maxrss >> 10,
        }  # fmt: skip
    return found | {"megabytes of the workbook": book.stat().st_size >> 20}


LOADS: dict[str, tuple[Callable[[Path, int, int], dict[str, object]], int]] = {
    "readers": (load_readers, 100),
    "books": (load_books, 2_000),
    "folder": (load_folder, 5_000),
    "deals": (load_deals, 300_000),
}


def main() -> None:
    """Run one load and print what it counted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("load", choices=(*LOADS, "writer"))
    parser.add_argument("--count", type=int)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--book", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.load == "writer":
        print(json.dumps(write_again_and_again(options.book, options.seconds)))
        return
    load, usual = LOADS[options.load]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(load(Path(folder), options.count or usual, options.seconds)))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) >> 10
    print(f"peak memory of a process: {peak:,} MiB")


if __name__ == "__main__":
    main()
