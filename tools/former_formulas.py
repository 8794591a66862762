"""Add the formulas of workbooks of an earlier version to ``former_formulas.txt``: ``python -m tools.former_formulas FILE…``.

To be run once per language after a formula has changed, with workbooks that the earlier version made and nobody has
edited; upgrades then replace these formulas.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.workbook.book_reader import WorkbookReading
from xl_salesflow.workbook.book_upgrade import template_for_workbook, upgrade_workbook
from xl_salesflow.workbook.cell_conversion import Dialect
from xl_salesflow.workbook.former_formulas import (
    FORMER_FORMULAS_FILE,
    LOOSE_CELL_PLACE,
    digest_formula,
    list_changed_formulas,
    read_former_formulas,
)
from xl_salesflow.workbook.loose_cells import BookCell, BookCells, find_lost_formulas
from xl_salesflow.workbook.workbook_layout import find_workbook_layout


def digest_changed_formulas(path: Path) -> Iterator[str]:
    """Yield the digest of each formula of a workbook that is not today's."""
    old = Workbook.open(path)
    shipped = template_for_workbook(old)
    workbook, _ = upgrade_workbook(old, shipped)
    reading = WorkbookReading(workbook, find_workbook_layout(path, workbook.tables))
    for table in reading.layout.tables:
        reading.read_table(table, Dialect())
        for column, _row, formula in list_changed_formulas(reading, table):
            yield digest_formula(f"{table}.{column}", formula)
    cells = BookCells(workbook)
    for lost in find_lost_formulas(workbook, shipped):
        formula = cells.formula(BookCell(lost.sheet, lost.row, lost.column)) or ""
        yield digest_formula(LOOSE_CELL_PLACE, formula)


def write_former_formulas(paths: list[Path]) -> int:
    """Add the digests of the workbooks at *paths*; return how many are new."""
    known = read_former_formulas()
    found = {digest for path in paths for digest in digest_changed_formulas(path) if digest}
    FORMER_FORMULAS_FILE.write_text("\n".join(sorted(known | found)) + "\n", "utf-8")
    return len(found - known)


if __name__ == "__main__":
    print(f"{write_former_formulas([Path(name) for name in sys.argv[1:]])} formulas added")
