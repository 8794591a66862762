"""Adjust everything that refers to rows when they shift, as Excel does.

A row shift answers one question: where does a reference to its sheet point now? Validations, formats, formulas, names,
charts and pivot sources are adjusted, and comments when rows are deleted or copied. A comment has up to three parts:
its text, its thread, and the drawing of its box, which counts rows and columns from 0.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from xl_salesflow.ooxml.cell_contents import escape_formula, unescape_xml
from xl_salesflow.ooxml.cell_references import Area, cell_address, map_references
from xl_salesflow.ooxml.copied_ranges import RowCopies
from xl_salesflow.ooxml.excel_notation import quote_sheet_name
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.workbook_parts import ExcelTable, Worksheet, read_relationships

_SHIFTED_ROW_NUMBER = re.compile(r"[0-9]+")
DELETED_REFERENCE = "#REF!"


@dataclass(frozen=True, slots=True)
class TableGrowth:
    """A table whose last row changed; `table` is its state before."""

    table: ExcelTable
    last_row: int

    @property
    def sheet(self) -> str:
        """The sheet of the table."""
        return self.table.sheet

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the row numbers that an affected reference must contain; none means any."""
        return (self.table.last_row, self.table.last_row + 1) if self.table.has_totals else (self.table.last_row,)

    def shifted_area(self, area: Area, whole: bool) -> Area | None:
        """Return the new rectangle; None if the shift does not affect it.

        A range that ended with the body ends with it again. With `whole`, as for formulas, charts and names, the range
        must cover the body from its first row; otherwise a part of the body is enough. The totals row moves.
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
    """Rows deleted from a table, with rows below moved up; `table` is its state before, `deleted_rows` ascends."""

    table: ExcelTable
    deleted_rows: tuple[int, ...]

    @property
    def sheet(self) -> str:
        """The sheet of the table."""
        return self.table.sheet

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the row numbers that an affected reference must contain; none means any."""
        return ()

    @property
    def last_row(self) -> int:
        """Return the new last row of the body."""
        return self.table.last_row - len(self.deleted_rows)

    def row(self, before: int) -> int:
        """Return the new number of a row that is not deleted."""
        return before - bisect_left(self.deleted_rows, before)

    def shifted_area(self, area: Area, whole: bool) -> Area | None:
        """Return the new rectangle; None if the shift does not affect it or nothing of it is left."""
        table = self.table
        if not table.area.contains(area):
            return None
        first, last = self.row(area.first_row), self.row(area.last_row + 1) - 1
        return area._replace(first_row=first, last_row=last) if last >= first else None

    def is_deleted(self, area: Area) -> bool:
        """Return whether every row of a rectangle was deleted."""
        return self.table.area.contains(area) and self.row(area.last_row + 1) == self.row(area.first_row)


@dataclass(frozen=True, slots=True)
class RowPermutation:
    """Rows of a table in another order: the cells that move take their comments and links along, references stay.

    `places` has the new row of each row of the body. Excel sorts in the same way.
    """

    table: ExcelTable
    places: Mapping[int, int]

    @property
    def sheet(self) -> str:
        """The sheet of the table."""
        return self.table.sheet

    def row(self, before: int) -> int:
        """Return the new number of a row."""
        return self.places.get(before, before)


TableShift = TableGrowth | RowDeletion
RowShift = TableShift | RowCopies
RowShifts = Sequence[RowShift]


def apply_row_shift(shift: RowShift, ref: str, whole: bool) -> str:
    """Return the new target of a reference, with its dollar signs; `#REF!` if its cells were deleted."""
    if isinstance(shift, RowCopies):
        return shift.shift_reference(ref)
    area = Area.find(ref)
    if area is None or not _SHIFTED_ROW_NUMBER.search(ref):
        return ref
    shifted = shift.shifted_area(area, whole)
    if shifted is None:
        return DELETED_REFERENCE if isinstance(shift, RowDeletion) and shift.is_deleted(area) else ref
    if ":" not in ref and shifted[0] != shifted[2]:
        return ref if whole else str(shifted)
    rows = iter((shifted.first_row, shifted.last_row))
    return _SHIFTED_ROW_NUMBER.sub(lambda _: str(next(rows)), ref)


_RANGE_ATTRIBUTES = re.compile(
    rb"(<(?:[\w.-]+:)?(?:conditionalFormatting|dataValidation|ignoredError|protectedRange|hyperlink)\s[^<>]*?"
    rb'\b(?:sqref|ref)=")([^"]*)'
)
_SQREF_ELEMENTS = re.compile(rb"(<(?:[\w.-]+:)?sqref>)([^<]*)")
_FORMULA_TEXTS = re.compile(rb"(<(?:[\w.-]+:)?(?:formula[12]?|f)(?:\s[^<>]*[^/])?>)([^<]+)")
_DEFINED_NAME_TEXT = re.compile(rb"(<(?:[\w.-]+:)?definedName\s[^<>]*>)([^<]*)")
_PIVOT_WORKSHEET_SOURCE = re.compile(rb"<(?:[\w.-]+:)?worksheetSource\b[^<>]*>")
_REF_ATTRIBUTE = re.compile(rb'(\bref=")([^"]*)')
_INSERT_ROW_ATTRIBUTES = re.compile(rb'\s(?:insertRow|insertRowShift)="[^"]*"')
_SHEET_ATTRIBUTE = re.compile(rb'\bsheet="([^"]*)"')
_ROW_FIXED_REFERENCE = re.compile(r"\$?[A-Za-z]{1,3}\$[0-9]+(?::\$?[A-Za-z]{1,3}\$[0-9]+)?")

XmlChange = Callable[[bytes], bytes]


def leave_unchanged(xml: bytes) -> bytes:
    """Return *xml* unchanged."""
    return xml


def follow_in_tail(shifts: RowShifts, sheet: str) -> XmlChange:
    """Return the change to everything after a sheet's rows."""
    own = [shift for shift in shifts if same_sheet_name(shift.sheet, sheet)]

    def change(tail: bytes) -> bytes:
        for pattern in (_RANGE_ATTRIBUTES, _SQREF_ELEMENTS) if own else ():
            tail = pattern.sub(lambda m: m.group(1) + _shift_ranges(own, m.group(2)), tail)
        return FormulaFollower(shifts, sheet)(tail)

    return change if shifts else leave_unchanged


_HYPERLINK_REF = re.compile(rb'(<(?:[\w.-]+:)?hyperlink\s[^<>]*?\bref=")([^"]*)')


def follow_in_links(permutations: Sequence[RowPermutation]) -> XmlChange:
    """Return the change to the links of a sheet whose rows were put into another order."""

    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        for permutation in permutations:
            if area and area[:2] == area[2:] and permutation.table.area.contains(area):
                row = permutation.row(area.first_row)
                return match.group(1) + cell_address(row, area.first_col).encode()
        return match.group()

    return lambda tail: _HYPERLINK_REF.sub(change, tail)


class FormulaFollower:
    """Changes the formulas of cells, charts and formats; references without a sheet mean *sheet*."""

    def __init__(self, shifts: RowShifts, sheet: str | None = None) -> None:
        self._shifts, self._sheet = shifts, sheet
        # the formula of a calculated column occurs once for each row
        self.shift = lru_cache(4096)(self._shift)

    def __bool__(self) -> bool:
        return bool(self._shifts)

    def __call__(self, xml: bytes) -> bytes:
        """Return the XML with its formulas changed."""
        if not any(_mentions_shifted_sheet(xml, shift, self._sheet) for shift in self._shifts):
            return xml
        return _FORMULA_TEXTS.sub(lambda m: m.group(1) + self.shift(m.group(2)), xml)

    def _shift(self, text: bytes, fixed_rows_only: bool = False) -> bytes:
        """Return a formula with its references shifted."""

        def change(sheet: str | None, ref: str) -> str:
            named = sheet or self._sheet
            if fixed_rows_only and not _ROW_FIXED_REFERENCE.fullmatch(ref):
                return ref
            for shift in self._shifts:
                if named is not None and same_sheet_name(named, shift.sheet):
                    ref = apply_row_shift(shift, ref, whole=True)
            return ref

        before = unescape_xml(text)
        after = map_references(before, change)
        return text if after == before else escape_formula(after)

    def concerns(self, text: bytes) -> bool:
        """Return whether a formula refers to a sheet whose rows shift."""
        found: list[str] = []

        def note(sheet: str | None, ref: str) -> str:
            named = sheet or self._sheet
            if named is not None and any(same_sheet_name(named, shift.sheet) for shift in self._shifts):
                found.append(ref)
            return ref

        map_references(unescape_xml(text), note)
        return bool(found)

    def breaks_shared(self, text: bytes) -> bool:
        """Return whether the master of a shared formula changes in a way that its followers must not."""
        return self.shift(text) != self.shift(text, fixed_rows_only=True)


def follow_in_names(shifts: RowShifts) -> XmlChange:
    """Return the change to the defined names of the workbook part."""
    follow = FormulaFollower(shifts)
    return lambda xml: _DEFINED_NAME_TEXT.sub(lambda m: m.group(1) + follow.shift(m.group(2)), xml)


def follow_in_pivot_source(shifts: RowShifts) -> XmlChange:
    """Return the change to the source range of a pivot cache."""

    def source(match: re.Match[bytes]) -> bytes:
        sheet = _SHEET_ATTRIBUTE.search(match.group())
        here = [shift for shift in shifts if sheet and same_sheet_name(shift.sheet, unescape_xml(sheet.group(1)))]
        return _REF_ATTRIBUTE.sub(lambda m: m.group(1) + _shift_ranges(here, m.group(2)), match.group())

    return lambda xml: _PIVOT_WORKSHEET_SOURCE.sub(source, xml)


def follow_in_table(shift: TableShift) -> XmlChange:
    """Return the change to the shifted table's own ref, its filter and its sort state."""
    table = shift.table

    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        if area is None:
            return match.group()
        if area == table.area:
            area = area._replace(last_row=shift.last_row + table.has_totals)
        elif area.last_row == table.last_row:
            area = area._replace(last_row=shift.last_row)
        return match.group(1) + str(area).encode()

    return lambda xml: _REF_ATTRIBUTE.sub(change, xml)


def drop_insert_row(xml: bytes) -> bytes:
    """Turn the insert row of an empty table, which does not count as a row, into an ordinary row."""
    return _INSERT_ROW_ATTRIBUTES.sub(b"", xml)


def same_sheet_name(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _mentions_shifted_sheet(xml: bytes, shift: RowShift, home: str | None) -> bool:
    """Rule out by a text search what cannot refer to a shifted sheet, which is true for most blocks of most sheets."""
    named = home is not None and same_sheet_name(home, shift.sheet)
    quoted = escape_formula(quote_sheet_name(shift.sheet))
    if not named and quoted[1:-1] + b"!" not in xml and quoted[1:] + b"!" not in xml:
        return False
    return not shift.rows or any(b"%d" % row in xml for row in shift.rows)


def _shift_ranges(shifts: RowShifts, refs: bytes) -> bytes:
    words = refs.decode("utf-8", "replace").split(" ")
    for shift in shifts:
        after = [apply_row_shift(shift, word, whole=False) for word in words]
        words = [word for word in after if word != DELETED_REFERENCE] or words
    return " ".join(words).encode()


_COMMENT_ELEMENT = re.compile(
    rb"<((?:[\w.-]+:)?(?:comment|threadedComment))\s[^<>]*?\bref=\"([^\"]*)\"[^<>]*?(?:/>|>(?:[^<]++|<(?!/?\1[\s/>]))*+</\1>)\s*",
    re.DOTALL,
)
_COMMENT_REF = re.compile(rb'(\sref=")[^"]*')
_COMMENT_SHAPE = re.compile(rb"<(\w+:)?shape\b[^<>]*>(?:[^<]++|<(?!/?(?:\w+:)?shape[\s/>]))*+</\1?shape>\s*", re.DOTALL)
_SHAPE_ROW, _SHAPE_COLUMN = re.compile(rb"(<(?:\w+:)?Row>\s*)([0-9]+)"), re.compile(rb"(<(?:\w+:)?Column>\s*)([0-9]+)")
_SHAPE_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([^<]*)")
_COMMENT_PART_KINDS = ("comments", "threadedComment", "vmlDrawing")


CommentShift = RowDeletion | RowCopies | RowPermutation


def follow_in_comments(package: Package, sheet: Worksheet, shift: CommentShift) -> Iterator[tuple[str, XmlChange]]:
    """Yield the parts with the comments of a sheet, each with the change that moves them."""
    for relation in read_relationships(package, sheet.part):
        if relation.kind in _COMMENT_PART_KINDS and package.find(relation.target):
            follow = _follow_in_comment_shapes if relation.kind == "vmlDrawing" else _follow_in_comment_texts
            yield relation.target, follow(shift)


def _follow_in_comment_texts(shift: CommentShift) -> XmlChange:
    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        row = _shift_comment_row(shift, area.first_row, area.first_col) if area else None
        if area is None or row == area.first_row:
            return match.group()
        return (
            b""
            if row is None
            else _COMMENT_REF.sub(rb"\g<1>%b" % cell_address(row, area.first_col).encode(), match.group(), count=1)
        )

    return lambda xml: _COMMENT_ELEMENT.sub(change, xml)


def _follow_in_comment_shapes(shift: CommentShift) -> XmlChange:
    def change(match: re.Match[bytes]) -> bytes:
        shape = match.group()
        row, column = _SHAPE_ROW.search(shape), _SHAPE_COLUMN.search(shape)
        if row is None or column is None:
            return shape
        before = int(row.group(2)) + 1
        after = _shift_comment_row(shift, before, int(column.group(2)) + 1)
        if after is None:
            return b""
        shape = _SHAPE_ROW.sub(rb"\g<1>%d" % (after - 1), shape, count=1)
        return _SHAPE_ANCHOR.sub(
            lambda anchor: anchor.group(1) + _shift_shape_anchor(anchor.group(2), before - after), shape, count=1
        )

    return lambda xml: _COMMENT_SHAPE.sub(change, xml)


def _shift_comment_row(shift: CommentShift, row: int, column: int) -> int | None:
    """Return the new row of a cell; None if it was deleted."""
    if isinstance(shift, RowCopies):
        return None if shift.is_left_out(Area(row, column, row, column)) else shift.first(row)
    if not shift.table.area.contains_cell(row, column):
        return row
    if isinstance(shift, RowPermutation):
        return shift.row(row)
    if row < shift.deleted_rows[0]:
        return row
    return None if row in shift.deleted_rows else shift.row(row)


def _shift_shape_anchor(anchor: bytes, rows: int) -> bytes:
    """Return the anchor of a box moved up by some rows: left, top, right and bottom, each followed by its offset."""
    words = anchor.split(b",")
    if len(words) == 8 and all(word.strip().isdigit() for word in words):
        for at in (2, 6):
            words[at] = b" %d" % max(int(words[at]) - rows, 0)
    return b",".join(words)
