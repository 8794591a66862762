"""Measure the overhead of pressing a button: the import of the buttons, and the number of calls for reading and writing.

python benchmarks/buttons.py [DEALS …]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.excel.engines.memory import open_in_memory
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.engine import Run
from xl_salesflow.excel.deal_buttons import make_move_changes
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.verbs import bring_in
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 3, 2)


def imported(*modules: str) -> float:
    """Return the CPU seconds that a new Python process takes to import *modules*, the best of five runs."""
    program = (
        f"import time; start = time.process_time(); import {', '.join(modules)}; print(time.process_time() - start)"
    )
    return min(float(subprocess.check_output([sys.executable, "-c", program], cwd=ROOT)) for _ in range(5))


def calls(deals: int, folder: Path) -> tuple[int, int, float, float]:
    """Return calls and CPU seconds for reading a whole workbook with *deals* deals, and for judging one deal."""
    path = folder / f"{deals}.xlsx"
    new_workbook(path, "en")
    closed = ClosedBook(path)
    empty = closed.read(TODAY)
    run = Run("benchmark", datetime(2026, 3, 2, 9))
    closed.write(bring_in(empty, generate_pipeline(empty, deals, since_days=120), run))
    book = open_in_memory(path)
    counted, start = book.impl.grid.calls, time.process_time()
    counted.clear()
    pipeline = OpenBook(book).read(TODAY)
    whole, seconds = counted.total(), time.process_time() - start
    deal = str(pipeline["Deals"].query("outcome == 'open'")["deal"].iloc[0])
    counted.clear()
    start = time.process_time()
    narrow = OpenBook(book).read_as_needed(TODAY, deal)
    make_move_changes(narrow, deal, {}, "explain", run)
    return whole, counted.total(), seconds, time.process_time() - start


if __name__ == "__main__":
    bare, buttons = imported("pandas"), imported("xl_salesflow.excel.buttons")
    print(f"import: pandas {bare:.2f} s, the buttons {buttons:.2f} s, without pandas {buttons - bare:.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        for deals in map(int, sys.argv[1:] or ("100", "1000", "5000")):
            whole, narrow, all_seconds, one_seconds = calls(deals, Path(folder))
            print(
                f"{deals} deals: everything {whole} calls, {all_seconds:.2f} s; one deal {narrow} calls, {one_seconds:.2f} s"
            )
