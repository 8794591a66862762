"""Worksheet functions: a column in one call, the same texts in wizard and VBA, and no use in the template."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.excel.engines.memory import open_in_memory
from tests.parts import ROOT
from xl_salesflow.excel import udfs, worksheet_functions
from xl_salesflow.excel.addin_declarations import FUNCTION_ARGUMENTS, FUNCTION_DECLARATIONS, FUNCTION_PREFIX
from xl_salesflow.excel.open_book import OpenBook
from xl_salesflow.excel.worksheet_functions import WORKSHEET_FUNCTIONS, cannot_move, days_in_stage, next_stages
from xl_salesflow.locale.texts import Language

CALLS: list[tuple[str, list[list[Any]], list[Any]]] = [
    # function              columns                                                result
    ("bant_score",          [[3.0, 1.0, None], [3.0, None, None], [3.0, None, None], [2.0, None, None]], [93.3, 8.3, None]),
    ("bant_grade",          [[3.0, 1.0, None], [3.0, None, None], [3.0, None, None], [2.0, None, None]], ["A", "F", ""]),
    ("weighted_value",      [[100.05, 0.15, None, "x"], [0.5, 0.5, 0.5, 0.5]],     [50.03, 0.08, None, None]),
    ("win_rate",            [[3.0, 0.0, None], [1.0, 0.0, 4.0]],                   [0.75, None, 0.0]),
    ("amount_in_capitals",  [[120.5, 0.0, None, True]],                            ["壹佰贰拾元伍角", "零元整", "", ""]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "columns", "expected"), CALLS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_column_is_filled_in_one_call(name: str, columns: list[list[Any]], expected: list[Any]) -> None:
    assert getattr(worksheet_functions, name)(*columns) == expected
    blocks = ([[cell] for cell in column] for column in columns)
    assert getattr(udfs, f"{FUNCTION_PREFIX}{name}")("en", *blocks) == [[cell] for cell in expected]


def test_days_in_stage_counts_whole_days() -> None:
    days = days_in_stage([date(2026, 1, 1), None, "soon"], [date(2026, 1, 5)] * 3)
    assert days == [4, None, None]


def test_deals_are_looked_up_in_the_open_workbook(workbook: Callable[[Language], Path]) -> None:
    book = OpenBook(open_in_memory(workbook("en")))
    deals = book.read(date(2026, 3, 2))["Deals"]
    first = deals[deals["outcome"] == "open"]["deal"].iloc[0]
    following, unknown = next_stages([first, "nobody"], book)
    assert following.endswith("Won")
    assert unknown == ""
    reasons = cannot_move(list(deals["deal"][:5]), book)
    refused = list((deals["move_status"] == "refused")[:5])
    assert [bool(reason) for reason in reasons] == refused


def test_functions_match_their_description_in_the_wizard() -> None:
    assert {f"{FUNCTION_PREFIX}{function.__name__}" for function in WORKSHEET_FUNCTIONS} == set(FUNCTION_DECLARATIONS)
    for name, declared in FUNCTION_DECLARATIONS.items():
        assert tuple(inspect.signature(getattr(udfs, name)).parameters) == ("language", *declared.arguments)
        assert set(declared.arguments) <= set(FUNCTION_ARGUMENTS)


@pytest.mark.parametrize("template", ["workbook_template.xlsx", "workbook_template_zh.xlsx"])
def test_the_template_works_without_them(template: str) -> None:
    book = load_workbook(ROOT / template)
    used = {
        name
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("=")
        for name in FUNCTION_DECLARATIONS
        if f"{name}(" in cell.value.lower()
    }
    assert used == set()


def test_no_function_has_the_name_of_a_cell() -> None:
    """Excel looks for a name of the workbook first: =win_rate(3,1) is #REF! where win_rate is a cell."""
    names = {name.casefold() for name in load_workbook(ROOT / "workbook_template.xlsx").defined_names}
    assert names & {name.partition("_")[2] for name in FUNCTION_DECLARATIONS}, "the prefix is not there for nothing"
    assert names & set(FUNCTION_DECLARATIONS) == set()
    assert {name for name in FUNCTION_DECLARATIONS if not name.startswith(FUNCTION_PREFIX)} == set()
