"""Recognise the formulas of earlier versions, so that an upgrade can replace them.

A cell that holds such a formula was not overwritten by a person. ``former_formulas.txt`` has a digest for each formula
that a version wrote and that is different now; ``tools/former_formulas.py`` adds those of a workbook of that version.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from pathlib import Path

from xl_salesflow.ooxml.column_formulas import normalize_formula
from xl_salesflow.workbook.book_reader import WorkbookReading
from xl_salesflow.workbook.loose_cells import BookCell, BookCells

FORMER_FORMULAS_FILE = Path(__file__).with_name("former_formulas.txt")
LOOSE_CELL_PLACE = "loose"
"""The place of formulas outside tables; the place of others is their table and column id."""


def digest_formula(place: str, formula: str) -> str:
    """Return the digest of a formula at *place*, without its spaces and case; of no formula, a blank."""
    return blake2b(f"{place}:{normalize_formula(formula)}".encode(), digest_size=8).hexdigest() if formula else ""


@cache
def read_former_formulas() -> frozenset[str]:
    """Return the digests of the formulas that earlier versions wrote."""
    return frozenset(FORMER_FORMULAS_FILE.read_text("utf-8").split())


def list_changed_formulas(reading: WorkbookReading, table: str) -> Iterator[tuple[str, int, str]]:
    """Yield column, row and formula (blank if none) of each cell of *table* without today's formula."""
    overwritten = reading.find_typed_over(table)
    if not overwritten:
        return
    at, headers = reading.workbook.tables[reading.layout.tables[table].name], reading.layout.headers[table]
    cells = BookCells(reading.workbook)
    for column, rows in overwritten.items():
        for row in rows:
            yield column, row, cells.formula(BookCell(at.sheet, row, at.column(headers[column]))) or ""
