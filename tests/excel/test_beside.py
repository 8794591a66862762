"""Missing sheets and names of an open workbook are reported as in the closed one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.examples import dear_languages
from tests.excel.engines.memory import open_in_memory
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 5, 4)
GONE = ("missing_sheet", "missing_name")


@pytest.fixture(params=dear_languages("zh"))
def changed(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[list[str], list[str]], Path]:
    """Return a function that makes a workbook without some names and without sheets to which others refer."""

    def make(names: list[str], pointed_at: list[str]) -> Path:
        language: Language = request.param
        path = tmp_path / "book.xlsx"
        new_workbook(path, language)
        book = load_workbook(path)
        for name in pointed_at:
            del book[book.defined_names[name].attr_text.rpartition("!")[0].strip("'")]
        for name in names:
            del book.defined_names[name]
        book.save(path)
        return path

    return make


def test_open_and_closed_workbook_have_the_same_findings(changed: Callable[[list[str], list[str]], Path]) -> None:
    names = ["Card_won_value", "IsCohort"]
    path = changed(names, ["GroupValues"])
    closed, opened = (
        sorted((fault.rule, fault.message) for fault in book.read(TODAY).cell_findings if fault.rule in GONE)
        for book in (ClosedBook(path), OpenBook(open_in_memory(path)))
    )
    # the closed book also reports each name that referred to the sheet
    named = [
        finding for finding in closed if finding[0] == "missing_sheet" or any(name in finding[1] for name in names)
    ]
    assert named == opened
    assert [rule for rule, _ in opened] == ["missing_name", "missing_name", "missing_sheet"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_complete_open_workbook_misses_nothing(tmp_path: Path, language: Language) -> None:
    path = tmp_path / "book.xlsx"
    new_workbook(path, language)
    assert not [fault for fault in OpenBook(open_in_memory(path)).read(TODAY).cell_findings if fault.rule in GONE]
