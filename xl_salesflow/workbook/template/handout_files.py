"""Write one table as a workbook of its own: a list, a change sheet to tick, a BANT card to fill in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any
from unicodedata import category

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.changelog.change_sheet_table import (
    CHANGE_SHEET_FACTS,
    CHANGE_SHEET_HELP,
    CHANGE_SHEET_TABLE,
    ChangeLine,
    ChangeSheet,
)
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.choice_lists import choice_label
from xl_salesflow.schema.table_columns import ColumnType, TableSchema
from xl_salesflow.schema.work_tables import BANT_CARD_ANSWER_COLUMNS, BANT_CARD_TABLE
from xl_salesflow.workbook.returned_files import ABOUT_TABLE
from xl_salesflow.workbook.template.print_and_pack import lay_out_table_sheet, pack_workbook, set_up_printing
from xl_salesflow.workbook.template.sheet_cell_rules import add_conditional_formats, add_validations, type_validation
from xl_salesflow.workbook.template.starter_content import frame_to_template_rows, template_cell_value
from xl_salesflow.workbook.template.table_sheets import PlacedTable, column_width, place_table
from xl_salesflow.workbook.template.template_styles import template_font, type_number_format

_UNPRINTABLE_CATEGORIES = ("Cc", "Cs", "Cn")  # control characters, surrogates and unassigned characters
_MAX_LIST_CELL_LENGTH = 32_000  # a cell holds 32,767 characters


def build_list_file(table: TableSchema, rows: Iterable[Mapping[str, Any]], language: Language) -> bytes:
    """Return *rows* (column id → plain value, None for blank) of *table* as the bytes of an .xlsx file.

    Text that looks like a formula stays text; control characters, which are not allowed in a file, are removed.
    """
    held = [
        {
            column.id: _clean_list_value(template_cell_value(column, row.get(column.id), language))
            for column in table.columns
        }
        for row in rows
    ]
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = table.title.in_(language)
    workbook.properties.creator = "xl_salesflow"
    placed = place_table(sheet, table, language, held or [{}])
    for line in sheet.iter_rows(min_row=placed.first, max_row=placed.last):
        for found in line:
            if found.data_type == "f":
                found.data_type = "s"
                found.quotePrefix = True
    lay_out_table_sheet(placed, language)
    add_validations(placed, language)
    add_conditional_formats(placed, language)
    return pack_workbook(workbook)


def _clean_list_value(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(mark for mark in value if mark in "\t\n" or category(mark) not in _UNPRINTABLE_CATEGORIES)[
        :_MAX_LIST_CELL_LENGTH
    ]


_MAX_CHANGE_CELL_LENGTH = 2_000  # characters of one cell; a manager will not read more
_HIDDEN_CHANGE_COLUMNS = ("mark", "held")


def build_change_sheet_file(change_sheet: ChangeSheet) -> bytes:
    """Return the change sheet *change_sheet* as the bytes of an .xlsx file, in its language; text never becomes a formula."""
    workbook = Workbook()
    first = workbook.worksheets[0]
    first.title = CHANGE_SHEET_TABLE.title.in_(change_sheet.language)
    workbook.properties.creator = "xl_salesflow"
    rows = [_change_sheet_row(line, change_sheet.language) for line in change_sheet.lines]
    placed = place_table(first, CHANGE_SHEET_TABLE, change_sheet.language, rows or [{}])
    _keep_text_as_text(first, placed)
    lay_out_table_sheet(placed, change_sheet.language)
    first.freeze_panes = f"{placed.column_letter('column')}{placed.first}"
    add_validations(placed, change_sheet.language)
    for column in _HIDDEN_CHANGE_COLUMNS:
        first.column_dimensions[placed.column_letter(column)].hidden = True
    _write_about_sheet(workbook.create_sheet(ABOUT_TABLE.title.in_(change_sheet.language)), change_sheet)
    return pack_workbook(workbook)


def _change_sheet_row(line: ChangeLine, language: Language) -> dict[str, Any]:
    cells = {column: _clean_change_value(value) for column, value in asdict(line).items()}
    return {**cells, "apply": choice_label("yes_no", "yes", language) if line.apply else None}


def _clean_change_value(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return (
        "".join(mark for mark in value if mark in "\t\n" or category(mark) not in _UNPRINTABLE_CATEGORIES)[
            :_MAX_CHANGE_CELL_LENGTH
        ]
        or None
    )


def _keep_text_as_text(sheet: Worksheet, placed: PlacedTable) -> None:
    """Format texts that look like formulas as text, format dates as dates, and wrap long texts."""
    for cells in sheet.iter_rows(min_row=placed.first, max_row=placed.last):
        for cell in cells:
            if cell.data_type == "f":
                cell.data_type = "s"
                cell.quotePrefix = True
            if isinstance(cell.value, date):
                cell.number_format = type_number_format(ColumnType.DATE)
            cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)


def _write_about_sheet(sheet: Worksheet, change_sheet: ChangeSheet) -> None:
    language = change_sheet.language
    values = {"book": change_sheet.book, "verb": change_sheet.verb, "today": change_sheet.today, "by": change_sheet.by}
    rows = [
        {"fact": CHANGE_SHEET_FACTS[fact].in_(language), "value": _clean_change_value(value)}
        for fact, value in values.items()
    ]
    placed = place_table(sheet, ABOUT_TABLE, language, rows)
    _keep_text_as_text(sheet, placed)
    lay_out_table_sheet(placed, language)
    sheet.cell(placed.last + 2, 1, CHANGE_SHEET_HELP.in_(language)).font = template_font(language)
    sheet.merge_cells(start_row=placed.last + 2, start_column=1, end_row=placed.last + 2, end_column=2)
    sheet.cell(placed.last + 2, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[placed.last + 2].height = 70
    set_up_printing(sheet, language, landscape=False, tall=1)


_BANT_CARD_TOP = 3
_BANT_CARD_ROW_HEIGHT = 62


def build_bant_card_file(filled: pd.DataFrame, language: Language) -> bytes:
    """Return the card *filled* (from make_bant_card) in *language* as the bytes of an .xlsx file, to be filled in."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    sheet: Worksheet = workbook.create_sheet(BANT_CARD_TABLE.title.in_(language))
    deal = str(filled["deal"].iloc[0]) if len(filled) else ""
    sheet["A1"] = f"{BANT_CARD_TABLE.title.in_(language)} {deal}"
    sheet["A1"].font = template_font(language, bold=True, size=14)
    sheet["A2"] = BANT_CARD_TABLE.purpose.in_(language)
    placed = place_table(
        sheet, BANT_CARD_TABLE, language, frame_to_template_rows(BANT_CARD_TABLE, filled, language), _BANT_CARD_TOP
    )
    for column in BANT_CARD_TABLE.columns:
        sheet.column_dimensions[placed.column_letter(column.id)].width = column_width(column, language)
        rule = type_validation(column.type, column.options, language) if column.id in ("points", "date") else None
        if rule is not None and column.id in BANT_CARD_ANSWER_COLUMNS:
            rule.add(placed.body(column.id))
            sheet.add_data_validation(rule)
    for row in range(placed.first, placed.last + 1):
        sheet.row_dimensions[row].height = _BANT_CARD_ROW_HEIGHT
    sheet.freeze_panes = f"C{placed.first}"
    sheet.print_title_rows = f"{_BANT_CARD_TOP}:{_BANT_CARD_TOP}"
    set_up_printing(sheet, language, landscape=True, tall=0)
    return pack_workbook(workbook)
