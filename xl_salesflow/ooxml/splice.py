"""One row, some of its cells replaced; every other byte of it stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from xl_salesflow.ooxml.edits import GONE
from xl_salesflow.ooxml.refs import column_number, letters
from xl_salesflow.ooxml.sheet_scan import Grammar
from xl_salesflow.ooxml.values import Fragment

_PLACE = re.compile(rb'\sr="([A-Za-z]+)[0-9]*"')
_STYLE = re.compile(rb'\ss="[0-9]+"')
_KEPT_WITH_FORMULA = re.compile(rb'\s(?:s|cm)="[0-9]+"')
_SPANS = re.compile(rb'\sspans="([0-9]+):([0-9]+)"')
_NOT_FOR_A_NEW_ROW = re.compile(rb'\s(?:r|spans|hidden|collapsed|outlineLevel)="[^"]*"')
_ROW_STYLE = re.compile(rb'\ss="[0-9]+"')


class Cell(NamedTuple):
    """A cell of a row: its column, its whole XML, its attributes and its content."""

    column: int
    xml: bytes
    attributes: bytes
    content: bytes


class RowSplicer:
    """Replaces cells in the rows of one sheet, always in the same columns."""

    def __init__(self, patterns: Grammar, columns: Sequence[int]) -> None:
        self._patterns, self._columns = patterns, columns
        self._open = b"<%bc" % patterns.prefix
        self._close = b"</%bc>" % patterns.prefix
        self._marks = [self._open + b' r="%b%%d"' % letters(column).encode() for column in columns]
        self.replaced: list[
            tuple[int, bytes]
        ] = []  # column and content of what the last splice replaced, formulas only

    def splice(self, row: bytes, number: int, fragments: Sequence[Fragment | None], styles: dict[int, bytes]) -> bytes:
        """Replace cells of a row; `styles` gives the format attribute of cells that do not exist yet."""
        self.replaced.clear()
        out: list[bytes] = []
        done = 0
        for at, fragment in enumerate(fragments):
            if fragment is None:
                continue
            mark = self._marks[at] % number
            start = row.find(mark, done)
            if start < 0:
                self.replaced.clear()
                return self._merge(row, number, fragments, styles)
            inside = row.index(b">", start) + 1
            if row[inside - 2] == 47:  # a slash: no content
                attributes, content, end = row[start + len(mark) : inside - 2], b"", inside
            else:
                close = row.index(self._close, inside)
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

    def _cell(self, column: int, mark: bytes, attributes: bytes, content: bytes, fragment: Fragment) -> bytes | None:
        """Write a cell anew; None leaves it as it is."""
        formula = self._patterns.formula.search(content) if content else None
        if fragment.keeps_formula:
            if formula is None:
                return None
            kept = b"".join(_KEPT_WITH_FORMULA.findall(attributes))
            return b"%b%b%b>%b%b%b" % (mark, kept, fragment.kind, formula.group(), fragment.body, self._close)
        if formula is not None:
            self.replaced.append((column, content))
        if fragment is GONE:
            return b""
        style = None if fragment.whole else _STYLE.search(attributes)
        return self.write(mark, style.group() if style else b"", fragment)

    def write(self, mark: bytes, style: bytes, fragment: Fragment) -> bytes:
        """Write a cell from its start, its format and its inside."""
        if not fragment.body:
            return b"%b%b%b/>" % (mark, style, fragment.kind)
        return b"%b%b%b>%b%b" % (mark, style, fragment.kind, fragment.body, self._close)

    def _merge(self, row: bytes, number: int, fragments: Sequence[Fragment | None], styles: dict[int, bytes]) -> bytes:
        """The long way: cells that are new, or rows and cells that do not say where they are."""
        start = self._patterns.row.match(row)
        assert start is not None, row[:80]
        edits = {c: f for c, f in zip(self._columns, fragments, strict=True) if f is not None}
        cells = {cell.column: cell for cell in cells_of(self._patterns, row)}
        tail_at = row.rfind(b"</%brow>" % self._patterns.prefix) if not start.group(2) else len(row)
        out = []
        for column in sorted(cells.keys() | edits.keys()):
            mark = self._open + b' r="%b%d"' % (letters(column).encode(), number)
            old, edit = cells.get(column), edits.get(column)
            if edit is None:
                assert old is not None
                out.append(old.xml)
            elif old is not None:
                written = self._cell(column, mark, _PLACE.sub(b"", old.attributes), old.content, edit)
                out.append(old.xml if written is None else written)
            elif edit is not GONE and not edit.keeps_formula and (edit.body or edit.kind or styles.get(column)):
                out.append(self.write(mark, b"" if edit.whole else styles.get(column, b""), edit))
        attributes = _widen(start.group(1), edits)
        head = b"<%brow%b>" % (self._patterns.prefix, attributes)
        tail = row[tail_at:] if not start.group(2) else b"</%brow>" % self._patterns.prefix + row[start.end() :]
        return head + b"".join(out) + tail

    def new_row(
        self, number: int, attributes: bytes, fragments: Sequence[Fragment | None], styles: dict[int, bytes]
    ) -> bytes:
        """Write a row that the sheet does not have; empty when nothing goes into it."""
        out = []
        for column, mark, fragment in zip(self._columns, self._marks, fragments, strict=True):
            if fragment is None or fragment is GONE or fragment.keeps_formula:
                continue
            style = b"" if fragment.whole else styles.get(column, b"")
            if fragment.body or fragment.kind or style:
                out.append(self.write(mark % number, style, fragment))
        if not out:
            return b""
        p = self._patterns.prefix
        return b'<%brow r="%d"%b>%b</%brow>' % (p, number, _NOT_FOR_A_NEW_ROW.sub(b"", attributes), b"".join(out), p)


def cells_of(patterns: Grammar, row: bytes) -> Iterator[Cell]:
    """Take a row apart; a cell that does not say where it is follows the one before."""
    column = 0
    for match in patterns.cell.finditer(row):
        attributes, content = match.groups()
        place = _PLACE.search(attributes)
        column = column_number(place.group(1).decode()) if place else column + 1
        yield Cell(column, match.group(), attributes, content or b"")


def styles_of(patterns: Grammar, row: bytes) -> dict[int, bytes]:
    """The format attribute of each cell of a row."""
    found = ((cell.column, _STYLE.search(cell.attributes)) for cell in cells_of(patterns, row))
    return {column: style.group() for column, style in found if style}


def _widen(attributes: bytes, edits: dict[int, Fragment]) -> bytes:
    """Keep a row's spans, a hint of its first and last column, true."""
    spans = _SPANS.search(attributes)
    if spans is None:
        return attributes
    first, last = min(int(spans.group(1)), *edits, 16_384), max(int(spans.group(2)), *edits, 1)
    return b'%b spans="%d:%d"%b' % (attributes[: spans.start()], first, last, attributes[spans.end() :])
