"""A person at a workbook: makes a small one from the declarations, types into it, sorts it, reads it.

Works through openpyxl, which shares nothing with the reader and the writer under test.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table as SheetTable
from openpyxl.worksheet.table import TableFormula
from openpyxl.worksheet.worksheet import Worksheet

from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.named_values import NAMED_CELLS, SETTINGS_BY_ID
from xl_salesflow.schema.table_columns import ColumnType, TableSchema
from xl_salesflow.schema.table_registry import TABLES, render_formula

Rows = Sequence[Mapping[str, Any]]

_MADE: dict[tuple[object, ...], bytes] = {}
"""The workbooks that were made, by what is in them: most tests want the same few, and openpyxl is slow."""


def make(path: Path, language: Language = "en", rows: Mapping[str, Rows] | None = None, own: str = "") -> Path:
    """Save a workbook with every declared table at *path*; *own* is the header of the user's own column in Deals."""
    tables = tuple((name, *(column.id for column in table.columns)) for name, table in TABLES.items())
    wanted = language, repr(rows), own, tables  # a test may have tables of its own
    if wanted not in _MADE:
        _MADE[wanted] = _build(language, rows or {}, own)
    path.write_bytes(_MADE[wanted])
    return path


def _build(language: Language, rows: Mapping[str, Rows], own: str) -> bytes:
    book = Workbook()
    book.remove(book.active)
    settings = [
        {"setting": s.id, "name": s.name.in_(language), "value": s.default_in(language)}
        for s in SETTINGS_BY_ID.values()
    ]
    for table in TABLES.values():
        body = settings if table.name == "Settings" else rows.get(table.name, ())
        _add_table(book.create_sheet(table.name), table, language, body, own if table.name == "Deals" else "")
    for at, setting in enumerate(SETTINGS_BY_ID.values()):
        if setting.cell:
            _name(book, setting.cell, f"Settings!$C${at + 2}")
    asked = book.create_sheet("Named cells")
    for row, cell in enumerate(NAMED_CELLS.values(), start=1):
        value = cell.default.in_(language) if cell.default else None
        asked.cell(row, 1, f"={render_formula(cell.formula, language)}" if cell.formula else value)
        _name(book, cell.name, f"'Named cells'!$A${row}")
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _name(book: Workbook, name: str, place: str) -> None:
    book.defined_names[name] = DefinedName(name, attr_text=place)


def _add_table(sheet: Worksheet, table: TableSchema, language: Language, rows: Rows, own: str) -> None:
    headers = [column.header.in_(language) for column in table.columns] + ([own] if own else [])
    sheet.append(headers)
    for at, row in enumerate(rows or [{}], start=2):
        for number, column in enumerate(table.columns, start=1):
            value = f"={render_formula(column.formula, language, table)}" if column.formula else row.get(column.id)
            cell = sheet.cell(at, number, value)
            if column.type.is_date:
                cell.number_format = "yyyy-mm-dd" if column.type is ColumnType.DATE else "yyyy-mm-dd hh:mm:ss"
        if own:
            sheet.cell(at, len(headers), row.get(own))
    ref = f"A1:{get_column_letter(len(headers))}{max(len(rows), 1) + 1}"
    placed = SheetTable(displayName=table.name, ref=ref)
    placed._initialise_columns()
    for column, header in zip(placed.tableColumns, headers, strict=True):
        column.name = header
    for column, declared in zip(placed.tableColumns, table.columns, strict=False):
        if declared.formula:
            column.calculatedColumnFormula = TableFormula(attr_text=render_formula(declared.formula, language, table))
    sheet.add_table(placed)


class Desk:
    """One workbook on a person's desk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def rows(self, table: str, values: bool = True) -> list[dict[str, Any]]:
        """Read a table's rows by header: *values*, or the formulas behind them."""
        book = load_workbook(self.path, data_only=values)
        sheet, (left, top, right, bottom) = _find(book, table)
        lines = list(sheet.iter_rows(top, bottom, left, right, values_only=True))
        return [dict(zip(map(str, lines[0]), line, strict=True)) for line in lines[1:]]

    def type(self, table: str, row: int, header: str, value: Any) -> str:
        """Type *value* into the *row*th row of a table, from 1; return the cell's address."""
        return self.type_all(table, [(row, header, value)])[0]

    def type_all(self, table: str, values: Iterable[tuple[int, str, Any]]) -> list[str]:
        """Type several values, each with its row and header; return the addresses of the cells."""
        book = load_workbook(self.path)
        sheet, (left, top, right, _) = _find(book, table)
        headers = [str(cell.value) for cell in sheet[top][left - 1 : right]]
        addresses = list[str]()
        for row, header, value in values:
            cell = sheet.cell(top + row, left + headers.index(header))
            cell.value = value
            addresses.append(f"{sheet.title}!{cell.coordinate}")
        book.save(self.path)
        return addresses

    def fill_in(self, name: str, value: Any) -> str:
        """Type *value* into a named cell; return its address."""
        book = load_workbook(self.path)
        place = book.defined_names[name].attr_text
        sheet, cell = place.rpartition("!")[0].strip("'"), place.rpartition("!")[2].replace("$", "")
        book[sheet][cell].value = value
        book.save(self.path)
        return f"'{sheet}'!{cell}" if " " in sheet else f"{sheet}!{cell}"

    def reverse(self, table: str) -> None:
        """Reverse the order of a table, as sorting does: whole rows move."""
        book = load_workbook(self.path)
        sheet, (left, top, right, bottom) = _find(book, table)
        body = [[cell.value for cell in line] for line in sheet.iter_rows(top + 1, bottom, left, right)]
        for line, values in zip(sheet.iter_rows(top + 1, bottom, left, right), reversed(body), strict=True):
            for cell, value in zip(line, values, strict=True):
                cell.value = value
        book.save(self.path)

    def rename(self, table: str, header: str, new: str) -> None:
        """Rename a column's header, as Excel does: formulas are adjusted."""
        book = load_workbook(self.path)
        sheet, (left, top, right, _) = _find(book, table)
        for cell in sheet[top][left - 1 : right]:
            if cell.value == header:
                cell.value = new
        for column in sheet.tables[table].tableColumns:
            column.name = new if column.name == header else column.name
        for any_sheet in book:
            for line in any_sheet.iter_rows():
                for cell in line:
                    if isinstance(cell.value, ArrayFormula):
                        cell.value.text = renamed(cell.value.text or "", table, header, new)
                    if isinstance(cell.value, str) and cell.value.startswith("="):
                        cell.value = renamed(cell.value, table, header, new)
        book.save(self.path)

    def rename_table(self, table: str, new: str) -> None:
        """Give a table another name."""
        book = load_workbook(self.path)
        sheet, _ = _find(book, table)
        placed = sheet.tables.pop(table)
        placed.displayName = placed.name = new
        sheet.tables.add(placed)
        book.save(self.path)


def renamed(formula: str, table: str, header: str, new: str) -> str:
    """Return a formula after a column of a table was renamed; other tables may have a column of the same name."""
    column = re.compile(rf"(\b{table}\[(?:\[#This Row\],\[)?){re.escape(header)}\]")
    return column.sub(lambda found: f"{found.group(1)}{new}]", formula)


def _find(book: Workbook, table: str) -> tuple[Worksheet, tuple[int, int, int, int]]:
    for sheet in book.worksheets:
        if table in sheet.tables:
            return sheet, range_boundaries(sheet.tables[table].ref)
    raise KeyError(table)
