"""Settings: each value in its own type, the rule of its type, its default."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.named_values import SETTINGS_BY_ID
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.template.starter_content import setting_default_cell


@pytest.mark.parametrize(
    ("setting", "en", "zh", "shown"),
    [
        ("tax_rate", 0, 0.13, "0.0%"),
        ("quote_days", 30, 30, "#,##0"),
        ("grade_a", 83.3, 83.3, "General"),
        ("language", "English", "中文", "General"),
        ("currency", "USD", "CNY", "General"),
        ("playbook", "crm", "crm", "General"),
        ("process_review", None, None, "yyyy-mm-dd"),
    ],
)
def test_a_setting_starts_with_its_default_in_its_own_type(
    book: Workbook, language: Language, setting: str, en: object, zh: object, shown: str
) -> None:
    sheet = book[TABLES["Settings"].title.in_(language)]
    row = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == setting)
    assert (row[2].value, row[2].number_format) == (zh if language == "zh" else en, shown)


def test_every_setting_has_its_row_in_order(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Settings"].title.in_(language)]
    ids = [row[0] for row in sheet.iter_rows(min_row=2, max_col=1, max_row=len(SETTINGS_BY_ID) + 1, values_only=True)]
    assert ids == list(SETTINGS_BY_ID)


def test_a_number_given_as_text_becomes_a_number() -> None:
    assert setting_default_cell(SETTINGS_BY_ID["tax_rate"], "zh") == 0.13


def test_a_choice_among_settings_is_a_dropdown(book: Workbook, language: Language) -> None:
    sheet = book[TABLES["Settings"].title.in_(language)]
    places = {row[0].value: row[2].coordinate for row in sheet.iter_rows(min_row=2)}
    kinds = {str(rule.sqref): rule.type for rule in sheet.data_validations.dataValidation}
    assert kinds[places["refusal"]] == "list"
    assert kinds[places["playbook"]] == "list"
    assert kinds[places["tax_rate"]] == "decimal"
    assert kinds[places["process_review"]] == "date"
