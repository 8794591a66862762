"""Map the rows of a sheet to new places after some were repeated or left out, and adjust its ranges: merges, formats, tables."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xl_salesflow.ooxml.cell_references import MAX_ROW, Area, map_references
from xl_salesflow.ooxml.workbook_parts import ExcelTable

_ROW_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class RowCopies:
    """The printed rows of a sheet, each by the number of the row it is a copy of; `last_row` is the last stored one."""

    sheet: str
    last_row: int
    printed: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the row numbers that an affected reference must contain; none means any."""
        return ()

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        copies: dict[int, list[int]] = {}
        for place, row in enumerate(self.printed, 1):
            copies.setdefault(row, []).append(place)
        return copies

    @cached_property
    def _kept(self) -> list[int]:
        return sorted(self._copies)

    def printed_rows(self, row: int) -> list[int]:
        """Return the places where a row is printed: none, one or several."""
        return self._copies.get(row, [])

    def first(self, row: int) -> int:
        """Return the new first row of a rectangle that began at *row*."""
        if row > self.last_row:
            return len(self.printed) + row - self.last_row
        at = bisect_left(self._kept, row)
        return self._copies[self._kept[at]][0] if at < len(self._kept) else len(self.printed) + 1

    def last(self, row: int) -> int:
        """Return the new last row of a rectangle that ended at *row*."""
        if row in self._copies:
            return self._copies[row][-1]
        return self.first(row) - (row <= self.last_row)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the new first and last row of a rectangle; one row if nothing is left of it."""
        start, end = self.first(first), MAX_ROW if last == MAX_ROW else self.last(last)
        return (start, end) if end >= start else (max(1, end), max(1, end))

    def is_left_out(self, area: Area) -> bool:
        """Return whether no row of a rectangle is printed."""
        at = bisect_left(self._kept, area.first_row)
        return area.last_row <= self.last_row and (at == len(self._kept) or self._kept[at] > area.last_row)

    def shift_reference(self, ref: str) -> str:
        """Return the new target of a reference, with its dollar signs; a cell in a repeated row becomes a range."""
        area = Area.find(ref)
        if area is None or not _ROW_DIGITS.search(ref):
            return ref
        start, end = self.span(area.first_row, area.last_row)
        rows = iter((start, end))
        shifted = _ROW_DIGITS.sub(lambda match: str(next(rows, match[0])), ref)
        return f"{shifted}:{_ROW_DIGITS.sub(str(end), ref)}" if ":" not in ref and end > start else shifted

    def shift_merge(self, area: Area) -> Iterator[Area]:
        """Yield the merged cells once for each time their rows are printed."""
        starts, ends = self.printed_rows(area.first_row), self.printed_rows(area.last_row)
        if len(starts) == len(ends):
            for start, end in zip(starts, ends, strict=True):
                yield area._replace(first_row=start, last_row=end)
        else:
            start, end = self.span(area.first_row, area.last_row)
            yield area._replace(first_row=start, last_row=end)

    def nearest_copy(self, wanted: int, row: int, place: int) -> int:
        """Return the copy of row *wanted* for a formula in the copy of *row* at *place*; rows above stay above."""
        copies = self.printed_rows(wanted)
        if not copies:
            return self.first(wanted)
        return min(copies, key=lambda at: (abs(at - place), at > place if wanted < row else at < place))


def shift_copied_formula(sheets: Sequence[RowCopies], formula: str, home: str, row: int, place: int) -> str:
    """Rewrite a formula of a cell on sheet *home* for the copy of *row* that is printed at *place*."""
    by_name = {copies.sheet.casefold(): copies for copies in sheets}

    def change(named: str | None, ref: str) -> str:
        copies = by_name.get((home if named is None else named).casefold())
        numbers = _ROW_DIGITS.findall(ref)
        if copies is None or not numbers:
            return ref
        if named is None and (":" not in ref or set(numbers) == {str(row)}):
            return _ROW_DIGITS.sub(lambda match: str(copies.nearest_copy(int(match[0]), row, place)), ref)
        return copies.shift_reference(ref)

    return map_references(formula, change)


_HEAD_CELLS = re.compile(rb'(\b(sqref|activeCell|topLeftCell)=")([^"]*)')
_DIMENSION_REF = re.compile(rb'(<(?:[\w.-]+:)?dimension\s[^<>]*?\bref=")([^"]*)')
_MERGED_CELL = re.compile(rb'(<(?:[\w.-]+:)?mergeCell\s[^<>]*?\bref=")([^"]*)("[^<>]*?/>)')
_RANGED_ELEMENT = re.compile(
    rb"(<((?:[\w.-]+:)?(?:conditionalFormatting|dataValidation|protectedRange|ignoredError|hyperlink))\s[^<>]*?\b(?:sqref|ref)=\")"
    rb'([^"]*)("[^<>]*?(?:/>|>(?:[^<]++|<(?!/?\2[\s/>]))*+</\2>))',
    re.DOTALL,
)
_RANGED_LIST = re.compile(
    rb"<((?:[\w.-]+:)?(mergeCell|dataValidation|protectedRange|ignoredError|hyperlink)s)\b([^<>]*)>((?:[^<]++|<(?!/?\1[\s/>]))*+)</\1>",
    re.DOTALL,
)
_COUNT_ATTRIBUTE = re.compile(rb'(\scount=")[0-9]+')
_FILTER_REF = re.compile(rb'(<(?:[\w.-]+:)?(?:autoFilter|sortState|sortCondition)\s[^<>]*?\bref=")([^"]*)')
_EXTENSION_RANGES = re.compile(rb"(<(?:[\w.-]+:)?sqref>)([^<]*)")
_ROW_BREAKS = re.compile(rb"<((?:[\w.-]+:)?rowBreaks)\b[^<>]*>(?:[^<]++|<(?!/?\1[\s/>]))*+</\1>", re.DOTALL)
_BREAK_ROW = re.compile(rb'(\bid=")([0-9]{1,7})')
_ANCHOR_ROW = re.compile(rb"(<(?:[\w.-]+:)?row>)([0-9]{1,7})(?=<)")
_ANY_REF = re.compile(rb'(\bref=")([^"]*)')


def follow_in_head(head: bytes, copies: RowCopies) -> bytes:
    """Change what comes before the rows of the sheet: its extent, the selection and the top left cell."""

    def cells(match: re.Match[bytes]) -> bytes:
        if match.group(2) == b"sqref":
            return match.group(1) + _shift_words(match.group(3), copies)
        area = Area.find(match.group(3))
        at = area._replace(first_row=copies.first(area.first_row)) if area else None
        return match.group(1) + (str(at._replace(last_row=at.first_row)).encode() if at else match.group(3))

    head = _DIMENSION_REF.sub(lambda m: m.group(1) + _shift_words(m.group(2), copies), head)
    return _HEAD_CELLS.sub(cells, head)


def follow_in_copied_ranges(tail: bytes, copies: RowCopies) -> bytes:
    """Change the ranges in what comes after the rows of the sheet; formulas there stay as they are."""

    def ranged(match: re.Match[bytes]) -> bytes:
        kept = [word for word in match.group(3).split() if not _is_left_out(word, copies)]
        return match.group(1) + _shift_words(b" ".join(kept), copies) + match.group(4) if kept else b""

    def merged(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        places = copies.shift_merge(area) if area else ()
        return b"".join(match.group(1) + str(place).encode() + match.group(3) for place in places)

    tail = _RANGED_ELEMENT.sub(ranged, _MERGED_CELL.sub(merged, tail))
    tail = _RANGED_LIST.sub(_count_list, tail)
    for pattern in (_FILTER_REF, _EXTENSION_RANGES):
        tail = pattern.sub(lambda m: m.group(1) + _shift_words(m.group(2), copies), tail)
    tail = _ROW_BREAKS.sub(lambda m: _shift_numbers(_BREAK_ROW, m.group(), copies.last), tail)
    return follow_in_drawing(copies)(tail)  # the drawing of form controls


def follow_in_drawing(copies: RowCopies) -> Callable[[bytes], bytes]:
    """Return the change to the anchors of pictures, charts and shapes, which count rows from 0."""
    return lambda xml: _shift_numbers(_ANCHOR_ROW, xml, lambda row: copies.first(row + 1) - 1)


def follow_in_copied_table(table: ExcelTable, copies: RowCopies) -> Callable[[bytes], bytes]:
    """Return the change to the table's own ref, its filter and its sort state; a table keeps at least one row."""

    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        if area is None:
            return match.group()
        first, last = copies.span(area.first_row, area.last_row)
        if area.first_row == table.header_row:
            last = max(last, first + 1 + (table.has_totals and area.last_row > table.last_row))
        return match.group(1) + str(area._replace(first_row=first, last_row=last)).encode()

    return lambda xml: _ANY_REF.sub(change, xml)


def read_merged_areas(tail: bytes) -> Iterator[Area]:
    """Yield the merged cells of a sheet."""
    for match in _MERGED_CELL.finditer(tail):
        if area := Area.find(match.group(2)):
            yield area


def _is_left_out(word: bytes, copies: RowCopies) -> bool:
    area = Area.find(word)
    return area is not None and copies.is_left_out(area)


def _shift_words(refs: bytes, copies: RowCopies) -> bytes:
    return " ".join(map(copies.shift_reference, refs.decode("utf-8", "replace").split())).encode()


def _shift_numbers(pattern: re.Pattern[bytes], xml: bytes, shift: Callable[[int], int]) -> bytes:
    return pattern.sub(lambda match: match.group(1) + b"%d" % shift(int(match.group(2))), xml)


def _count_list(match: re.Match[bytes]) -> bytes:
    """Return a list of ranges with its count; b"" if the list is empty."""
    name, item, attributes, inside = match.groups()
    count = len(re.findall(rb"<(?:[\w.-]+:)?%b\b" % item, inside))
    attributes = _COUNT_ATTRIBUTE.sub(rb"\g<1>%d" % count, attributes)
    return b"<%b%b>%b</%b>" % (name, attributes, inside, name) if count else b""
