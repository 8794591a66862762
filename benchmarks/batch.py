"""`salesflow batch` over many workbooks against a loop of openpyxl + pandas: python benchmarks/batch.py [--books N] [--deals M]

One worker, two workers and a local Dask cluster of two do the daily update of the same N workbooks of M deals; a script in
the manner of update_by_hand.py does it to --by-hand of them in one process. Figures are per workbook, ratios to the script.
Some workbooks are generated, the others are copies with other amounts, so that no two are alike.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from make_book import make
from measure import ROOT

from xl_salesflow.ooxml import Workbook

DAY = "2026-07-01"
KINDS = 5  # generated; the rest are copies with changes


@dataclass(frozen=True)
class Cost:
    """What a run over *books* workbooks took, and what its workers held after each workbook."""

    name: str
    books: int
    seconds: float
    busy: float
    peak: float
    held: tuple[float, ...] = ()


def generate(folder: Path, books: int, deals: int) -> None:
    """Make *books* workbooks of *deals* deals, no two alike."""
    folder.mkdir(parents=True)
    kinds = min(KINDS, books)
    for kind in range(kinds):
        make(folder / f"team-{kind:04d}.xlsx", deals + kind)
    for number in range(kinds, books):
        source = folder / f"team-{number % kinds:04d}.xlsx"
        workbook = Workbook.open(source)
        workbook.set_column("Deals", "Amount", {2 + number % deals: 1000 + number})
        with (folder / f"team-{number:04d}.xlsx").open("wb") as file:
            workbook.write_to(file)


def run(name: str, source: Path, books: int, command: list[str]) -> Cost:
    """Run *command* on a fresh copy of the first *books* workbooks of *source*."""
    with tempfile.TemporaryDirectory() as work:
        folder, out = Path(work, "books"), Path(work, "out.jsonl")
        folder.mkdir()
        for book in sorted(source.iterdir())[:books]:
            shutil.copy(book, folder)
        start = time.perf_counter()
        with out.open("wb") as file:
            environ = {**os.environ, "PYTHONPATH": str(ROOT)}
            process = subprocess.Popen([*command, str(folder)], cwd=work, stdout=file, env=environ)
            _, status, usage = os.wait4(process.pid, 0)  # of the whole tree, as every process waits for its own
        seconds = time.perf_counter() - start
        if (code := os.waitstatus_to_exitcode(status)) not in (0, 1):
            raise RuntimeError(f"{name} ended with {code}")
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines() if line.startswith('{"at"')]
    held = tuple(line["mebibytes"] for line in lines)
    if (held and len(held) < books) or any(line["error"] for line in lines):
        raise RuntimeError(f"{name} did not do every workbook")
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Cost(name, books, seconds, usage.ru_utime + usage.ru_stime, peak, held)


def batch(*more: str) -> list[str]:
    """Return the command of a batch."""
    return [sys.executable, "-m", "xl_salesflow", "batch", "--json", "--today", DAY, *more]


def on_dask(folder: str) -> int:
    """Run a batch on a cluster of two workers on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        return subprocess.run([*batch("--cluster", cluster.scheduler_address), folder], check=False).returncode


def by_hand(folder: str) -> None:
    """Do the update with openpyxl and pandas, one workbook after the other."""
    from update_by_hand import main as update

    for book in sorted(Path(folder).iterdir()):
        update(str(book), DAY)


def told(costs: list[Cost], deals: int) -> None:
    """Print the table, the scaling and how flat memory was."""
    base = costs[-1]
    print(f"\n{deals:,} deals a workbook; load average {os.getloadavg()[0]:.1f} at the end\n")
    print("| | workbooks | s a workbook | busy s a workbook | wall ratio | busy ratio | largest process MiB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for cost in costs:
        wall, busy = cost.seconds / cost.books, cost.busy / cost.books
        print(
            f"| {cost.name} | {cost.books:,} | {wall:.2f} | {busy:.2f} | {base.seconds / base.books / wall:.1f} × "
            f"| {base.busy / base.books / busy:.1f} × | {cost.peak:.0f} |"
        )
    one, two = costs[0], costs[1]
    clock, busy = one.seconds / two.seconds, two.busy / one.busy
    print(f"\nTwo workers: {clock:.2f} × as fast by the clock, with {busy:.2f} × the processor's time.")
    print(f"Cores that each had: {one.busy / one.seconds:.2f} with one worker, {two.busy / two.seconds:.2f} with two.")
    tenth = max(len(one.held) // 10, 1)
    first, last = (statistics.median(part) for part in (one.held[tenth : 2 * tenth] or one.held, one.held[-tenth:]))
    print(f"Memory of the one worker: {first:.0f} MiB after a tenth of the workbooks, {last:.0f} at the end.")


def main() -> None:
    """Measure as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--books", type=int, default=1_000)
    parser.add_argument("--deals", type=int, default=1_000)
    parser.add_argument("--by-hand", type=int, default=10, help="so many of them with openpyxl and pandas")
    parser.add_argument("--on-dask", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--script", metavar="FOLDER", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.on_dask:
        raise SystemExit(on_dask(asked.on_dask))
    if asked.script:
        by_hand(asked.script)
        return
    with tempfile.TemporaryDirectory() as name:
        source = Path(name, "source")
        generate(source, asked.books, asked.deals)
        print(
            f"{asked.books:,} workbooks, {sum(book.stat().st_size for book in source.iterdir()) / 2**20:,.0f} MiB",
            flush=True,
        )
        this = [sys.executable, str(Path(__file__).resolve())]
        contenders = {
            "one worker": (asked.books, batch("--jobs", "1")),
            "two workers": (asked.books, batch("--jobs", "2")),
            "Dask, two workers": (asked.books, [*this, "--on-dask"]),
            "openpyxl + pandas": (min(asked.by_hand, asked.books), [*this, "--script"]),
        }
        costs = []
        for contender, (books, command) in contenders.items():
            costs.append(run(contender, source, books, command))
            print(costs[-1].name, f"{costs[-1].seconds:.0f} s, busy {costs[-1].busy:.0f} s", flush=True)
        told(costs, asked.deals)


if __name__ == "__main__":
    main()
