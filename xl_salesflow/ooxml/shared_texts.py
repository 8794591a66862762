"""The shared strings of a workbook: texts that are stored once, to which cells refer by number.

A save adds texts at the end, so cells that refer to the earlier ones are not affected. Items with formatted runs or
phonetic readings are neither changed nor referred to.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from xl_salesflow.ooxml.cell_contents import escape_cell_text, join_rich_text, unescape_cell_text
from xl_salesflow.ooxml.opc_package import Package

SHARED_STRINGS_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
SHARED_STRINGS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
SHARED_STRINGS_PART = "xl/sharedStrings.xml"
NO_SHARED_STRINGS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="0" uniqueCount="0"/>'
)

_SHARED_STRING_ITEM = re.compile(
    rb"<(?:[\w.-]+:)?si\b[^<>]*?(?:/>|>\s*(?:<(?:[\w.-]+:)?t(?:\s[^<>]*)?>([^<]*)</(?:[\w.-]+:)?t>\s*)?((?:[^<]++|<(?!/?(?:[\w.-]+:)?si[\s/>]))*+)</(?:[\w.-]+:)?si>)",
    re.DOTALL,
)
_TABLE_TAG = re.compile(rb"<((?:[\w.-]+:)?)sst\b([^<>]*?)(/?)>")
_ITEM_START = re.compile(rb"<(?:[\w.-]+:)?si[\s/>]")
_COUNTS = re.compile(rb'\s(?:count|uniqueCount)="[^"]*"')
_REFERENCE_COUNT = re.compile(rb'\scount="([0-9]{1,12})"')
_ITEM_COUNT = re.compile(rb'\suniqueCount="([0-9]{1,12})"')


def read_shared_strings(package: Package, part: str) -> list[str]:
    """Read the shared strings in order."""
    return [
        unescape_cell_text(text) + (join_rich_text(runs) if runs else "")
        for text, runs in _SHARED_STRING_ITEM.findall(package.read(part))
    ]


class SharedTexts:
    """The shared strings that one save refers to and adds; *read* returns the part, None if there is none.

    A part that is not understood to the last item is left alone: no text is shared then.
    """

    def __init__(self, read: Callable[[], bytes | None]) -> None:
        self._read = read
        self._numbers: dict[str, int] | None = None  # the number of each text that cells may refer to
        self._part = b""
        self._added: list[str] = []
        self._next = self._used = 0

    def __bool__(self) -> bool:
        """Return whether texts were added or referred to."""
        return self._used > 0

    def share(self, text: str, times: int) -> int | None:
        """Return the number of a text that *times* cells get, added if they are several; None to write it in place."""
        if self._numbers is None:
            self._numbers = self._understood()
        number = self._numbers.get(text)
        if number is None and times > 1 and self._part and not needs_space_preserved(text):
            number = self._numbers[text] = self._next
            self._added.append(text)
            self._next += 1
        if number is not None:
            self._used += times
        return number

    def write(self) -> bytes:
        """Return the part with the texts that were added, and with its counts renewed."""
        table = _TABLE_TAG.search(self._part)
        assert table is not None
        prefix, attributes, closed = table.groups()
        told = _REFERENCE_COUNT.search(attributes)
        counts = b' count="%d"' % (int(told[1]) + self._used) if told else b""
        head = b'<%bsst%b%b uniqueCount="%d">' % (prefix, _COUNTS.sub(b"", attributes), counts, self._next)
        items = [
            b"<%bsi><%bt>%b</%bt></%bsi>" % (prefix, prefix, escape_cell_text(text), prefix, prefix)
            for text in self._added
        ]
        end = len(self._part) if closed else self._part.rindex(b"</%bsst" % prefix)
        body, tail = self._part[table.end() : end], b"</%bsst>" % prefix if closed else self._part[end:]
        return b"".join((self._part[: table.start()], head, body, *items, tail))

    def _understood(self) -> dict[str, int]:
        part = self._read()
        table = _TABLE_TAG.search(part) if part else None
        if part is None or table is None:
            return {}
        found = _SHARED_STRING_ITEM.findall(part)
        told = _ITEM_COUNT.search(table[2])
        if len(found) != len(_ITEM_START.findall(part)) or (told and int(told[1]) != len(found)):
            return {}
        self._part, self._next = part, len(found)
        texts = [(unescape_cell_text(text), number) for number, (text, runs) in enumerate(found) if not runs]
        return {text: number for text, number in reversed(texts) if not needs_space_preserved(text)}


def needs_space_preserved(text: str) -> bool:
    """Return whether a text has spaces or line ends that readers of XML may drop unless they are told to keep them."""
    return text != text.strip() or "\n" in text or "  " in text
