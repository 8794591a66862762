"""Compare `salesflow import` with a pandas + openpyxl script: python benchmarks/imports.py [DEALS …] [--runs N]

The list of deals is made up, in the format of a CRM's export, and is imported as CSV and as a workbook.
"""

from __future__ import annotations

import argparse
import csv
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import openpyxl
from measure import ROOT, side_by_side

DAY = date(2026, 7, 1)
BY_HAND = "pandas + openpyxl"
HEADERS = (
    "Opportunity ID",
    "Opportunity Name",
    "Account Name",
    "Owner",
    "Stage",
    "Amount",
    "Created Date",
    "Close Date",
)
STAGES = ("Prospecting", "Qualification", "Proposal", "Won", "Lost")


def listed(count: int) -> Iterator[tuple[str, ...]]:
    """Yield the headers and *count* deals as text."""
    yield HEADERS
    chance = random.Random(count)
    for number in range(1, count + 1):
        created = DAY - timedelta(days=chance.randint(30, 400))
        stage = chance.choice(STAGES)
        closed = created + timedelta(days=chance.randint(1, 29)) if stage in ("Won", "Lost") else ""
        yield (
            f"O-{number:06}", f"Opportunity {number}", f"Account {chance.randint(1, count // 8 + 1)}",
            f"Rep {chance.randint(1, 12)}", stage, str(chance.randint(100, 100_000)), str(created), str(closed),
        )  # fmt: skip


def as_csv(path: Path, count: int) -> Path:
    """Write the list as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(listed(count))
    return path


def as_workbook(path: Path, count: int) -> Path:
    """Write the list as a workbook."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Opportunities")
    for row in listed(count):
        sheet.append(row)
    book.save(path)
    return path


def compare(source: Path, title: str, runs: int, book: Path) -> None:
    """Import *source* into fresh copies of the template in both ways."""

    def fresh() -> None:
        shutil.copy(ROOT / "workbook_template.xlsx", book)

    def ours() -> Sequence[str]:
        fresh()
        source.with_name(f"{source.stem}.map.toml").unlink(missing_ok=True)
        command = [sys.executable, "-m", "xl_salesflow", "import", str(book), str(source)]
        return [*command, "--yes", "--as-history", "--today", str(DAY)]

    def by_hand() -> Sequence[str]:
        fresh()
        return [sys.executable, str(ROOT / "benchmarks" / "imports_by_hand.py"), str(book), str(source), str(DAY)]

    side_by_side(title, runs, {"salesflow": ours, BY_HAND: by_hand}, BY_HAND)


def main() -> None:
    """Run the benchmark with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("deals", nargs="*", type=int, default=[8_800, 44_000])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    for count in options.deals:
        for make, name in ((as_csv, "deals.csv"), (as_workbook, "deals.xlsx")):
            with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as elsewhere:
                source = make(Path(folder) / name, count)
                compare(source, f"import of {count:,} deals from {name}", options.runs, Path(elsewhere) / "book.xlsx")


if __name__ == "__main__":
    main()
