"""Find where a list begins and ends on a sheet or in a text file.

There may be titles above it, headers of several lines, and totals and notes among and below its rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from xl_salesflow.core.written_dates import is_written_day
from xl_salesflow.core.written_numbers import is_written_number
from xl_salesflow.core.written_periods import is_named_period
from xl_salesflow.imports.import_stages import kind_of_stage_name
from xl_salesflow.imports.import_vocabulary import fold_name, is_name_of_stage, names_of_targets, read_known_headers
from xl_salesflow.imports.list_words import read_page_notes, read_program_notes
from xl_salesflow.imports.total_lines import (
    EQUAL_SUMS,
    ColumnsAbove,
    is_bare_total,
    is_told_total,
    number_of_sum,
)

TextRow = Sequence[str]
_HEADER_SEARCH_ROWS = 20  # the headers are within the first rows
_MOST_HEADER_LINES = 3  # most lines that headers can have
_NARROW_LIST_COLUMNS = 2  # at most this many columns: a row with one filled cell is part of the list
_HEADING_NUMBER = re.compile(
    "^[(\uff08]?[\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d\u5341]{1,3}[)\uff09]?[\u3001.\uff0e:\uff1a]\\s*"
)  # one to ten
_LABEL_ENDS = ":\uff1a"  # of a label with its value beside it
TOTAL_LINE, REPEATED_HEADERS, NOTE_BELOW_LIST, SECTION_HEADING = "total", "again", "note", "heading"
HIDDEN_ROW, PAGE_NUMBER, NUMBERED_LINE = "hidden", "page", "numbered"
"""Why a row is not part of the list: it is a total, a repeated header, a note below the list, or a heading above rows; it is
hidden; it holds the number of a page, or nothing but the next number of the line."""

STAGE_OF_SECTION, GROUP_OF_SECTION = "Stage", "Group"
"""Headers of the column with the heading above each row, if the headings are stages and if they are not."""


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
    sections: Mapping[int, str] = field(default_factory=dict)
    """Position of a heading among the rows → its text; it holds for the rows down to the next one."""
    section_header: str = ""
    top: int = 0
    """The position of the first header line; a letterhead stands above it."""


@dataclass(frozen=True)
class HeaderLines:
    """The headers of a list, joined from the lines that begin at position *top*; its rows begin at position *first*."""

    headers: list[str]
    first: int
    top: int


def find_list_extent(
    rows: Sequence[TextRow], merges: Sequence[SourceMerge] = (), header: int | None = None
) -> ListExtent | None:
    """Return the extent of the list in *rows*, or None if no part is as wide as a list.

    *header* is the position of its header row, if it is known.
    """
    lines = find_header_lines(rows, merges, header)
    if lines is None:
        return None
    headers, first = lines.headers, lines.first
    filled = {at: [cell.strip() for cell in row if cell.strip()] for at, row in enumerate(rows[first:], first)}
    left_out = dict(_find_left_out_rows(rows, headers, filled))
    sections, section_header = _find_sections(rows, headers, filled, left_out)
    left_out |= dict.fromkeys(sections, SECTION_HEADING)
    return ListExtent(headers, first, tuple(sorted(left_out.items())), sections, section_header, lines.top)


def find_header_lines(
    rows: Sequence[TextRow], merges: Sequence[SourceMerge] = (), header: int | None = None
) -> HeaderLines | None:
    """Return the headers of the list in *rows*, or None if no part is as wide as a list."""
    searched = _HEADER_SEARCH_ROWS if header is None else header + 1
    merged = [merge for merge in merges if merge.top < min(searched, len(rows))]
    head = _spread_merged_headers(rows[: searched + _MOST_HEADER_LINES], merged)
    top = _find_header_row(head) if header is None else header
    if top is None or top >= len(head):
        return None
    top, last = _find_header_lines(head, top, merged)
    return HeaderLines(_join_header_lines(head[top : last + 1]), last + 1, top)


def _find_sections(
    rows: Sequence[TextRow], headers: TextRow, filled: Mapping[int, Sequence[str]], left_out: Mapping[int, str]
) -> tuple[dict[int, str], str]:
    """Return the headings above groups of rows, and the header of the column they make.

    A heading is alone in its row. Headings are the names of stages, or stand above the first row and below a blank row or
    a line of totals: otherwise a row of one cell is a row of the list.
    """
    if sum(bool(header.strip()) for header in headers) <= _NARROW_LIST_COLUMNS:
        return {}, ""
    headings = _find_lone_texts(rows, filled, left_out) or _find_summed_stages(rows, filled, left_out)
    if not headings:
        return {}, ""
    known = {fold_name(header) for header in headers} & names_of_targets("Deals")["stage"]
    if all(map(_is_stage_heading, headings.values())) and not known:
        return {at: _bare_heading(text) for at, text in headings.items()}, STAGE_OF_SECTION
    if len(headings) > 1 and all(map(is_named_period, headings.values())):
        return headings, GROUP_OF_SECTION
    first = min(headings)
    apart = all(at == first or not filled.get(at - 1) or left_out.get(at - 1) == TOTAL_LINE for at in headings)
    return (headings, GROUP_OF_SECTION) if apart and len(headings) > 1 else ({}, "")


def _is_stage_heading(text: str) -> bool:
    return is_name_of_stage(text) or kind_of_stage_name(_bare_heading(text)) is not None


def _bare_heading(text: str) -> str:
    """Return *text* without the Chinese number that it begins with."""
    return _HEADING_NUMBER.sub("", text)


def _find_lone_texts(
    rows: Sequence[TextRow], filled: Mapping[int, Sequence[str]], left_out: Mapping[int, str]
) -> dict[int, str]:
    """Return the texts that are alone in their rows above other rows; none if they do not begin the list in one column."""
    kept = {at: texts for at, texts in filled.items() if texts and at not in left_out}
    last = max((at for at, texts in kept.items() if len(texts) > 1), default=-1)
    lone = {at: texts[0] for at, texts in kept.items() if len(texts) == 1 and at < last}
    lone = {at: text for at, text in lone.items() if not is_written_number(text)}
    columns = {next(place for place, cell in enumerate(rows[at]) if cell.strip()) for at in lone}
    return lone if len(columns) == 1 and min(kept) in lone else {}


def _find_summed_stages(
    rows: Sequence[TextRow], filled: Mapping[int, Sequence[str]], left_out: Mapping[int, str]
) -> dict[int, str]:
    """Return the stages that stand above their rows with the sum of these; none if the list does not begin with one."""
    kept = [at for at, texts in filled.items() if texts and at not in left_out]
    if not kept or not _is_stage_with_sums(filled[kept[0]]):  # nearly every list
        return {}
    found = {at: _texts_beside_numbers(filled[at])[0] for at in kept if _is_stage_with_sums(filled[at])}
    for at, until in zip(found, [*list(found)[1:], max(kept) + 1], strict=True):
        below = [rows[row] for row in kept if at < row < until]
        for column, cell in enumerate(rows[at]):
            total = sum(number_of_sum(row[column]) for row in below if column < len(row))
            if is_written_number(cell) and abs(total - number_of_sum(cell)) >= EQUAL_SUMS:
                return {}
    return found


def _texts_beside_numbers(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if not is_written_number(text)]


def _is_stage_with_sums(texts: Sequence[str]) -> bool:
    """Return whether a row holds the name of a stage and otherwise numbers."""
    if not is_name_of_stage(texts[0]) or len(texts) < 2:
        return False
    return _texts_beside_numbers(texts) == [texts[0]]


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
    wide = [at for at, count in enumerate(filled) if count and count * 2 > widest]
    if not wide or is_row_of_headers(head[wide[0]]):
        return wide[0] if wide else None
    # above the list there may be a letterhead with labels and values
    return next((at for at in wide if is_row_of_headers(head[at])), wide[0])


def is_row_of_headers(row: TextRow) -> bool:
    """Return whether at least two cells and half of the cells of *row* are known headers, and none is a value."""
    texts = [text for cell in row if (text := cell.strip())]
    known = sum(fold_name(text) in read_known_headers() for text in texts if text[-1] not in _LABEL_ENDS)
    return known >= 2 and known * 2 >= len(texts) and _is_row_of_words(row)


def count_filled_cells(row: TextRow) -> int:
    """Return how many cells of *row* are filled, 2 for more than one."""
    return len(list(islice((cell for cell in row if cell.strip()), 2)))


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


def _find_left_out_rows(
    rows: Sequence[TextRow], headers: TextRow, filled: Mapping[int, Sequence[str]]
) -> Iterator[tuple[int, str]]:
    """Yield the positions of rows that are not part of the list, each with the reason."""
    width = sum(bool(header.strip()) for header in headers)
    if width <= _NARROW_LIST_COLUMNS:
        return
    known = [fold_name(header) for header in headers]
    end = max((at for at, texts in filled.items() if len(texts) > 1), default=min(filled, default=0))
    gap = is_ended = False
    below_total = 0
    columns = ColumnsAbove(rows, min(filled, default=0))
    for at, texts in filled.items():
        gap = at > end and (gap or is_ended or _ends_list(rows[at], headers))
        if is_told_total(at, texts, columns, is_below_total=at == below_total):
            is_ended, below_total = at == end, at + 1  # what follows the total of a list is none of its rows
            yield at, TOTAL_LINE
        elif 0 < 2 * len(texts) <= width and is_bare_total(at, known, columns, is_last=not filled.get(at + 1)):
            yield at, TOTAL_LINE
        elif len(texts) > 1 and _is_header_repeated(rows[at], known):
            yield from ((row, SECTION_HEADING) for row in (at - 1,) if len(filled.get(row, ())) == 1)
            yield at, REPEATED_HEADERS
        elif texts and gap:
            yield at, NOTE_BELOW_LIST
        elif why := _why_number_alone(at, texts, columns, known):
            yield at, why


def _why_number_alone(at: int, texts: Sequence[str], columns: ColumnsAbove, known: Sequence[str]) -> str:
    """Return why a row with one cell is no deal: it holds the number of a page or of the line; "" if neither."""
    if len(texts) != 1:
        return ""
    if read_page_notes().fullmatch(texts[0]):
        return PAGE_NUMBER
    return NUMBERED_LINE if texts[0].isdigit() and columns.is_next_line(at, known) else ""


def _ends_list(row: TextRow, headers: TextRow) -> bool:
    """Return whether *row*, below the last one with two cells, is none of the list: it is blank or a note."""
    return not any(map(str.strip, row)) or _is_note_of_program(row, headers)


def _is_note_of_program(row: TextRow, headers: TextRow) -> bool:
    """Return whether a row with one filled cell is a note that the exporting program wrote directly below the list.

    The cell says so, or stands in a column that no row has alone: that of a person, a stage, a day or an amount.
    """
    column = next(at for at, cell in enumerate(row) if cell.strip())
    header = fold_name(headers[column]) if column < len(headers) else ""
    return bool(read_program_notes().search(row[column])) or any(header in names for names in _names_of_details())


@cache
def _names_of_details() -> Sequence[frozenset[str]]:
    deals = names_of_targets("Deals")
    return [deals[target] for target in ("owner", "stage", "amount", "created", "closed", "expected_close")]


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
