"""Which formulas depend on which: from cells that change to every formula that shows something else now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from xl_salesflow.ooxml.changes import Changed
from xl_salesflow.ooxml.engine import Place
from xl_salesflow.ooxml.resolve import CellRange, Resolved


class Dependents:
    """The formulas of a workbook by what they read."""

    def __init__(self, formulas: Mapping[Place, Resolved]) -> None:
        self._readers: defaultdict[CellRange, list[Place]] = defaultdict(list)
        for place, formula in formulas.items():
            for read in set(formula.ranges):
                self._readers[read].append(place)
        self._by_cell: defaultdict[Place, list[CellRange]] = defaultdict(list)
        self._wide: defaultdict[str, list[CellRange]] = defaultdict(list)
        for read in self._readers:
            if read.area[:2] == read.area[2:]:
                self._by_cell[Place(read.sheet, *read.area[:2])].append(read)
            else:
                self._wide[read.sheet].append(read)

    def of_change(self, changed: Changed) -> set[Place]:
        """The formulas that read a changed cell."""
        return {place for read, places in self._readers.items() if changed(read) for place in places}

    def closure(self, start: Iterable[Place]) -> set[Place]:
        """Formulas, and all that depend on them, directly or through others."""
        found = set(start)
        waiting, fired = list(found), set[CellRange]()
        while waiting:
            for read in self._reading(waiting.pop()):
                if read not in fired:
                    fired.add(read)
                    new = [place for place in self._readers[read] if place not in found]
                    found.update(new)
                    waiting += new
        return found

    def _reading(self, place: Place) -> list[CellRange]:
        wide = [read for read in self._wide[place.sheet] if read.area.holds(place.row, place.column)]
        return self._by_cell.get(place, []) + wide
