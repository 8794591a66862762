"""Read the settings and the named cells, including the query of the sheet Funnel.

Settings are read as ids for choices, as numbers and as ISO dates; an unusable value is replaced by the default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from unicodedata import normalize

import pandas as pd

from xl_salesflow.core.name_suggestions import suggest_names
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.core.written_dates import DateStyle
from xl_salesflow.core.written_numbers import DOT_DECIMAL, NumberStyle
from xl_salesflow.core.written_times import DAY_COUNT_COLUMNS
from xl_salesflow.locale.texts import LANGUAGES, Language
from xl_salesflow.schema.cell_declaration import ALL_VALUES_LABEL, NamedCell
from xl_salesflow.schema.choice_lists import CHOICES, LISTS, identify_choice
from xl_salesflow.schema.named_values import (
    NAMED_CELLS,
    QUERY_FILTERS,
    SETTINGS_BY_ID,
    Query,
    Settings,
    SettingSchema,
    SettingValue,
)
from xl_salesflow.schema.plain_values import is_missing, plain_number, replace_half_characters
from xl_salesflow.schema.table_columns import Column, ColumnType, ColumnWriter
from xl_salesflow.workbook.cell_conversion import (
    Dialect,
    cells_to_values,
    format_cell_as_text,
    read_typed_date,
    read_typed_number,
)
from xl_salesflow.workbook.cell_findings import CELL_FINDING_KINDS, OTHER_SPELLING, CellFinding, ValueFinding

_HARMLESS_SETTING_RULES = ("number_as_text", "date_as_text", "period_as_date")  # formulas do not sum settings


def read_workbook_settings(frame: pd.DataFrame) -> tuple[Settings, list[CellFinding]]:
    """Return the settings in the frame of Settings, and its findings; rows that users added are ignored."""
    values, findings = dict[str, SettingValue](), list[CellFinding]()
    for row, setting_id, text in zip(frame.index, frame["setting"], frame["value"], strict=True):
        declared = SETTINGS_BY_ID.get(setting_id)
        if declared is None or text == "":
            continue
        value, doubt = _parse_setting_text(declared, text)
        if value is not None:
            values[setting_id] = value
        if doubt and doubt.rule not in _HARMLESS_SETTING_RULES:
            findings.append(CellFinding(doubt.rule, int(row), "value", text, doubt.facts))
    return Settings(values), findings


def message_language(settings: Settings, otherwise: Language) -> Language:
    """Return the language of messages and documents."""
    chosen = settings.values.get("language")
    return next((language for language in LANGUAGES if language == chosen), otherwise)


def setting_to_cell(setting_id: str, text: str) -> SettingValue:
    """Return the content of the cell of setting *setting_id* for *text*: a number if formulas need one."""
    declared = SETTINGS_BY_ID.get(setting_id)
    value, _ = _parse_setting_text(declared, text) if declared else (None, None)
    if not isinstance(value, float):
        return text
    return plain_number(value)


_NUMBER_CELL_TEXT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


def _fits_setting(setting: SettingSchema, value: float) -> bool:
    # the others have findings
    if setting.type is ColumnType.INTEGER:
        return value.is_integer()
    return setting.type is not ColumnType.PERCENT or value <= 1


def _parse_setting_text(setting: SettingSchema, text: str) -> tuple[SettingValue | None, ValueFinding | None]:
    if setting.type is ColumnType.CHOICE:
        choices = CHOICES[setting.options or ""]
        choice_id = identify_choice(choices, text)
        return choice_id, None if choice_id else ValueFinding(
            "unknown_choice", {"hint": suggest_names(text, choices.values())}
        )
    if setting.type is ColumnType.DATE:
        moment, doubt = read_typed_date(text, DateStyle())
        return moment.date().isoformat() if moment else None, doubt
    if setting.type.is_text:
        return text, None
    # a number arrives as text here; its decimal mark is that of a number cell
    if _NUMBER_CELL_TEXT.fullmatch(text) and _fits_setting(setting, float(text)):
        return float(text), None
    return read_typed_number(text, setting.type, NumberStyle(DOT_DECIMAL, in_days=setting.id in DAY_COUNT_COLUMNS))


NamedValues = Mapping[str, Any]
_FIRST_EXCEL_DAY = date(1900, 1, 1)  # Excel displays earlier dates as a formatted zero


def check_named_cells(
    cells: NamedValues, addresses: Mapping[str, str], dialect: Dialect, language: Language
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the named cells by name, and the findings about them.

    Inputs have the type of their declaration and are None if blank; a formula with a blank result is "".
    """
    named, found = {name: _normalize_named_value(cell) for name, cell in cells.items()}, list[Finding]()
    for declared in NAMED_CELLS.values():
        if declared.name not in named:
            if declared.sheet == "Start":  # an older workbook has another Start
                continue
            found.append(_describe_input_finding(declared, declared.name, ValueFinding("missing_name"), "", language))
        elif declared.formula is None:
            raw = named[declared.name]
            named[declared.name], doubt = _parse_named_input(declared, raw, dialect)
            if doubt:
                found.append(
                    _describe_input_finding(
                        declared, format_cell_as_text(raw), doubt, addresses[declared.name], language
                    )
                )
    return named, found


def query_from_named_cells(named: NamedValues) -> Query:
    """Return the query in the named cells of the sheet Funnel; a blank or (All) is no filter."""
    filters = {}
    for name, column in QUERY_FILTERS.items():
        value = format_cell_as_text(named.get(name))
        if value and not _is_everything_label(value, named):
            filters[column] = identify_choice(LISTS.get(column, {}), value) or value
    return Query(
        as_of=named.get("AsOfInput"),
        start=named.get("PeriodFromInput"),
        end=named.get("PeriodToInput"),
        filters=filters,
        reading="cohort" if _chosen_option_id(named, "Reading") == "cohort" else "snapshot",
        reach="entered" if _chosen_option_id(named, "Reach") == "entered" else "implied",
    )


def _is_everything_label(value: str, named: NamedValues) -> bool:
    known = (*ALL_VALUES_LABEL.translations(), format_cell_as_text(named.get("ViewEverything")))
    return normalize("NFKC", value) in (normalize("NFKC", everything) for everything in known)


def _chosen_option_id(named: NamedValues, name: str) -> str | None:
    return identify_choice(CHOICES[NAMED_CELLS[name].options or ""], format_cell_as_text(named.get(name)))


def _normalize_named_value(cell: Any) -> Any:
    """Return a cell's value, with blanks as "", whole days as dates, and a zero formatted as a date as 0."""
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    if isinstance(cell, time) or (
        isinstance(cell, date) and not isinstance(cell, datetime) and cell < _FIRST_EXCEL_DAY
    ):
        return 0
    if isinstance(cell, str):
        return replace_half_characters(cell) if cell.strip() else ""
    return "" if cell is None else cell


def _parse_named_input(declared: NamedCell, raw: Any, dialect: Dialect) -> tuple[Any, ValueFinding | None]:
    if raw == "" or declared.type in (ColumnType.REF, ColumnType.TEXT):
        return (None if raw == "" else raw), None
    column = Column(
        declared.name, declared.label, declared.type, declared.tip, ColumnWriter.PERSON, options=declared.options
    )
    values, doubts = cells_to_values(column, [raw], dialect)
    doubt = doubts.get(0)
    if doubt and doubt.rule == OTHER_SPELLING:
        doubt = None  # another spelling of a filter is the same filter
    if declared.type in (ColumnType.CHOICE, ColumnType.LIST):
        return (None if doubt else raw), doubt  # formulas compare with the label itself
    value = values[0]
    if is_missing(value):
        return None, doubt
    return (value.astype("datetime64[D]").item() if declared.type.is_date else float(value)), doubt


def _describe_input_finding(
    declared: NamedCell, value: str, doubt: ValueFinding, cell: str, language: Language
) -> Finding:
    kind, header = CELL_FINDING_KINDS[doubt.rule], declared.label.in_(language)
    facts = {name: fact if isinstance(fact, str) else fact.in_(language) for name, fact in doubt.facts.items()}
    message = kind.message.in_(language, cell=cell, header=header, shown=value, **facts)
    return Finding(doubt.rule, kind.severity, message, column=declared.name, cell=cell)
