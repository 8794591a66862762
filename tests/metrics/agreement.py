"""Compare a recalculated workbook with Python; works on any workbook with our tables and defined names."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from openpyxl.utils.cell import coordinate_to_tuple
from python_calamine import CalamineWorkbook

from tests.libreoffice import Grid
from xl_salesflow.metrics.metric_cell_values import SheetValues
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES

ORIGIN = date(1899, 12, 30)
NAME = re.compile(r'<definedName [^>]*name="(\w+)"[^>]*>([^<]+)!\$([A-Z]+)\$(\d+)<')


def read_cached_values(book: Path) -> dict[str, Grid]:
    """Return the values that are stored in a workbook, by sheet."""
    stored = CalamineWorkbook.from_path(book)
    return {name: stored.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in stored.sheet_names}


def read_shown_table(book: Workbook, shown: Mapping[str, Grid], name: str) -> dict[str, list[Any]]:
    """Return the columns of a table of *book*, by header, with the values that are *shown* in its place."""
    table = book.tables[name]
    rows = shown[table.sheet][table.first_row - 1 : table.last_row]
    return {header: [row[table.first_col - 1 + at] for row in rows] for at, header in enumerate(table.headers)}


def disagreements(book: Path, shown: Mapping[str, Grid], expected: SheetValues) -> tuple[int, list[str]]:
    """Return the number of cells of *book* that were compared with what is *shown*, and a sentence for each that differs."""
    pairs = list(_pairs(book, shown, expected))
    wrong = [f"{place}: Python {want!r}, LibreOffice {got!r}" for place, want, got in pairs if not same(want, got)]
    return len(pairs), wrong


def same(want: Any, got: Any) -> bool:
    """Tell whether two values are the same: text, counts and cents exactly, ratios and days to 1e-9."""
    want, got = _plain(want), _plain(got)
    if isinstance(want, str) or isinstance(got, str):
        return bool(want == got)
    return math.isclose(want, got, rel_tol=1e-12, abs_tol=1e-9)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        day = value.date() if isinstance(value, datetime) else value
        return (day - ORIGIN).days
    if isinstance(value, time):  # zero, in a cell with a date format
        return (value.hour * 60 + value.minute) / 1440
    return "" if value is None else value


def _pairs(book: Path, grids: Mapping[str, Grid], expected: SheetValues) -> Iterator[tuple[str, Any, Any]]:
    layout = CalamineWorkbook.from_path(book, load_tables=True)
    for name, rows in expected.tables.items():
        table = layout.get_table_by_name(name)
        assert table.start is not None
        (top, left), grid, declared = table.start, grids[table.sheet], TABLES[name]
        found = [declared.find_column(header) for header in table.columns]
        place = {column.id: left + offset for offset, column in enumerate(found) if column}
        key = place[declared.key or "stage"]
        for cells in grid[top : top + len(rows)]:
            for column, want in rows[cells[key]].items():
                yield f"{name} {cells[key]} {column}", want, cells[place[column]]
    for name, (sheet, row, column) in _names(book).items():
        if name in expected.cells:
            yield name, expected.cells[name], grids[sheet][row][column]


def _names(path: Path) -> Mapping[str, tuple[str, int, int]]:
    with ZipFile(path) as package:
        text = package.read("xl/workbook.xml").decode("utf-8")
    found = {}
    for name, sheet, letters, number in NAME.findall(text):
        row, column = coordinate_to_tuple(f"{letters}{number}")
        found[name] = (sheet.strip("'"), row - 1, column - 1)
    return found
