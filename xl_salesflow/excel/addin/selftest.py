"""The automatic part of the checklist, inside a real Excel: a workbook is made, buttons are pressed, the result is a sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import xlwings as xw

from xl_salesflow import flow
from xl_salesflow.demo.generate import generated
from xl_salesflow.errors import SalesflowError
from xl_salesflow.excel import buttons
from xl_salesflow.excel.book import OpenBook
from xl_salesflow.excel.cells import given
from xl_salesflow.excel.desk import Desk
from xl_salesflow.excel.quiet import refusals
from xl_salesflow.model.frames import frame
from xl_salesflow.model.plan import Append, Plan
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.sheets import new_workbook
from xl_salesflow.workbook import ClosedBook

SHEET = "Selftest"
_TRICKY = "=1+1"


def make(path: Path, language: Language, now: datetime) -> Path:
    """Make the workbook that the test works in."""
    new_workbook(path, language)
    book = ClosedBook(path)
    empty = book.read(now.date())
    book.write(flow.bring_in(empty, generated(empty, 30, since_days=120), flow.Run("selftest", now)))
    return path


def in_excel(path: Path, language: Language, now: datetime) -> list[tuple[str, bool, str]]:
    """Make a workbook at *path*, open it in this computer's Excel and go through every step; it stays open to be looked at."""
    return run(xw.Book(str(make(path, language, now))), now, language)


def run(book: xw.Book, now: datetime, language: Language = "en") -> list[tuple[str, bool, str]]:
    """Go through every step in *book*, open in Excel; write name, outcome and words to the sheet Selftest and return them."""
    steps: list[tuple[str, bool, str]] = []
    stops: tuple[type[Exception], ...] = (SalesflowError, *refusals())
    for name, step in STEPS.items():
        try:
            problem = step(book, now, language)
        except stops as error:
            problem = str(error)
        steps.append((name, not problem, problem or "well"))
    _report(book, steps)
    return steps


def _reads(book: xw.Book, now: datetime, language: Language) -> str:
    pipeline = OpenBook(book).read(now.date())
    if len(pipeline["Deals"]) != 30:
        return f"{len(pipeline['Deals'])} deals were read, not 30"
    # a formula that this Excel spells in a way of its own would be taken for another one
    return pipeline.faults[0].message if pipeline.faults else ""


def _appends(book: xw.Book, now: datetime, language: Language) -> str:
    open_ = OpenBook(book)
    before = open_.read(now.date())
    added = frame(TABLES["Deals"], [{"deal": "D-SELFTEST", "name": _TRICKY, "amount": 1000.0}])
    open_.write(Plan(appends=(Append("Deals", added, "selftest"),)))
    after = OpenBook(book).read(now.date())
    row = after["Deals"].iloc[-1]
    if len(after["Deals"]) != len(before["Deals"]) + 1 or row["name"] != _TRICKY:
        return "a row that was added does not read back as it was written"
    return "" if not after.faults else after.faults[0].message


def _keeps_still(book: xw.Book, now: datetime, language: Language) -> str:
    app = book.app
    return (
        "" if app.screen_updating and app.enable_events and app.calculation == "automatic" else "a switch was left off"
    )


def _agrees(book: xw.Book, now: datetime, language: Language) -> str:
    """Compare what Excel computes with what Python says."""
    book.app.calculate()
    pipeline = OpenBook(book).read(now.date())
    wanted = flow.funnel(pipeline).answer["metrics"]
    shown = dict(zip(pipeline["Metrics"]["metric"], pipeline["Metrics"]["value"], strict=True))
    off = [id for id, value in wanted.items() if value is not None and id in shown and abs(shown[id] - value) > 0.005]
    return f"Excel and Python differ in {', '.join(off)}" if off else ""


def _pressed(verb: str) -> Callable[[xw.Book, datetime, Language], str]:
    def press(book: xw.Book, now: datetime, language: Language) -> str:
        said = buttons.BUTTONS[verb](Desk(book, 0, language, now)).in_(language)
        return "" if said else f"{verb} said nothing"

    return press


STEPS: Mapping[str, Callable[[xw.Book, datetime, Language], str]] = {
    "read": _reads,
    "append": _appends,
    "switches": _keeps_still,
    "formulas": _agrees,
    **{f"button {verb}": _pressed(verb) for verb in ("check", "update", "followups", "funnel", "targets", "help")},
}


def _report(book: xw.Book, steps: list[tuple[str, bool, str]]) -> None:
    names = [sheet.name for sheet in book.sheets]
    sheet = book.sheets[SHEET] if SHEET in names else book.sheets.add(SHEET, after=book.sheets[names[-1]])
    rows = [["Step", "Outcome", "What it says"]]
    rows += [[name, "pass" if well else "FAIL", says] for name, well, says in steps]
    sheet.range((1, 1), (len(rows), 3)).value = [[given(cell) for cell in row] for row in rows]
    sheet.activate()
