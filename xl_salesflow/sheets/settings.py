"""The sheet Settings: the table, each value in its own type, and the worked-out named cells beside it."""

from __future__ import annotations

from typing import cast

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

from xl_salesflow.model.column import Type
from xl_salesflow.model.formulas import render
from xl_salesflow.model.settings import SETTINGS_BY_ID
from xl_salesflow.model.text import Language, Text
from xl_salesflow.model.view import NAMED_CELLS, NamedCell
from xl_salesflow.sheets import styles, validation
from xl_salesflow.sheets.names import define
from xl_salesflow.sheets.table_sheet import Placed, quoted

_BESIDE = 6  # the first column right of the table and a gap
_TITLE = Text("Worked out from the Funnel's dropdowns; formulas read these cells", "由“销售漏斗”的选择得出，供公式引用")


def finish(workbook: Workbook, placed: Placed, language: Language) -> None:
    """Give every setting its format, rule and name, and write the named cells beside the table."""
    for row, setting in enumerate(SETTINGS_BY_ID.values()):
        cell = placed.sheet.cell(placed.first + row, placed.number("value"))
        cell.number_format = "0.0%" if setting.type is Type.PERCENT else styles.type_format(setting.type)
        cell.alignment = Alignment(horizontal="left", vertical="top", indent=1, wrap_text=True)
        rule = (
            validation.offering("=list_playbook", language)
            if setting.id == "playbook"
            else validation.for_type(setting.type, setting.options, language)
        )
        if rule is not None:
            rule.add(cell.coordinate)
            placed.sheet.add_data_validation(rule)
        if setting.cell:
            define(workbook, setting.cell, placed.absolute("value", row))
    _named(workbook, placed, language)


def _named(workbook: Workbook, placed: Placed, language: Language) -> None:
    sheet = placed.sheet
    head = sheet.cell(placed.top, _BESIDE, _TITLE.in_(language))
    head.font = styles.font(language, bold=True, colour=styles.ACCENT)
    head.alignment = Alignment(horizontal="left", vertical="center", indent=1)
    cells = [cell for cell in NAMED_CELLS.values() if cell.sheet == "Settings"]
    for row, named in enumerate(cells, placed.first):
        label = sheet.cell(row, _BESIDE, named.label.in_(language))
        value = sheet.cell(row, _BESIDE + 1, _content(named, language))
        tip = sheet.cell(row, _BESIDE + 2, named.tip.in_(language))
        label.font = styles.font(language)
        value.font = styles.font(language, italic=True, colour=styles.MUTED)
        value.number_format = styles.type_format(named.type)
        tip.font = styles.font(language, colour=styles.MUTED)
        for cell in (label, value, tip):
            cell.border = styles.lined()
            cell.alignment = Alignment(horizontal="left", vertical="top", indent=1)
        define(workbook, named.name, f"{quoted(sheet.title)}!${get_column_letter(_BESIDE + 1)}${row}")
    for offset, width in enumerate((24, 22, 58)):
        sheet.column_dimensions[get_column_letter(_BESIDE + offset)].width = width


def _content(named: NamedCell, language: Language) -> str:
    if named.formula is not None:
        return "=" + render(named.formula, language)
    return cast(Text, named.default).in_(language)
