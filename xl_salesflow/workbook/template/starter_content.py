"""The content of a new workbook: the texts that are not in declarations, and the rows of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

import pandas as pd

from xl_salesflow.locale.language_traits import language_traits
from xl_salesflow.locale.texts import Language, Text
from xl_salesflow.process.playbook_files import make_shipped_setup
from xl_salesflow.process.working_days import make_shipped_holidays
from xl_salesflow.schema.choice_lists import LISTS, choice_label
from xl_salesflow.schema.named_values import SETTINGS_BY_ID, SettingSchema
from xl_salesflow.schema.plain_values import is_blank, plain_number, plain_value
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter, SheetGroup, TableSchema
from xl_salesflow.schema.table_registry import TABLES

START_TITLE = Text("Start")
DROPDOWNS_TITLE = Text("Dropdowns")
TEMPLATE_TITLE = Text("Sales pipeline")
SHEET_GROUP_TITLES = {
    SheetGroup.WORK: Text("Work"),
    SheetGroup.MANAGE: Text("Manage"),
    SheetGroup.SETUP: Text("Set up"),
    SheetGroup.RECORD: Text("Record"),
}
WRITER_LEGEND = {
    ColumnWriter.PERSON: Text("You type here"),
    ColumnWriter.FORMULA: Text("A formula; do not type over it"),
    ColumnWriter.PRODUCT: Text("Written by an update"),
}

REQUIRED_NOTE = Text("Required.")
WRITER_NOTES = {
    ColumnWriter.PERSON: Text("", ""),
    ColumnWriter.FORMULA: Text("A formula; do not type over it."),
    ColumnWriter.PRODUCT: Text("Written by an update."),
}
LIST_NOTE = Text("Choose from the list; add values on the sheet Lists.")

WRONG_TITLE = Text("Please check")
WRONG_CHOICE = Text("Choose a value from the list.")
WRONG_LIST = Text("This value is not on the list yet. Add it on the sheet Lists, or keep it as it is.")
WRONG_REF = Text("There is no such row on the sheet “{sheet}” yet. Keep it if you are about to add it.")
WRONG_STAGE = Text("Choose a stage of the sheet Stages.")
WRONG_DATE = Text("Enter a date such as 2026-03-31.")
WRONG_POINTS = Text("Enter 0 (unknown), 1 (weak), 2 (fair) or 3 (strong).")
WRONG_PERCENT = Text("Enter a percentage from 0 % to 100 %.")
WRONG_NUMBER = Text("Enter a number, without currency sign or unit.")
WRONG_KEY = Text("This number is already taken; every row needs its own.")

PAGE_FOOTER = Text("Page &P of &N")

TemplateRow = Mapping[str, Any]
BLANK_TEMPLATE_ROW: TemplateRow = {}


def build_starter_rows(language: Language, playbook: str) -> dict[str, list[TemplateRow]]:
    """Return the rows of every table of a new workbook; an empty table has one blank row."""
    rows: dict[str, list[TemplateRow]] = {name: [BLANK_TEMPLATE_ROW] for name in TABLES}
    rows |= {
        name: frame_to_template_rows(TABLES[name], frame, language)
        for name, frame in make_shipped_setup(playbook, language).items()
    }
    if country := language_traits(
        language
    ).country:  # for English there is no default country: the team enters its holidays
        days_off = make_shipped_holidays(country, language)
        rows["Holidays"] = frame_to_template_rows(TABLES["Holidays"], days_off, language)
    rows["Lists"] = _lists_table_rows(language)
    rows["Settings"] = _settings_table_rows(language, playbook)
    return rows


def frame_to_template_rows(table: TableSchema, frame: pd.DataFrame, language: Language) -> list[TemplateRow]:
    """Return the rows of a frame of *table* in the form of cells."""
    records: list[dict[Any, Any]] = frame.to_dict("records")
    return [
        {
            column.id: template_cell_value(column, record[column.id], language)
            for column in table.columns
            if not column.is_formula
        }
        for record in records
    ]


def template_cell_value(column: Column, value: Any, language: Language) -> Any:
    """Return the content of a cell of *column* for a frame's *value*; None is blank."""
    if is_blank(value):
        return None
    if column.type in (ColumnType.CHOICE, ColumnType.LIST):
        return choice_label(column.options, value, language)
    return plain_value(value)


def setting_default_cell(setting: SettingSchema, language: Language) -> Any:
    """Return the default of *setting* in the form of its cell: as a number if it is one."""
    value = setting.default_in(language)
    if value == "":
        return None
    if setting.type is ColumnType.DATE:
        return date.fromisoformat(str(value))
    if setting.type.is_text:
        return value
    return plain_number(float(value))


def _lists_table_rows(language: Language) -> list[TemplateRow]:
    columns: Sequence[list[str]] = [[text.in_(language) for text in values.values()] for values in LISTS.values()]
    return [dict(zip(LISTS, row, strict=True)) for row in zip_longest(*columns)]


def _settings_table_rows(language: Language, playbook: str) -> list[TemplateRow]:
    return [
        {
            "setting": setting.id,
            "name": setting.name.in_(language),
            "value": playbook if setting.id == "playbook" else setting_default_cell(setting, language),
            "tip": setting.tip.in_(language),
        }
        for setting in SETTINGS_BY_ID.values()
    ]
