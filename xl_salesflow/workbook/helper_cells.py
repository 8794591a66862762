"""The formulas outside the tables (named cells, cards, what stands behind charts and dropdowns), as the template has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from xl_salesflow.model.tables import TABLES
from xl_salesflow.ooxml import Area, Workbook, address
from xl_salesflow.ooxml.engine import Place
from xl_salesflow.ooxml.typed_over import bare
from xl_salesflow.workbook.cells_of_book import Cell, Cells
from xl_salesflow.workbook.layout import language_of_headers, match_headers
from xl_salesflow.workbook.missing import home_of, our_tables


class Strayed(NamedTuple):
    """A cell that does not hold the formula it should.

    *name* is its defined name, where it has one; *fills* the cells below it that its formula fills, if it is an array.
    """

    sheet: str
    row: int
    column: int
    formula: str
    name: str
    fills: Area | None = None

    @property
    def cell(self) -> str:
        """Its address, as findings give it."""
        quoted = self.sheet if self.sheet.isidentifier() else f"'{self.sheet}'"
        return f"{quoted}!{address(self.row, self.column)}"


def strayed(workbook: Workbook, shipped: Workbook) -> list[Strayed]:
    """Return the cells outside tables whose formula is gone or another one; sheets whose rows were moved are left out."""
    homes, headers = home_of(workbook, shipped), _renamed_headers(workbook, shipped)
    named = {(at.sheet, at.row, at.col): name for name, at in shipped.names.items()}
    found, cells, arrays = [], Cells(workbook), _Arrays(workbook)
    for sheet, expected in formulas_outside_tables(shipped).items():
        home = homes.get(sheet)
        if home is None:
            continue
        still, filled = unmoved(workbook, shipped, sheet, home), filled_by_arrays(shipped)[sheet]
        for place, text in expected.items():
            name = named.get((sheet, place.row, place.column), "")
            at = workbook.names.get(name) if name else None
            if at is None and not still:
                continue
            where = (at.sheet, at.row, at.col) if at else (home, place.row, place.column)
            spot = Strayed(*where, _in(headers, text), name, filled.get(place))
            held = cells.formula(Cell(*where)) or ""
            if bare(held) != bare(spot.formula) or (spot.fills and arrays[spot] != spot.fills):
                found.append(spot)
    return found


class _Arrays:
    """Which cells the arrays of a workbook fill; each sheet is looked at once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._found: dict[str, dict[Place, Area]] = {}

    def __getitem__(self, spot: Strayed) -> Area | None:
        if spot.sheet not in self._found:
            self._found[spot.sheet] = self._workbook.arrays(spot.sheet)
        return self._found[spot.sheet].get(Place(spot.sheet.casefold(), spot.row, spot.column))


@cache
def filled_by_arrays(shipped: Workbook) -> dict[str, dict[Place, Area]]:
    """Return the formulas of the template that fill several cells, and which, sheet by sheet."""
    return {sheet: shipped.arrays(sheet) for sheet in shipped.sheets}


@cache
def formulas_outside_tables(shipped: Workbook) -> dict[str, dict[Place, str]]:
    """Return the formulas of the template that stand in no table, sheet by sheet."""
    found: dict[str, dict[Place, str]] = {}
    for sheet in shipped.sheets:
        bodies = [table.body for table in shipped.tables.values() if table.sheet == sheet]
        outside = {
            place: text
            for place, text in shipped.formulas(sheet).items()
            if not any(body.holds(place.row, place.column) for body in bodies)
        }
        if outside:
            found[sheet] = outside
    return found


def unmoved(workbook: Workbook, shipped: Workbook, sheet: str, home: str) -> bool:
    """Whether the tables and names of a sheet are where the template has them."""
    tables = [table for table in shipped.tables.values() if table.sheet == sheet]
    here = [workbook.tables.get(table.name) for table in tables]
    corners = [at and (at.first_row, at.first_col) for at in here] == [(t.first_row, t.first_col) for t in tables]
    names = [at for at in shipped.names.values() if at.sheet == sheet]
    ours = [workbook.names.get(at.name) for at in names]
    alike = sum(
        1 for one, other in zip(names, ours, strict=True) if other and (one.row, one.col) == (other.row, other.col)
    )
    return home in workbook.sheets and corners and alike * 2 >= len(names)


def _renamed_headers(workbook: Workbook, shipped: Workbook) -> Mapping[str, str]:
    """References to columns that somebody renamed: as the template writes them, as they are now."""
    return dict(_renamings(workbook, shipped))


def _renamings(workbook: Workbook, shipped: Workbook) -> Iterator[tuple[str, str]]:
    tables = our_tables(workbook)
    language = language_of_headers(tables)
    for name, table in tables.items():
        theirs = match_headers(TABLES[name], table.headers, language)
        for id, header in match_headers(TABLES[name], shipped.tables[name].headers, language).items():
            if theirs.get(id, header) != header:
                yield f"{name}[{header}]", f"{name}[{theirs[id]}]"


def _in(headers: Mapping[str, str], formula: str) -> str:
    for before, now in headers.items():
        formula = formula.replace(before, now)
    return formula
