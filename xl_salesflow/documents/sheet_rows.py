"""Where the rows of a sheet's template went: some are repeated, some are gone, and everything below has moved."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property

from xl_salesflow.ooxml import Area
from xl_salesflow.ooxml.refs import map_references

_ROWS = re.compile(r"[0-9]+")
_EVERY = 1_048_576


class RowMap:
    """The printed rows in order, each with the row of the template it is a copy of; rows are counted from 1."""

    def __init__(self, template_rows: Sequence[int], printed: Sequence[int]) -> None:
        """Take the rows that the template has, and the rows printed, named by the template's."""
        self._template = list(template_rows)
        self.printed = list(printed)

    @cached_property
    def places(self) -> list[int]:
        """Return the row on which each printed row stands; rows that were blank in the template stay blank."""
        before = dict(zip(self._template, [0, *self._template], strict=False))
        places, at = list[int](), 0
        for row in self.printed:
            at += row - before[row]  # itself and the blank rows above it
            places.append(at)
        return places

    @cached_property
    def _copies(self) -> dict[int, list[int]]:
        copies: dict[int, list[int]] = {}
        for row, place in zip(self.printed, self.places, strict=True):
            copies.setdefault(row, []).append(place)
        return copies

    def copies(self, row: int) -> list[int]:
        """Return where a row of the template is printed."""
        return self._copies.get(row, [])

    def first(self, row: int) -> int:
        """Return where a rectangle that begins at a row of the template begins now."""
        if row in self._copies:
            return self._copies[row][0]
        following = next((r for r in self._template[bisect_left(self._template, row) :] if r in self._copies), None)
        if following is None:
            return max(self.places, default=0) + max(1, row - max(self._template, default=0))
        blank = row not in self._template and following == self._next(row)
        return self._copies[following][0] - (following - row if blank else 0)

    def last(self, row: int) -> int:
        """Return where a rectangle that ends at a row of the template ends now."""
        return self._copies[row][-1] if row in self._copies else self.first(row) - (row in self._template)

    def _next(self, row: int) -> int:
        return self._template[bisect_left(self._template, row)]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Return the rows that rows *first* to *last* of the template take now; one row when nothing is left of them."""
        start, end = self.first(first), (_EVERY if last == _EVERY else self.last(last))
        return (start, end) if end >= start else (max(1, end), max(1, end))

    def area(self, ref: str) -> str:
        """Return where a rectangle of the template lies now, dollars kept."""
        found = Area.find(ref)
        if found is None or not _ROWS.search(ref):
            return ref
        rows = iter(self.span(found.first_row, found.last_row))
        moved = _ROWS.sub(lambda match: str(next(rows, match[0])), ref)
        start, end = self.span(found.first_row, found.last_row)
        return f"{moved}:{_ROWS.sub(str(end), ref)}" if ":" not in ref and end > start else moved

    def beside(self, wanted: int, row: int, place: int) -> int:
        # the copy that belongs to the same turn of the loop: the nearest, upwards for rows above
        copies = self.copies(wanted)
        if not copies or not place:
            return self.first(wanted)
        return min(copies, key=lambda at: (abs(at - place), at > place if wanted < row else at < place))


def rewritten(formula: str, maps: Mapping[str, RowMap], home: str, row: int = 0, place: int = 0) -> str:
    """Return *formula* as it reads now; *maps* holds the sheets whose rows moved, by casefolded name.

    It stood on sheet *home*, in *row* of the template, and stands at *place* now (0: in no row).
    """

    def change(named: str | None, ref: str) -> str:
        rows = maps.get((home if named is None else named).casefold())
        numbers = _ROWS.findall(ref)
        if rows is None or not numbers:
            return ref
        if named is None and place and (":" not in ref or set(numbers) == {str(row)}):
            return _ROWS.sub(lambda match: str(rows.beside(int(match[0]), row, place)), ref)
        return rows.area(ref)

    return map_references(formula, change)
