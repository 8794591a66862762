"""Tell the lines of totals, and of other figures about the rows above, from the rows of a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from xl_salesflow.core.written_numbers import is_written_number, parse_number_reading
from xl_salesflow.imports.import_vocabulary import fold_name, is_name_of_stage, names_of_targets
from xl_salesflow.imports.list_words import (
    read_line_headers,
    read_statistics,
    read_total_pattern,
    read_total_scopes,
    read_total_words,
)

EQUAL_SUMS = 0.005  # difference of two sums that are equal to the cent
_MOST_SUMMED_ROWS = 500  # rows above a line that may be their total
_TOTAL_HINTS = ("total", "count", "sum", "average", "gesamt")
_TOTAL_WORD_IN_TEXT = re.compile(r"total|count|sum|average|gesamt", re.IGNORECASE)
_TOTAL_WORD_AT_END = re.compile(
    r"^\W*(?:sub|grand)?\W?(?:totals?|sum|summe|gesamt)\b|\b(?:sub|grand)?\W?(?:totals?|sum|summe|gesamt)\W*$|\u8ba1",
    re.IGNORECASE | re.MULTILINE,
)  # the last is part of the Chinese words for totals


def _may_be_total(texts: Sequence[str]) -> bool:
    """Return whether a row may have a word for a total: a quick test, because few rows have one."""
    row = "\n".join(texts).lower().replace("account", "")
    return not row.isascii() or any(hint in row for hint in _TOTAL_HINTS)


def _is_total_line(texts: Sequence[str]) -> bool:
    """Return whether a row has the word for a total and otherwise numbers.

    Words are tested first, because few rows have one.
    """
    others = [cell for cell in texts if not _is_total_word(cell)]
    return len(others) < len(texts) and all(map(is_written_number, others))


def _is_statistic_line(texts: Sequence[str]) -> bool:
    """Return whether a row has a word such as maximum and otherwise numbers."""
    words = [cell for cell in texts if not is_written_number(cell)]
    return len(texts) > 1 and len(words) == 1 and fold_name(words[0]) in read_statistics()


@dataclass(frozen=True)
class ColumnsAbove:
    """The cells above a line that may be a total, from the first row of the list on."""

    rows: Sequence[Sequence[str]]
    first: int

    def has_text(self, text: str, below: int) -> bool:
        """Return whether a cell not far above the row *below* holds *text*."""
        return any(fold_name(cell) == text for row in self._rows_above(below) for cell in row if cell)

    def _rows_above(self, below: int) -> Sequence[Sequence[str]]:
        return self.rows[max(self.first, below - _MOST_SUMMED_ROWS) : below]

    def is_next_line(self, at: int, headers: Sequence[str]) -> bool:
        """Return whether the only cell of row *at* counts the lines, under a header that names no deal."""
        column = next(place for place, cell in enumerate(self.rows[at]) if cell.strip())
        if column >= len(headers) or headers[column] not in read_line_headers():
            return False
        above = [row[column].strip() if column < len(row) else "" for row in self.rows[max(self.first, at - 2) : at]]
        number = int(self.rows[at][column])
        return above == [str(number - 2), str(number - 1)]

    def is_sum(self, below: int, column: int, value: float, fewest: int = 1) -> bool:
        """Return whether *value* is the sum of the numbers directly above, of at least *fewest* and as far up as it takes."""
        total, count = 0.0, 0
        for row in reversed(self._rows_above(below)):
            number = number_of_sum(row[column]) if column < len(row) else 0.0
            total, count = total + number, count + bool(number)
            if abs(total - value) < EQUAL_SUMS and total and count >= fewest:
                return True
        return False


def _is_named_total(at: int, texts: Sequence[str], columns: ColumnsAbove) -> bool:
    """Return whether a row is a total of something that it names, such as "Mara Total" or "Total pipeline".

    Its other cells are numbers, and what it names is known to be summed, stands in a row above, or the number is the sum
    of those above. "Total Energies" is a customer.
    """
    if len(texts) < 2 or not _TOTAL_WORD_AT_END.search("\n".join(texts)):  # nearly every row of a list
        return False
    named = [text for text in texts if not is_written_number(text)]
    if len(named) != 1 or not (found := read_total_words().search(fold_name(named[0]))):
        return False
    name = fold_name(named[0])
    scope = (name[: found.start()] + name[found.end() :]).strip()
    if scope in read_total_scopes() or is_name_of_stage(scope) or columns.has_text(scope, at):
        return True
    return any(
        columns.is_sum(at, column, number_of_sum(cell))
        for column, cell in enumerate(columns.rows[at])
        if is_written_number(cell)
    )


def is_told_total(at: int, texts: Sequence[str], columns: ColumnsAbove, is_below_total: bool = False) -> bool:
    """Return whether a row has a word that makes it a total, or directly below one another figure, such as the maximum."""
    if is_below_total and _is_statistic_line(texts):
        return True
    return bool(texts) and _may_be_total(texts) and (_is_total_line(texts) or _is_named_total(at, texts, columns))


def is_bare_total(at: int, headers: Sequence[str], columns: ColumnsAbove, is_last: bool) -> bool:
    """Return whether a row has numbers only, none of which names a deal, and one is the sum of those above.

    Of a single row above it may be the sum only where the rows end.
    """
    filled = [column for column, cell in enumerate(columns.rows[at]) if cell.strip()]
    deals = names_of_targets("Deals")
    if not all(is_written_number(columns.rows[at][column]) for column in filled):
        return False
    if any(column >= len(headers) or headers[column] in deals["deal"] | deals["name"] for column in filled):
        return False
    fewest = 1 if is_last else 2
    return any(columns.is_sum(at, column, number_of_sum(columns.rows[at][column]), fewest) for column in filled)


def number_of_sum(cell: str) -> float:
    reading = parse_number_reading(cell) if cell.strip() else None
    value = reading and (reading.dot if reading.dot is not None else reading.comma)
    return float(value) if value is not None else 0.0


@lru_cache(maxsize=1 << 14)
def _is_total_word(cell: str) -> bool:
    if cell.isascii() and not _TOTAL_WORD_IN_TEXT.search(cell):  # nearly every cell of a list
        return False
    return bool(read_total_pattern().fullmatch(fold_name(cell.rstrip(":\uff1a "))))
