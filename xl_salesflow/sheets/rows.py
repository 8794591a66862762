"""What stands in the tables of a new workbook, as cells show it in its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any

import pandas as pd

from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.column import Column, Table, Type
from xl_salesflow.model.lists import LISTS
from xl_salesflow.model.settings import SETTINGS_BY_ID, Setting
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language
from xl_salesflow.playbooks import setup
from xl_salesflow.workdays import shipped

Row = Mapping[str, Any]
BLANK: Row = {}


def starter_rows(language: Language, playbook: str) -> dict[str, list[Row]]:
    """Return the rows of every table of a new workbook; a table that starts empty has one blank row."""
    rows: dict[str, list[Row]] = {name: [BLANK] for name in TABLES}
    rows |= {name: shown(TABLES[name], frame, language) for name, frame in setup(playbook, language).items()}
    if language == "zh":  # an English workbook may be anywhere: its team says which days are off
        rows["Holidays"] = shown(TABLES["Holidays"], shipped("CN", language), language)
    rows["Lists"] = _lists(language)
    rows["Settings"] = _settings(language, playbook)
    return rows


def shown(table: Table, frame: pd.DataFrame, language: Language) -> list[Row]:
    """Return the rows of a frame of *table* as cells show them."""
    records: list[dict[Any, Any]] = frame.to_dict("records")
    return [
        {column.id: cell(column, record[column.id], language) for column in table.columns if not column.is_formula}
        for record in records
    ]


def cell(column: Column, value: Any, language: Language) -> Any:
    """Return what a cell of *column* holds for a frame's *value*; None is blank."""
    if value == "" or value is pd.NaT or value != value:
        return None
    if column.type in (Type.CHOICE, Type.LIST):
        known = {**CHOICES, **LISTS}.get(column.options or "", {}).get(value)
        return known.in_(language) if known else value
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime() if column.type is Type.TIME else value.date()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def setting_value(setting: Setting, language: Language) -> Any:
    """Return the default of *setting* as its cell holds it: a number where it is one."""
    value = setting.default_in(language)
    if value == "":
        return None
    if setting.type is Type.DATE:
        return date.fromisoformat(str(value))
    if setting.type.is_text:
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _lists(language: Language) -> list[Row]:
    columns: Sequence[list[str]] = [[text.in_(language) for text in values.values()] for values in LISTS.values()]
    return [dict(zip(LISTS, row, strict=True)) for row in zip_longest(*columns)]


def _settings(language: Language, playbook: str) -> list[Row]:
    return [
        {
            "setting": setting.id,
            "name": setting.name.in_(language),
            "value": playbook if setting.id == "playbook" else setting_value(setting, language),
            "tip": setting.tip.in_(language),
        }
        for setting in SETTINGS_BY_ID.values()
    ]
