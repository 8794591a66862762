"""What stands in the way of an edit: arrays, merged cells, cells below a table that grows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from xl_salesflow.errors import UnsupportedEdit, Words
from xl_salesflow.ooxml.cell_writer import CACHE, Fragment
from xl_salesflow.ooxml.edits import SheetEdits
from xl_salesflow.ooxml.refs import Area, address
from xl_salesflow.ooxml.sheet_scan import Grammar
from xl_salesflow.ooxml.splice import cells_of

_REF = re.compile(rb'\sref="([^"]+)"')
_MERGED = re.compile(rb'<(?:[\w.-]+:)?mergeCell\s[^>]*?ref="([^"]+)"')


def array_areas(patterns: Grammar, block: bytes) -> Iterator[Area]:
    """Yield the cells that each array formula or data table of a block fills, where they are several."""
    for match in patterns.array.finditer(block):
        ref = _REF.search(match.group())
        area = Area.find(ref.group(1)) if ref else None
        if area and area[:2] != area[2:]:
            yield area


class Obstacles:
    """Looks out, as a sheet streams by, for what its edits must not touch; refuses with the cell's address."""

    def __init__(self, path: Path, sheet: str, edits: SheetEdits) -> None:
        self._path, self._sheet, self._edits = path, sheet, edits
        self._arrays: list[Area] = []

    def refusal(self, place: str, why: Words) -> UnsupportedEdit:
        """The error for an edit of a cell."""
        return UnsupportedEdit(self._path, f"{self._sheet}!{place}", why)

    def note_arrays(self, patterns: Grammar, block: bytes) -> None:
        """Take note of array formulas and data tables that start in a block; their cells lie in it or below."""
        self._arrays += (area for area in array_areas(patterns, block) if area not in self._edits.emptied)

    def refuse_arrays(self, row: int, fragments: tuple[Fragment | None, ...]) -> None:
        """Refuse to change part of an array; the whole may go, and cached values may change."""
        for column, fragment in zip(self._edits.columns, fragments, strict=True) if self._arrays else ():
            area = next((area for area in self._arrays if area.holds(row, column)), None)
            if area and fragment and fragment[2] is not CACHE:
                why = (f"belongs to the array formula in {area}; clear it first", f"属于数组公式 {area}；请先清除")
                raise self.refusal(address(row, column), why)

    def cleared(self, patterns: Grammar, number: int, row: bytes) -> bytes:
        """Take blank cells out of the way of a table that grows; refuse to grow over others."""
        for fresh in self._edits.fresh.values():
            for cell in cells_of(patterns, row) if fresh.holds(number) else ():
                if not fresh.area.first_col <= cell.column <= fresh.area.last_col:
                    continue
                if cell.content and number != fresh.totals_row:
                    why = (
                        "is in the way of a table that grows; move it and run again",
                        "挡住了需要扩展的表；请移开后重新运行",
                    )
                    raise self.refusal(address(number, cell.column), why)
                if b' r="' in cell.attributes:  # others keep their neighbours in place
                    row = row.replace(cell.xml, b"", 1)
        return row

    def refuse_merged(self, tail: bytes) -> None:
        """Refuse values in cells that a merge hides."""
        for match in _MERGED.finditer(tail):
            area = Area.find(match.group(1))
            for place in self._edits.within(area) if area else ():
                if area and place != area[:2]:
                    anchor = address(*area[:2])
                    why = (f"is merged into {anchor}; write there", f"已合并到 {anchor}；请写入该单元格")
                    raise self.refusal(address(*place), why)
