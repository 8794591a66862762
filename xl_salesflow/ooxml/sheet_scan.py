"""A sheet as a stream: what comes before the rows, blocks of whole rows, what comes after.

Everything works on bytes with compiled patterns, so that a sheet of a million rows passes through a few megabytes.
Sheets written in a way the patterns do not cover (comments, CDATA, single quotes, other encodings) are first rewritten by
lxml, which costs memory but changes nothing that XML means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from lxml import etree

from xl_salesflow.ooxml import guard
from xl_salesflow.ooxml.package import Package

_SHEET_DATA = re.compile(rb"<((?:[\w.-]+:)?)sheetData\b[^>]*?(/?)>")
_UNUSUAL = re.compile(rb"<(?:[\w.-]+:)?(?:worksheet|row|c)\s[^>]*='|encoding=.(?!utf-8.|UTF-8.)")


@dataclass(frozen=True, slots=True)
class Grammar:
    """The patterns of a sheet's rows and cells, for one namespace prefix."""

    prefix: bytes
    row: re.Pattern[bytes]  # a row's start tag: attributes, "/" when it has no cells
    cell: re.Pattern[bytes]  # a cell: attributes, content
    formula: re.Pattern[bytes]  # a formula: attributes, text
    array: re.Pattern[bytes]  # the start tag of an array formula or a data table


@cache
def grammar(prefix: bytes) -> Grammar:
    """Compile the patterns for a namespace prefix such as b"x:", mostly empty."""
    p = re.escape(prefix)
    return Grammar(
        prefix,
        re.compile(rb"<%brow\b((?:\s[^>]*?)?)(/?)>" % p),
        re.compile(rb"<%bc\b((?:\s[^>]*?)?)(?:/>|>(.*?)</%bc>)" % (p, p), re.DOTALL),
        re.compile(rb"<%bf\b((?:\s[^>]*?)?)(?:/>|>([^<]*)</%bf>)" % (p, p)),
        re.compile(rb'<%bf\s[^>]*?\bt="(?:array|dataTable)"[^>]*>' % p),
    )


_R = re.compile(rb'\sr="([0-9]{1,9})"')


def number_of(attributes: bytes, default: int) -> int:
    """A row's number from its attributes, or the one that follows the row before."""
    match = _R.search(attributes)
    return int(match.group(1)) if match else default


class SheetStream:
    """Reads a sheet front to back, once: `head`, then `blocks()`, then `tail`.

    `opening` and `closing` are the tags around the rows; an empty `<sheetData/>` is taken apart into two.
    """

    def __init__(self, package: Package, part: str) -> None:
        self._package, self.part = package, part
        self._chunks = _usual(package, part)
        self.head, self._rest = self._read_head()
        self.tail = b""

    def _read_head(self) -> tuple[bytes, bytes]:
        buffer = b""
        for chunk in self._chunks:
            buffer += chunk
            match = _SHEET_DATA.search(buffer)
            if match:
                self.grammar = grammar(match.group(1))
                self._empty = bool(match.group(2))
                self.opening = match.group().replace(b"/>", b">")
                self.closing = b"</%bsheetData>" % match.group(1)
                return buffer[: match.start()], buffer[match.end() :]
            if len(buffer) > guard.LARGEST_PARSED:
                break
        raise guard.unsound(self._package.path, f"has no rows element in {self.part}", f"部件 {self.part} 缺少行数据")

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
            if chunk is None or len(buffer) > guard.LARGEST_PARSED:
                raise self._package.broken(self.part)
            buffer += chunk

    def _uncommented(self, xml: bytes) -> bytes:
        """Refuse comments and CDATA, which the start of a sheet has not foretold; "!" alone is found ten times faster."""
        if b"!" in xml and b"<!" in xml:
            raise guard.unsound(
                self._package.path,
                f"has comments among the cells of {self.part}",
                f"部件 {self.part} 的单元格中夹有注释",
            )
        return xml

    def rows(self) -> Iterator[tuple[int, bytes]]:
        """Yield every row with its number, as bytes from its start tag to the next one."""
        before = 0
        for block in self.blocks():
            for number, start, end in row_spans(self.grammar, block, before):
                before = number
                yield number, block[start:end]


RowSpan = tuple[int, int, int]  # number, start, end: where the next row starts


def row_spans(patterns: Grammar, block: bytes, before: int) -> Iterator[RowSpan]:
    """Find the rows of a block; `before` is the number of the row before the block."""
    number, start = before, -1
    for match in patterns.row.finditer(block):
        if start >= 0:
            yield number, start, match.start()
        number, start = number_of(match.group(1), number + 1), match.start()
    if start >= 0:
        yield number, start, len(block)


def some_row_spans(patterns: Grammar, block: bytes, numbers: Iterable[int]) -> list[RowSpan] | None:
    """Find a few rows of a block by how each starts; None when one of them does not say its number first, or is not there."""
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


def _usual(package: Package, part: str) -> Iterator[bytes]:
    """Stream a part in the form that the patterns cover."""
    chunks = package.stream(part)
    first = next(chunks, b"")
    guard.refuse_markup(package.path, part, first)
    if b"<!" in first or _UNUSUAL.search(first[:65536]):
        yield _rewritten(package, part)
        return
    yield first
    yield from chunks


def _rewritten(package: Package, part: str) -> bytes:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(package.read(part), parser)
    except etree.XMLSyntaxError as error:
        raise guard.unsound(package.path, f"has malformed XML in {part}", f"部件 {part} 的 XML 格式有误") from error
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
