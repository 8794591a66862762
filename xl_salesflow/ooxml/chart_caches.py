"""Update the cell values that charts and pivot tables cache, for viewers that do not calculate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from xl_salesflow.ooxml.cell_contents import ErrorValue, escape_cell_text, unescape_xml
from xl_salesflow.ooxml.cell_references import MAX_COLUMN, MAX_ROW, Area, CellRange
from xl_salesflow.ooxml.formula_cells import FormulaSource, find_stored_cells, read_raw_value
from xl_salesflow.ooxml.formula_resolver import FormulaResolver
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.recalculation import ChangePredicate
from xl_salesflow.ooxml.sheet_stream import RowCell
from xl_salesflow.ooxml.workbook_parts import find_parts_of_kinds

MOST_POINTS = 10_000  # per series; longer ones are left to Excel
LARGEST_KEPT_SHEET = 1 << 20  # bytes of a sheet whose cells are kept for the next series
# a reference of a chart with its cache, if there is one: prefix, kind, formula, cache
_CHART_SERIES = re.compile(
    rb"<((?:[\w.-]+:)?)(num|str)Ref>\s*<\1f>([^<]*)</\1f>\s*(<\1\2Cache>(?:[^<]++|<(?!/?\1\2Cache[\s/>]))*+</\1\2Cache>|<\1\2Cache/>)?",
    re.DOTALL,
)
_CACHED_FORMAT_CODE = re.compile(rb"<((?:[\w.-]+:)?)formatCode>[^<]*</\1formatCode>")
_PIVOT_CACHE_DEFINITION = re.compile(rb"<(?:[\w.-]+:)?pivotCacheDefinition\b[^<>]*>")
_PIVOT_CACHE_SOURCE = re.compile(rb"<(?:[\w.-]+:)?worksheetSource\b[^<>]*>")
_PIVOT_SOURCE_ATTRIBUTE = re.compile(rb'\s(ref|sheet|name)="([^"]*)"')
_REFRESH_ON_LOAD = re.compile(rb'\srefreshOnLoad="[^"]*"')


class ChartCaches:
    """Updates the cached values of changed cells in the charts and pivot tables of a workbook."""

    def __init__(self, package: Package, book: FormulaSource, changed: ChangePredicate) -> None:
        self._package, self._book, self._changed = package, book, changed
        self._resolve = FormulaResolver(book.sheets, book.tables, book.name_texts)
        self._sheets = {name.casefold(): name for name in book.sheets}
        self._cells: dict[str, dict[tuple[int, int], RowCell]] = {}

    def has_stale_caches(self) -> bool:
        """Return whether a chart or pivot table caches a changed cell."""
        return any(True for _ in self._parts())

    def renew_caches(self) -> dict[str, bytes]:
        """Return the changed parts by name."""
        return dict(self._renewed())

    def _renewed(self) -> Iterator[tuple[str, bytes]]:
        for part in self._parts():
            before = self._package.read(part)
            after = (
                self._pivot(before)
                if _PIVOT_CACHE_DEFINITION.search(before)
                else _CHART_SERIES.sub(self._series, before)
            )
            if after != before:
                yield part, after

    def _parts(self) -> Iterator[str]:
        for kind, part in find_parts_of_kinds(self._package, "chart", "pivotCacheDefinition"):
            xml = self._package.read(part)
            if kind == "chart":
                concerned = any(self._stale(match) for match in _CHART_SERIES.finditer(xml))
            else:
                source = self._pivot_source(xml)
                concerned = source is not None and self._changed(source)
            if concerned:
                yield part

    def _stale(self, match: re.Match[bytes]) -> bool:
        source = self._range(match.group(3))
        return (
            source is not None
            and _count_area_points(source.area) <= MOST_POINTS
            and (not match.group(4) or self._changed(source))
        )

    def _range(self, formula: bytes) -> CellRange | None:
        """Return the rectangle that a chart refers to; None if it is not a single one."""
        tokens = self._resolve(unescape_xml(formula), "", 0).tokens
        return tokens[0].range if len(tokens) == 1 else None

    def _series(self, match: re.Match[bytes]) -> bytes:
        prefix, kind, formula, before = match.groups()
        source = self._range(formula)
        if source is None or not self._stale(match):
            return match.group()
        texts = [_write_chart_point(value, kind == b"num") for value in self._values(source)]
        points = b"".join(
            b'<%bpt idx="%d"><%bv>%b</%bv></%bpt>' % (prefix, at, prefix, text, prefix, prefix)
            for at, text in enumerate(texts)
            if text is not None
        )
        style = _CACHED_FORMAT_CODE.search(before or b"") if kind == b"num" else None
        format_code = (
            style.group()
            if style
            else b"<%bformatCode>General</%bformatCode>" % (prefix, prefix)
            if kind == b"num"
            else b""
        )
        cache = b"<%b%bCache>%b<%bptCount val=\"%d\"/>%b</%b%bCache>" % (
            prefix, kind, format_code, prefix, len(texts), points, prefix, kind,
        )  # fmt: skip
        opening = b"<%b%bRef><%bf>%b</%bf>" % (prefix, kind, prefix, formula, prefix)
        return opening + cache

    def _values(self, source: CellRange) -> Sequence[Any]:
        """Return the values of a rectangle, row by row."""
        area = source.area
        width = area.last_col - area.first_col + 1
        values: list[Any] = [None] * _count_area_points(area)
        for row, cell in self._stored_cells(source):
            values[(row - area.first_row) * width + cell.column - area.first_col] = read_raw_value(
                cell, self._book.strings()
            )
        return values

    def _stored_cells(self, source: CellRange) -> Iterator[tuple[int, RowCell]]:
        """Yield the stored cells of a rectangle; a small sheet is read once for all series that refer to it."""
        (first_row, first_col, last_row, last_col), name = source.area, source.sheet
        rows, columns = range(first_row, last_row + 1), range(first_col, last_col + 1)
        if name not in self._cells:
            stream = self._book.stream(self._sheets[name])
            if self._package.size(stream.part) > LARGEST_KEPT_SHEET:
                yield from find_stored_cells(stream, columns, (first_row, last_row))
                return
            every = find_stored_cells(stream, range(MAX_COLUMN + 1), (1, MAX_ROW))
            self._cells[name] = {(row, cell.column): cell for row, cell in every}
        held = self._cells[name]
        yield from ((row, held[row, column]) for row in rows for column in columns if (row, column) in held)

    def _pivot_source(self, xml: bytes) -> CellRange | None:
        found = _PIVOT_CACHE_SOURCE.search(xml)
        attributes = (
            {name: unescape_xml(value) for name, value in _PIVOT_SOURCE_ATTRIBUTE.findall(found.group())}
            if found
            else {}
        )
        if b"name" in attributes:
            named = self._resolve.name(attributes[b"name"])
            return named.tokens[0].range if named and len(named.tokens) == 1 else None
        token = self._resolve.area(attributes.get(b"sheet", ""), attributes.get(b"ref", ""))
        return token.range if token else None

    def _pivot(self, xml: bytes) -> bytes:
        """Make Excel refresh the pivot table when it opens the file; pivot tables are not computed here."""

        def marked(match: re.Match[bytes]) -> bytes:
            opening = _REFRESH_ON_LOAD.sub(b"", match.group())
            end = -2 if opening.endswith(b"/>") else -1
            return opening[:end] + b' refreshOnLoad="1"' + opening[end:]

        return _PIVOT_CACHE_DEFINITION.sub(marked, xml, count=1)


def _count_area_points(area: Area) -> int:
    return (area.last_row - area.first_row + 1) * (area.last_col - area.first_col + 1)


def _write_chart_point(value: Any, as_number: bool) -> bytes | None:
    """Write a point of a chart's cache; None if the chart omits it."""
    if isinstance(value, bool):
        return (b"1" if value else b"0") if as_number else (b"TRUE" if value else b"FALSE")
    if isinstance(value, int | float):
        return (b"%d" % value) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value)).encode()
    if value is None or value == "" or as_number:
        return escape_cell_text(str(value)) if as_number and isinstance(value, ErrorValue) else None
    return escape_cell_text(str(value))
