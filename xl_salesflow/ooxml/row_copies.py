"""Map the rows of a sheet to their new places after some were repeated, some were left out, and all below shifted.

A range grows with the rows inside it. In a repeated row, a reference to a single cell means the nearest copy of its
row: `=B3*2` in the third copy of row 3 becomes `=B5*2`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xl_salesflow.ooxml.cell_references import MAX_ROW, Area, map_references

_ROW_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True)
class RowCopies:
    """The printed rows of a sheet, each by the number of the row it is a copy of; `last_row` is the last stored one."""

    sheet: str
    last_row: int
    printed: tuple[int, ...]

    @property
    def rows(self) -> tuple[int, ...]:
        """Return the row numbers that an affected reference must contain; none means any."""
        return ()

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        copies: dict[int, list[int]] = {}
        for place, row in enumerate(self.printed, 1):
            copies.setdefault(row, []).append(place)
        return copies

    @cached_property
    def _kept(self) -> list[int]:
        return sorted(self._copies)

    def printed_rows(self, row: int) -> list[int]:
        """Return the places where a row is printed: none, one or several."""
        return self._copies.get(row, [])

    def first(self, row: int) -> int:
        """Return the new first row of a rectangle that began at *row*."""
        if row > self.last_row:
            return len(self.printed) + row - self.last_row
        at = bisect_left(self._kept, row)
        return self._copies[self._kept[at]][0] if at < len(self._kept) else len(self.printed) + 1

    def last(self, row: int) -> int:
        """Return the new last row of a rectangle that ended at *row*."""
        if row in self._copies:
            return self._copies[row][-1]
        return self.first(row) - (row <= self.last_row)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the new first and last row of a rectangle; one row if nothing is left of it."""
        start, end = self.first(first), MAX_ROW if last == MAX_ROW else self.last(last)
        return (start, end) if end >= start else (max(1, end), max(1, end))

    def is_left_out(self, area: Area) -> bool:
        """Return whether no row of a rectangle is printed."""
        at = bisect_left(self._kept, area.first_row)
        return area.last_row <= self.last_row and (at == len(self._kept) or self._kept[at] > area.last_row)

    def shift_reference(self, ref: str) -> str:
        """Return the new target of a reference, with its dollar signs; a cell in a repeated row becomes a range."""
        area = Area.find(ref)
        if area is None or not _ROW_DIGITS.search(ref):
            return ref
        start, end = self.span(area.first_row, area.last_row)
        rows = iter((start, end))
        shifted = _ROW_DIGITS.sub(lambda match: str(next(rows, match[0])), ref)
        return f"{shifted}:{_ROW_DIGITS.sub(str(end), ref)}" if ":" not in ref and end > start else shifted

    def shift_merge(self, area: Area) -> Iterator[Area]:
        """Yield the merged cells once for each time their rows are printed."""
        starts, ends = self.printed_rows(area.first_row), self.printed_rows(area.last_row)
        if len(starts) == len(ends):
            for start, end in zip(starts, ends, strict=True):
                yield area._replace(first_row=start, last_row=end)
        else:
            start, end = self.span(area.first_row, area.last_row)
            yield area._replace(first_row=start, last_row=end)

    def nearest_copy(self, wanted: int, row: int, place: int) -> int:
        """Return the copy of row *wanted* for a formula in the copy of *row* at *place*; rows above stay above."""
        copies = self.printed_rows(wanted)
        if not copies:
            return self.first(wanted)
        return min(copies, key=lambda at: (abs(at - place), at > place if wanted < row else at < place))


def shift_copied_formula(sheets: Sequence[RowCopies], formula: str, home: str, row: int, place: int) -> str:
    """Rewrite a formula of a cell on sheet *home* for the copy of *row* that is printed at *place*."""
    by_name = {copies.sheet.casefold(): copies for copies in sheets}

    def change(named: str | None, ref: str) -> str:
        copies = by_name.get((home if named is None else named).casefold())
        numbers = _ROW_DIGITS.findall(ref)
        if copies is None or not numbers:
            return ref
        if named is None and (":" not in ref or set(numbers) == {str(row)}):
            return _ROW_DIGITS.sub(lambda match: str(copies.nearest_copy(int(match[0]), row, place)), ref)
        return copies.shift_reference(ref)

    return map_references(formula, change)
