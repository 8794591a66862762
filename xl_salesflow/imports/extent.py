"""Where a list begins and ends: titles above it, headers of one line or several, totals and notes among and below its rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from xl_salesflow.imports.dates import dates
from xl_salesflow.imports.numbers import numbers
from xl_salesflow.imports.vocabulary import every_header, plain

Cells = Sequence[str]
_TOP = 20  # the headers stand within the first rows
_LEVELS = 3  # lines that headers take at most
_NARROW = 2  # columns of a list in which a row with one cell is a row
_TOTAL = re.compile(
    r"(?:grand |sub ?)?totals?(?: \d+)?(?: records?)?|(?:record )?count|sum|average"
    r"|(?:本页|本月|本季|本年)?(?:合计|总计|小计|共计|累计|汇总|总和)(?:金额|数)?"
)
TOTAL, AGAIN, NOTE = "total", "again", "note"
"""Why a row is none of the list: it sums up, it repeats the headers, it is a note below."""


@dataclass(frozen=True)
class Merge:
    """Cells merged into one; rows and columns count from 0 and are both included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Extent:
    """A list on a sheet: its *headers* as they are written, the place of its first row, and the rows that are none of it."""

    headers: Cells
    first: int
    left_out: tuple[tuple[int, str], ...]


def extent_of(rows: Sequence[Cells], merges: Sequence[Merge] = ()) -> Extent | None:
    """Return where the list stands in *rows*, or None where nothing is as wide as a list."""
    merged = [merge for merge in merges if merge.top < _TOP]
    head = _spread(rows[: _TOP + _LEVELS], merged)
    top = _header_row(head)
    if top is None:
        return None
    top, last = _levels(head, top, merged)
    headers = _joined(head[top : last + 1])
    return Extent(headers, last + 1, tuple(_left_out(rows, headers, last + 1)))


def filled_down(rows: Sequence[Cells], merges: Sequence[Merge], first: int) -> Sequence[Cells]:
    """Return *rows* with what is merged over several rows of a column said in each of them.

    Numbers are left where they stand: an amount over two rows is one amount.
    """
    down = [merge for merge in merges if merge.left == merge.right and merge.top >= first and merge.bottom > merge.top]
    told = pd.Series([rows[merge.top][merge.left] for merge in down], dtype=object)
    if not down:
        return rows
    filled = [list(row) for row in rows]
    for merge, is_text in zip(down, numbers(told).isna(), strict=True):
        for row in filled[merge.top + 1 : merge.bottom + 1] if is_text else ():
            row[merge.left] = filled[merge.top][merge.left]
    return filled


def _spread(head: Sequence[Cells], merges: Sequence[Merge]) -> list[list[str]]:
    # merged cells hold their text in the first one only; a reader sees it over all of them
    spread = [list(row) for row in head]
    for merge in merges:
        text = head[merge.top][merge.left] if merge.left < len(head[merge.top]) else ""
        for row in spread[merge.top : merge.bottom + 1]:
            row[merge.left : merge.right + 1] = [text] * len(row[merge.left : merge.right + 1])
    return spread


def _header_row(head: Sequence[Cells]) -> int | None:
    # titles above a table are short; the headers are the first line about as wide as the widest
    filled = [_width(row) for row in head[:_TOP]]
    widest = max(filled, default=0)
    return next((at for at, count in enumerate(filled) if count and count * 2 > widest), None)


def _width(row: Cells) -> int:
    # neighbours that say the same are one merged cell
    told = [cell.strip() for cell in row]
    return sum(bool(cell) and (not at or told[at - 1] != cell or len(cell) < 2) for at, cell in enumerate(told))


def _levels(head: Sequence[Cells], top: int, merges: Sequence[Merge]) -> tuple[int, int]:
    """Return the first and the last line of headers: groups over several columns have their columns' names below."""
    grouping = {merge.top for merge in merges if merge.right > merge.left and merge.bottom == merge.top}
    last = top
    while last + 1 < len(head) and last - top < _LEVELS - 1:
        below = head[last + 1]
        if not (last in grouping and _is_words(below)) and not _completes(head[last], below):
            break
        last += 1
    while top - 1 in grouping and _width(head[top - 1]) > 1 and last - top < _LEVELS - 1:
        top -= 1
    return top, last


def _is_words(row: Cells) -> bool:
    told = pd.Series([cell.strip() for cell in row if cell.strip()], dtype=object)
    return bool(len(told)) and bool((numbers(told).isna() & dates(told).isna()).all())


def _completes(row: Cells, below: Cells) -> bool:
    """Tell whether *below* names the columns that *row* leaves blank, as in text files, which know no merged cells."""
    wide = max((at for at, cell in enumerate(row) if cell.strip()), default=0)
    blank = [at for at, cell in enumerate(row[:wide]) if not cell.strip()]
    named = [cell for cell in below if cell.strip()]
    return (
        len(blank) >= 2
        and all(at < len(below) and below[at].strip() for at in blank)
        and sum(plain(cell) in every_header() for cell in named) * 2 >= len(named)
    )


def _joined(levels: Sequence[Cells]) -> list[str]:
    """Return one header a column: its own, with the group's before it where another column has the same."""
    width = max(map(len, levels))
    parts = [
        list(dict.fromkeys(text for level in levels if at < len(level) and (text := level[at].strip())))
        for at in range(width)
    ]
    own = Counter(part[-1] for part in parts if part)
    if len(levels) == 1:
        return [part[-1] if part else "" for part in parts]
    return ["" if not part else part[-1] if own[part[-1]] == 1 else " ".join(part) for part in parts]


def _left_out(rows: Sequence[Cells], headers: Cells, first: int) -> Iterator[tuple[int, str]]:
    """Yield the places of rows that are none of the list, each with why."""
    width = sum(bool(header.strip()) for header in headers)
    if width <= _NARROW:
        return
    known = [plain(header) for header in headers]
    filled = {at: [cell.strip() for cell in row if cell.strip()] for at, row in enumerate(rows[first:], first)}
    end = max((at for at, told in filled.items() if len(told) > 1), default=first)
    gap = False
    for at, told in filled.items():
        gap = at > end and (gap or not told)
        if told and _sums_up(told):
            yield at, TOTAL
        elif len(told) > 1 and _says(rows[at], known):
            yield at, AGAIN
        elif told and gap:
            yield at, NOTE


def in_runs(left_out: Sequence[tuple[int, str]]) -> list[tuple[int, int, str]]:
    """Return rows left out as first, last and why, neighbours of one kind together."""
    runs: list[tuple[int, int, str]] = []
    for at, why in left_out:
        if runs and runs[-1][1:] == (at - 1, why):
            runs[-1] = (runs[-1][0], at, why)
        else:
            runs.append((at, at, why))
    return runs


def _says(row: Cells, headers: Sequence[str]) -> bool:
    return len(row) >= len(headers) and all(plain(cell) == header for cell, header in zip(row, headers, strict=False))


def _sums_up(told: Sequence[str]) -> bool:
    """Tell whether a row is the word for a sum and otherwise numbers; the words are looked at first, as few rows have one."""
    beside = [cell for cell in told if not _is_total(cell)]
    return len(beside) < len(told) and bool(numbers(pd.Series(beside, dtype=object)).notna().all())


@lru_cache(maxsize=1 << 14)
def _is_total(cell: str) -> bool:
    return bool(_TOTAL.fullmatch(plain(cell.rstrip(":： "))))
