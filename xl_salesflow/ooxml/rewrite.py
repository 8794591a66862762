"""A sheet rewritten as it streams by: changed rows spliced, new rows put in their place, the rest passed on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from xl_salesflow.errors import UnsupportedEdit, Words
from xl_salesflow.ooxml.cell_writer import CACHE, WHOLE, CellWriter, Fragment
from xl_salesflow.ooxml.edits import BadValue, SheetEdits
from xl_salesflow.ooxml.follow import Change, unchanged
from xl_salesflow.ooxml.guard import unsound
from xl_salesflow.ooxml.refs import Area, address
from xl_salesflow.ooxml.shared_formulas import SharedFormulas
from xl_salesflow.ooxml.sheet_scan import SheetStream, number_of, row_spans
from xl_salesflow.ooxml.splice import Cell, DatedStyle, Look, Malformed, RowSplicer, cells_of, styles_of
from xl_salesflow.ooxml.text import xml_formula

_IN_THE_WAY = ("is in the way of a table that grows; move it and run again", "挡住了需要扩展的表;请移开后重新运行")
_DIMENSION = re.compile(rb'(<(?:[\w.-]+:)?dimension\s[^>]*?ref=")([^"]*)(")')
_REF = re.compile(rb'\sref="([^"]+)"')
_MERGED = re.compile(rb'<(?:[\w.-]+:)?mergeCell\s[^>]*?ref="([^"]+)"')

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
    """Applies edits to a sheet; `formulas_changed` says afterwards whether a formula came or went."""

    def __init__(self, path: Path, sheet: str, edits: SheetEdits, follow: Followers, setting: Setting) -> None:
        self._path, self._sheet, self._edits, self._follow = path, sheet, edits, follow
        self._setting = setting
        self.formulas_changed = False
        self._orphaned = SharedFormulas()  # those whose master went
        self._arrays: list[Area] = []
        self._models: dict[int, tuple[bytes, dict[int, bytes]]] = {  # row attributes and cell formats, by row
            fresh.style_row: (b"", {}) for fresh in edits.fresh.values()
        }
        self._look_of: dict[tuple[str, ...], Look] = {}  # by the tables that a new row belongs to

    def rewrite(self, stream: SheetStream) -> Iterator[bytes]:
        """Yield the sheet's bytes with the edits applied; raises UnsupportedEdit."""
        self._patterns = stream.grammar
        self._splicer = RowSplicer(stream.grammar, self._edits.columns, self._setting.dated)
        self._changes = self._edits.by_row(CellWriter(stream.grammar.prefix, self._setting.date1904))
        self._next = self._advance()
        yield self._head(stream.head) + stream.opening
        before = 0
        for block in stream.blocks():
            last = self._last_row(block, before)
            yield self._follow.rows(b"".join(self._block(block, before, last)))
            before = last
        while self._next is not _END:
            yield b"".join(self._new_rows(_TOGETHER))
        self._refuse_merged(stream.tail)
        yield stream.closing + self._follow.tail(stream.tail)

    def _advance(self) -> RowEdit:
        try:
            return next(self._changes, _END)
        except BadValue as error:
            raise self._refusal(error.place, error.why) from error

    def _refusal(self, place: str, why: Words) -> UnsupportedEdit:
        return UnsupportedEdit(self._path, f"{self._sheet}!{place}", why)

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
        for match in self._patterns.array.finditer(block):
            ref = _REF.search(match.group())
            area = Area.find(ref.group(1)) if ref else None
            if area:
                self._arrays.append(area)
        models = any(before < row <= last for row in self._models)
        if self._next[0] > last and not models and not self._orphaned:
            yield block
            return
        copied = 0
        for number, start, end in row_spans(self._patterns, block, before):
            if self._next[0] > number and number not in self._models and not self._orphaned:
                continue
            yield block[copied:start]
            while self._next[0] < number:
                yield self._new_row()
            row = block[start:end]
            if number in self._models:
                self._remember(number, row)
            if self._next[0] == number:
                row = self._changed_row(number, row)
            yield self._expand(number, row) if self._orphaned else row
            copied = end
        yield block[copied:]

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
            yield self._follow.rows(self._new_row()) if moved else self._new_row()
            most -= 1

    def _new_row(self) -> bytes:
        number, fragments = self._next
        self._refuse_arrays(number, fragments)
        row = self._splicer.new_row(number, self._look(number), fragments)
        self.formulas_changed |= b"<%bf>" % self._patterns.prefix in row
        self._next = self._advance()
        return row

    def _changed_row(self, number: int, row: bytes) -> bytes:
        fragments = self._next[1]
        self._refuse_arrays(number, fragments)
        row = self._cleared(number, row)
        opening = b"<%bf" % self._patterns.prefix
        try:
            new = self._splicer.splice(row, number, fragments, self._look(number).styles)
        except Malformed as error:
            name = f"{self._sheet}!{number}"
            raise unsound(self._path, f"has malformed XML in row {name}", f"第 {name} 行的 XML 格式有误") from error
        for column, content in self._splicer.replaced:
            self._orphan(number, column, content)
        self.formulas_changed |= bool(self._splicer.replaced) or new.count(opening) != row.count(opening)
        self._next = self._advance()
        return new

    def _orphan(self, row: int, column: int, content: bytes) -> None:
        """Remember a shared formula whose master was overwritten: its followers must stand alone."""
        match = self._patterns.formula.search(content)
        if match:
            self._orphaned.remember(match.group(1), match.group(2), row, column)

    def _expand(self, number: int, row: bytes) -> bytes:
        """Write out the followers of overwritten masters."""
        if b't="shared"' not in row:
            return row
        cells = cells_of(self._patterns, row)
        out: list[bytes] = []
        copied = 0
        for match, cell in zip(self._patterns.cell.finditer(row), cells, strict=True):
            out += (row[copied : match.start()], self._expand_cell(number, cell))
            copied = match.end()
        return b"".join(out) + row[copied:]

    def _expand_cell(self, number: int, cell: Cell) -> bytes:
        formula = self._patterns.formula.search(cell.xml)
        if formula is None:
            return cell.xml
        if formula.group(2):  # a master: its number may be used again, for another formula
            self._orphaned.forget(formula.group(1))
            return cell.xml
        text = self._orphaned.text(formula.group(1), number, cell.column)
        if text is None:
            return cell.xml
        p = self._patterns.prefix
        return cell.xml[: formula.start()] + b"<%bf>%b</%bf>" % (p, xml_formula(text), p) + cell.xml[formula.end() :]

    def _refuse_arrays(self, number: int, fragments: tuple[Fragment | None, ...]) -> None:
        if not self._arrays:
            return
        for column, fragment in zip(self._edits.columns, fragments, strict=True):
            if fragment is None or fragment[2] is CACHE:
                continue
            for area in self._arrays:
                if area.holds(number, column) and area[:2] != area[2:]:
                    why = (f"belongs to the array formula in {area}; clear it first", f"属于数组公式 {area};请先清除")
                    raise self._refusal(address(number, column), why)

    def _cleared(self, number: int, row: bytes) -> bytes:
        """Take blank cells out of the way of a table that grows; refuse to grow over others."""
        for area, _, totals_row in self._edits.fresh.values():
            if area.first_row <= number <= area.last_row:
                for cell in cells_of(self._patterns, row):
                    if area.first_col <= cell.column <= area.last_col:
                        if cell.content and number != totals_row:
                            raise self._refusal(address(number, cell.column), _IN_THE_WAY)
                        row = row.replace(cell.xml, b"", 1)
        return row

    def _refuse_merged(self, tail: bytes) -> None:
        for match in _MERGED.finditer(tail):
            area = Area.find(match.group(1))
            for row, column in self._edits.within(area) if area else ():
                assert area is not None
                if (row, column) != area[:2]:
                    anchor = address(*area[:2])
                    why = (f"is merged into {anchor}; write there", f"已合并到 {anchor};请写入该单元格")
                    raise self._refusal(address(row, column), why)
