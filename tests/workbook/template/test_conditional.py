"""Conditional formats: each rule is tested with rows that it should highlight and rows that it should not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.formula.translate import Translator

from tests.workbook.template.filled import column_number, filled, saved
from xl_salesflow.locale.texts import Language
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.sheet_cell_rules import CONDITIONAL_FORMATS, CONDITIONAL_STYLES

TODAY = date.today()
PAST, LATER = TODAY - timedelta(days=3), TODAY + timedelta(days=3)


def deals(language: Language) -> dict[str, dict[str, Any]]:
    """Make one deal per case; Lead's limit is 14 days."""
    lead, qualified = make_shipped_setup("crm", language)["Stages"]["stage"][:2]

    def label(choices: str, choice: str) -> str:
        return CHOICES[choices][choice].in_(language)

    quiet = {
        "stage": lead,
        "recorded_stage": lead,
        "playbook": "crm",
        "outcome": label("outcome", "open"),
        "since": TODAY,
    }
    return {
        "quiet": quiet,
        "pending": {**quiet, "stage": qualified},
        "refused": {**quiet, "stage": qualified, "move_status": label("move_status", "refused")},
        "warned": {**quiet, "move_status": label("move_status", "warned")},
        "overdue": {**quiet, "next_step_date": PAST},
        "planned": {**quiet, "next_step_date": LATER, "expected_close": LATER},
        "slipped": {**quiet, "expected_close": PAST},
        "stuck": {**quiet, "since": TODAY - timedelta(days=15)},
        "at the limit": {**quiet, "since": TODAY - timedelta(days=14)},
        "warning": {**quiet, "warnings": "Idle"},
        "won": {**quiet, "outcome": label("outcome", "won"), "next_step_date": PAST, "expected_close": PAST},
        "lost": {**quiet, "outcome": label("outcome", "lost")},
        "strong": {**quiet, "budget": 3, "authority": 3, "need": 3, "timeline": 3},
        "weak": {**quiet, "budget": 1, "authority": 1, "need": 1, "timeline": 1},
        "own probability": {**quiet, "probability_override": 0.9},
        "explained": {**quiet, "probability_override": 0.9, "probability_reason": "Signed letter"},
    }


HOLDS = {
    "pending": {("stage", "amber")},
    "refused": {("stage", "amber"), ("stage", "red"), ("move_status", "red"), ("move_reasons", "red")},
    "warned": {("move_status", "amber"), ("move_warnings", "amber")},
    "overdue": {("next_step_date", "red")},
    "slipped": {("expected_close", "amber")},
    "stuck": {("days_in_stage", "red")},
    "warning": {("warnings", "amber")},
    "won": {("outcome", "green ink"), ("recorded_stage", "green ink")},
    "lost": {("deal:next_step_date", "faded"), ("recorded_stage", "faded")},
    "strong": {("bant_grade", "green ink")},
    "weak": {("bant_grade", "red ink")},
    "own probability": {("probability_reason", "amber")},
}


def test_a_deal_is_highlighted(language: Language, calculate: Callable[[bytes], Workbook]) -> None:
    cases = deals(language)
    book = filled(language, Deals=[{**row, "deal": name} for name, row in cases.items()])
    title, far = TABLES["Deals"].title.in_(language), len(TABLES["Deals"].columns) + 5
    rules = _formulas(book, title)
    for row in range(2, len(cases) + 2):
        for offset, (formula, _, _) in enumerate(rules):
            moved = Translator(f"={formula}", "A2").translate_formula(f"A{row}").removeprefix("=")
            book[title].cell(row, far + offset, f"=IFERROR(IF({moved},1,0),0)")
    sheet = calculate(saved(book))[title]
    for row, name in enumerate(cases, 2):
        found = {
            (column, look)
            for offset, (_, columns, look) in enumerate(rules)
            for column in columns
            if sheet.cell(row, far + offset).value == 1
        }
        unplanned = "next_step_date" not in cases[name] and name not in ("won", "lost")
        expected = HOLDS.get(name, set()) | ({("next_step_date", "amber")} if unplanned else set())
        assert found == expected, name


def _formulas(book: Workbook, title: str) -> list[tuple[str, tuple[str, ...], str]]:
    # the formulas on the sheet, with the columns and the format for which they were declared
    written = {rule.priority: rule.formula[0] for rules in book[title].conditional_formatting for rule in rules.rules}
    return [
        (written[rank], tuple(when.columns), when.look) for rank, when in enumerate(CONDITIONAL_FORMATS["Deals"], 1)
    ]


@pytest.mark.parametrize("table", CONDITIONAL_FORMATS)
def test_every_rule_uses_declared_columns_and_a_format(book: Workbook, language: Language, table: str) -> None:
    sheet = book[TABLES[table].title.in_(language)]
    ranges = " ".join(str(formats.sqref) for formats in sheet.conditional_formatting)
    for when in CONDITIONAL_FORMATS[table]:
        assert when.look in CONDITIONAL_STYLES
        for column in when.columns:
            first = column.partition(":")[0]
            assert sheet.cell(1, column_number(book, table, first, language)).column_letter in ranges


def test_formulas_of_a_row_without_a_key_show_nothing(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Deals"].title.in_(language)]
    hidden = [
        rule
        for formats in sheet.conditional_formatting
        for rule in formats.rules
        if rule.dxf is not None and rule.dxf.numFmt is not None and rule.dxf.numFmt.formatCode == ";;;"
    ]
    assert [rule.formula for rule in hidden] == [['$A2=""']]
