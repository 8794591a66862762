"""The sheet Settings: values are read by type or replaced by the default, and written as formulas need them."""

from __future__ import annotations

import pytest

from tests.workbook.lines import lines
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.named_values import SETTINGS_BY_ID
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.input_cells import message_language, read_workbook_settings, setting_to_cell

READ = """
    setting        | typed        | rule            | holds
    tax_rate       | 13%          |                 | 0.13
    tax_rate       | 0.13         |                 | 0.13
    tax_rate       | a lot        | not_a_number    | 0.0
    tax_rate       | 13           | ambiguous_number| 0.0
    tax_rate       | 1            |                 | 1.0
    tax_rate       | 1.000        |                 | 1.0
    grade_a        | 1.234        |                 | 1.234
    refusal        | 恢复原阶段   |                 | restore
    refusal        | shred it     | unknown_choice  | Keep the cell as typed
    idle_limit     | 21           |                 | 21.0
    idle_limit     | 2.5          | not_whole       | 14.0
    idle_limit     | 21.0         |                 | 21.0
    idle_limit     |              |                 | 14.0
    process_review | 2026年2月3日 |                 | 2026-02-03
    process_review | 2026-02-30   | impossible_date |
    company        | Ember & Co   |                 | Ember & Co
"""


@pytest.mark.parametrize(("setting_id", "typed", "rule", "holds"), lines(READ))
def test_a_setting_is_read_by_its_type_or_falls_back(setting_id: str, typed: str, rule: str, holds: str) -> None:
    rows = [{"setting": "a row of the user's own", "value": "x"}, {"setting": setting_id, "value": typed}]
    settings, faults = read_workbook_settings(make_table_frame(TABLES["Settings"], rows))
    numeric = not SETTINGS_BY_ID[setting_id].type.is_text and not SETTINGS_BY_ID[setting_id].type.is_date
    assert str(settings.number(setting_id) if numeric else settings.text(setting_id)) == holds
    assert [(fault.rule, fault.row, fault.column) for fault in faults] == ([(rule, 3, "value")] if rule else [])


@pytest.mark.parametrize(
    ("setting_id", "text", "cell"),
    [
        ("grade_a", "80.5", 80.5),
        ("idle_limit", "21", 21),
        ("tax_rate", "13%", 0.13),
        ("tax_rate", "a lot", "a lot"),
        ("company", "007", "007"),
        ("language", "中文", "中文"),
        ("a row of the user's own", "5", "5"),
    ],
)
def test_a_setting_is_written_as_its_formulas_need_it(setting_id: str, text: str, cell: object) -> None:
    assert setting_to_cell(setting_id, text) == cell
    assert type(setting_to_cell(setting_id, text)) is type(cell)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_default_can_be_read(language: Language) -> None:
    rows = [{"setting": one.id, "value": str(one.default_in(language))} for one in SETTINGS_BY_ID.values()]
    settings, faults = read_workbook_settings(make_table_frame(TABLES["Settings"], rows))
    assert faults == []
    assert message_language(settings, "en") == language
