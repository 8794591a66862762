"""A BANT card as a file: one sheet, one table, points that a list offers; it prints on one page across."""

from __future__ import annotations

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.model.tables.card import ANSWERED, BANT_CARD
from xl_salesflow.model.text import Language
from xl_salesflow.sheets import page, styles
from xl_salesflow.sheets.reproducible import packed
from xl_salesflow.sheets.rows import shown
from xl_salesflow.sheets.table_sheet import column_width, place
from xl_salesflow.sheets.validation import for_type

_TOP = 3
_ROW_HEIGHT = 62


def card(filled: pd.DataFrame, language: Language) -> bytes:
    """Return the card *filled* (scoring.card.asked) in *language*: the bytes of an xlsx file, to be filled in and read back."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheet: Worksheet = workbook.create_sheet(BANT_CARD.title.in_(language))
    deal = str(filled["deal"].iloc[0]) if len(filled) else ""
    sheet["A1"] = f"{BANT_CARD.title.in_(language)} {deal}"
    sheet["A1"].font = styles.font(language, bold=True, size=14)
    sheet["A2"] = BANT_CARD.purpose.in_(language)
    placed = place(sheet, BANT_CARD, language, shown(BANT_CARD, filled, language), _TOP)
    for column in BANT_CARD.columns:
        sheet.column_dimensions[placed.letter(column.id)].width = column_width(column, language)
        rule = for_type(column.type, column.options, language) if column.id in ("points", "date") else None
        if rule is not None and column.id in ANSWERED:
            rule.add(placed.body(column.id))
            sheet.add_data_validation(rule)
    for row in range(placed.first, placed.last + 1):
        sheet.row_dimensions[row].height = _ROW_HEIGHT
    sheet.freeze_panes = f"C{placed.first}"
    sheet.print_title_rows = f"{_TOP}:{_TOP}"
    page.prints(sheet, language, landscape=True, tall=0)
    return packed(workbook)
