"""Read, change and save a big workbook with this library and with others, in one run.

python benchmarks/store.py [--rows N] [--runs N] [--only LIBRARY …]     side by side, as ratios to openpyxl
python benchmarks/store.py --scale [ROWS …]                             this library alone, at increasing sizes

The others need the group `benchmarks`. On a busy machine, compare the column "busy": CPU time instead of wall time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from big_book import make
from measure import ROOT, Cost, cost, side_by_side
from store_by import LIBRARIES

AGAINST = "openpyxl"


def command(library: str, book: Path, folder: Path) -> Sequence[str]:
    """Return the command that updates a fresh copy of *book* with *library*."""
    copy = folder / f"copy{book.suffix}"
    shutil.copy(book, copy)
    return [sys.executable, str(ROOT / "benchmarks" / "store_by.py"), library, str(copy)]


def compare(rows: int, runs: int, libraries: Sequence[str], folder: Path) -> None:
    """Measure the libraries side by side."""
    book = folder / "book.xlsx"
    make(book, rows)
    size = book.stat().st_size / 2**20
    contenders: dict[str, Callable[[], Sequence[str]]] = {
        name: lambda name=name: command(name, book, folder) for name in libraries
    }
    title = f"{rows:,} rows of 30 columns ({size:.1f} MiB): read, change 5 %, append 1,000, save"
    side_by_side(title, runs, contenders, AGAINST if AGAINST in libraries else libraries[-1])
    print("\nWhere our time goes, and the bare save, in seconds:\n")
    for name in ("ours", "bare"):
        done = subprocess.run(command(name, book, folder), cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
        print(f"{name}: {', '.join(done.stderr.splitlines())}")
    print(f"load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "")


def scale(sizes: Sequence[int], folder: Path) -> None:
    """Print the cost of a row for tables of increasing size."""
    print("| rows | seconds | busy | peak MiB | busy µs a row |\n|---:|---:|---:|---:|---:|")
    for rows in sizes:
        book = folder / "book.xlsx"
        make(book, rows)
        took: Cost = cost(command("ours", book, folder))
        per_row = took.busy / rows * 1e6
        print(f"| {rows:,} | {took.seconds:.2f} | {took.busy:.2f} | {took.mebibytes:.0f} | {per_row:.1f} |", flush=True)


def main() -> None:
    """Run the benchmark with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", nargs="+", choices=list(LIBRARIES), default=list(LIBRARIES))
    parser.add_argument("--scale", nargs="*", type=int)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.scale is not None:
            scale(options.scale or [10_000, 100_000, 1_000_000], Path(folder))
        else:
            compare(options.rows, options.runs, options.only, Path(folder))


if __name__ == "__main__":
    main()
