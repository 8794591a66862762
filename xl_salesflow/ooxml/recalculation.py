"""Recalculate the formulas that an edit affects and whose values are not written otherwise.

The search starts at the changed cells and follows dependents to every affected formula. A formula is calculated only if
that is safe: its functions are trusted, and with the values before the edit the engine gave the same result as the cell
showed. All others are left to Excel, and named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Any

from xl_salesflow.ooxml.cell_references import Area, CellPlace, CellRange
from xl_salesflow.ooxml.edit_assembly import WorkbookEdits
from xl_salesflow.ooxml.formula_cells import (
    FormulaCell,
    FormulaSource,
    KnownFormulas,
    find_formula_cells,
    read_raw_value,
)
from xl_salesflow.ooxml.formula_engine import NOT_CALCULATED, TooManyCells, calculate_separately, calculate_together
from xl_salesflow.ooxml.formula_resolver import FormulaResolver, ResolvedFormula

ChangePredicate = Callable[[CellRange], bool]


def make_change_predicate(edits: WorkbookEdits) -> ChangePredicate:
    """Return a predicate for the cells that edits set, and for every cell of a table whose size changes."""
    sheets = {name.casefold(): cells for name, cells in edits.sheets.items() if cells}
    shifted = [(s.sheet.casefold(), s.table.area, s.last_row) for s in edits.row_shifts.values()]

    def changed(read: CellRange) -> bool:
        cells = sheets.get(read.sheet)
        if cells and next(cells.within(read.area), None):
            return True
        return any(
            sheet == read.sheet and read.area.overlaps(area._replace(last_row=max(area.last_row, last + 1)))
            for sheet, area, last in shifted
        )

    return changed


def extend_change_predicate(changed: ChangePredicate, cells: Collection[CellRange]) -> ChangePredicate:
    """Return the predicate with more cells."""
    by_sheet: dict[str, list[Area]] = {}
    for sheet, area in cells:
        by_sheet.setdefault(sheet, []).append(area)
    return lambda read: changed(read) or any(read.area.overlaps(area) for area in by_sheet.get(read.sheet, ()))


class FormulaDependents:
    """The formulas of a workbook by the cells that they read."""

    def __init__(self, formulas: Mapping[CellPlace, ResolvedFormula]) -> None:
        self._readers: defaultdict[CellRange, list[CellPlace]] = defaultdict(list)
        for place, formula in formulas.items():
            for read in dict.fromkeys(formula.ranges):
                self._readers[read].append(place)
        self._by_cell: defaultdict[CellPlace, list[CellRange]] = defaultdict(list)
        self._wide: defaultdict[str, list[CellRange]] = defaultdict(list)
        for read in self._readers:
            if read.area[:2] == read.area[2:]:
                self._by_cell[CellPlace(read.sheet, *read.area[:2])].append(read)
            else:
                self._wide[read.sheet].append(read)

    def of_change(self, changed: ChangePredicate) -> set[CellPlace]:
        """Return the formulas that read a changed cell."""
        return {place for read, places in self._readers.items() if changed(read) for place in places}

    def closure(self, start: Iterable[CellPlace]) -> set[CellPlace]:
        """Return formulas and all that depend on them, directly or through others."""
        found = set(start)
        waiting, fired = sorted(found), set[CellRange]()
        while waiting:
            for read in self._reading(waiting.pop()):
                if read not in fired:
                    fired.add(read)
                    new = [place for place in self._readers[read] if place not in found]
                    found.update(new)
                    waiting += new
        return found

    def _reading(self, place: CellPlace) -> list[CellRange]:
        wide = [read for read in self._wide[place.sheet] if read.area.contains_cell(place.row, place.column)]
        return self._by_cell.get(place, []) + wide


MOST_FORMULAS = 20_000  # affected by one edit; larger numbers are left to Excel
ARRAY_FORMULA, UNCONFIRMED_RESULT, DEPENDS_ON_ANOTHER = (
    "an array formula",
    "came to something else before",
    "depends on one that is left",
)
NOT_CALCULABLE, TOO_MANY_FORMULAS = "cannot be calculated here", "too many formulas or cells"
"""Why a formula is left to Excel; other reasons are a function or a sign in the formula."""


@dataclass(frozen=True)
class Recalculation:
    """The results of formulas, why others were left to Excel, and how each is written."""

    values: Mapping[CellPlace, Any] = field(default_factory=dict)
    left_for_excel: Mapping[CellPlace, str] = field(default_factory=dict)
    texts: Mapping[CellPlace, str] = field(default_factory=dict)


class ConcernedFormulas:
    """The formulas of a workbook that are not *known* and are affected by an edit.

    Those of sheets that the edit does not affect may be reused from the workbook before.
    """

    def __init__(
        self,
        book: FormulaSource,
        changed: ChangePredicate,
        known: KnownFormulas,
        before: ConcernedFormulas | None = None,
        same: Collection[str] = (),
    ) -> None:
        taken = {name.casefold() for name in same}
        self.book, self.cells = book, dict(find_workbook_formulas(book, known, taken))
        if before:
            self.cells |= {place: cell for place, cell in before.cells.items() if place.sheet in taken}
        self.formulas = _resolve_formulas(book, self.cells)
        self.dependents = FormulaDependents(self.formulas)
        blank = {place for place in self.cells if self.cached_value(place) is None}  # never calculated
        anywhere = {place for place, formula in self.formulas.items() if formula.reads_anywhere}
        self.places = self.dependents.closure(self.dependents.of_change(changed) | anywhere | blank)
        self.nothing_calculable = all(place in blank and self.find_obstacle(place) for place in self.places)

    def cached_value(self, place: CellPlace) -> Any:
        """Return the displayed value of a formula cell; None if it was never calculated."""
        return read_raw_value(self.cells[place].cell, self.book.strings())

    def find_obstacle(self, place: CellPlace) -> str | None:
        """Return why a formula is left to Excel, or None."""
        from xl_salesflow.ooxml.formula_engine import find_untrusted_part

        cell = self.cells[place]
        return ARRAY_FORMULA if cell.text is None or cell.array else find_untrusted_part(self.formulas[place])


def recalculate_formulas(before: ConcernedFormulas, after: ConcernedFormulas) -> Recalculation:
    """Calculate the formulas affected by the edit that led from *before* to *after*."""
    concerned, dependents = after.places, after.dependents
    texts = {place: after.cells[place].text or "" for place in concerned}
    if len(concerned) > MOST_FORMULAS:
        return Recalculation({}, dict.fromkeys(concerned, TOO_MANY_FORMULAS), texts)
    left = {place: why for place in concerned if (why := after.find_obstacle(place))}
    try:
        left |= dict.fromkeys(_find_unconfirmed(before, concerned - left.keys()), UNCONFIRMED_RESULT)
        _leave_dependents(left, dependents)
        to_calculate = {place: after.formulas[place] for place in sorted(concerned - left.keys())}
        found = (
            calculate_together(after.book, _formula_texts(to_calculate), _formula_ranges(to_calculate.values()))
            if to_calculate
            else {}
        )
    except TooManyCells:
        return Recalculation({}, dict.fromkeys(concerned, TOO_MANY_FORMULAS), texts)
    left |= {place: NOT_CALCULABLE for place, value in found.items() if value is NOT_CALCULATED}
    _leave_dependents(left, dependents)
    return Recalculation({place: value for place, value in found.items() if place not in left}, left, texts)


def find_workbook_formulas(
    book: FormulaSource, known: KnownFormulas, without: Collection[str] = ()
) -> Iterator[tuple[CellPlace, FormulaCell]]:
    """Yield the formula cells of a workbook, except the known ones and those on sheets in *without* (case-folded names)."""
    places = known.places(book)
    for sheet in book.sheets:
        if sheet.casefold() in without or known.covers(book.fully_known_sheets.get(sheet)):
            continue
        for cell in find_formula_cells(book.stream(sheet), places.get(sheet, {})):
            yield CellPlace(sheet.casefold(), cell.row, cell.column), cell


_UNREADABLE_FORMULA = ResolvedFormula((), ARRAY_FORMULA, reads_anywhere=True)


def _resolve_formulas(book: FormulaSource, cells: Mapping[CellPlace, FormulaCell]) -> dict[CellPlace, ResolvedFormula]:
    resolve = FormulaResolver(book.sheets, book.tables, book.name_texts, book.repeated_names)
    names = {name.casefold(): name for name in book.sheets}
    return {
        place: _UNREADABLE_FORMULA if cell.text is None else resolve(cell.text, names[place.sheet], place.row)
        for place, cell in cells.items()
    }


def _find_unconfirmed(before: ConcernedFormulas, candidates: Iterable[CellPlace]) -> Iterator[CellPlace]:
    """Find the formulas for which the engine does not reproduce the values shown before the edit."""
    there = [place for place in candidates if place in before.cells and before.find_obstacle(place) is None]
    cached = {place: value for place in there if (value := before.cached_value(place)) is not None}
    formulas = {place: before.formulas[place] for place in cached}
    found = (
        calculate_separately(before.book, _formula_texts(formulas), _formula_ranges(formulas.values()))
        if formulas
        else {}
    )
    return (place for place, value in found.items() if not _same_formula_value(value, cached[place]))


def _same_formula_value(one: Any, other: Any) -> bool:
    if (
        isinstance(one, int | float)
        and isinstance(other, int | float)
        and isinstance(one, bool) == isinstance(other, bool)
    ):
        return isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return type(one) is type(other) and one == other


def _leave_dependents(left: dict[CellPlace, str], dependents: FormulaDependents) -> None:
    for place in sorted(dependents.closure(left)):
        left.setdefault(place, DEPENDS_ON_ANOTHER)


def _formula_texts(formulas: Mapping[CellPlace, ResolvedFormula]) -> dict[CellPlace, str]:
    return {place: formula.text for place, formula in formulas.items()}


def _formula_ranges(formulas: Iterable[ResolvedFormula]) -> set[CellRange]:
    return {read for formula in formulas for read in formula.ranges}
