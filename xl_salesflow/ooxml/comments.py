"""Comments, of the old kind and threaded ones, follow their cells when rows of a table are deleted.

A comment is in up to three parts: its text, its thread, and the drawing of its box, which counts rows and columns from 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from xl_salesflow.ooxml.moves import Deletion
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import Sheet, relationships
from xl_salesflow.ooxml.refs import Area, address

Change = Callable[[bytes], bytes]

_COMMENT = re.compile(
    rb"<((?:[\w.-]+:)?(?:comment|threadedComment))\s[^>]*?\bref=\"([^\"]*)\"[^>]*?(?:/>|>.*?</\1>)\s*", re.DOTALL
)
_REF = re.compile(rb'(\sref=")[^"]*')
_SHAPE = re.compile(rb"<(\w+:)?shape\b.*?</\1?shape>\s*", re.DOTALL)
_ROW, _COLUMN = re.compile(rb"(<(?:\w+:)?Row>\s*)([0-9]+)"), re.compile(rb"(<(?:\w+:)?Column>\s*)([0-9]+)")
_ANCHOR = re.compile(rb"(<(?:\w+:)?Anchor>)([^<]*)")
_KINDS = ("comments", "threadedComment", "vmlDrawing")


def following(package: Package, sheet: Sheet, deletion: Deletion) -> Iterator[tuple[str, Change]]:
    """Yield the parts that hold a sheet's comments, each with the change that takes them along."""
    for relation in relationships(package, sheet.part):
        if relation.kind in _KINDS and package.find(relation.target):
            yield relation.target, _in_drawing(deletion) if relation.kind == "vmlDrawing" else _in_texts(deletion)


def _in_texts(deletion: Deletion) -> Change:
    def change(match: re.Match[bytes]) -> bytes:
        area = Area.find(match.group(2))
        row = _new_row(deletion, area.first_row, area.first_col) if area else None
        if area is None or row == area.first_row:
            return match.group()
        return (
            b""
            if row is None
            else _REF.sub(rb"\g<1>%b" % address(row, area.first_col).encode(), match.group(), count=1)
        )

    return lambda xml: _COMMENT.sub(change, xml)


def _in_drawing(deletion: Deletion) -> Change:
    def change(match: re.Match[bytes]) -> bytes:
        shape = match.group()
        row, column = _ROW.search(shape), _COLUMN.search(shape)
        if row is None or column is None:
            return shape
        before = int(row.group(2)) + 1
        after = _new_row(deletion, before, int(column.group(2)) + 1)
        if after is None:
            return b""
        shape = _ROW.sub(rb"\g<1>%d" % (after - 1), shape, count=1)
        return _ANCHOR.sub(lambda anchor: anchor.group(1) + _shifted(anchor.group(2), before - after), shape, count=1)

    return lambda xml: _SHAPE.sub(change, xml)


def _new_row(deletion: Deletion, row: int, column: int) -> int | None:
    """Where the row of a cell is now; None when it is gone."""
    if not deletion.table.area.holds(row, column) or row < deletion.gone[0]:
        return row
    return None if row in deletion.gone else deletion.row(row)


def _shifted(anchor: bytes, rows: int) -> bytes:
    """A box that moves up: left, its offset, top, its offset, right, its offset, bottom, its offset."""
    words = anchor.split(b",")
    if len(words) == 8 and all(word.strip().isdigit() for word in words):
        for at in (2, 6):
            words[at] = b" %d" % max(int(words[at]) - rows, 0)
    return b",".join(words)
