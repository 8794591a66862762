"""Formulas nobody else takes care of, brought up to date after an edit.

A formula is calculated only where that is safe: its functions are known, and from the values before the edit the engine came
to what the cell showed then. Every other one that the edit concerns is left for Excel, and named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Any

from xl_salesflow.ooxml.calculable import why_not
from xl_salesflow.ooxml.changes import Changed
from xl_salesflow.ooxml.dependents import Dependents
from xl_salesflow.ooxml.engine import NOT_CALCULATED, Place, TooMuch, each_alone, together
from xl_salesflow.ooxml.formula_cells import FormulaCell, formula_cells, raw_value
from xl_salesflow.ooxml.resolve import CellRange, Resolved, Resolver
from xl_salesflow.ooxml.source import Known, Source

MOST_FORMULAS = 20_000  # concerned by one edit; more are left for Excel
ARRAY, DOUBTED, FROM_ANOTHER = "an array formula", "came to something else before", "depends on one that is left"
NOT_HERE, TOO_MANY = "cannot be calculated here", "too many formulas or cells"
"""Why a formula is left for Excel; others are left for a function or a sign that stands in them."""


@dataclass(frozen=True)
class Recalculation:
    """What formulas came to, why others were left for Excel, and how each is written."""

    values: Mapping[Place, Any] = field(default_factory=dict)
    left: Mapping[Place, str] = field(default_factory=dict)
    texts: Mapping[Place, str] = field(default_factory=dict)


class Concerned:
    """The formulas of a workbook that are not *known* and show something else once an edit is made.

    Those of some sheets may be taken over from the workbook before, where the edit leaves them alone.
    """

    def __init__(
        self, book: Source, changed: Changed, known: Known, before: Concerned | None = None, same: Collection[str] = ()
    ) -> None:
        taken = {name.casefold() for name in same}
        self.book, self.cells = book, dict(formulas_of(book, known, taken))
        if before:
            self.cells |= {place: cell for place, cell in before.cells.items() if place.sheet in taken}
        self.formulas = _resolved(book, self.cells)
        self.dependents = Dependents(self.formulas)
        blank = {place for place in self.cells if self.shown(place) is None}  # never calculated
        anywhere = {place for place, formula in self.formulas.items() if formula.anywhere}
        self.places = self.dependents.closure(self.dependents.of_change(changed) | anywhere | blank)
        self.hopeless = all(place in blank and self.why_not(place) for place in self.places)

    def shown(self, place: Place) -> Any:
        """What a formula's cell shows; None for one that was never calculated."""
        return raw_value(self.cells[place].cell, self.book.strings())

    def why_not(self, place: Place) -> str | None:
        """Say why a formula is left for Excel."""
        cell = self.cells[place]
        return ARRAY if cell.text is None or cell.array else why_not(self.formulas[place])


def recalculated(before: Concerned, after: Concerned) -> Recalculation:
    """Work out the formulas that an edit concerns, which led from *before* to *after*."""
    concerned, dependents = after.places, after.dependents
    texts = {place: after.cells[place].text or "" for place in concerned}
    if len(concerned) > MOST_FORMULAS:
        return Recalculation({}, dict.fromkeys(concerned, TOO_MANY), texts)
    left = {place: why for place in concerned if (why := after.why_not(place))}
    try:
        left |= dict.fromkeys(_doubted(before, concerned - left.keys()), DOUBTED)
        _with_dependents(left, dependents)
        wanted = {place: after.formulas[place] for place in sorted(concerned - left.keys())}
        found = together(after.book, _texts(wanted), _ranges(wanted.values())) if wanted else {}
    except TooMuch:
        return Recalculation({}, dict.fromkeys(concerned, TOO_MANY), texts)
    left |= {place: NOT_HERE for place, value in found.items() if value is NOT_CALCULATED}
    _with_dependents(left, dependents)
    return Recalculation({place: value for place, value in found.items() if place not in left}, left, texts)


def formulas_of(book: Source, known: Known, without: Collection[str] = ()) -> Iterator[tuple[Place, FormulaCell]]:
    """Yield the formula cells of a workbook but those that are known, and but some sheets, their names case-folded."""
    places = known.places(book)
    for sheet in book.sheets:
        if sheet.casefold() in without or known.covers(book.nothing_but.get(sheet)):
            continue
        for cell in formula_cells(book.stream(sheet), places.get(sheet, {})):
            yield Place(sheet.casefold(), cell.row, cell.column), cell


def _resolved(book: Source, cells: Mapping[Place, FormulaCell]) -> dict[Place, Resolved]:
    resolve, names = Resolver(book.sheets, book.tables, book.texts), {name.casefold(): name for name in book.sheets}
    return {place: resolve(cell.text or "", names[place.sheet], place.row) for place, cell in cells.items()}


def _doubted(before: Concerned, asked: Iterable[Place]) -> Iterator[Place]:
    """Find the formulas that the engine does not bring to what they showed before the edit."""
    there = [place for place in asked if place in before.cells and before.why_not(place) is None]
    shown = {place: value for place in there if (value := before.shown(place)) is not None}
    formulas = {place: before.formulas[place] for place in shown}
    found = each_alone(before.book, _texts(formulas), _ranges(formulas.values())) if formulas else {}
    return (place for place, value in found.items() if not _equal(value, shown[place]))


def _equal(one: Any, other: Any) -> bool:
    if (
        isinstance(one, int | float)
        and isinstance(other, int | float)
        and isinstance(one, bool) == isinstance(other, bool)
    ):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(other) and one == other


def _with_dependents(left: dict[Place, str], dependents: Dependents) -> None:
    for place in dependents.closure(left):
        left.setdefault(place, FROM_ANOTHER)


def _texts(formulas: Mapping[Place, Resolved]) -> dict[Place, str]:
    return {place: formula.text for place, formula in formulas.items()}


def _ranges(formulas: Iterable[Resolved]) -> set[CellRange]:
    return {read for formula in formulas for read in formula.ranges}
