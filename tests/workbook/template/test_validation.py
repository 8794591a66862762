"""Data validation: closed lists reject other values, open lists and references warn, other columns check the type."""

from __future__ import annotations

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from tests.workbook.template.test_table_sheet import cell_of
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.choice_lists import CHOICES
from xl_salesflow.schema.table_columns import ColumnType, ColumnWriter
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.sheet_cell_rules import closed_list_validation
from xl_salesflow.workbook.template.stage_dropdowns import stage_dropdown_formula


def rule_of(book: Workbook, table: str, column: str, language: Language) -> DataValidation | None:
    """Return the rule of a column's first body cell, and check that it covers the whole column."""
    cell = cell_of(book, table, column, language, 1)
    sheet = book[TABLES[table].title.in_(language)]
    last = int(sheet.tables[table].ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    rules = [rule for rule in sheet.data_validations.dataValidation if cell.coordinate in rule.sqref]
    for rule in rules:
        if table != "Settings":
            assert f"{cell.column_letter}{last}" in rule.sqref
    assert len(rules) <= 1
    return rules[0] if rules else None


@pytest.mark.parametrize(
    ("table", "column", "kind", "style", "source"),
    [
        ("Deals", "stage", "list", "stop", f"={stage_dropdown_formula('$AX2')}"),
        ("Deals", "owner", "list", "warning", "=list_owner"),
        ("Deals", "account", "list", "warning", "=list_account"),
        ("Deals", "source", "list", "warning", "=list_source"),
        ("Deals", "loss_reason", "list", "warning", "=list_loss_reason"),
        ("Deals", "created", "date", "stop", "1"),
        ("Deals", "budget", "whole", "stop", "0"),
        ("Deals", "probability_override", "decimal", "stop", "0"),
        ("Deals", "amount", "decimal", "stop", "-999999999999"),
        ("Activities", "deal", "list", "warning", "=list_deal"),
        ("QuoteLines", "quote", "list", "warning", "=list_quote"),
        ("Gates", "stage", "list", None, "=list_stage"),
    ],
)
def test_a_column_has_the_rule_of_its_type(
    book: Workbook, language: Language, table: str, column: str, kind: str, style: str | None, source: str
) -> None:
    rule = rule_of(book, table, column, language)
    assert rule is not None
    assert (rule.type, rule.formula1) == (kind, source)
    if style is None:
        assert not rule.showErrorMessage
    else:
        assert (rule.errorStyle or "stop", bool(rule.showErrorMessage)) == (style, True)


def test_every_closed_choice_is_offered_in_the_language(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.type is not ColumnType.CHOICE or column.writer is not ColumnWriter.PERSON:
                continue
            rule = rule_of(book, table.name, column.id, language)
            assert rule is not None
            labels = [text.in_(language) for text in CHOICES[column.options or ""].values()]
            assert rule.formula1 == f'"{",".join(labels)}"'
            assert len(rule.formula1) <= 257


def test_only_columns_for_people_have_a_rule(book: Workbook, language: Language) -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.writer is not ColumnWriter.PERSON:
                assert rule_of(book, table.name, column.id, language) is None


def test_a_key_may_be_used_once(book: Workbook, language: Language) -> None:
    """
    table    | rule of its key's first cell
    Deals    | a reference, so by its name
    Feedback | by its own column
    """
    deals, feedback = (
        rule_of(book, table, key, language) for table, key in (("Deals", "deal"), ("Feedback", "feedback"))
    )
    assert deals is not None
    assert deals.formula1 == "COUNTIF(list_deal,A2)<=1"
    assert feedback is not None
    assert feedback.formula1 == "COUNTIF($A$2:$A$2,A2)<=1"


def test_labels_that_a_dropdown_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit a dropdown"):
        closed_list_validation("move_status", "en")  # "Accepted, with warnings" contains the separator


def test_messages_are_within_excels_limits(book: Workbook) -> None:
    for sheet in book.worksheets:
        for rule in sheet.data_validations.dataValidation:
            assert len(rule.error or "") <= 225
            assert len(rule.errorTitle or "") <= 32
            assert len(rule.prompt or "") <= 255
            assert len(rule.promptTitle or "") <= 32
