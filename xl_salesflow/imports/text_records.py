"""Split the text of a file into records: delimiters, ``sep=`` lines, ruled lines, quotation marks never closed, ="00123".

A stray quotation mark would swallow the rows below it. Such rows are read line by line if that gives each as many cells
as the headers; otherwise the file is refused with the number of the row.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xl_salesflow.errors import UsageError

FILE_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\xa6", "\uff0c", "\uff1b", "\x1f", "\x01")
_DELIMITER_SAMPLE_LINES = 200  # enough lines to detect the delimiter
_DELIMITER_LINE = re.compile(r'\ufeff?"?sep=(.)"?', re.IGNORECASE)
_RULED_DELIMITER = "|"
_RULE_LINE = re.compile(
    r"^[ \t]*(?=[^\r\n]*[|+])(?:[|+][ \t]*)?(?::?[-=]{2,}:?[ \t]*(?:[|+][ \t]*|(?=[\r\n]|\Z)))+(?=[\r\n]|\Z)",
    re.MULTILINE,
)
"""The line below the headers of a table in Markdown, and the lines of a table drawn in text: | --- | :-: |, +----+----+."""
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_LONGEST_FIELD = 1 << 24
_MOST_LINES_OF_RECORD = 200
_FEWEST_SWALLOWED_CELLS = 5  # in a narrower list, lines of a note could look like rows
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"')
_GUARDED_TEXT = re.compile(r"'(?=[=+\-@]|0[0-9]+$|[0-9]{12,}$)")
_SIGNS_OF_GUARDS = ('="', "'")


@dataclass(frozen=True)
class TextRecords:
    """The records of a text file; *repaired* are the numbers of the rows that were read in spite of a stray quotation mark."""

    rows: list[list[str]]
    repaired: tuple[int, ...] = ()


def detect_delimiter(text: str) -> str:
    """Return the delimiter of *text*: that of its ``sep=`` line, or the one that gives most lines the same width."""
    lines = _LINE_BREAK.split(text, _DELIMITER_SAMPLE_LINES)[:_DELIMITER_SAMPLE_LINES]
    if named := _DELIMITER_LINE.fullmatch(lines[0]):
        return named[1]
    joined = "\n".join(lines)
    return max(FILE_DELIMITERS, key=lambda mark: _score_delimiter(joined, mark) if mark in joined else (0.0, 0))


def _score_delimiter(lines: str, mark: str) -> tuple[float, int]:
    """Return how many lines have the usual width, times that width; a single column scores 0."""
    widths = [len(row) for row in _read_loosely(lines, mark) if row]
    if not widths:
        return 0.0, 0
    usual = max(set(widths), key=widths.count)
    return (widths.count(usual) / len(widths) if usual > 1 else 0.0), usual


def split_text_records(text: str, delimiter: str, path: Path) -> TextRecords:
    """Return the records of *text*; quoted cells may contain line breaks.

    Raises:
        UsageError: a quotation mark swallows rows, and the rows cannot be told apart without it.
    """
    text = _blank_delimiter_line(text.lstrip("\ufeff"))
    if delimiter == _RULED_DELIMITER:
        text = _RULE_LINE.sub("", text)  # rows keep their numbers
    records = _split_plain_records(text, delimiter) or _read_line_by_line(text, delimiter, path)
    if (inner := _unwrap_quoted_lines(records.rows)) is not None:
        return split_text_records(inner, detect_delimiter(inner), path)
    if any(sign in text for sign in _SIGNS_OF_GUARDS):
        _unwrap_guarded_texts(records.rows)
    return records


def _blank_delimiter_line(text: str) -> str:
    # rows keep their numbers
    first = text[:16].partition("\n")[0].rstrip("\r")
    return text[len(first) :] if _DELIMITER_LINE.fullmatch(first) else text


def _split_plain_records(text: str, delimiter: str) -> TextRecords | None:
    """Return the records if every quotation mark is used as it should be; None if one may be stray."""
    for escapes in ({}, {"escapechar": "\\", "doublequote": False}):
        try:
            rows = _read_strictly(text, delimiter, _find_quotation_mark(text, delimiter), **escapes)
        except csv.Error:
            if '\\"' in text:
                continue
            return None
        return None if '"' in text and _has_swallowed_rows(rows, delimiter) else TextRecords(rows)
    return None


def _read_strictly(text: str, delimiter: str, quotation_mark: str = '"', **escapes: Any) -> list[list[str]]:
    with _long_fields():
        lines = io.StringIO(text, newline="")
        return list(csv.reader(lines, delimiter=delimiter, quotechar=quotation_mark, strict=True, **escapes))


def _read_loosely(text: str, delimiter: str) -> list[list[str]]:
    """Return the rows of *text*, whatever its quotation marks are; none if a cell is longer than any text."""
    with _long_fields():
        try:
            return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
        except csv.Error:
            return []


@contextmanager
def _long_fields() -> Iterator[None]:
    limit = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(limit)


def _find_quotation_mark(text: str, delimiter: str) -> str:
    """Return the apostrophe if every header stands between two of them."""
    cells = _LINE_BREAK.split(text, 1)[0].split(delimiter)
    return "'" if len(cells) > 1 and all(len(c) > 1 and c[0] == c[-1] == "'" for c in cells) else '"'


def _has_swallowed_rows(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Return whether a cell contains whole rows: each of its lines has as many delimiters as a row has from there on."""
    widths = Counter(map(len, rows))
    usual = max(widths, key=lambda width: widths[width], default=0)
    if usual < _FEWEST_SWALLOWED_CELLS:
        return False
    for row in rows:
        if len(row) > 1 and ("\n" in (joined := "".join(row)) or "\r" in joined):
            for at, cell in enumerate(row):
                counts = [line.count(delimiter) for line in _LINE_BREAK.split(cell)]
                if (
                    len(counts) > 1
                    and counts[0] == usual - 1 - at
                    and all(count == usual - 1 for count in counts[1:-1])
                    and counts[-1] + len(row) - 1 - at == usual - 1
                ):
                    return True
    return False


def _read_line_by_line(text: str, delimiter: str, path: Path) -> TextRecords:
    """Return the records, where a quotation mark that swallows rows is part of its cell.

    A record of several lines counts if it has the width of the headers, and so does a single line without its
    quotation marks.
    """
    lines = _LINE_BREAK.split(text)
    width = _width_of_records(lines, delimiter)
    rows, repaired, at = list[list[str]](), list[int](), 0
    while at < len(lines):
        found = _find_closed_record(lines, at, delimiter, width)
        if found is None:
            cells = _split_without_quotes(lines[at], delimiter)
            if len(cells) != width:
                raise UsageError(
                    "{path}, row {row}: a quotation mark is opened and never closed, so the rows below it cannot be read; "
                    "is a quotation mark missing? Correct it and import again.",
                    path=path,
                    row=len(rows) + 1,
                )
            repaired.append(len(rows) + 1)
            found = cells, at + 1
        rows.append(found[0])
        at = found[1]
    return TextRecords(rows, tuple(repaired))


def _find_closed_record(lines: Sequence[str], at: int, delimiter: str, width: int) -> tuple[list[str], int] | None:
    """Return the record that begins at line *at* and the line after it; None if its quotation marks do not close it."""
    quotes = 0
    for end in range(at, min(at + _MOST_LINES_OF_RECORD, len(lines))):
        quotes += lines[end].count('"')
        if quotes % 2 and end > at:
            continue
        text = "\n".join(lines[at : end + 1])
        try:
            found = _read_strictly(text, delimiter)
        except csv.Error:
            if quotes % 2:
                continue
            found = _read_loosely(text, delimiter) if end == at else []
            return (found[0], end + 1) if found and len(found[0]) == width else None
        if end == at and quotes % 2 and any(cell.endswith('"') for cell in (found or [[]])[0]):
            return None
        is_usual = len(found) == 1 and len(found[0]) == width and not _has_swallowed_rows(found, delimiter)
        return ((found or [[]])[0], end + 1) if end == at or is_usual else None
    return None


def _width_of_records(lines: Sequence[str], delimiter: str) -> int:
    """Return the number of cells of most lines without a quotation mark."""
    widths = Counter(line.count(delimiter) + 1 for line in lines if line and '"' not in line)
    return max(widths, key=lambda width: widths[width], default=1)


def _split_without_quotes(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(delimiter)]


def _unwrap_quoted_lines(rows: Sequence[Sequence[str]]) -> str | None:
    """Return the inner text of a file in which every line is one quoted cell: "a,b,c"."""
    filled = [row for row in rows if row]
    if len(filled) < 2 or any(len(row) != 1 for row in filled[:_DELIMITER_SAMPLE_LINES]):
        return None
    inner = "\n".join(row[0] if row else "" for row in rows)
    mark = detect_delimiter(inner)
    widths = {len(row) for row in _read_loosely(inner, mark) if row}
    return inner if len(widths) == 1 and widths.pop() > 1 else None


def _unwrap_guarded_texts(rows: list[list[str]]) -> None:
    """Replace ="00123" and '00123, which keep a spreadsheet from changing the text, by the text."""
    for row in rows:
        for at, cell in enumerate(row):
            if cell[:2] in _SIGNS_OF_GUARDS or cell[:1] == "'":
                if formula := _TEXT_FORMULA.fullmatch(cell):
                    row[at] = formula[1].replace('""', '"')
                elif _GUARDED_TEXT.match(cell):
                    row[at] = cell[1:]
