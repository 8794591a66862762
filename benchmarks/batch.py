"""Compare `salesflow batch` with a loop of openpyxl + pandas: python benchmarks/batch.py [--books N] [--deals M]

Two workers, a local Dask cluster of two workers and one worker run the daily update of the same N workbooks of M deals (one
worker only for the first --alone of them); a script like update_by_hand.py does it for --sample of them in one process. Figures
are per workbook, ratios are relative to the script. Some workbooks are generated, the others are copies with different amounts,
so that no two are alike.

With --folder, the workbooks and the measurements are kept: a second call makes and measures only what is missing. A contender
that cannot be measured is reported, and the others continue.
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
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from make_book import make
from measure import ROOT

from xl_salesflow.ooxml.workbook_editor import Workbook

DAY = "2026-07-01"
KINDS = 5  # generated; the rest are copies with changes


@dataclass(frozen=True)
class Cost:
    """The cost of a run over *books* workbooks, and the memory in MiB of each worker after each workbook, in order."""

    name: str
    books: int
    seconds: float
    busy: float
    peak: float
    held: dict[str, list[float]]


def generate(folder: Path, books: int, deals: int) -> None:
    """Make *books* workbooks with *deals* deals, no two alike; existing ones are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds = min(KINDS, books)
    for number in range(books):
        target, half = folder / f"team-{number:04d}.xlsx", folder / "half-made.xlsx"
        if target.exists():
            continue
        if number < kinds:
            half.unlink(missing_ok=True)
            make(half, deals + number)
        else:
            workbook = Workbook.open(folder / f"team-{number % kinds:04d}.xlsx")
            workbook.set_column("Deals", "Amount", {2 + number % deals: 1000 + number})
            with half.open("wb") as file:
                workbook.write_to(file)
        half.replace(target)


def room(source: Path, books: int) -> None:
    """Exit with a message if the disk has no room for a copy of every workbook and for saving them."""
    needed = 2 * sum(book.stat().st_size for book in chosen(source, books))
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < needed:
        raise SystemExit(
            f"{tempfile.gettempdir()} has {free >> 20:,} MiB free; {needed >> 20:,} are needed (TMPDIR names another)."
        )


def chosen(source: Path, books: int) -> list[Path]:
    """Return the first *books* workbooks of *source*."""
    return sorted(source.glob("team-*.xlsx"))[:books]


def run(name: str, source: Path, books: int, command: list[str]) -> Cost:
    """Run *command* on a fresh copy of the first *books* workbooks of *source*."""
    with tempfile.TemporaryDirectory() as work:
        folder, out = Path(work, "books"), Path(work, "out.jsonl")
        folder.mkdir()
        for book in chosen(source, books):
            shutil.copy(book, folder)
        start = time.perf_counter()
        with out.open("wb") as file:
            environ = {**os.environ, "PYTHONPATH": str(ROOT)}
            process = subprocess.Popen([*command, str(folder)], cwd=work, stdout=file, env=environ)
            _, status, usage = os.wait4(
                process.pid, 0
            )  # covers the whole tree, since every process waits for its children
        seconds = time.perf_counter() - start
        if (code := os.waitstatus_to_exitcode(status)) not in (0, 1):
            raise RuntimeError(f"{name} ended with {code}")
        lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines() if line.startswith('{"at"')]
    held: dict[str, list[float]] = {}
    for line in lines:
        held.setdefault(line["worker"], []).append(line["mebibytes"])
    done = sum(not line["error"] for line in lines)
    if lines and done < books:
        raise RuntimeError(f"{name} did {done} of {books} workbooks; the first that failed: "
                           + next((line["says"] for line in lines if line["error"]), "not reported"))  # fmt: skip
    peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Cost(name, books, seconds, usage.ru_utime + usage.ru_stime, peak, held)


def batch(*more: str) -> list[str]:
    """Return the command line of a batch."""
    return [sys.executable, "-m", "xl_salesflow", "batch", "--json", "--today", DAY, *more]


def on_dask(folder: str) -> int:
    """Run a batch on a local cluster of two workers."""
    import dask
    from distributed import LocalCluster

    # its profiler records every second, for an hour, what a worker is doing: a mebibyte more with each workbook
    dask.config.set({"distributed.worker.profile.enabled": False})
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster:
        return subprocess.run([*batch("--cluster", cluster.scheduler_address), folder], check=False).returncode


def by_hand(folder: str) -> None:
    """Run the update with openpyxl and pandas, one workbook after the other."""
    from update_by_hand import main as update

    for book in sorted(Path(folder).iterdir()):
        update(str(book), DAY)


def report(costs: dict[str, Cost], deals: int) -> None:
    """Print the table, the scaling and the memory over time, as far as they were measured."""
    base = costs.get(SCRIPT)
    print(f"\n{deals:,} deals a workbook; load average {os.getloadavg()[0]:.1f} at the end\n")
    print("| | workbooks | s a workbook | busy s a workbook | wall ratio | busy ratio | largest process MiB |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for cost in costs.values():
        wall, busy = cost.seconds / cost.books, cost.busy / cost.books
        ratios = (
            [f"{base.seconds / base.books / wall:.1f} ×", f"{base.busy / base.books / busy:.1f} ×"]
            if base
            else ["", ""]
        )
        print(
            f"| {cost.name} | {cost.books:,} | {wall:.2f} | {busy:.2f} | {ratios[0]} | {ratios[1]} | {cost.peak:.0f} |"
        )
    if ONE in costs and TWO in costs:
        one, two = costs[ONE], costs[TWO]
        each = two.books / one.books
        clock, busy = each * one.seconds / two.seconds, two.busy / one.busy / each
        print(f"\nTwo workers: {clock:.2f} × as fast by wall time, with {busy:.2f} × the CPU time.")
        print(f"Cores in use: {one.busy / one.seconds:.2f} with one worker, {two.busy / two.seconds:.2f} with two.")
    for cost in costs.values():
        for worker, held in enumerate(cost.held.values(), 1):
            print(f"{cost.name}, worker {worker}: {_flat(held)}")


def _flat(held: list[float]) -> str:
    tenth = max(len(held) // 10, 1)
    tenths = [statistics.median(held[start : start + tenth]) for start in range(0, len(held), tenth)]
    return f"{len(held):,} workbooks, MiB for each tenth of them: " + " ".join(f"{one:.0f}" for one in tenths[:10])


ONE, TWO, DASK, SCRIPT = "one worker", "two workers", "Dask, two workers", "openpyxl + pandas"


def measure(source: Path, books: int, alone: int, sample: int, kept: Path | None) -> dict[str, Cost]:
    """Measure every contender that is not in the file *kept* yet; each result is written there immediately."""
    this = [sys.executable, str(Path(__file__).resolve())]
    contenders = {
        TWO: (books, batch("--jobs", "2")),
        DASK: (books, [*this, "--on-dask"]),
        ONE: (min(alone or books, books), batch("--jobs", "1")),
        SCRIPT: (min(sample, books), [*this, "--script"]),
    }
    lines = kept.read_text(encoding="utf-8").splitlines() if kept and kept.exists() else []
    known = {cost.name: cost for cost in (Cost(**json.loads(line)) for line in lines)}
    costs: dict[str, Cost] = {}
    for name, (count, command) in contenders.items():
        try:
            cost = known[name] if name in known and known[name].books == count else run(name, source, count, command)
        except (RuntimeError, OSError) as error:
            print(f"{name} is left out: {error}", flush=True)
            continue
        costs[name] = cost
        print(name, f"{cost.seconds:.0f} s, busy {cost.busy:.0f} s", flush=True)
        if kept and cost is not known.get(name):
            with kept.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(cost)) + "\n")
    return costs


def main() -> None:
    """Run the benchmark with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=int, default=1_000)
    parser.add_argument("--deals", type=int, default=1_000)
    parser.add_argument("--alone", type=int, default=0, help="number of them for one worker; default all")
    parser.add_argument("--sample", "--by-hand", type=int, default=10, help="number of them for openpyxl and pandas")
    parser.add_argument("--folder", type=Path, help="keep workbooks and figures here, and continue from there")
    parser.add_argument("--on-dask", metavar="FOLDER", help=argparse.SUPPRESS)
    parser.add_argument("--script", metavar="FOLDER", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.on_dask:
        raise SystemExit(on_dask(options.on_dask))
    if options.script:
        by_hand(options.script)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        source = folder / f"books-of-{options.deals}"
        generate(source, options.books, options.deals)
        size = sum(book.stat().st_size for book in chosen(source, options.books)) / 2**20
        print(f"{options.books:,} workbooks, {size:,.0f} MiB", flush=True)
        room(source, options.books)
        kept = folder / f"figures-{options.books}-of-{options.deals}.jsonl" if options.folder else None
        report(measure(source, options.books, options.alone, options.sample, kept), options.deals)


if __name__ == "__main__":
    main()
