"""The sheet Settings to settings: ids for choices, numbers, ISO dates; the default where a value cannot be used."""

from __future__ import annotations

import pandas as pd

from xl_salesflow.model.choices import CHOICES, identify
from xl_salesflow.model.column import Type
from xl_salesflow.model.settings import SETTINGS_BY_ID, Setting, Settings, Value
from xl_salesflow.model.text import LANGUAGES, Language
from xl_salesflow.workbook import dates, numbers
from xl_salesflow.workbook.columns import hint
from xl_salesflow.workbook.faults import Doubt, Fault

_HARMLESS = ("number_as_text", "date_as_text")  # no formula sums a setting


def read_settings(frame: pd.DataFrame) -> tuple[Settings, list[Fault]]:
    """Return what the frame of Settings says, and what is wrong with it; rows of the user's own do not matter."""
    values, faults = dict[str, Value](), list[Fault]()
    for row, id, text in zip(frame.index, frame["setting"], frame["value"], strict=True):
        declared = SETTINGS_BY_ID.get(id)
        if declared is None or text == "":
            continue
        value, doubt = _value(declared, text)
        if value is not None:
            values[id] = value
        if doubt and doubt.rule not in _HARMLESS:
            faults.append(Fault(doubt.rule, int(row), "value", text, doubt.facts))
    return Settings(values), faults


def language_of(settings: Settings, otherwise: Language) -> Language:
    """Return the language of messages and documents."""
    wanted = settings.values.get("language")
    return next((language for language in LANGUAGES if language == wanted), otherwise)


def setting_cell(id: str, text: str) -> Value:
    """Return what the cell of setting *id* holds for *text*: a number where formulas need one."""
    declared = SETTINGS_BY_ID.get(id)
    value, _ = _value(declared, text) if declared else (None, None)
    if not isinstance(value, float):
        return text
    return int(value) if value.is_integer() else value


def _value(setting: Setting, text: str) -> tuple[Value | None, Doubt | None]:
    if setting.type is Type.CHOICE:
        choices = CHOICES[setting.options or ""]
        id = identify(choices, text)
        return id, None if id else Doubt("unknown_choice", {"hint": hint(text, choices)})
    if setting.type is Type.DATE:
        moment, doubt = dates.parse(text)
        return moment.date().isoformat() if moment else None, doubt
    if setting.type.is_text:
        return text, None
    number, doubt = numbers.parse(text, setting.type)
    if number is not None and setting.type is Type.INTEGER and number % 1:
        return None, Doubt("not_whole")
    return number, doubt
