"""The hidden sheet Workings, as xl_salesflow.metrics.workings declares it: keys, and beside them what one pass found."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.metrics.workings import WAYS, WORKINGS, Working
from xl_salesflow.model.choices import CHOICES
from xl_salesflow.model.formulas import render
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import styles
from xl_salesflow.sheets.names import define
from xl_salesflow.sheets.table_sheet import quoted

TITLE = Text("Workings", "中间计算")
_WAYS = Text("Ways out of a stage", "离开阶段的方向")
_FIRST = 3


def add(workbook: Workbook, language: Language) -> None:
    """Write the sheet and name its columns."""
    sheet = workbook.create_sheet(TITLE.in_(language))
    sheet.sheet_state = "hidden"
    _head(sheet, 1, _WAYS, language)
    for row, way in enumerate(WAYS, _FIRST):
        sheet.cell(row, 1, CHOICES["move"][way].in_(language))
    define(workbook, "MoveWays", _range(sheet, 1, len(WAYS)))
    column = 3
    for working in WORKINGS:
        _write(sheet, column, working, language)
        for offset, name in enumerate(working.names):
            define(workbook, name, _range(sheet, column + offset, len(working.keys)))
        column += len(working.names) + 1


def _write(sheet: Worksheet, left: int, working: Working, language: Language) -> None:
    _head(sheet, left, working.title, language)
    for offset, (name, numbers) in enumerate(working.parts.items()):
        sheet.cell(_FIRST - 1, left + offset, name)
        for row, number in enumerate(numbers, _FIRST):
            sheet.cell(row, left + offset, number)
    keys = left + len(working.parts)
    for row, key in enumerate(working.keys, _FIRST):
        sheet.cell(row, keys, key if isinstance(key, int) else "=" + render(key, language))
    letter = get_column_letter(keys + 1)
    area = f"{letter}{_FIRST}:{letter}{_FIRST + len(working.keys) - 1}"
    sheet[f"{letter}{_FIRST}"] = ArrayFormula(area, "=" + render(working.formula, language))


def _head(sheet: Worksheet, column: int, text: Text, language: Language) -> None:
    sheet.cell(1, column, text.in_(language)).font = styles.font(language, bold=True)


def _range(sheet: Worksheet, column: int, rows: int) -> str:
    letter = get_column_letter(column)
    return f"{quoted(sheet.title)}!${letter}${_FIRST}:${letter}${_FIRST + rows - 1}"
