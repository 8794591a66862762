"""One declared table with its rows as a workbook of its own, as the template would show it; to be sent and printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import category

from openpyxl import Workbook

from xl_salesflow.model.column import Table
from xl_salesflow.model.text import Language
from xl_salesflow.sheets.conditional import emphasise
from xl_salesflow.sheets.page import lay_out
from xl_salesflow.sheets.reproducible import packed
from xl_salesflow.sheets.rows import cell
from xl_salesflow.sheets.table_sheet import place
from xl_salesflow.sheets.validation import validate

_UNHELD = ("Cc", "Cs", "Cn")  # control characters, halves of characters, and what is none
_LONGEST = 32_000  # a cell holds 32,767 characters


def list_file(table: Table, rows: Iterable[Mapping[str, Any]], language: Language) -> bytes:
    """Return *rows* (column id → plain value, None for blank) of *table* as the bytes of an .xlsx file.

    Text is text: what looks like a formula is none, and control characters, which no file can hold, are left out.
    """
    held = [{column.id: _held(cell(column, row[column.id], language)) for column in table.columns} for row in rows]
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = table.title.in_(language)
    workbook.properties.creator = "xl_salesflow"
    placed = place(sheet, table, language, held or [{}])
    for line in sheet.iter_rows(min_row=placed.first, max_row=placed.last):
        for found in line:
            if found.data_type == "f":
                found.data_type = "s"
                found.quotePrefix = True
    lay_out(placed, language)
    validate(placed, language)
    emphasise(placed, language)
    return packed(workbook)


def _held(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(mark for mark in value if mark in "\t\n" or category(mark) not in _UNHELD)[:_LONGEST]
