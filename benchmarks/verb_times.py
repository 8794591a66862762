"""Compare the CPU time of the verbs with another checkout, such as the commit before:

    git worktree add ../before HEAD~1
    python benchmarks/verb_times.py --before ../before [--runs N] [--book BOOK --today D]

On the workbook of the demo, or on copies of BOOK. The two run each verb in turn; the least of their times is given.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEW = "new.xlsx"
BOOK = "salesflow-demo.xlsx"

VERBS: dict[str, tuple[str, ...]] = {
    "--help": ("--help",),
    "init": ("init", NEW),
    "update, a new workbook": ("update", NEW),
    "update": ("update", BOOK),
    "update again": ("update", BOOK),
    "check": ("check", BOOK),
    "funnel --json": ("funnel", BOOK, "--json"),
    "followups": ("followups", BOOK),
    "quote": ("quote", BOOK, "--status", "sent"),
}


def busy(checkout: Path, folder: Path, arguments: tuple[str, ...]) -> float:
    """Return the CPU seconds of one command of *checkout*, run in *folder*, with all its children."""
    before = os.times()
    run = subprocess.run(
        [sys.executable, "-m", "xl_salesflow", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        check=False,
    )
    after = os.times()
    if run.returncode > 1:  # 1: a finding blocks
        raise SystemExit(f"{checkout}: {' '.join(arguments)}: {run.stderr.decode(errors='replace')}")
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Run the benchmark with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path, required=True, help="the checkout to compare with")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--book", type=Path, help="a workbook instead of the demo")
    parser.add_argument("--today", default="2026-07-01")
    options = parser.parse_args()
    checkouts = (options.before.resolve(), ROOT)
    least = {verb: [float("inf")] * len(checkouts) for verb in VERBS}
    with tempfile.TemporaryDirectory() as name:
        book = options.book
        if book is None:
            busy(ROOT, Path(name), ("demo", "demo", "--today", options.today))
            book = Path(name) / "demo" / BOOK
        for _ in range(options.runs):
            folders = [Path(tempfile.mkdtemp(dir=name)) for _ in checkouts]
            for folder in folders:
                shutil.copy(book, folder / BOOK)
            for verb, arguments in VERBS.items():
                dated = arguments if verb.startswith("-") else (*arguments, "--today", options.today)
                for at, (checkout, folder) in enumerate(zip(checkouts, folders, strict=True)):
                    least[verb][at] = min(least[verb][at], busy(checkout, folder, dated))
    print("| CPU s | before | now | ratio |\n|---|---:|---:|---:|")
    for verb, (before, now) in least.items():
        print(f"| `{verb}` | {before:.2f} | {now:.2f} | {now / before:.2f} |")


if __name__ == "__main__":
    main()
