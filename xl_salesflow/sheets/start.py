"""The sheet Start: what to do, in three steps, and where everything is."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Side
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.model.column import Group, Table, Writer
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import page, styles, wording
from xl_salesflow.sheets.table_sheet import quoted

_LAST = 6  # columns B to F hold everything


def add(workbook: Workbook, language: Language) -> None:
    """Write the sheet as the workbook's first."""
    sheet = workbook.create_sheet(wording.START.in_(language), 0)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = styles.INK
    for letter, width in zip("ABCDEFG", (3, 20, 46, 3, 20, 46, 3), strict=True):
        sheet.column_dimensions[letter].width = width
    _title(sheet, language)
    row = _steps(sheet, language, 5)
    row = _legend(sheet, language, row + 1)
    last = _directory(sheet, language, row + 1)
    sheet.print_area = f"A1:G{last}"
    page.prints(sheet, language, landscape=True, tall=1)


def _title(sheet: Worksheet, language: Language) -> None:
    sheet.row_dimensions[2].height = 34
    title = sheet.cell(2, 2, wording.TITLE.in_(language))
    title.font = styles.font(language, size=24, bold=True, colour=styles.ACCENT)
    title.alignment = Alignment(vertical="center")
    sheet.cell(3, 2, wording.SUBTITLE.in_(language)).font = styles.font(language, colour=styles.MUTED)


def _heading(sheet: Worksheet, language: Language, row: int, text: Text, left: int = 2, right: int = _LAST) -> None:
    sheet.cell(row, left, text.in_(language)).font = styles.font(language, size=13, bold=True, colour=styles.ACCENT)
    for column in range(left, right + 1):
        sheet.cell(row, column).border = Border(bottom=Side(style="medium", color=styles.ACCENT))
    sheet.row_dimensions[row].height = 22


def _steps(sheet: Worksheet, language: Language, row: int) -> int:
    for number, (name, words) in enumerate(wording.STEPS, 1):
        head = sheet.cell(row, 2, f"{number}  {name.in_(language)}")
        head.font = styles.font(language, size=13, bold=True, colour=styles.ACCENT)
        head.alignment = Alignment(vertical="center")
        sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=_LAST)
        text = sheet.cell(row, 3, words.in_(language))
        text.font = styles.font(language)
        text.alignment = Alignment(vertical="center", wrap_text=True)
        for column in range(2, _LAST + 1):
            sheet.cell(row, column).fill = styles.fill(styles.RECORD)
            sheet.cell(row, column).border = Border(bottom=Side(style="thick", color=styles.WHITE))
        sheet.row_dimensions[row].height = 34
        row += 1
    return row


def _legend(sheet: Worksheet, language: Language, row: int) -> int:
    cells = ((Writer.PERSON, 2), (Writer.FORMULA, 3), (Writer.PRODUCT, 5))
    for writer, column in cells:
        cell = sheet.cell(row, column, wording.LEGEND[writer].in_(language))
        cell.font = styles.font(language, italic=writer is Writer.FORMULA, colour=styles.DATA.body_ink[writer])
        cell.fill = styles.fill(styles.BODY_FILL[writer])
        cell.border = styles.lined(styles.ACCENT_MID if writer is Writer.PERSON else styles.LINE)
        cell.alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[row].height = 20
    return row + 1


def _directory(sheet: Worksheet, language: Language, row: int) -> int:
    left = _group(sheet, language, Group.WORK, row, 2)
    right = _group(sheet, language, Group.MANAGE, row, 5)
    return max(
        _group(sheet, language, Group.RECORD, left + 1, 2),
        _group(sheet, language, Group.SETUP, right + 1, 5),
    )


def _group(sheet: Worksheet, language: Language, group: Group, row: int, column: int) -> int:
    _heading(sheet, language, row, wording.GROUPS[group], column, column + 1)
    listed: dict[str, Table] = {}
    for table in TABLES.values():  # of tables on one sheet the first speaks for it
        if table.group is group:
            listed.setdefault(table.title.in_(language), table)
    for title, table in listed.items():
        row += 1
        link, words = sheet.cell(row, column, title), sheet.cell(row, column + 1, table.purpose.in_(language))
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quoted(title)}!A1", display=title)
        link.font = styles.font(language, colour=styles.ACCENT, underline=True, bold=table.shown)
        words.font = styles.font(language, colour=styles.INK if table.shown else styles.MUTED)
        for cell in (link, words):
            cell.border = Border(bottom=Side(style="thin", color=styles.LINE))
            cell.alignment = Alignment(vertical="center")
        sheet.row_dimensions[row].height = 18
    return row + 1
