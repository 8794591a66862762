"""Find formulas that no program has calculated; their cells look blank but are not.

Programs that write workbooks without Excel leave formulas in this state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from zipfile import ZipFile

from xl_salesflow.imports.import_values import UNCALCULATED_FORMULA
from xl_salesflow.imports.package_parts import CellPosition, position_of_reference, read_attributes, search_part

_UNCALCULATED_CELL = re.compile(
    rb"<c\s(?P<attributes>[^>]*)>\s*<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)


def find_uncalculated_cells(package: ZipFile, part: str) -> frozenset[CellPosition]:
    """Return the cells of the sheet *part* whose formulas have no result; an empty text is a result."""
    cells = (read_attributes(match["attributes"]) for match in search_part(package, part, _UNCALCULATED_CELL, b"<f"))
    positions = (position_of_reference(cell.get("r", "")) for cell in cells if cell.get("t") != "str")
    return frozenset(position for position in positions if position)


def mark_uncalculated_cells(
    rows: Sequence[Sequence[str]], cells: Iterable[CellPosition], first: int, width: int
) -> Sequence[Sequence[str]]:
    """Return *rows* with a mark in each cell of the list that was not calculated: from row *first* on, in *width* columns."""
    within = [(row, column) for row, column in cells if first <= row < len(rows) and column < width]
    if not within:
        return rows
    marked = [list(row) for row in rows]
    for row, column in within:
        marked[row] += [""] * (column + 1 - len(marked[row]))
        marked[row][column] = UNCALCULATED_FORMULA
    return marked
