"""What an edit changes, as formulas and charts ask: does anything in this rectangle show something else now?"""

from __future__ import annotations

from collections.abc import Callable, Collection

from xl_salesflow.ooxml.assemble import Edits
from xl_salesflow.ooxml.refs import Area
from xl_salesflow.ooxml.resolve import CellRange

Changed = Callable[[CellRange], bool]


def changed_by(edits: Edits) -> Changed:
    """Answer for the cells that edits set, and for every cell of a table that changes its size."""
    sheets = {name.casefold(): cells for name, cells in edits.sheets.items() if cells}
    moved = [(move.table.sheet.casefold(), move.table.area, move.last_row) for move in edits.moves.values()]

    def changed(read: CellRange) -> bool:
        cells = sheets.get(read.sheet)
        if cells and next(cells.within(read.area), None):
            return True
        return any(
            sheet == read.sheet and read.area.meets(area._replace(last_row=max(area.last_row, last + 1)))
            for sheet, area, last in moved
        )

    return changed


def also(changed: Changed, cells: Collection[CellRange]) -> Changed:
    """Answer for some cells more."""
    by_sheet: dict[str, list[Area]] = {}
    for sheet, area in cells:
        by_sheet.setdefault(sheet, []).append(area)
    return lambda read: changed(read) or any(read.area.meets(area) for area in by_sheet.get(read.sheet, ()))
