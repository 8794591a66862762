"""Does a workbook, recalculated, show what Python says? Works on any workbook with our tables and defined names."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries

from tests.libreoffice import EXCEL, LibreOffice
from xl_salesflow.metrics import SheetValues
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language

ORIGIN = date(1899, 12, 30)


def recalculated(libreoffice: LibreOffice, books: list[Path], folder: Path) -> list[Path]:
    """Recalculate many workbooks in one start of LibreOffice."""
    folder.mkdir(parents=True, exist_ok=True)
    said = libreoffice.run("--convert-to", EXCEL, "--outdir", str(folder), *(str(book) for book in books))
    made = [folder / book.name for book in books]
    assert all(path.is_file() for path in made), said
    return made


def disagreements(original: Path, result: Path, expected: SheetValues, language: Language) -> tuple[int, list[str]]:
    """Return how many cells were compared, and a sentence for each that differs."""
    layout, shown = load_workbook(original), load_workbook(result, data_only=True)
    compared, wrong = 0, []
    for place, want, got in _pairs(layout, shown, expected, language):
        compared += 1
        if not same(want, got):
            wrong.append(f"{place}: Python {want!r}, LibreOffice {got!r}")
    return compared, wrong


def same(want: Any, got: Any) -> bool:
    """Tell whether two values are the same: text and counts exactly, ratios and days to 1e-9."""
    want, got = _plain(want), _plain(got)
    if isinstance(want, str) or isinstance(got, str):
        return bool(want == got)
    return math.isclose(want, got, rel_tol=1e-12, abs_tol=1e-9)


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        day = value.date() if isinstance(value, datetime) else value
        return (day - ORIGIN).days
    return value


def _pairs(
    layout: Workbook, shown: Workbook, expected: SheetValues, language: Language
) -> Iterator[tuple[str, Any, Any]]:
    for sheet in layout:
        for name, ref in sheet.tables.items():
            if name not in expected.tables:
                continue
            left, top, right, bottom = range_boundaries(ref)
            ids = [TABLES[name].find(str(sheet.cell(top, column).value)) for column in range(left, right + 1)]
            place = {column.id: left + offset for offset, column in enumerate(ids) if column}
            for row in range(top + 1, bottom + 1):
                key = sheet.cell(row, place[TABLES[name].key or "stage"]).value
                for id, want in expected.tables[name][key].items():
                    yield f"{name} {key} {id}", want, shown[sheet.title].cell(row, place[id]).value
    for name, want in expected.cells.items():
        if name in layout.defined_names:
            title, _, address = layout.defined_names[name].attr_text.rpartition("!")
            yield name, want, shown[title.strip("'")][address.replace("$", "")].value
