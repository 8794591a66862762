"""Measure how long LibreOffice takes to recalculate the managers' sheets, and Python for the same numbers.

python benchmarks/recalculate.py [DEALS …] [--slowest N] [--keep FOLDER]

Each query is entered in the cells that a manager would use, with the workbook open; loading is not counted. The CPU seconds are
those of all threads of LibreOffice together; on a busy machine they are the more meaningful figure.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from make_book import make
from office import Office

from xl_salesflow.cli.demo.demo_words import read_demo_words
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import recompute_formula_columns
from xl_salesflow.metrics.metric_cell_values import compute_sheet_values
from xl_salesflow.metrics.metric_sheets import METRIC_ROW_KEYS
from xl_salesflow.schema.choice_lists import LISTS
from xl_salesflow.schema.named_values import ALL_VALUES_LABEL
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.closed_book import ClosedBook

TODAY = date.today()
EMPTY, ALL = "", ALL_VALUES_LABEL.in_("en")
OWNER, CHANNEL = read_demo_words("en").reps[0], LISTS["sales_channel"]["direct"].in_("en")
QUESTIONS: dict[str, dict[str, Any]] = {
    "as of a past day": {"AsOfInput": TODAY - timedelta(days=200)},
    "as of another past day": {"AsOfInput": TODAY - timedelta(days=260)},
    "as of today again": {"AsOfInput": EMPTY},
    "one owner": {"ViewOwner": OWNER},
    "one channel too": {"ViewChannel": CHANNEL},
    "everybody again": {"ViewOwner": ALL, "ViewChannel": ALL},
    "a quarter": {"PeriodFromInput": TODAY - timedelta(days=290), "PeriodToInput": TODAY - timedelta(days=200)},
    "created in it": {"Reading": "Created in the period"},
    "really entered": {"Reach": "Really entered"},
}
"""The queries to run one after the other: name → values by named cell."""


class Spent(NamedTuple):
    """Wall time and the CPU time of LibreOffice, in seconds."""

    wall: float
    busy: float


def timed(office: Office, work: Callable[[], object]) -> Spent:
    """Run *work* and return the time it took."""
    wall, busy = time.perf_counter(), office.busy()
    work()
    return Spent(time.perf_counter() - wall, office.busy() - busy)


def measured(office: Office, book: Path) -> dict[str, Spent]:
    """Run every query on *book*."""
    opened: list[Any] = []
    spent = {"(loading)": timed(office, lambda: opened.append(office.open(book)))}
    document = opened[0]
    spent["everything"] = timed(office, document.calculateAll)
    for question, cells in QUESTIONS.items():
        spent[question] = timed(office, lambda cells=cells: _ask(document, cells))  # type: ignore[misc]
    document.close(True)
    return spent


def _ask(document: Any, cells: dict[str, Any]) -> None:
    document.addActionLock()
    document.enableAutomaticCalculation(False)
    for name, value in cells.items():
        cell = document.NamedRanges.getByName(name).getReferredCells().getCellByPosition(0, 0)
        if isinstance(value, date):
            cell.Value = (value - date(1899, 12, 30)).days
        else:
            cell.String = value
    document.calculate()
    document.removeActionLock()


def slowest(office: Office, book: Path, count: int) -> None:
    """Measure each formula cell by itself and print the slowest."""
    document = office.open(book)
    document.calculateAll()
    document.enableAutomaticCalculation(False)
    found = []
    for place, cell in formula_cells(document):
        spent = timed(office, lambda cell=cell: _again(document, cell))  # type: ignore[misc]
        found.append((spent.busy, spent.wall, place))
    print(f"\n{len(found)} formulas, {sum(busy for busy, *_ in found):.2f} s one by one\n")
    for busy, wall, place in sorted(found, reverse=True)[:count]:
        print(f"{busy:8.3f} {wall:8.3f}  {place}")
    document.close(True)


def _again(document: Any, cell: Any) -> None:
    if cell.ArrayFormula:
        cell.setArrayTokens(cell.getArrayTokens())
    else:
        cell.setTokens(cell.getTokens())
    document.calculate()


def formula_cells(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield every formula cell of the metric tables with its table, row and column."""
    for name in METRIC_ROW_KEYS:
        area = document.DatabaseRanges.getByName(name).DataArea
        sheet = document.Sheets.getByIndex(area.Sheet)
        for row in range(area.StartRow + 1, area.EndRow + 1):
            key = sheet.getCellByPosition(area.StartColumn, row).String
            for offset, column in enumerate(TABLES[name].columns):
                cell = sheet.getCellByPosition(area.StartColumn + offset, row)
                if column.is_formula and cell.Formula.startswith(("=", "{=")):
                    yield f"{name} {key} {column.id}", cell


def python(book: Path) -> tuple[Pipeline, dict[str, float]]:
    """Return the CPU seconds by query that Python takes for all cells of the same sheets, and the pipeline."""
    pipeline = recompute_formula_columns(ClosedBook(book).read(TODAY))
    past = replace(pipeline, query=replace(pipeline.query, as_of=TODAY - timedelta(days=200)))
    owner = replace(pipeline, query=replace(pipeline.query, filters={"owner": OWNER}))
    spent = {}
    for question, queried in {"everything": pipeline, "as of a past day": past, "one owner": owner}.items():
        best = min(_seconds(queried) for _ in range(3))
        spent[question] = best
    return pipeline, spent


def _seconds(pipeline: Pipeline) -> float:
    start = time.process_time()
    compute_sheet_values(pipeline)
    return time.process_time() - start


def report(count: int, book: Path, office: Office) -> None:
    """Print the times for *book*."""
    pipeline, ours = python(book)
    stays = len(pipeline["History"])
    size = book.stat().st_size / 2**20
    print(f"\n{count:,} deals, {stays:,} stage stays, {size:.0f} MiB\n")
    print("| | LibreOffice: wall s | busy s | Python s |\n|---|---:|---:|---:|")
    for question, spent in measured(office, book).items():
        own = f"{ours[question]:.2f}" if question in ours else ""
        print(f"| {question} | {spent.wall:.2f} | {spent.busy:.2f} | {own} |", flush=True)


def main() -> None:
    """Run the benchmark with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("deals", nargs="*", type=int, default=[10_000, 30_000, 100_000])
    parser.add_argument("--slowest", type=int, default=0, help="measure each formula by itself and print the N slowest")
    parser.add_argument("--keep", type=Path, help="a folder in which to keep the workbooks for the next run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        for count in options.deals:
            book = folder / f"deals-{count}.xlsx"
            if not book.exists():
                make(book, count)
            office = Office(Path(name) / f"office-{count}")
            try:
                if options.slowest:
                    slowest(office, book, options.slowest)
                else:
                    report(count, book, office)
            finally:
                office.stop()


if __name__ == "__main__":
    main()
