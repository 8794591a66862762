"""Find where a list begins and ends on a sheet or in a text file.

There may be titles above it, headers of several lines, and totals and notes among and below its rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from xl_salesflow.core.written_dates import is_written_day
from xl_salesflow.core.written_numbers import is_written_number
from xl_salesflow.imports.import_vocabulary import fold_name, read_known_headers, read_total_pattern

TextRow = Sequence[str]
_HEADER_SEARCH_ROWS = 20  # the headers are within the first rows
_MOST_HEADER_LINES = 3  # most lines that headers can have
_NARROW_LIST_COLUMNS = 2  # at most this many columns: a row with one filled cell is part of the list
_TOTAL_WORD_IN_TEXT = re.compile(r"total|count|sum|average", re.IGNORECASE)
TOTAL_LINE, REPEATED_HEADERS, NOTE_BELOW_LIST = "total", "again", "note"
"""Why a row is not part of the list: it is a total, a repeated header, or a note below the list."""


@dataclass(frozen=True)
class SourceMerge:
    """Cells merged into one; rows and columns count from 0 and are inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class ListExtent:
    """A list on a sheet: its *headers* as written, the position of its first row, and the rows that are not part of it."""

    headers: TextRow
    first: int
    left_out: tuple[tuple[int, str], ...]


def find_list_extent(rows: Sequence[TextRow], merges: Sequence[SourceMerge] = ()) -> ListExtent | None:
    """Return the extent of the list in *rows*, or None if no part is as wide as a list."""
    merged = [merge for merge in merges if merge.top < _HEADER_SEARCH_ROWS]
    head = _spread_merged_headers(rows[: _HEADER_SEARCH_ROWS + _MOST_HEADER_LINES], merged)
    top = _find_header_row(head)
    if top is None:
        return None
    top, last = _find_header_lines(head, top, merged)
    headers = _join_header_lines(head[top : last + 1])
    return ListExtent(headers, last + 1, tuple(_find_left_out_rows(rows, headers, last + 1)))


def fill_down_merged_cells(rows: Sequence[TextRow], merges: Sequence[SourceMerge], first: int) -> Sequence[TextRow]:
    """Return *rows* where text merged over several rows of a column is repeated in each row.

    Numbers are not repeated: an amount over two rows is one amount.
    """
    down = [merge for merge in merges if merge.left == merge.right and merge.top >= first and merge.bottom > merge.top]
    if not down:
        return rows
    filled = [list(row) for row in rows]
    for merge in down:
        text = filled[merge.top][merge.left]
        for row in filled[merge.top + 1 : merge.bottom + 1] if not is_written_number(text) else ():
            row[merge.left] = text
    return filled


def _spread_merged_headers(head: Sequence[TextRow], merges: Sequence[SourceMerge]) -> list[list[str]]:
    # merged cells hold their text in the first cell only, but a reader sees it over all of them
    spread = [list(row) for row in head]
    for merge in merges:
        text = head[merge.top][merge.left] if merge.left < len(head[merge.top]) else ""
        for row in spread[merge.top : merge.bottom + 1]:
            row[merge.left : merge.right + 1] = [text] * len(row[merge.left : merge.right + 1])
    return spread


def _find_header_row(head: Sequence[TextRow]) -> int | None:
    # titles above a table are short; the headers are the first line that is about as wide as the widest
    filled = [_count_header_cells(row) for row in head[:_HEADER_SEARCH_ROWS]]
    widest = max(filled, default=0)
    return next((at for at, count in enumerate(filled) if count and count * 2 > widest), None)


def _count_header_cells(row: TextRow) -> int:
    # equal neighbours are one merged cell
    texts = [cell.strip() for cell in row]
    return sum(bool(cell) and (not at or texts[at - 1] != cell or len(cell) < 2) for at, cell in enumerate(texts))


def _find_header_lines(head: Sequence[TextRow], top: int, merges: Sequence[SourceMerge]) -> tuple[int, int]:
    """Return the first and the last header line; below group headers over several columns are the headers of the columns."""
    grouping = {merge.top for merge in merges if merge.right > merge.left and merge.bottom == merge.top}
    last = top
    while last + 1 < len(head) and last - top < _MOST_HEADER_LINES - 1:
        below = head[last + 1]
        if not (last in grouping and _is_row_of_words(below)) and not _is_completing_headers(head[last], below):
            break
        last += 1
    while top - 1 in grouping and _count_header_cells(head[top - 1]) > 1 and last - top < _MOST_HEADER_LINES - 1:
        top -= 1
    return top, last


def _is_row_of_words(row: TextRow) -> bool:
    texts = [cell for cell in row if cell.strip()]
    return bool(texts) and not any(is_written_number(cell) or is_written_day(cell) for cell in texts)


def _is_completing_headers(row: TextRow, below: TextRow) -> bool:
    """Return whether *below* fills in the headers that *row* leaves blank, as in text files, which have no merged cells."""
    wide = max((at for at, cell in enumerate(row) if cell.strip()), default=0)
    blank = [at for at, cell in enumerate(row[:wide]) if not cell.strip()]
    named = [cell for cell in below if cell.strip()]
    return (
        len(blank) >= 2
        and all(at < len(below) and below[at].strip() for at in blank)
        and sum(fold_name(cell) in read_known_headers() for cell in named) * 2 >= len(named)
    )


def _join_header_lines(levels: Sequence[TextRow]) -> list[str]:
    """Return one header per column, prefixed with its group's header if another column has the same one."""
    width = max(map(len, levels))
    parts = [
        list(dict.fromkeys(text for level in levels if at < len(level) and (text := level[at].strip())))
        for at in range(width)
    ]
    own = Counter(part[-1] for part in parts if part)
    if len(levels) == 1:
        return [part[-1] if part else "" for part in parts]
    return ["" if not part else part[-1] if own[part[-1]] == 1 else " ".join(part) for part in parts]


def _find_left_out_rows(rows: Sequence[TextRow], headers: TextRow, first: int) -> Iterator[tuple[int, str]]:
    """Yield the positions of rows that are not part of the list, each with the reason."""
    width = sum(bool(header.strip()) for header in headers)
    if width <= _NARROW_LIST_COLUMNS:
        return
    known = [fold_name(header) for header in headers]
    filled = {at: [cell.strip() for cell in row if cell.strip()] for at, row in enumerate(rows[first:], first)}
    end = max((at for at, texts in filled.items() if len(texts) > 1), default=first)
    gap = False
    for at, texts in filled.items():
        gap = at > end and (gap or not texts)
        if texts and _is_total_line(texts):
            yield at, TOTAL_LINE
        elif len(texts) > 1 and _is_header_repeated(rows[at], known):
            yield at, REPEATED_HEADERS
        elif texts and gap:
            yield at, NOTE_BELOW_LIST


def group_left_out_rows(left_out: Sequence[tuple[int, str]]) -> list[tuple[int, int, str]]:
    """Return the left-out rows as (first, last, reason), with neighbours of one reason joined."""
    runs: list[tuple[int, int, str]] = []
    for at, why in left_out:
        if runs and runs[-1][1:] == (at - 1, why):
            runs[-1] = (runs[-1][0], at, why)
        else:
            runs.append((at, at, why))
    return runs


def _is_header_repeated(row: TextRow, headers: Sequence[str]) -> bool:
    return len(row) >= len(headers) and all(
        fold_name(cell) == header for cell, header in zip(row, headers, strict=False)
    )


def _is_total_line(texts: Sequence[str]) -> bool:
    """Return whether a row has the word for a total and otherwise numbers.

    Words are tested first, because few rows have one.
    """
    others = [cell for cell in texts if not _is_total_word(cell)]
    return len(others) < len(texts) and all(map(is_written_number, others))


@lru_cache(maxsize=1 << 14)
def _is_total_word(cell: str) -> bool:
    if cell.isascii() and not _TOTAL_WORD_IN_TEXT.search(cell):  # nearly every cell of a list
        return False
    return bool(read_total_pattern().fullmatch(fold_name(cell.rstrip(":\uff1a "))))
