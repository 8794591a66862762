"""A filled workbook for pressing buttons, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import xlwings as xw

from tests.demos import make_once
from tests.excel.engines import com, memory, web
from tests.excel.engines.calc import Office
from tests.excel.open_desk import OpenDesk, laid
from xl_salesflow.cli.demo.demo_pipeline import generate_pipeline
from xl_salesflow.cli.demo.demo_workbook import make_day_of_work
from xl_salesflow.engine import Run, run_steps
from xl_salesflow.excel.button_context import ButtonContext
from xl_salesflow.locale.texts import Language
from xl_salesflow.verbs import bring_in, update
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

NOW = datetime(2026, 3, 2, 9, 0, 0)
RUN = Run("Ann", NOW)


def filled(path: Path, language: Language) -> Path:
    """Make a workbook with sixty deals, a morning's work and the first update."""
    new_workbook(path, language)
    book = ClosedBook(path)
    empty = book.read(NOW.date())
    book.write(bring_in(empty, generate_pipeline(empty, 60, since_days=120), RUN))
    before = book.read(NOW.date())
    work = make_day_of_work(before)
    book.write(run_steps(before, (lambda _: work,), "demo", RUN))
    book.write(update(book.read(NOW.date()), RUN))
    return path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Language], Path]:
    """Return a function from a language to a workbook with sixty deals, a morning's work and the first update."""

    def make(language: Language) -> Path:
        name = f"team-{language}.xlsx"
        return make_once(tmp_path_factory, f"open-{language}", lambda folder: filled(folder / name, language)) / name

    return make


@pytest.fixture
def workbook(made: Callable[[Language], Path], tmp_path: Path) -> Callable[[Language], Path]:
    """Return a function from a language to a copy of that workbook."""
    return lambda language: Path(shutil.copy(made(language), tmp_path / f"team-{language}.xlsx"))


@pytest.fixture
def desk(tmp_path: Path) -> OpenDesk:
    """Return a person at an open workbook, in memory, with the rows of the contract."""
    return laid(tmp_path / "book.xlsx")


@pytest.fixture(scope="session")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Return a running LibreOffice for each worker."""
    office = Office(tmp_path_factory.mktemp("calc"))
    yield office
    office.stop()


@pytest.fixture(autouse=True)
def _a_new_application() -> Iterator[None]:
    """Reset the application in memory before each test."""
    yield
    for engine in (memory.ENGINE, web.ENGINE):
        engine.apps.running[0].__init__(engine)  # type: ignore[misc]
    com.APPLICATIONS.clear()
    if hasattr(xw.Book, "_mock_caller"):
        del xw.Book._mock_caller


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Set the time to the morning of the workbook, a minute later at every press, and do not open documents."""
    return in_the_morning_of(monkeypatch)


def in_the_morning_of(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Set the time of presses to that morning; return the list of documents that they would open."""
    opened: list[Path] = []
    init, minutes = ButtonContext.__init__, count()

    def in_the_morning(self: ButtonContext, *arguments: Any, **named: Any) -> None:
        if len(arguments) < 4:  # no time is given
            named.setdefault("now", NOW.replace(hour=10) + timedelta(minutes=next(minutes)))
        init(self, *arguments, **named)

    monkeypatch.setattr(ButtonContext, "__init__", in_the_morning)
    monkeypatch.setattr(ButtonContext, "open_file", lambda self, file: opened.append(file))
    monkeypatch.setenv("SALESFLOW_USER", "Ann")
    return opened
