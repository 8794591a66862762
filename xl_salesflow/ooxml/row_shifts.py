"""Make everything that points into a table follow when its rows shift, as Excel does.

A row shift answers one question: a reference into the table's columns, where does it point now? Validations, formats,
formulas, names, charts and pivot sources follow, and comments when rows are deleted. A comment is in up to three parts: its
text, its thread, and the drawing of its box, which counts rows and columns from 0.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from xl_salesflow.ooxml.cell_contents import escape_formula, unescape_xml
from xl_salesflow.ooxml.cell_references import Area, cell_address, map_references
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.workbook_parts import ExcelTable, Worksheet, read_relationships

_SHIFTED_ROW_NUMBER = re.compile(r"[0-9]+")
DELETED_REFERENCE = "#REF!"


@dataclass(frozen=True, slots=True)
class TableGrowth:
    """A table whose body ends elsewhere now; `table` is as it was."""

    table: ExcelTable
    last_row: int

    @property
    def rows(self) -> tuple[int, ...]:
        """The row numbers that a reference must mention to be concerned; none means any."""
        return (self.table.last_row, self.table.last_row + 1) if self.table.has_totals else (self.table.last_row,)

    def target(self, area: Area, whole: bool) -> Area | None:
        """Where a rectangle lies now; None when the move does not concern it.

        A range that ends where the body ended ends where it ends now. `whole` asks for what formulas, charts and names
        want: ranges that cover the body from its first row; without it, part of the body will do. The totals row moves.
        """
        table = self.table
        if not table.first_col <= area.first_col <= area.last_col <= table.last_col:
            return None
        if table.has_totals and area.first_row == area.last_row == table.last_row + 1:
            return area._replace(first_row=self.last_row + 1, last_row=self.last_row + 1)
        starts = (table.header_row or table.first_row) <= area.first_row
        if area.last_row != table.last_row or not starts or (whole and area.first_row > table.first_row):
            return None
        return area._replace(last_row=max(self.last_row, area.first_row))


@dataclass(frozen=True, slots=True)
class RowDeletion:
    """Rows taken out of a table, the rows below them moved up; `table` is as it was, `gone` ascends."""

    table: ExcelTable
    gone: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """The row numbers that a reference must mention to be concerned; none means any."""
        return ()

    @property
    def last_row(self) -> int:
        """Where the body ends now."""
        return self.table.last_row - len(self.gone)

    def row(self, before: int) -> int:
        """Where a row that stays is now."""
        return before - bisect_left(self.gone, before)

    def target(self, area: Area, whole: bool) -> Area | None:
        """Where a rectangle lies now; None when the move does not concern it or nothing of it is left."""
        table = self.table
        if not table.area.contains(area):
            return None
        first, last = self.row(area.first_row), self.row(area.last_row + 1) - 1
        return area._replace(first_row=first, last_row=last) if last >= first else None

    def swallows(self, area: Area) -> bool:
        """Say whether every row of a rectangle was deleted."""
        return self.table.area.contains(area) and self.row(area.last_row + 1) == self.row(area.first_row)


RowShift = TableGrowth | RowDeletion
RowShifts = Sequence[RowShift]


def apply_row_shift(move: RowShift, ref: str, whole: bool) -> str:
    """Give a reference its new place, dollars kept; `#REF!` when its cells are gone."""
    area = Area.find(ref)
    if area is None or not _SHIFTED_ROW_NUMBER.search(ref):
        return ref
    target = move.target(area, whole)
    if target is None:
        return DELETED_REFERENCE if isinstance(move, RowDeletion) and move.swallows(area) else ref
    if ":" not in ref and target[0] != target[2]:
        return ref if whole else str(target)
    rows = iter((target.first_row, target.last_row))
    return _SHIFTED_ROW_NUMBER.sub(lambda _: str(next(rows)), ref)


_RANGE_ATTRIBUTES = re.compile(
    rb"(<(?:[\w.-]+:)?(?:conditionalFormatting|dataValidation|ignoredError|protectedRange|hyperlink)\s[^>]*?"
    rb'\b(?:sqref|ref)=")([^"]*)'
)
_SQREF_ELEMENTS = re.compile(rb"(<(?:[\w.-]+:)?sqref>)([^<]*)")
_FORMULA_TEXTS = re.compile(rb"(<(?:[\w.-]+:)?(?:formula[12]?|f)(?:\s[^>]*[^/])?>)([^<]+)")
_DEFINED_NAME_TEXT = re.compile(rb"(<(?:[\w.-]+:)?definedName\s[^>]*>)([^<]*)")
_PIVOT_WORKSHEET_SOURCE = re.compile(rb"<(?:[\w.-]+:)?worksheetSource\b[^>]*>")
_REF_ATTRIBUTE = re.compile(rb'(\bref=")([^"]*)')
_INSERT_ROW_ATTRIBUTES = re.compile(rb'\s(?:insertRow|insertRowShift)="[^"]*"')
_SHEET_ATTRIBUTE = re.compile(rb'\bsheet="([^"]*)"')
_ROW_FIXED_REFERENCE = re.compile(r"\$?[A-Za-z]{1,3}\$[0-9]+(?::\$?[A-Za-z]{1,3}\$[0-9]+)?")

XmlChange = Callable[[bytes], bytes]


def leave_unchanged(xml: bytes) -> bytes:
    """Follow nothing."""
    return xml


def follow_in_tail(moves: RowShifts, sheet: str) -> XmlChange:
    """Make the change to what follows a sheet's rows."""
    own = [move for move in moves if _same_sheet_name(move.table.sheet, sheet)]

    def change(tail: bytes) -> bytes:
        for pattern in (_RANGE_ATTRIBUTES, _SQREF_ELEMENTS) if own else ():
            tail = pattern.sub(lambda m: m.group(1) + _shift_ranges(own, m.group(2)), tail)
        return follow_in_formulas(moves, sheet)(tail)

    return change if moves else leave_unchanged


def follow_in_formulas(moves: RowShifts, sheet: str | None = None) -> XmlChange:
    """Make the change to formulas of cells, charts and formats; `sheet` is meant where a reference names none."""
    if not moves:
        return leave_unchanged

    @lru_cache(4096)  # a calculated column has one formula, as often as the table has rows
    def followed(text: bytes, shared: bool) -> bytes:
        return _shift_formula_text(moves, text, sheet, shared)

    def change(xml: bytes) -> bytes:
        if not any(_mentions_shifted_table(xml, move, sheet) for move in moves):
            return xml
        return _FORMULA_TEXTS.sub(lambda m: m.group(1) + followed(m.group(2), b't="shared"' in m.group(1)), xml)

    return change


def follow_in_names(moves: RowShifts) -> XmlChange:
    """Make the change to the defined names of the workbook part."""
    return lambda xml: _DEFINED_NAME_TEXT.sub(lambda m: m.group(1) + _shift_formula_text(moves, m.group(2), None), xml)


def follow_in_pivot_source(moves: RowShifts) -> XmlChange:
    """Make the change to the source range of a pivot cache."""

    def source(match: re.Match[bytes]) -> bytes:
        sheet = _SHEET_ATTRIBUTE.search(match.group())
        here = [move for move in moves if sheet and _same_sheet_name(move.table.sheet, unescape_xml(sheet.group(1)))]
        return _REF_ATTRIBUTE.sub(lambda m: m.group(1) + _shift_ranges(here, m.group(2)), match.group())

    return lambda xml: _PIVOT_WORKSHEET_SOURCE.sub(source, xml)


def follow_in_table(move: RowShift) -> XmlChange:
    """Make the change to a table's own ref, its filter and its sort state."""
    table = move.table

    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        if area is None:
            return match.group()
        if area == table.area:
            area = area._replace(last_row=move.last_row + table.has_totals)
        elif area.last_row == table.last_row:
            area = area._replace(last_row=move.last_row)
        return match.group(1) + str(area).encode()

    return lambda xml: _REF_ATTRIBUTE.sub(change, xml)


def drop_insert_row(xml: bytes) -> bytes:
    """Make the row of an empty table, which Excel shows but does not count, a row like any other."""
    return _INSERT_ROW_ATTRIBUTES.sub(b"", xml)


def _same_sheet_name(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _mentions_shifted_table(xml: bytes, move: RowShift, home: str | None) -> bool:
    """Rule out, at the speed of a text search, what cannot concern a move: most blocks of most sheets."""
    table = move.table
    named = home is not None and _same_sheet_name(home, table.sheet)
    sheet = escape_formula(table.sheet.replace("'", "''"))
    if not named and sheet + b"!" not in xml and sheet + b"'!" not in xml:
        return False
    return not move.rows or any(b"%d" % row in xml for row in move.rows)


def _shift_ranges(moves: RowShifts, refs: bytes) -> bytes:
    words = refs.decode("utf-8", "replace").split(" ")
    for move in moves:
        after = [apply_row_shift(move, word, whole=False) for word in words]
        words = [word for word in after if word != DELETED_REFERENCE] or words
    return " ".join(words).encode()


def _shift_formula_text(moves: RowShifts, text: bytes, home: str | None, shared: bool = False) -> bytes:
    def change(sheet: str | None, ref: str) -> str:
        named = sheet or home
        if shared and not _ROW_FIXED_REFERENCE.fullmatch(ref):  # its followers would move differently
            return ref
        for move in moves:
            if named is not None and _same_sheet_name(named, move.table.sheet):
                ref = apply_row_shift(move, ref, whole=True)
        return ref

    before = unescape_xml(text)
    after = map_references(before, change)
    return text if after == before else escape_formula(after)


_COMMENT_ELEMENT = re.compile(
    rb"<((?:[\w.-]+:)?(?:comment|threadedComment))\s[^>]*?\bref=\"([^\"]*)\"[^>]*?(?:/>|>.*?</\1>)\s*", re.DOTALL
)
_COMMENT_REF = re.compile(rb'(\sref=")[^"]*')
_COMMENT_SHAPE = re.compile(rb"<(\w+:)?shape\b.*?</\1?shape>\s*", re.DOTALL)
_SHAPE_ROW, _SHAPE_COLUMN = re.compile(rb"(<(?:\w+:)?Row>\s*)([0-9]+)"), re.compile(rb"(<(?:\w+:)?Column>\s*)([0-9]+)")
_SHAPE_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([^<]*)")
_COMMENT_PART_KINDS = ("comments", "threadedComment", "vmlDrawing")


def follow_in_comments(package: Package, sheet: Worksheet, deletion: RowDeletion) -> Iterator[tuple[str, XmlChange]]:
    """Yield the parts that hold a sheet's comments, each with the change that takes them along."""
    for relation in read_relationships(package, sheet.part):
        if relation.kind in _COMMENT_PART_KINDS and package.find(relation.target):
            yield (
                relation.target,
                _follow_in_comment_shapes(deletion)
                if relation.kind == "vmlDrawing"
                else _follow_in_comment_texts(deletion),
            )


def _follow_in_comment_texts(deletion: RowDeletion) -> XmlChange:
    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        row = _shift_comment_row(deletion, area.first_row, area.first_col) if area else None
        if area is None or row == area.first_row:
            return match.group()
        return (
            b""
            if row is None
            else _COMMENT_REF.sub(rb"\g<1>%b" % cell_address(row, area.first_col).encode(), match.group(), count=1)
        )

    return lambda xml: _COMMENT_ELEMENT.sub(change, xml)


def _follow_in_comment_shapes(deletion: RowDeletion) -> XmlChange:
    def change(match: re.Match[bytes]) -> bytes:
        shape = match.group()
        row, column = _SHAPE_ROW.search(shape), _SHAPE_COLUMN.search(shape)
        if row is None or column is None:
            return shape
        before = int(row.group(2)) + 1
        after = _shift_comment_row(deletion, before, int(column.group(2)) + 1)
        if after is None:
            return b""
        shape = _SHAPE_ROW.sub(rb"\g<1>%d" % (after - 1), shape, count=1)
        return _SHAPE_ANCHOR.sub(
            lambda anchor: anchor.group(1) + _shift_shape_anchor(anchor.group(2), before - after), shape, count=1
        )

    return lambda xml: _COMMENT_SHAPE.sub(change, xml)


def _shift_comment_row(deletion: RowDeletion, row: int, column: int) -> int | None:
    """Where the row of a cell is now; None when it is gone."""
    if not deletion.table.area.holds(row, column) or row < deletion.gone[0]:
        return row
    return None if row in deletion.gone else deletion.row(row)


def _shift_shape_anchor(anchor: bytes, rows: int) -> bytes:
    """A box that moves up: left, its offset, top, its offset, right, its offset, bottom, its offset."""
    words = anchor.split(b",")
    if len(words) == 8 and all(word.strip().isdigit() for word in words):
        for at in (2, 6):
            words[at] = b" %d" % max(int(words[at]) - rows, 0)
    return b",".join(words)
