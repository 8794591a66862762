"""Positions of tables and columns: headers in either language, the user's own columns, missing names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from xl_salesflow.errors import MissingColumn, MissingTable, NotOurWorkbook
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.table_registry import TABLES, render_formula
from xl_salesflow.workbook.row_name_texts import render_row_name
from xl_salesflow.workbook.workbook_layout import find_workbook_layout


@dataclass(frozen=True)
class Found:
    """A table as found on a sheet."""

    name: str
    headers: Sequence[str]
    sheet: str = "Sheet"
    first_row: int = 2
    last_row: int = 9
    first_col: int = 1


def workbook(language: Language = "en", **changed: dict[str, str]) -> dict[str, Found]:
    """Return every declared table with the headers of *language*; *changed* renames some of one table."""
    tables = {}
    for name, table in TABLES.items():
        renamed = changed.get(name, {})
        headers = [column.header.in_(language) for column in table.columns]
        tables[name] = Found(name, [renamed.get(header, header) for header in headers])
    return tables


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheets_language_is_that_of_their_headers(language: Language) -> None:
    layout = find_workbook_layout("b.xlsx", workbook(language))
    assert layout.language == language
    assert layout.headers["Deals"]["amount"] == TABLES["Deals"].header("amount", language)


def test_headers_of_the_other_language_ids_case_and_blanks_are_found() -> None:
    changed = {"Amount": "金额", "Created": "created", "Stage": " STAGE ", "Furthest stage": "furthest"}
    headers = find_workbook_layout("b.xlsx", workbook(Deals=changed)).headers["Deals"]
    assert [headers[column_id] for column_id in ("amount", "created", "stage", "furthest")] == [
        "金额",
        "created",
        " STAGE ",
        "furthest",
    ]


def test_a_users_own_column_with_one_of_our_names_is_left_alone() -> None:
    tables = workbook()
    deals = tables["Deals"]
    tables["Deals"] = Found("Deals", ["furthest", "金额", *deals.headers])
    layout = find_workbook_layout("b.xlsx", tables)
    assert layout.headers["Deals"]["furthest"] == "Furthest stage"
    assert layout.headers["Deals"]["amount"] == "Amount"
    assert layout.table_places["Deals"].letters["deal"] == "C"


def test_table_names_are_found_in_any_case() -> None:
    tables = {name.upper(): Found(name.upper(), table.headers) for name, table in workbook().items()}
    assert find_workbook_layout("b.xlsx", tables).tables["Deals"].name == "DEALS"


def test_formulas_follow_renamed_headers_here_and_in_other_tables() -> None:
    renamed = {"Stages": {"Key": "键"}, "Products": {"Product": "产品"}, "Payments": {"Share": "比例"}}
    layout = find_workbook_layout("b.xlsx", workbook(**renamed))
    deals, lines, payments = TABLES["Deals"], TABLES["QuoteLines"], TABLES["Payments"]
    assert "Payments[[#This Row],[比例]]" in layout.formula(payments, payments["due_amount"])
    net = layout.formula(lines, lines["net"])
    assert "Products[产品]" in net
    assert "[[#This Row],[Quantity]]" in net
    letters = {column.id: "B" for column in deals.columns}
    assert "Stages[键]" in render_row_name("DealProbability", "Deals", letters, layout)


@pytest.mark.parametrize("language", LANGUAGES)
def test_formulas_are_the_declared_ones_if_nothing_was_renamed(language: Language) -> None:
    layout = find_workbook_layout("b.xlsx", workbook(language))
    for table in TABLES.values():
        for column in table.formulas:
            if column.formula:
                assert layout.formula(table, column) == render_formula(column.formula, language, table)


def test_a_workbook_without_our_tables_is_not_ours() -> None:
    with pytest.raises(NotOurWorkbook):
        find_workbook_layout("b.xlsx", {"Sales": Found("Sales", ["a"])})


@pytest.mark.parametrize(("new", "hint"), [("Team1", "now named Team1"), ("Zzz", "no table Team;")])
def test_a_missing_table_is_named(new: str, hint: str) -> None:
    tables = workbook()
    tables[new] = Found(new, tables.pop("Team").headers)
    with pytest.raises(MissingTable, match=hint):
        find_workbook_layout("b.xlsx", tables)


@pytest.mark.parametrize(
    ("language", "header", "new", "hint"),
    [
        ("en", "Expected close", "Expected closing", "“Expected close”; is it the one now headed “Expected closing”"),
        ("zh", "预计成交日", "预计成交日期", "“预计成交日”; is it the one now headed “预计成交日期”"),
        ("en", "In view", "zzz", "“In view”;"),
    ],
)
def test_a_missing_column_is_named(language: Language, header: str, new: str, hint: str) -> None:
    with pytest.raises(MissingColumn, match=hint):
        find_workbook_layout("b.xlsx", workbook(language, Deals={header: new}))
