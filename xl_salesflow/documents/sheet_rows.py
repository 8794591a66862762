"""Where the rows of a sheet's template went: some are repeated, some are gone, and everything below has moved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from xl_salesflow.ooxml import Area
from xl_salesflow.ooxml.refs import map_references

_ROWS = re.compile(r"[0-9]+")
_EVERY = 1_048_576


class RowMap:
    """Which row of a template each printed row is a copy of; rows are counted from 1."""

    def __init__(self, last: int, printed: Sequence[int]) -> None:
        """Take the template's last row, and what is printed, named by the template's rows."""
        self._last, self._count = last, len(printed)
        self._copies: dict[int, list[int]] = {}
        for place, row in enumerate(printed, 1):
            self._copies.setdefault(row, []).append(place)

    def copies(self, row: int) -> list[int]:
        """Return where a row of the template is printed."""
        return self._copies.get(row, [])

    def first(self, row: int) -> int:
        """Return where a rectangle that begins at a row of the template begins now."""
        if row > self._last:
            return self._count + row - self._last
        return next((self._copies[r][0] for r in range(row, self._last + 1) if r in self._copies), self._count + 1)

    def last(self, row: int) -> int:
        """Return where a rectangle that ends at a row of the template ends now."""
        if row in self._copies:
            return self._copies[row][-1]
        return self.first(row) - (row <= self._last)

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
