"""Compare `salesflow update` with an openpyxl + pandas script: python benchmarks/update.py [DEALS …] [--runs N]"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from make_book import make
from measure import ROOT, side_by_side

DAY = "2026-07-01"  # the day after the workbook was made: all ages change, as on every morning
BY_HAND = "openpyxl + pandas"


def compare(source: Path, title: str, runs: int, folder: Path) -> None:
    """Update copies of *source* in both ways."""
    copy = folder / f"copy-{source.name}"

    def ours() -> Sequence[str]:
        shutil.copy(source, copy)
        return [sys.executable, "-m", "xl_salesflow", "update", str(copy), "--today", DAY]

    def by_hand() -> Sequence[str]:
        shutil.copy(source, copy)
        return [sys.executable, str(ROOT / "benchmarks" / "update_by_hand.py"), str(copy), DAY]

    side_by_side(title, runs, {"salesflow": ours, BY_HAND: by_hand}, BY_HAND)


def main() -> None:
    """Run the benchmark with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("deals", nargs="*", type=int, default=[8_800, 100_000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        for count in options.deals:
            book = Path(name) / f"made-{count}.xlsx"
            make(book, count)
            size = book.stat().st_size / 2**20
            compare(book, f"update of {count:,} deals with their history ({size:.1f} MiB)", options.runs, Path(name))


if __name__ == "__main__":
    main()
