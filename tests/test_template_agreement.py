"""The template as teams use it: filled, queried, updated. Each metric cell is checked three ways: the cached value that our run
wrote, the value that LibreOffice computes from the live formula, and the value that Python returns."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.examples import SCALE, dear_languages
from tests.libreoffice import LibreOffice
from tests.metrics.agreement import disagreements, read_cached_values
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.demo.demo_words import read_demo_words
from xl_salesflow.cli.demo.demo_workbook import make_day_of_work
from xl_salesflow.engine import Run, recompute_formula_columns, run_steps
from xl_salesflow.locale.texts import Language
from xl_salesflow.metrics.metric_cell_values import SheetValues, compute_sheet_values
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.choice_lists import LISTS, choice_label
from xl_salesflow.verbs import bring_in, update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

NOW = datetime.now().replace(microsecond=0)  # the sheets use TODAY()
RUN = Run("test", NOW)
USUAL = (
    "everything",
    "one channel, cohort, entered, a past day",
    "a plan of its own",
    "products compared",
    "a period then, one channel",
)
CHINESE = ("everything", "a plan of its own")
"""The views of a normal run; the nightly one takes them all. tests/metrics compares every query with the same formulas."""
TABLES = {
    "Metrics", "StageMetrics", "StageChanges", "TeamPlan", "TeamActivity", "Trend", "Groups", "Segments", "ForecastMonths",
    "PlanStages", "Leaks", "LossReasons", "Competitors", "Moves", "MoveValues",
    "Collections", "Receivables", "CashMonths", "Recurring", "RecurringMonths", "Commission",
}  # fmt: skip


def ago(days: int) -> date:
    return NOW.date() - timedelta(days=days)


def views(language: Language) -> dict[str, dict[str, Any]]:
    """Return the choices of a manager, by named cell."""
    cohort, entered = choice_label("reading", "cohort", language), choice_label("reach", "entered", language)
    owner, direct = read_demo_words(language).reps[0], LISTS["sales_channel"]["direct"].in_(language)
    quarter = {"PeriodFromInput": ago(120), "PeriodToInput": ago(30)}
    return {
        "everything": {},
        "a past day": {"AsOfInput": ago(60)},
        "a period": quarter,
        "a cohort": {**quarter, "Reading": cohort},
        "one owner, really entered": {"ViewOwner": owner, "Reach": entered},
        "one channel, cohort, entered, a past day": {
            **quarter, "ViewChannel": direct, "Reading": cohort, "Reach": entered, "AsOfInput": ago(20),
        },
        "a plan of its own": {"PlanTarget": 1_250_000.5, "PlanBy": ago(-200), "ViewOwner": owner},
        "products compared": {
            "GroupBy": choice_label("group", "product", language), "SegmentA": read_demo_words(language).products[0][0],
            "SegmentB": read_demo_words(language).products[1][0], "AsOfInput": ago(45),
        },
        "a week ago": {"CompareInput": ago(7)},
        "a period then, one channel": {**quarter, "ViewChannel": direct, "CompareInput": ago(45)},
        "nobody": {"ViewOwner": "Nobody"},
    }  # fmt: skip


def filled(path: Path, language: Language) -> Path:
    """Make a workbook with a hundred deals over more than a year, and a day's work on them."""
    new_workbook(path, language, "crm")
    book = ClosedBook(path)
    empty = book.read(NOW.date())
    book.write(bring_in(empty, generate_pipeline(empty, 100), RUN))
    pipeline = book.read(NOW.date())
    work = make_day_of_work(pipeline)
    book.write(run_steps(pipeline, (lambda _: work,), "demo", RUN))
    return path


def asked(source: Path, path: Path, cells: dict[str, Any]) -> SheetValues:
    """Set *cells* in a copy of *source*, update it, and return the values that Python computes for its sheets."""
    workbook = Workbook.open(source)
    for name, value in cells.items():
        workbook.set_name(name, value)
    with path.open("wb") as file:
        workbook.write_to(file)
    book = ClosedBook(path)
    book.write(update(book.read(NOW.date()), RUN))
    return compute_sheet_values(recompute_formula_columns(book.read(NOW.date())))


@pytest.mark.slow
@pytest.mark.parametrize("language", dear_languages("en"))
def test_live_formula_cached_value_and_python_agree(
    language: Language, libreoffice: LibreOffice, tmp_path: Path
) -> None:
    source = filled(tmp_path / "source.xlsx", language)
    usual = USUAL if language == "en" else CHINESE
    asks = {view: cells for view, cells in views(language).items() if SCALE > 1 or view in usual}
    books = {view: tmp_path / f"{number}.xlsx" for number, view in enumerate(asks)}
    expected = {view: asked(source, books[view], cells) for view, cells in asks.items()}
    live = dict(zip(asks, libreoffice.read_values(list(books.values())), strict=True))
    compared, wrong = Counter[str](), []
    for view, book in books.items():
        for shown, values in (("cached", read_cached_values(book)), ("live", live[view])):
            count, differ = disagreements(book, values, expected[view])
            compared[shown] += count
            wrong += [f"{view}, {shown}: {line}" for line in differ]
    print(f"{language}: {compared['live']} live and {compared['cached']} cached values compared with Python")
    assert wrong == []
    assert set(expected["everything"].tables) == TABLES
    assert compared["live"] == compared["cached"] > 1000 * len(asks)
