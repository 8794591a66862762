"""A sheet rewritten as it streams by: changed rows spliced, new rows put in their place, the rest passed on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xl_salesflow.ooxml.cell_writer import WHOLE, CellWriter, Fragment
from xl_salesflow.ooxml.edits import BadValue, SheetEdits
from xl_salesflow.ooxml.follow import Change, unchanged
from xl_salesflow.ooxml.guard import unsound
from xl_salesflow.ooxml.obstacles import Obstacles
from xl_salesflow.ooxml.refs import Area
from xl_salesflow.ooxml.shared_formulas import Orphans
from xl_salesflow.ooxml.sheet_scan import RowSpan, SheetStream, number_of, row_spans, some_row_spans
from xl_salesflow.ooxml.splice import DatedStyle, Look, Malformed, RowSplicer, styles_of

_DIMENSION = re.compile(rb'(<(?:[\w.-]+:)?dimension\s[^>]*?ref=")([^"]*)(")')

RowEdit = tuple[int, tuple[Fragment | None, ...]]
_END: RowEdit = (1 << 30, ())
_TOGETHER = 512  # rows below the last one, handed on at once


class Followers(NamedTuple):
    """What follows the moves of tables: formulas among the rows, and what comes after the rows."""

    rows: Change = unchanged
    tail: Change = unchanged


class Setting(NamedTuple):
    """What the workbook says about dates: its system, and the formats that show them."""

    date1904: bool
    dated: DatedStyle


class SheetRewriter:
    """Applies edits to a sheet; afterwards `formulas_changed` says whether a formula came or went, `followed` whether one
    points elsewhere now.
    """

    def __init__(self, path: Path, sheet: str, edits: SheetEdits, follow: Followers, setting: Setting) -> None:
        self._path, self._sheet, self._edits, self._follow = path, sheet, edits, follow
        self._setting = setting
        self.formulas_changed = self.followed = False
        self._obstacles = Obstacles(path, sheet, edits)
        self._models: dict[int, tuple[bytes, dict[int, bytes]]] = {  # row attributes and cell formats, by row
            fresh.style_row: (b"", {}) for fresh in edits.fresh.values()
        }
        self._look_of: dict[tuple[str, ...], Look] = {}  # by the tables that a new row belongs to

    def rewrite(self, stream: SheetStream) -> Iterator[bytes]:
        """Yield the sheet's bytes with the edits applied; raises UnsupportedEdit."""
        self._patterns = stream.grammar
        self._orphans = Orphans(stream.grammar)
        self._splicer = RowSplicer(stream.grammar, self._edits.columns, self._setting.dated)
        self._rows = self._edits.rows
        self._changes = self._edits.by_row(CellWriter(stream.grammar.prefix, self._setting.date1904))
        self._next = self._advance()
        yield self._head(stream.head) + stream.opening
        before = 0
        for block in stream.blocks():
            last = self._last_row(block, before)
            yield self._follow_in(b"".join(self._block(block, before, last)))
            before = last
        while self._next is not _END:
            yield b"".join(self._new_rows(_TOGETHER))
        self._obstacles.refuse_merged(stream.tail)
        yield stream.closing + self._follow.tail(stream.tail)

    def _follow_in(self, rows: bytes) -> bytes:
        after = self._follow.rows(rows)
        self.followed |= after != rows
        return after

    def _advance(self) -> RowEdit:
        try:
            return next(self._changes, _END)
        except BadValue as error:
            raise self._obstacles.refusal(error.place, error.why) from error

    def _head(self, head: bytes) -> bytes:
        """Widen the sheet's dimension where an edit lies outside."""
        extent, match = self._edits.extent(), _DIMENSION.search(head)
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
        number = number_of(match.group(1), 0) if match else 0
        if number:
            return number
        return max((number for number, _, _ in row_spans(self._patterns, block, before)), default=before)

    def _block(self, block: bytes, before: int, last: int) -> Iterator[bytes]:
        """Pass a block on, in as few pieces as its changed rows allow."""
        self._obstacles.note_arrays(self._patterns, block)
        wanted = self._wanted(before, last)
        if not wanted and not self._orphans:
            yield block
            return
        copied = 0
        for number, start, end in self._spans(block, before, wanted):
            if self._next[0] > number and number not in self._models and not self._orphans:
                continue
            yield block[copied:start]
            while self._next[0] < number:
                yield self._new_row()
            row = block[start:end]
            if number in self._models:
                self._remember(number, row)
            if self._next[0] == number:
                row = self._changed_row(number, row)
            yield self._orphans.written_out(number, row) if self._orphans else row
            copied = end
        yield block[copied:]

    def _wanted(self, before: int, last: int) -> list[int]:
        """The rows that change or serve as models, after a row up to another."""
        start, end = np.searchsorted(self._rows, [before + 1, last + 1])
        models = {row for row in self._models if before < row <= last}
        return sorted(models.union(self._rows[start:end].tolist()))

    def _spans(self, block: bytes, before: int, wanted: list[int]) -> Iterable[RowSpan]:
        """Find the rows to look at: the wanted ones; all where one of them is new, or a formula that others share may go."""
        if self._orphans or b't="shared"' in block:
            return row_spans(self._patterns, block, before)
        found = some_row_spans(self._patterns, block, wanted)
        return row_spans(self._patterns, block, before) if found is None else found

    def _remember(self, number: int, row: bytes) -> None:
        start = self._patterns.row.match(row)
        self._models[number] = (start.group(1) if start else b"", styles_of(self._patterns, row))

    def _look(self, number: int) -> Look:
        """How new cells of a row look: like the model row of the table they belong to."""
        here = tuple(name for name, fresh in self._edits.fresh.items() if fresh.holds(number))
        if here not in self._look_of:
            attributes = b""
            styles: dict[int, bytes] = {}
            for area, model, _ in (self._edits.fresh[name] for name in here):
                attributes, cells = self._models[model]
                styles |= {at: style for at, style in cells.items() if area.first_col <= at <= area.last_col}
            self._look_of[here] = self._splicer.look(attributes, styles)
        return self._look_of[here]

    def _new_rows(self, most: int) -> Iterator[bytes]:
        """Write what is left, below the last row of the sheet; of it, only cells that moved can point elsewhere now."""
        while self._next is not _END and most:
            moved = any(fragment and fragment[2] is WHOLE for fragment in self._next[1])
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
        row = self._obstacles.cleared(self._patterns, number, row)
        opening = b"<%bf" % self._patterns.prefix
        try:
            new = self._splicer.splice(row, number, fragments, self._look(number).styles)
        except Malformed as error:
            name = f"{self._sheet}!{number}"
            raise unsound(self._path, f"has malformed XML in row {name}", f"第 {name} 行的 XML 格式有误") from error
        for column, content in self._splicer.replaced:
            self._orphans.overwritten(number, column, content)
        self.formulas_changed |= bool(self._splicer.replaced) or new.count(opening) != row.count(opening)
        self._next = self._advance()
        return new
