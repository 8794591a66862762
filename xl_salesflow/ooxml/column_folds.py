"""Open columns of a sheet that are hidden, as behind the button of an outline group."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from xl_salesflow.ooxml.cell_references import MAX_COLUMN

_COLUMN_TAG = re.compile(rb"<(?:[\w.-]+:)?col\s[^<>]*?/?>(?:</(?:[\w.-]+:)?col>)?")
_FIRST_OF_RANGE, _LAST_OF_RANGE = re.compile(rb'\smin="([0-9]{1,9})"'), re.compile(rb'\smax="([0-9]{1,9})"')
_HIDDEN = re.compile(rb'\shidden="(?:1|true)"')
_COLLAPSED = re.compile(rb'\scollapsed="(?:1|true)"')
_BUTTON_BEFORE = re.compile(rb'<(?:[\w.-]+:)?outlinePr\s[^<>]*\bsummaryRight="(?:0|false)"')


def list_hidden_columns(head: bytes) -> set[int]:
    """Return the hidden columns, from 1, that the part of a sheet before its rows names."""
    return {column for tag in _COLUMN_TAG.findall(head) if _HIDDEN.search(tag) for column in range(*_read_range(tag))}


def open_hidden_columns(head: bytes, columns: Collection[int]) -> bytes:
    """Return *head*, the part of a sheet before its rows, with *columns* visible and the buttons of their groups open."""
    opened = list_hidden_columns(head).intersection(columns)
    if not opened:
        return head
    beside = -1 if _BUTTON_BEFORE.search(head) else 1
    buttons = {column + beside for column in opened}

    def rewrite(tag: re.Match[bytes]) -> bytes:
        return b"".join(_divide_column_tag(tag[0], opened, buttons))

    return _COLUMN_TAG.sub(rewrite, head)


def _read_range(tag: bytes) -> tuple[int, int]:
    first, last = _FIRST_OF_RANGE.search(tag), _LAST_OF_RANGE.search(tag)
    return (int(first[1]), min(int(last[1]), MAX_COLUMN) + 1) if first and last else (1, 1)


def _divide_column_tag(tag: bytes, opened: Collection[int], buttons: Collection[int]) -> Iterator[bytes]:
    """Yield the tag of a range of columns as one tag for each run of columns that look alike afterwards."""
    start, end = _read_range(tag)
    if start >= end:  # it names no columns
        yield tag
    hidden, collapsed = _HIDDEN.search(tag), _COLLAPSED.search(tag)

    def change(column: int) -> tuple[bool, bool]:
        return bool(hidden) and column in opened, bool(collapsed) and column in buttons

    while start < end:
        after = next((column for column in range(start, end) if change(column) != change(start)), end)
        shows, opens = change(start)
        part = _HIDDEN.sub(b"", tag) if shows else tag
        part = _COLLAPSED.sub(b"", part) if opens else part
        part = _FIRST_OF_RANGE.sub(b' min="%d"' % start, part)
        yield _LAST_OF_RANGE.sub(b' max="%d"' % (after - 1), part)
        start = after
