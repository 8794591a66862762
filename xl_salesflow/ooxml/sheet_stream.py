"""Read a sheet as a stream: what comes before the rows, blocks of rows, what comes after.

Everything works on bytes with compiled patterns, so that a sheet of a million rows needs only a few megabytes of memory.
Sheets written in a way the patterns do not cover (comments, CDATA, single quotes, spaces in end tags, other encodings)
are first rewritten by lxml, which costs memory but does not change the meaning of the XML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from lxml import etree

from xl_salesflow.ooxml.excel_notation import column_number
from xl_salesflow.ooxml.opc_package import LARGEST_PARSED, Package, refuse_unsafe_xml, repairable_workbook_error

_SHEET_DATA_TAG = re.compile(rb"<((?:[\w.-]+:)?)sheetData\b[^<>]*?(/?)>")
_OTHER_ENCODING = re.compile(rb"encoding=.(?!utf-8.|UTF-8.)")
_SINGLE_QUOTED_ATTRIBUTE = re.compile(rb"<(?:[\w.-]+:)?(?:worksheet|row|c)\s[^<>]*='")
_SPACED_END_TAG = re.compile(rb"</[\w.:-]+\s+>")
_SPACES_IN_END_TAGS = (b" >", b"\n>", b"\r>", b"\t>")


@dataclass(frozen=True, slots=True)
class SheetGrammar:
    """The patterns of a sheet's rows and cells, for one namespace prefix."""

    prefix: bytes
    row: re.Pattern[bytes]  # a row's start tag: attributes, "/" if it has no cells
    cell: re.Pattern[bytes]  # a cell: attributes, content
    formula: re.Pattern[bytes]  # a formula: attributes, text
    array: re.Pattern[bytes]  # the start tag of an array formula or a data table


@cache
def compile_sheet_grammar(prefix: bytes) -> SheetGrammar:
    """Compile the patterns for a namespace prefix such as b"x:"; most sheets have none."""
    p = re.escape(prefix)
    return SheetGrammar(
        prefix,
        re.compile(rb"<%brow\b((?:\s[^<>]*?)?)(/?)>" % p),
        re.compile(rb"<%bc\b((?:\s[^<>]*?)?)(?:/>|>((?:[^<]++|<(?!/?%bc[\s>]))*+)</%bc>)" % (p, p, p)),
        re.compile(rb"<%bf\b((?:\s[^<>]*?)?)(?:/>|>([^<]*)</%bf>)" % (p, p)),
        re.compile(rb'<%bf\s[^<>]*?\bt="(?:array|dataTable)"[^<>]*>' % p),
    )


_ROW_NUMBER_ATTRIBUTE = re.compile(rb'\sr="([0-9]{1,9})"')


def read_row_number(attributes: bytes, default: int) -> int:
    """Return a row's number from its attributes, or *default* if they have none."""
    match = _ROW_NUMBER_ATTRIBUTE.search(attributes)
    return int(match.group(1)) if match else default


class SheetStream:
    """Reads a sheet from start to end, once: `head`, then `blocks()`, then `tail`.

    `opening` and `closing` are the tags around the rows; an empty `<sheetData/>` becomes two tags.
    """

    def __init__(self, package: Package, part: str) -> None:
        self._package, self.part = package, part
        self._chunks = _stream_canonical_xml(package, part)
        self.head, self._rest = self._read_head()
        self.tail = b""

    def _read_head(self) -> tuple[bytes, bytes]:
        buffer = b""
        for chunk in self._chunks:
            buffer += chunk
            match = _SHEET_DATA_TAG.search(buffer)
            if match:
                self.grammar = compile_sheet_grammar(match.group(1))
                self._empty = bool(match.group(2))
                self.opening = match.group().replace(b"/>", b">")
                self.closing = b"</%bsheetData>" % match.group(1)
                return buffer[: match.start()], buffer[match.end() :]
            if len(buffer) > LARGEST_PARSED:
                break
        raise repairable_workbook_error(self._package.path, "has no rows element in {part}", part=self.part)

    def blocks(self) -> Iterator[bytes]:
        """Yield the rows in blocks of about a megabyte, each ending where a row ends."""
        buffer, row_end = self._rest, b"</%brow>" % self.grammar.prefix
        if self._empty:
            self.tail = self._uncommented(buffer + b"".join(self._chunks))
            return
        searched = 0
        while True:
            end = buffer.find(self.closing, searched)
            if end >= 0:
                if end:
                    yield self._uncommented(buffer[:end])
                self.tail = self._uncommented(buffer[end + len(self.closing) :] + b"".join(self._chunks))
                return
            cut = buffer.rfind(row_end) + len(row_end)
            if cut >= len(row_end):
                yield self._uncommented(buffer[:cut])
                buffer = buffer[cut:]
            searched = max(len(buffer) - len(self.closing), 0)
            chunk = next(self._chunks, None)
            if chunk is None or len(buffer) > LARGEST_PARSED:
                raise self._package.broken(self.part)
            buffer += chunk

    def _uncommented(self, xml: bytes) -> bytes:
        """Refuse comments and CDATA after the start of a sheet; searching for "!" first is ten times faster."""
        if b"!" in xml and b"<!" in xml:
            raise repairable_workbook_error(
                self._package.path, "has comments among the cells of {part}", part=self.part
            )
        return xml

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Yield every row with its number, as bytes from its start tag to the next one."""
        before = 0
        for block in self.blocks():
            for number, start, end in find_row_spans(self.grammar, block, before):
                before = number
                yield number, block[start:end]


RowSpan = tuple[int, int, int]  # number, start, end: where the next row starts


def find_row_spans(patterns: SheetGrammar, block: bytes, before: int) -> Iterator[RowSpan]:
    """Find the rows of a block; `before` is the number of the row before the block."""
    number, start = before, -1
    for match in patterns.row.finditer(block):
        if start >= 0:
            yield number, start, match.start()
        number, start = read_row_number(match.group(1), number + 1), match.start()
    if start >= 0:
        yield number, start, len(block)


def find_some_row_spans(patterns: SheetGrammar, block: bytes, numbers: Iterable[int]) -> list[RowSpan] | None:
    """Find a few rows of a block by their start tags; None if one is missing or its number is not its first attribute."""
    opening = b"<%brow" % patterns.prefix
    found = []
    end = 0
    for number in numbers:
        start = block.find(b'%b r="%d"' % (opening, number), end)
        if start < 0:
            return None
        end = block.find(opening, start + 1)
        end = end if end >= 0 else len(block)
        found.append((number, start, end))
    return found


def _stream_canonical_xml(package: Package, part: str) -> Iterator[bytes]:
    """Yield a part in the form that the patterns cover."""
    chunks = package.stream(part)
    first = next(chunks, b"")
    refuse_unsafe_xml(package.path, part, first)
    head = first[:65536]  # a text search rules out nearly every sheet before a pattern is tried
    if (
        (b"!" in first and b"<!" in first)
        or (b"='" in head and _SINGLE_QUOTED_ATTRIBUTE.search(head))
        or (any(map(head.__contains__, _SPACES_IN_END_TAGS)) and _SPACED_END_TAG.search(head))
        or _OTHER_ENCODING.search(head)
    ):
        yield _rewrite_canonical_xml(package, part)
        return
    yield first
    yield from chunks


def _rewrite_canonical_xml(package: Package, part: str) -> bytes:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(package.read(part), parser)
    except etree.XMLSyntaxError as error:
        raise repairable_workbook_error(package.path, "has malformed XML in {part}", part=part) from error
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


CELL_PLACE = re.compile(rb'\sr="([A-Za-z]+)[0-9]*"')


class RowCell(NamedTuple):
    """A cell of a row: its column, its whole XML, its attributes and its content."""

    column: int
    xml: bytes
    attributes: bytes
    content: bytes


def parse_row_cells(patterns: SheetGrammar, row: bytes) -> Iterator[RowCell]:
    """Yield the cells of a row; a cell without an address follows the one before."""
    column = 0
    for match in patterns.cell.finditer(row):
        attributes, content = match.groups()
        place = CELL_PLACE.match(attributes) or CELL_PLACE.search(attributes)  # nearly always at the start
        column = _parse_column_letters(place.group(1)) if place else column + 1
        yield RowCell(column, match.group(), attributes, content or b"")


@lru_cache(1 << 15)
def _parse_column_letters(column: bytes) -> int:
    return column_number(column.decode())
