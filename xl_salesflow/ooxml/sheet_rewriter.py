"""Rewrite a sheet as a stream: splice changed rows, insert new rows, copy the rest.

Edits of parts of arrays and of hidden merged cells are refused, as are tables that would grow over other cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_references import Area, cell_address
from xl_salesflow.ooxml.cell_writer import CACHE_MODE, WHOLE_MODE, CellFragment, CellWriter
from xl_salesflow.ooxml.column_folds import open_hidden_columns
from xl_salesflow.ooxml.column_formulas import SharedFormulaSplitter
from xl_salesflow.ooxml.opc_package import repairable_workbook_error
from xl_salesflow.ooxml.row_shifts import FormulaFollower, XmlChange, leave_unchanged
from xl_salesflow.ooxml.row_splicer import (
    DatedStyle,
    MalformedRow,
    NewRowStyle,
    RowSplicer,
    read_column_styles,
    read_row_styles,
)
from xl_salesflow.ooxml.shared_texts import SharedTexts
from xl_salesflow.ooxml.sheet_edits import RefusedCellValue, SheetEdits
from xl_salesflow.ooxml.sheet_stream import (
    RowSpan,
    SheetGrammar,
    SheetStream,
    find_row_spans,
    find_some_row_spans,
    parse_row_cells,
    read_row_number,
)

_ARRAY_FORMULA_REF = re.compile(rb'\sref="([^"]+)"')
_MERGED_CELLS = re.compile(rb'<(?:[\w.-]+:)?mergeCell\s[^<>]*?ref="([^"]+)"')


def find_array_areas(patterns: SheetGrammar, block: bytes) -> Iterator[Area]:
    """Yield the cells of each array formula or data table in a block that fills several cells."""
    for match in patterns.array.finditer(block):
        ref = _ARRAY_FORMULA_REF.search(match.group())
        area = Area.find(ref.group(1)) if ref else None
        if area and area[:2] != area[2:]:
            yield area


class EditObstacles:
    """Finds cells that the edits of a sheet must not change, while it is read; errors name their address."""

    def __init__(self, path: Path, sheet: str, edits: SheetEdits) -> None:
        self._path, self._sheet, self._edits = path, sheet, edits
        self._arrays: list[Area] = []

    def refusal(self, place: str, why: Text) -> UnsupportedEdit:
        """Return the error for an edit of a cell."""
        return UnsupportedEdit(self._path, f"{self._sheet}!{place}", why)

    def note_arrays(self, patterns: SheetGrammar, block: bytes) -> None:
        """Note the array formulas and data tables that start in a block; their cells are in it or below."""
        self._arrays += (area for area in find_array_areas(patterns, block) if area not in self._edits.emptied)

    def refuse_arrays(self, row: int, fragments: tuple[CellFragment | None, ...]) -> None:
        """Refuse to change part of an array; it may be removed as a whole, and cached values may change."""
        for column, fragment in zip(self._edits.columns, fragments, strict=True) if self._arrays else ():
            area = next((area for area in self._arrays if area.contains_cell(row, column)), None)
            if area and fragment and fragment[2] is not CACHE_MODE:
                why = Text("belongs to the array formula in {area}; clear it first").with_facts(area=area)
                raise self.refusal(cell_address(row, column), why)

    def clear_way(self, patterns: SheetGrammar, number: int, row: bytes) -> bytes:
        """Remove blank cells where a table grows; refuse to grow over others."""
        for fresh in self._edits.fresh.values():
            for cell in parse_row_cells(patterns, row) if fresh.contains_row(number) else ():
                if not fresh.area.first_col <= cell.column <= fresh.area.last_col:
                    continue
                if cell.content and number != fresh.totals_row:
                    why = Text("is in the way of a table that grows; move it and run again")
                    raise self.refusal(cell_address(number, cell.column), why)
                if b' r="' in cell.attributes:  # others determine the positions of their neighbours
                    row = row.replace(cell.xml, b"", 1)
        return row

    def refuse_merged(self, tail: bytes) -> None:
        """Refuse values in cells that are hidden by a merge."""
        for match in _MERGED_CELLS.finditer(tail):
            area = Area.find(match.group(1))
            for place in self._edits.within(area) if area else ():
                if area and place != area[:2]:
                    anchor = cell_address(*area[:2])
                    why = Text("is merged into {anchor}; write there").with_facts(anchor=anchor)
                    raise self.refusal(cell_address(*place), why)


_DIMENSION_ELEMENT = re.compile(rb'(<(?:[\w.-]+:)?dimension\s[^<>]*?ref=")([^"]*)(")')

RowEdit = tuple[int, tuple[CellFragment | None, ...]]
_NO_MORE_EDITS: RowEdit = (1 << 30, ())
_NEW_ROWS_AT_ONCE = 512  # rows below the last one that are written at once


class ShiftFollowers(NamedTuple):
    """The parts affected by shifted rows: formulas in the rows, and what comes after the rows."""

    rows: FormulaFollower = FormulaFollower(())
    tail: XmlChange = leave_unchanged


class CellSetting(NamedTuple):
    """What the cells of a workbook are written with: its date system, its date formats, its shared strings."""

    date1904: bool
    dated: DatedStyle
    shared: SharedTexts


class SheetRewriter:
    """Applies edits to a sheet.

    Afterwards `formulas_changed` says whether a formula was added or removed, `followed` whether a reference in one
    changed, and `tail_followed` whether something after the rows changed.
    """

    def __init__(self, path: Path, sheet: str, edits: SheetEdits, follow: ShiftFollowers, setting: CellSetting) -> None:
        self._path, self._sheet, self._edits, self._follow = path, sheet, edits, follow
        self._setting = setting
        self.formulas_changed = self.followed = self.tail_followed = False
        self._obstacles = EditObstacles(path, sheet, edits)
        self._models: dict[int, tuple[bytes, dict[int, bytes]]] = {  # row attributes and cell formats, by row
            fresh.style_row: (b"", {}) for fresh in edits.fresh.values()
        }
        self._look_of: dict[tuple[str, ...], NewRowStyle] = {}  # by the tables that a new row belongs to

    def rewrite(self, stream: SheetStream) -> Iterator[bytes]:
        """Yield the sheet's bytes with the edits applied; raises UnsupportedEdit."""
        self._patterns = stream.grammar
        self._shared = SharedFormulaSplitter(stream.grammar, self._follow.rows)
        self._column_styles = read_column_styles(stream.head, self._edits.columns)
        self._splicer = RowSplicer(stream.grammar, self._edits.columns, self._setting.dated, self._column_styles)
        self._rows = self._edits.rows
        self._writer = CellWriter(stream.grammar.prefix, self._setting.date1904, self._setting.shared)
        self._changes = self._edits.by_row(self._writer)
        self._next = self._advance()
        yield self._head(stream.head) + stream.opening
        before = 0
        for block in stream.blocks():
            last = self._last_row(block, before)
            yield self._follow_in(b"".join(self._block(block, before, last)))
            before = last
        while self._next is not _NO_MORE_EDITS:
            yield b"".join(self._new_rows(_NEW_ROWS_AT_ONCE))
        self._obstacles.refuse_merged(stream.tail)
        tail = self._follow.tail(stream.tail)
        self.tail_followed = tail != stream.tail
        yield stream.closing + tail

    def _follow_in(self, rows: bytes) -> bytes:
        after = self._follow.rows(rows)
        self.followed |= after != rows
        return after

    def _advance(self) -> RowEdit:
        try:
            return next(self._changes, _NO_MORE_EDITS)
        except RefusedCellValue as error:
            raise self._obstacles.refusal(error.place, error.why) from error

    def _head(self, head: bytes) -> bytes:
        """Open columns, and widen the dimension of the sheet where an edit is outside."""
        head = open_hidden_columns(head, self._edits.opened)
        extent, match = self._edits.extent(), _DIMENSION_ELEMENT.search(head)
        if extent is None or match is None:
            return head
        old = Area.find(match.group(2))
        if old is None:
            return head
        new = Area(*map(min, old[:2], extent[:2]), *map(max, old[2:], extent[2:]))
        return head if new == old else head[: match.start(2)] + str(new).encode() + head[match.end(2) :]

    def _last_row(self, block: bytes, before: int) -> int:
        start = block.rfind(b"<%brow" % self._patterns.prefix)
        match = self._patterns.row.match(block, start) if start >= 0 else None
        number = read_row_number(match.group(1), 0) if match else 0
        if number:
            return number
        return max((number for number, _, _ in find_row_spans(self._patterns, block, before)), default=before)

    def _block(self, block: bytes, before: int, last: int) -> Iterator[bytes]:
        """Yield a block in pieces, as few as its changed rows allow."""
        self._obstacles.note_arrays(self._patterns, block)
        needed = self._wanted(before, last)
        if not needed and not self._shared.concerns(block):
            yield block
            return
        copied = 0
        for number, start, end in self._spans(block, before, needed):
            if self._next[0] > number and number not in self._models and not self._shared.concerns(block[start:end]):
                continue
            yield block[copied:start]
            while self._next[0] < number:
                yield self._new_row()
            row = block[start:end]
            if number in self._models:
                self._remember(number, row)
            if self._next[0] == number:
                row = self._changed_row(number, row)
            yield self._shared.write_out(number, row)
            copied = end
        yield block[copied:]

    def _wanted(self, before: int, last: int) -> list[int]:
        """Return the rows after *before* up to *last* that change or are models for new rows."""
        start, end = np.searchsorted(self._rows, [before + 1, last + 1])
        models = {row for row in self._models if before < row <= last}
        return sorted(models.union(self._rows[start:end].tolist()))

    def _spans(self, block: bytes, before: int, needed: list[int]) -> Iterable[RowSpan]:
        """Find the *needed* rows; all rows if one of them is new, or if formulas are shared."""
        if b't="shared"' in block:
            return find_row_spans(self._patterns, block, before)
        found = find_some_row_spans(self._patterns, block, needed)
        return find_row_spans(self._patterns, block, before) if found is None else found

    def _remember(self, number: int, row: bytes) -> None:
        start = self._patterns.row.match(row)
        self._models[number] = (start.group(1) if start else b"", read_row_styles(self._patterns, row))

    def _look(self, number: int) -> NewRowStyle:
        """Return the look of new cells in a row: that of the model row of their table."""
        here = tuple(name for name, fresh in self._edits.fresh.items() if fresh.contains_row(number))
        if here not in self._look_of:
            attributes = b""
            styles = dict(self._column_styles)
            for area, model, _ in (self._edits.fresh[name] for name in here):
                attributes, cells = self._models[model]
                styles |= {at: style for at, style in cells.items() if area.first_col <= at <= area.last_col}
            self._look_of[here] = self._splicer.look(attributes, styles)
        return self._look_of[here]

    def _new_rows(self, most: int) -> Iterator[bytes]:
        """Write the rows below the last row of the sheet; only moved cells there can have formulas to shift."""
        while self._next is not _NO_MORE_EDITS and most:
            moved = self._writer.wrote_moved_cells and any(
                fragment and fragment[2] is WHOLE_MODE for fragment in self._next[1]
            )
            yield self._follow_in(self._new_row()) if moved else self._new_row()
            most -= 1

    def _new_row(self) -> bytes:
        number, fragments = self._next
        self._obstacles.refuse_arrays(number, fragments)
        row = self._splicer.new_row(number, self._look(number), fragments)
        self.formulas_changed |= b"<%bf>" % self._patterns.prefix in row
        self._next = self._advance()
        return row

    def _changed_row(self, number: int, row: bytes) -> bytes:
        fragments = self._next[1]
        self._obstacles.refuse_arrays(number, fragments)
        row = self._obstacles.clear_way(self._patterns, number, row)
        opening = b"<%bf" % self._patterns.prefix
        try:
            new = self._splicer.splice(row, number, fragments, self._look(number).styles)
        except MalformedRow as error:
            name = f"{self._sheet}!{number}"
            raise repairable_workbook_error(self._path, "has malformed XML in row {name}", name=name) from error
        for column, content in self._splicer.replaced:
            self._shared.note_overwritten(number, column, content)
        self.formulas_changed |= bool(self._splicer.replaced) or new.count(opening) != row.count(opening)
        self._next = self._advance()
        return new
