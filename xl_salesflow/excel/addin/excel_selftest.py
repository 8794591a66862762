"""Run the automatic part of the checklist in a real Excel.

It makes a workbook, presses buttons, and writes the result of each step to the sheet Selftest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import xlwings as xw

from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.engine import Run
from xl_salesflow.errors import SalesflowError
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.excel.buttons import BUTTONS
from xl_salesflow.excel.excel_refusals import refusal_errors
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.open_tables import convert_for_excel
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import bring_in, funnel
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

SELFTEST_SHEET = "Selftest"
_FORMULA_LIKE_DEAL_NAME = "=1+1"


SelftestRows = Callable[[Pipeline], ChangeSet]
"""Fills the empty workbook with deals for testing the buttons."""


def make_selftest_book(path: Path, language: Language, now: datetime, make_rows: SelftestRows) -> Path:
    """Make the workbook for the test."""
    new_workbook(path, language)
    book = ClosedBook(path)
    empty = book.read(now.date())
    book.write(bring_in(empty, make_rows(empty), Run("selftest", now)))
    return path


def run_selftest_in_excel(
    path: Path, language: Language, now: datetime, make_rows: SelftestRows
) -> list[tuple[str, bool, str]]:
    """Make a workbook at *path*, open it in the installed Excel and run every step; the workbook stays open for inspection."""
    return run_selftest(xw.Book(str(make_selftest_book(path, language, now, make_rows))), now, language)


def run_selftest(book: xw.Book, now: datetime, language: Language = "en") -> list[tuple[str, bool, str]]:
    """Run every step in *book*, which is open in Excel; write and return name, result and message of each (sheet Selftest)."""
    steps: list[tuple[str, bool, str]] = []
    stops: tuple[type[Exception], ...] = (SalesflowError, *refusal_errors())
    for name, step in SELFTEST_STEPS.items():
        try:
            problem = step(book, now, language)
        except stops as error:
            problem = str(error)
        steps.append((name, not problem, problem or "well"))
    _write_selftest_sheet(book, steps)
    return steps


def _check_reading(book: xw.Book, now: datetime, language: Language) -> str:
    pipeline = OpenBook(book).read(now.date())
    if len(pipeline["Deals"]) != 30:
        return f"{len(pipeline['Deals'])} deals were read, not 30"
    # a formula that this Excel writes in its own way would be taken for a changed one
    return pipeline.cell_findings[0].message if pipeline.cell_findings else ""


def _check_appending(book: xw.Book, now: datetime, language: Language) -> str:
    open_ = OpenBook(book)
    before = open_.read(now.date())
    added = make_table_frame(
        TABLES["Deals"], [{"deal": "D-SELFTEST", "name": _FORMULA_LIKE_DEAL_NAME, "amount": 1000.0}]
    )
    open_.write(ChangeSet(appends=(Append("Deals", added, "selftest"),)))
    after = OpenBook(book).read(now.date())
    row = after["Deals"].iloc[-1]
    if len(after["Deals"]) != len(before["Deals"]) + 1 or row["name"] != _FORMULA_LIKE_DEAL_NAME:
        return "a row that was added does not read back as it was written"
    return "" if not after.cell_findings else after.cell_findings[0].message


def _check_app_state(book: xw.Book, now: datetime, language: Language) -> str:
    app = book.app
    return (
        "" if app.screen_updating and app.enable_events and app.calculation == "automatic" else "a switch was left off"
    )


def _check_computed_metrics(book: xw.Book, now: datetime, language: Language) -> str:
    """Compare the results of Excel with those of Python."""
    book.app.calculate()
    pipeline = OpenBook(book).read(now.date())
    expected = funnel(pipeline).answer.metrics
    computed = dict(zip(pipeline["Metrics"]["metric"], pipeline["Metrics"]["value"], strict=True))
    off = [
        metric_id
        for metric_id, value in expected.items()
        if value is not None and metric_id in computed and abs(computed[metric_id] - value) > 0.005
    ]
    return f"Excel and Python differ in {', '.join(off)}" if off else ""


def _make_press_step(verb: str) -> Callable[[xw.Book, datetime, Language], str]:
    def press(book: xw.Book, now: datetime, language: Language) -> str:
        message = BUTTONS[verb](ButtonContext(book, 0, language, now)).in_(language)
        return "" if message else f"{verb} returned no message"

    return press


SELFTEST_STEPS: Mapping[str, Callable[[xw.Book, datetime, Language], str]] = {
    "read": _check_reading,
    "append": _check_appending,
    "switches": _check_app_state,
    "formulas": _check_computed_metrics,
    **{
        f"button {verb}": _make_press_step(verb)
        for verb in ("check", "update", "followups", "funnel", "targets", "help")
    },
}


def _write_selftest_sheet(book: xw.Book, steps: list[tuple[str, bool, str]]) -> None:
    names = [sheet.name for sheet in book.sheets]
    sheet = (
        book.sheets[SELFTEST_SHEET]
        if SELFTEST_SHEET in names
        else book.sheets.add(SELFTEST_SHEET, after=book.sheets[names[-1]])
    )
    rows = [["Step", "Outcome", "What it says"]]
    rows += [[name, "pass" if well else "FAIL", message] for name, well, message in steps]
    sheet.range((1, 1), (len(rows), 3)).value = [[convert_for_excel(cell) for cell in row] for row in rows]
    sheet.activate()
