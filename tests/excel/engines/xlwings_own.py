"""Run xlwings' tests for its engines on ours, and count how many pass, and why the others do not.

    python -m tests.excel.engines.xlwings_own SOURCES memory|calc

SOURCES is an unpacked source distribution of the installed xlwings (its wheel has no tests). It is not part of this project.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.excel.engines import calc, memory

FILES = (
    "test_engines/test_engines.py", "test_active.py", "test_app.py", "test_book.py", "test_chunking.py",
    "test_conversion.py", "test_converter_json.py", "test_names.py", "test_ndim.py", "test_polars.py", "test_range.py",
    "test_sheet.py", "test_table.py",
)  # fmt: skip
"""Test files about books, sheets, ranges, tables, names and conversion; others are about PRO engines, formats, shapes, pivots."""

LOOKS = (
    "color|font|border|align|wrap|width|height|autofit|style|hyperlink|note|comment|picture|chart|shape|merge|characters|"
    "number_format|to_pdf|to_html|print|page_setup|freeze|gridlines|filter|validation|conditional|pivot|sort|copy|paste|move"
)
WHY = (
    (
        r"requires|unsupported by|calamine engine|macOS|unhandled engine|not installed",
        "",
        "not for this engine or system",
    ),
    ("", LOOKS, "looks, printing, objects on a sheet: the product asks for none"),
    (r"^NotImplementedError|has no attribute|has no setter", "", "a call that the product never makes"),
    ("", "scope|names_|name_local|name_refers|scoped", "names of one sheet alone: our workbooks have none"),
    (
        "",
        "show_headers|header_row|body_range|insert_row_range|source_headers",
        "tables without a row of headers: ours have one",
    ),
    (
        "",
        "_cell|_column|_row|_shift",
        "cells deleted or inserted sideways, whole rows and columns: the product does not",
    ),
    ("", "TestPandas", "expects an older pandas than is installed"),
    ("", "test_calculation_calculate", "formulas in memory are not computed"),
    (
        "",
        "converter_json|datetime|formula2",
        "LibreOffice: truth values are numbers, dates stay dates, functions as typed",
    ),
)
"""Patterns for the message and the name of a test, and why it does not count against the engine; the first match applies."""


class Counting:
    """A pytest plugin that records the outcome of every test, and the reason."""

    def __init__(self) -> None:
        self.ended = Counter[str]()
        self.reasons = Counter[str]()
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self.ended[report.outcome] += 1
            if not report.passed:
                self.reasons[_reason(report)] += 1
            if report.failed:
                self.failed.append(f"{_reason(report)} | {report.nodeid.rpartition('/')[2]}: {_last(report)}")


def _last(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message if crash else report.longrepr).splitlines()[0][:160]


def _reason(report: Any) -> str:
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else _last(report))
    name = report.nodeid.rpartition("/")[2]
    fits = (why for says, called, why in WHY if re.search(says, reason) and re.search(called, name))
    return next(fits, "answers otherwise") if report.failed else WHY[0][2]


def _options(tests: Path) -> list[str]:
    plain = ["-p", "no:cacheprovider", "-p", "no:warnings", "-p", "no:xdist", "-q", "--no-header", "--tb=no"]
    own = ["-c", str(tests / "pytest.ini"), "-o", "addopts=", f"--rootdir={tests}", "--import-mode=importlib"]
    return [*plain, *own, "--continue-on-collection-errors"]


def run(sources: Path, engine: str) -> Counting:
    """Run the tests in *sources* on one of our engines."""
    counting = Counting()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        tests = Path(shutil.copytree(sources / "tests", Path(folder) / "tests_of_xlwings"))
        os.environ["XLWINGS_ENGINE"] = "excel"
        office = None
        if engine == "calc":
            office = calc.Office(Path(folder))
            calc.use(office)
        else:
            memory.use()
        try:
            pytest.main([*(str(tests / file) for file in FILES), *_options(tests)], plugins=[counting])
        finally:
            if office:
                office.stop()
    return counting


if __name__ == "__main__":
    counted = run(Path(sys.argv[1]), sys.argv[2])
    print(f"xlwings {xw.__version__} on {sys.argv[2]}: {dict(counted.ended)}")
    for reason, times in counted.reasons.most_common():
        print(f"{times:5} {reason}")
    if "-v" in sys.argv:
        print(*counted.failed, sep="\n")
