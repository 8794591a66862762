"""The change sheet as a workbook: a table to tick, and on a second sheet what it is about and how to use it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from unicodedata import category

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.changes import CHANGES, FACTS, ChangeSheet, Line
from xl_salesflow.changes.declared import HOW
from xl_salesflow.model.choices import label
from xl_salesflow.model.column import Group, Table, Type, column
from xl_salesflow.model.text import Language, Text
from xl_salesflow.sheets import styles
from xl_salesflow.sheets.page import lay_out, prints
from xl_salesflow.sheets.reproducible import packed
from xl_salesflow.sheets.table_sheet import Placed, place
from xl_salesflow.sheets.validation import validate

_LONGEST = 2_000  # characters of one cell; a manager reads no more
_UNHELD = ("Cc", "Cs", "Cn")  # control characters, halves of characters, and what is none
_HIDDEN = ("mark", "held")

ABOUT = Table(
    "ChangeSheet", Text("About", "说明"), Text("What the change sheet is about", "修改清单的来历"), Group.MANAGE,
    (
        column("fact", "Fact", "项目", Type.TEXT, "What", "项目"),
        column("value", "Value", "内容", Type.TEXT, "Which", "内容", width=60),
    ),
)  # fmt: skip


def change_sheet(asked: ChangeSheet) -> bytes:
    """Return *asked* as the bytes of an .xlsx file, in its language; text that looks like a formula is none."""
    workbook = Workbook()
    first = workbook.worksheets[0]
    first.title = CHANGES.title.in_(asked.language)
    workbook.properties.creator = "xl_salesflow"
    rows = [_row(line, asked.language) for line in asked.lines]
    placed = place(first, CHANGES, asked.language, rows or [{}])
    _as_text(first, placed)
    lay_out(placed, asked.language)
    first.freeze_panes = f"{placed.letter('column')}{placed.first}"
    validate(placed, asked.language)
    for id in _HIDDEN:
        first.column_dimensions[placed.letter(id)].hidden = True
    _about(workbook.create_sheet(ABOUT.title.in_(asked.language)), asked)
    return packed(workbook)


def _row(line: Line, language: Language) -> dict[str, Any]:
    told = {id: _held(value) for id, value in asdict(line).items()}
    return {**told, "apply": label("yes_no", "yes", language) if line.apply else None}


def _held(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(mark for mark in value if mark in "\t\n" or category(mark) not in _UNHELD)[:_LONGEST] or None


def _as_text(sheet: Worksheet, placed: Placed) -> None:
    """Keep text text, and show dates as dates and prose in lines."""
    for cells in sheet.iter_rows(min_row=placed.first, max_row=placed.last):
        for cell in cells:
            if cell.data_type == "f":
                cell.data_type = "s"
                cell.quotePrefix = True
            if isinstance(cell.value, date):
                cell.number_format = styles.type_format(Type.DATE)
            cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True, indent=1)


def _about(sheet: Worksheet, asked: ChangeSheet) -> None:
    language = asked.language
    values = {"book": asked.book, "verb": asked.verb, "today": asked.today, "by": asked.by}
    rows = [{"fact": FACTS[id].in_(language), "value": _held(value)} for id, value in values.items()]
    placed = place(sheet, ABOUT, language, rows)
    _as_text(sheet, placed)
    lay_out(placed, language)
    sheet.cell(placed.last + 2, 1, HOW.in_(language)).font = styles.font(language)
    sheet.merge_cells(start_row=placed.last + 2, start_column=1, end_row=placed.last + 2, end_column=2)
    sheet.cell(placed.last + 2, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[placed.last + 2].height = 70
    prints(sheet, language, landscape=False, tall=1)
