"""Move the format of blank cells to their column, so that rows need not hold them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from xl_salesflow.ooxml.excel_notation import column_letters
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.sheet_stream import SheetStream, find_row_spans, parse_row_cells
from xl_salesflow.ooxml.workbook_parts import ExcelTable

_STYLED_ROW = re.compile(rb'<(?:[\w.-]+:)?row\s[^<>]*\ss="[0-9]')
_CELL_FORMAT = re.compile(rb'\ss="([0-9]{1,9})"')


def leave_blanks_to_columns(
    package: Package, part: str, table: ExcelTable, columns: Collection[int]
) -> Iterator[bytes] | None:
    """Return a sheet in which *columns* of *table* have the format of its first row, without the blank cells that have it.

    None if there is nothing to do: every column has a format already, or rows have formats, which take precedence.
    """
    stream = SheetStream(package, part)
    prefix, first = stream.grammar.prefix, next(stream.blocks(), b"")
    cells = next(
        (
            parse_row_cells(stream.grammar, first[start:end])
            for number, start, end in find_row_spans(stream.grammar, first, 0)
            if number == table.first_row
        ),
        (),
    )
    formats = {one.column: found.group(1) for one in cells if (found := _CELL_FORMAT.search(one.attributes))}
    head, moved = stream.head, dict[int, bytes]()
    for column in columns:
        plain = re.compile(
            rb'<%bcol\s(?=[^<>]*\bmin="%d")(?=[^<>]*\bmax="%d")(?![^<>]*\bstyle=)' % (prefix, column, column)
        )
        if column in formats and len(plain.findall(head)) == 1:
            head = plain.sub(lambda tag, at=formats[column]: tag.group() + b'style="%b" ' % at, head)  # type: ignore[misc]
            moved[column] = formats[column]
    if not moved or any(_STYLED_ROW.search(block) for block in SheetStream(package, part).blocks()):
        return None
    return _without_blanks(SheetStream(package, part), head, moved)


def _without_blanks(stream: SheetStream, head: bytes, moved: dict[int, bytes]) -> Iterator[bytes]:
    p = re.escape(stream.grammar.prefix)
    alike = {
        style: b"|".join(column_letters(at).encode() for at, one in moved.items() if one == style)
        for style in Counter(moved.values())
    }
    places = b"|".join(rb'(?:%b)[0-9]{1,7}" s="%b"' % (letters, style) for style, letters in alike.items())
    blank = re.compile(rb'<%bc r="(?:%b)\s?/>' % (p, places))
    yield head + stream.opening
    for block in stream.blocks():
        yield blank.sub(b"", block)
    yield stream.closing + stream.tail
