"""A copy of the template with pasted rows, made with openpyxl; for tests only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter, range_boundaries

from tests.templates import built
from xl_salesflow.locale.texts import Language
from xl_salesflow.schema.sheet_layouts import arrange_columns


def filled(language: Language, **tables: Sequence[Mapping[str, Any]]) -> Workbook:
    """Return the template with rows in *tables* (name → rows by column id) instead of the blank row."""
    book = load_workbook(BytesIO(built(language)))
    for name, rows in tables.items():
        _paste(book, name, language, rows)
    return book


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def column_number(book: Workbook, table: str, column: str, language: Language) -> int:
    """Find the sheet column of a table's column."""
    declared = arrange_columns(table)
    left = range_boundaries(book[declared.title.in_(language)].tables[table].ref)[0]
    assert left is not None
    return left + [c.id for c in declared.columns].index(column)


def _paste(book: Workbook, name: str, language: Language, rows: Sequence[Mapping[str, Any]]) -> None:
    declared = arrange_columns(name)
    sheet = book[declared.title.in_(language)]
    table = sheet.tables[name]
    left, top, right, _ = range_boundaries(table.ref)
    assert left is not None
    assert top is not None
    assert right is not None
    for offset, row in enumerate(rows):
        for index, column in enumerate(declared.columns):
            model, cell = sheet.cell(top + 1, left + index), sheet.cell(top + 1 + offset, left + index)
            if offset:
                cell._style = copy(model._style)
            if column.formula is None:
                cell.value = row.get(column.id)
            elif offset:
                cell.value = Translator(model.value, model.coordinate).translate_formula(cell.coordinate)
    table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{top + len(rows)}"
    if table.autoFilter is not None:
        table.autoFilter.ref = table.ref
