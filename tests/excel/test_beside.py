"""Missing sheets and names of an open workbook are reported as in the closed one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.excel.engines.memory import open_in_memory
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.new_stores import new_workbook

TODAY = date(2026, 5, 4)
GONE = ("missing_sheet", "missing_name")


@pytest.fixture(params=LANGUAGES)
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


@pytest.mark.parametrize(
    ("names", "pointed_at", "rule"),
    [
        ([], [], ""),
        (["Card_won_value", "IsCohort"], [], "missing_name"),
        ([], ["GroupValues"], "missing_sheet"),  # the closed book also reports each name that referred to the sheet
    ],
)
def test_open_and_closed_workbook_have_the_same_findings(
    names: list[str], pointed_at: list[str], rule: str, changed: Callable[[list[str], list[str]], Path]
) -> None:
    path = changed(names, pointed_at)
    closed, opened = (
        sorted((fault.rule, fault.message) for fault in book.read(TODAY).cell_findings if fault.rule in GONE)
        for book in (ClosedBook(path), OpenBook(open_in_memory(path)))
    )
    assert [finding for finding in closed if finding[0] == rule] == opened
    assert len(opened) == len(names) + len(pointed_at)
