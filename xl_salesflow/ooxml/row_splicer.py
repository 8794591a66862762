"""Replace some cells of one row; all other bytes of the row are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from xl_salesflow.ooxml.cell_writer import CellFragment, WriteMode
from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.sheet_stream import CELL_PLACE, SheetGrammar, parse_row_cells

_CELL_STYLE_ATTRIBUTE = re.compile(rb'\ss="[0-9]+"')
_ROW_SPANS_ATTRIBUTE = re.compile(rb'\sspans="([0-9]{1,9}):([0-9]{1,9})"')
_NOT_FOR_NEW_ROWS = re.compile(rb'\s(?:r|spans|hidden|collapsed|outlineLevel)="[^"]*"')


_NO_STYLE = b"none"
_STYLED_COLUMN_TAG = re.compile(rb"<(?:[\w.-]+:)?col\s[^<>]*>")
_STYLED_COLUMN_ATTRIBUTE = re.compile(rb'\s(min|max|style)="([0-9]{1,9})"')


DatedStyle = Callable[[bytes, WriteMode], bytes]  # a format attribute and DATE or DATETIME → one that shows a date


class NewRowStyle(NamedTuple):
    """The look of new rows and cells, with cells by the index of their column among the spliced ones."""

    attributes: bytes  # of the row
    styles: dict[int, bytes]  # the format attribute by sheet column
    filled: list[bytes]  # a cell up to its row number, its type attribute and its body
    blank: dict[int, bytes]  # an empty cell with a format, up to its row number
    dated: dict[tuple[int, WriteMode], bytes]  # a cell with a date as in *filled*, made when it is first needed
    left_to_column: Mapping[int, bytes]  # the formats of blank cells that need not be written


class MalformedRow(ValueError):
    """A row with an element that is not closed."""


class _KeptAttributes(dict[bytes, bytes]):
    """The attributes that a cell keeps, computed once for each set of attributes."""

    def __init__(self, names: bytes) -> None:
        super().__init__()
        self._pattern = re.compile(rb'\s(?:%b)="[0-9]+"' % names)

    def __missing__(self, attributes: bytes) -> bytes:
        kept = self[attributes] = b"".join(self._pattern.findall(attributes))
        return kept


class RowSplicer:
    """Replaces cells in the rows of one sheet, always in the same columns."""

    def __init__(
        self, patterns: SheetGrammar, columns: Sequence[int], dated: DatedStyle, column_styles: Mapping[int, bytes]
    ) -> None:
        """Store the columns to change, and the format attribute of those that have a format of their own."""
        self._patterns, self._columns, self._dated = patterns, columns, dated
        self._column_styles = column_styles
        self._left_to_column: Mapping[int, bytes] = {}  # formats of blank cells that the row being written omits
        self._open = b"<%bc" % patterns.prefix
        self._close = b"</%bc>" % patterns.prefix
        self._marks = [self._open + b' r="%b%%d"' % column_letters(column).encode() for column in columns]
        self._plain_formula, self._value = b"<%bf>" % patterns.prefix, b"<%bv>" % patterns.prefix
        self._formula_end = b"</%bf>" % patterns.prefix
        self._kept, self._kept_with_formula = _KeptAttributes(rb"s"), _KeptAttributes(rb"s|cm")
        self.replaced: list[tuple[int, bytes]] = []  # columns and contents of formulas that the last splice replaced

    def splice(
        self, row: bytes, number: int, fragments: Sequence[CellFragment | None], styles: dict[int, bytes]
    ) -> bytes:
        """Replace cells of a row; `styles` gives the format attribute of cells that do not exist yet."""
        self.replaced.clear()
        self._left_to_column = self._column_styles if not _CELL_STYLE_ATTRIBUTE.search(row, 0, row.find(b">")) else {}
        out: list[bytes] = []
        done = 0
        for at, fragment in enumerate(fragments):
            if fragment is None:
                continue
            mark = self._marks[at] % number
            start = row.find(mark, done)
            if start < 0:
                if not (fragment[1] or fragment[0]) and self._columns[at] in self._left_to_column:
                    continue  # a blank cell, as it is
                self.replaced.clear()
                return self._merge(row, number, fragments, styles)
            inside = row.find(b">", start) + 1
            if not inside:
                raise MalformedRow
            if row[inside - 2] == 47:  # a slash: no content
                attributes, content, end = row[start + len(mark) : inside - 2], b"", inside
            else:
                close = row.find(self._close, inside)
                if close < 0:
                    raise MalformedRow
                attributes, content, end = (
                    row[start + len(mark) : inside - 1],
                    row[inside:close],
                    close + len(self._close),
                )
            cell = self._cell(self._columns[at], mark, attributes, content, fragment)
            if cell is not None:
                out += (row[done:start], cell)
                done = end
        out.append(row[done:])
        return b"".join(out)

    def _cell(
        self, column: int, mark: bytes, attributes: bytes, content: bytes, fragment: CellFragment
    ) -> bytes | None:
        """Return a cell with its new content; None leaves it unchanged."""
        kind, body, mode = fragment
        if mode is WriteMode.CACHE:
            formula = self._formula(content)
            if not formula:
                return None
            return b"%b%b%b>%b%b%b" % (mark, self._kept_with_formula[attributes], kind, formula, body, self._close)
        if content and self._formula(content):
            self.replaced.append((column, content))
        if mode is WriteMode.REMOVE:
            return b""
        style = b"" if mode is WriteMode.WHOLE else self._kept[attributes]
        if not body and style + kind == self._left_to_column.get(column, _NO_STYLE):
            return b""
        return self.write(mark, style, fragment)

    def _formula(self, content: bytes) -> bytes:
        """Return the formula element of a cell, which comes before its value; empty if there is none."""
        if content.startswith(self._value):
            return b""
        if content.startswith(self._plain_formula):
            return content[: content.find(self._formula_end) + len(self._formula_end)]
        match = self._patterns.formula.search(content)
        return match.group() if match else b""

    def write(self, mark: bytes, style: bytes, fragment: CellFragment) -> bytes:
        """Return a cell made of its start, its format and its content."""
        kind, body, mode = fragment
        if mode is WriteMode.DATE or mode is WriteMode.DATETIME:
            style = self._dated(style, mode)
        if not body:
            return b"%b%b%b/>" % (mark, style, kind)
        return b"%b%b%b>%b%b" % (mark, style, kind, body, self._close)

    def _new_cell(self, column: int, mark: bytes, styles: dict[int, bytes], fragment: CellFragment) -> bytes:
        """Return a cell that did not exist; empty if there is nothing to write."""
        kind, body, mode = fragment
        if mode is WriteMode.REMOVE or mode is WriteMode.CACHE:
            return b""
        style = b"" if mode is WriteMode.WHOLE else styles.get(column, b"")
        if not body and style + kind == self._left_to_column.get(column, b""):
            return b""
        return self.write(mark, style, fragment)

    def _merge(
        self, row: bytes, number: int, fragments: Sequence[CellFragment | None], styles: dict[int, bytes]
    ) -> bytes:
        """Splice cell by cell, for new cells and for rows and cells without addresses."""
        start = self._patterns.row.match(row)
        assert start is not None, row[:80]
        edits = {c: f for c, f in zip(self._columns, fragments, strict=True) if f is not None}
        cells = {cell.column: cell for cell in parse_row_cells(self._patterns, row)}
        tail_at = row.rfind(b"</%brow>" % self._patterns.prefix) if not start.group(2) else len(row)
        out = []
        for column in sorted(cells.keys() | edits.keys()):
            mark = self._open + b' r="%b%d"' % (column_letters(column).encode(), number)
            old, edit = cells.get(column), edits.get(column)
            if edit is None:
                assert old is not None
                out.append(old.xml)
            elif old is not None:
                written = self._cell(column, mark, CELL_PLACE.sub(b"", old.attributes), old.content, edit)
                out.append(old.xml if written is None else written)
            else:
                out.append(self._new_cell(column, mark, styles, edit))
        attributes = _widen_row_spans(start.group(1), edits)
        head = b"<%brow%b>" % (self._patterns.prefix, attributes)
        tail = row[tail_at:] if not start.group(2) else b"</%brow>" % self._patterns.prefix + row[start.end() :]
        return head + b"".join(out) + tail

    def new_row(self, number: int, look: NewRowStyle, fragments: Sequence[CellFragment | None]) -> bytes:
        """Return a row that did not exist; empty if it has no cells."""
        cells = []
        self._left_to_column = look.left_to_column
        for at, fragment in enumerate(fragments):
            if fragment is None:
                continue
            kind, body, mode = fragment
            if mode is WriteMode.REPLACE:
                if body:
                    cells.append(look.filled[at] % (number, kind, body))
                elif at in look.blank:
                    cells.append(look.blank[at] % number)
            elif (mode is WriteMode.DATE or mode is WriteMode.DATETIME) and body:
                cells.append((look.dated.get((at, mode)) or self._dated_cell(at, mode, look)) % (number, kind, body))
            else:
                cells.append(self._new_cell(self._columns[at], self._marks[at] % number, look.styles, fragment))
        inside = b"".join(cells)
        p = self._patterns.prefix
        return b'<%brow r="%d"%b>%b</%brow>' % (p, number, look.attributes, inside, p) if inside else b""

    def _dated_cell(self, at: int, mode: WriteMode, look: NewRowStyle) -> bytes:
        style = self._dated(look.styles.get(self._columns[at], b""), mode)
        made = look.dated[at, mode] = b"%b%b%%b>%%b%b" % (self._marks[at], style, self._close)
        return made

    def look(self, attributes: bytes, styles: dict[int, bytes]) -> NewRowStyle:
        """Return the look for new rows that resemble a row with these attributes and cell formats."""
        filled, blank = [], {}
        left_to_column = {} if _CELL_STYLE_ATTRIBUTE.search(attributes) else self._column_styles
        for at, (column, mark) in enumerate(zip(self._columns, self._marks, strict=True)):
            style = styles.get(column, b"")
            filled.append(b"%b%b%%b>%%b%b" % (mark, style, self._close))
            if style != left_to_column.get(column, b""):
                blank[at] = b"%b%b/>" % (mark, style)
        return NewRowStyle(_NOT_FOR_NEW_ROWS.sub(b"", attributes), styles, filled, blank, {}, left_to_column)


def read_column_styles(head: bytes, columns: Iterable[int]) -> dict[int, bytes]:
    """Return the format attribute of some columns, from the part of a sheet before its rows; none for a plain column."""
    wanted, found = sorted(columns), dict[int, bytes]()
    for element in _STYLED_COLUMN_TAG.findall(head) if wanted else ():
        at = {name: int(number) for name, number in _STYLED_COLUMN_ATTRIBUTE.findall(element)}
        if at.get(b"style"):
            here = (column for column in wanted if at.get(b"min", 0) <= column <= at.get(b"max", 0))
            found |= dict.fromkeys(here, b' s="%d"' % at[b"style"])
    return found


def read_row_styles(patterns: SheetGrammar, row: bytes) -> dict[int, bytes]:
    """Return the format attribute of each cell of a row."""
    found = ((cell.column, _CELL_STYLE_ATTRIBUTE.search(cell.attributes)) for cell in parse_row_cells(patterns, row))
    return {column: style.group() for column, style in found if style}


def _widen_row_spans(attributes: bytes, edits: dict[int, CellFragment]) -> bytes:
    """Keep the spans attribute of a row, a hint of its first and last column, correct."""
    spans = _ROW_SPANS_ATTRIBUTE.search(attributes)
    if spans is None:
        return attributes
    first, last = min(int(spans.group(1)), *edits, 16_384), max(int(spans.group(2)), *edits, 1)
    return b'%b spans="%d:%d"%b' % (attributes[: spans.start()], first, last, attributes[spans.end() :])
