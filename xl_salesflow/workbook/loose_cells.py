"""Read loose cells, those outside tables, and find the ones that lost their formula.

Loose cells are named cells, cards, and the data of charts and dropdowns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.cell_references import MAX_COLUMN, MAX_ROW, Area, CellPlace, cell_address
from xl_salesflow.ooxml.column_formulas import normalize_formula
from xl_salesflow.ooxml.excel_notation import address_on_sheet, split_sheet_reference, unquote_sheet_name
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import DefinedName
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.empty_workbook import list_template_formulas, open_template
from xl_salesflow.workbook.missing_parts import find_declared_tables, match_template_sheets
from xl_salesflow.workbook.workbook_layout import language_of_headers, match_headers


class BookCell(NamedTuple):
    """A cell by its sheet, row and column."""

    sheet: str
    row: int
    column: int


_FIRST_BLOCK = (64, 32)
"""Number of rows and columns of a sheet that are read at once, initially."""


class BookCells:
    """The cells of a workbook on disk, one at a time.

    The formulas of a sheet are read once, its values a block at a time, because sheets are streamed and reading cell by
    cell would start from the top for each cell.
    """

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self._formulas: dict[str, dict[CellPlace, str]] = {}
        self._blocks: dict[str, list[list[Any]]] = {}

    def formula(self, cell: BookCell) -> str | None:
        """Return the formula of a cell, or None."""
        if cell.sheet not in self._formulas:
            self._formulas[cell.sheet] = self.book.formulas(cell.sheet)
        return self._formulas[cell.sheet].get(CellPlace(cell.sheet.casefold(), cell.row, cell.column))

    def value(self, cell: BookCell) -> Any:
        """Return the displayed value of a cell."""
        block = self._blocks.get(cell.sheet, [[]])
        if cell.row > len(block) or cell.column > len(block[0]):
            rows = max(len(block), min(2 * cell.row, MAX_ROW), _FIRST_BLOCK[0])
            columns = max(len(block[0]), min(2 * cell.column, MAX_COLUMN), _FIRST_BLOCK[1])
            block = self.book.read_range(cell.sheet, f"A1:{cell_address(rows, columns)}")
            self._blocks[cell.sheet] = block
        return block[cell.row - 1][cell.column - 1]

    def is_blank(self, cell: BookCell) -> bool:
        """Return whether a cell is empty."""
        return self.value(cell) is None and self.formula(cell) is None


class LostFormula(NamedTuple):
    """A cell that lacks its expected formula.

    *name* is its defined name if any; *fills* the cells that the formula fills if it is an array.
    """

    sheet: str
    row: int
    column: int
    formula: str
    name: str
    fills: Area | None = None

    @property
    def cell(self) -> str:
        """Return its address in the form used in findings."""
        return address_on_sheet(self.sheet, cell_address(self.row, self.column))


def find_lost_formulas(workbook: Workbook, shipped: Workbook) -> list[LostFormula]:
    """Return the cells outside tables whose formula is missing or changed; sheets with shifted rows are skipped."""
    homes, headers = match_template_sheets(workbook, shipped), _map_renamed_headers(workbook, shipped)
    named = {(at.sheet, at.row, at.col): name for name, at in shipped.names.items()}
    found, cells, arrays = [], BookCells(workbook), _ArrayAreas(workbook)
    for sheet, expected in find_loose_formulas(shipped).items():
        home = homes.get(sheet)
        if home is None:
            continue
        still, filled = is_layout_unmoved(workbook, shipped, sheet, home), find_template_arrays(shipped)[sheet]
        for place, text in expected.items():
            name = named.get((sheet, place.row, place.column), "")
            at = workbook.names.get(name) if name else None
            if at is None and not still:
                continue
            where = (at.sheet, at.row, at.col) if at else (home, place.row, place.column)
            spot = LostFormula(*where, _replace_renamed_headers(headers, text), name, filled.get(place))
            held = cells.formula(BookCell(*where)) or ""
            if normalize_formula(held) != normalize_formula(spot.formula) or (
                spot.fills and arrays[spot] != spot.fills
            ):
                found.append(spot)
    return found


class _ArrayAreas:
    """The cells that arrays of a workbook fill; each sheet is read once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._found: dict[str, dict[CellPlace, Area]] = {}

    def __getitem__(self, spot: LostFormula) -> Area | None:
        if spot.sheet not in self._found:
            self._found[spot.sheet] = self._workbook.arrays(spot.sheet)
        return self._found[spot.sheet].get(CellPlace(spot.sheet.casefold(), spot.row, spot.column))


@cache
def find_template_arrays(shipped: Workbook) -> dict[str, dict[CellPlace, Area]]:
    """Return the array formulas of the template and the cells they fill, sheet by sheet."""
    return {sheet: shipped.arrays(sheet) for sheet in shipped.sheets}


@cache
def find_loose_formulas(shipped: Workbook) -> dict[str, dict[CellPlace, str]]:
    """Return the formulas of the template outside tables, sheet by sheet."""
    found: dict[str, dict[CellPlace, str]] = {}
    for sheet, formulas in list_template_formulas(shipped).items():
        bodies = [table.body for table in shipped.tables.values() if table.sheet == sheet]
        outside = {
            place: text
            for place, text in formulas.items()
            if not any(body.contains_cell(place.row, place.column) for body in bodies)
        }
        if outside:
            found[sheet] = outside
    return found


def is_layout_unmoved(workbook: Workbook, shipped: Workbook, sheet: str, home: str) -> bool:
    """Return whether the tables of a sheet and its names outside tables are at their places in the template.

    Names of cells in a table go with its rows, which may be in another order.
    """
    tables = [table for table in shipped.tables.values() if table.sheet == sheet]
    here = [workbook.tables.get(table.name) for table in tables]
    corners = [at and (at.first_row, at.first_col) for at in here] == [(t.first_row, t.first_col) for t in tables]
    names = [at for at in shipped.names.values() if at.sheet == sheet and not _is_in_table(shipped, at)]
    ours = [workbook.names.get(at.name) for at in names]
    alike = sum(
        1 for one, other in zip(names, ours, strict=True) if other and (one.row, one.col) == (other.row, other.col)
    )
    return home in workbook.sheets and corners and alike * 2 >= len(names)


def _is_in_table(shipped: Workbook, at: DefinedName) -> bool:
    tables = (table for table in shipped.tables.values() if table.sheet == at.sheet)
    return any(table.body.contains_cell(at.row, at.col) for table in tables)


def _map_renamed_headers(workbook: Workbook, shipped: Workbook) -> Mapping[str, str]:
    """Return references to renamed columns: as in the template → as in this workbook."""
    return dict(_find_renamed_headers(workbook, shipped))


def _find_renamed_headers(workbook: Workbook, shipped: Workbook) -> Iterator[tuple[str, str]]:
    tables = find_declared_tables(workbook)
    language = language_of_headers(tables)
    for name, table in tables.items():
        theirs = match_headers(TABLES[name], table.headers, language)
        for column_id, header in match_headers(TABLES[name], shipped.tables[name].headers, language).items():
            if theirs.get(column_id, header) != header:
                yield f"{name}[{header}]", f"{name}[{theirs[column_id]}]"


def _replace_renamed_headers(headers: Mapping[str, str], formula: str) -> str:
    for before, now in headers.items():
        formula = formula.replace(before, now)
    return formula


LooseCellSpot = tuple[str, int, int]
"""A cell: its sheet, row and column."""


class TemplateLooseCells(NamedTuple):
    """The cells of a template outside its tables.

    *formulas*: sheet → (row, column) → formula; *fills*: sheet → (row, column) of an array → its last row and column;
    *corners*: table → its first cell; *names*: name of one cell outside tables → the cell; *names_by_sheet*: sheet → the
    names that refer to it.
    """

    formulas: Mapping[str, Mapping[tuple[int, int], str]]
    fills: Mapping[str, Mapping[tuple[int, int], tuple[int, int]]]
    corners: Mapping[str, LooseCellSpot]
    names: Mapping[str, LooseCellSpot]
    names_by_sheet: Mapping[str, frozenset[str]]


@cache
def read_template_loose_cells(language: Language) -> TemplateLooseCells:
    """Return the cells outside tables of the template in *language*."""
    shipped = open_template(language)
    return TemplateLooseCells(
        {
            sheet: {(place.row, place.column): text for place, text in formulas.items()}
            for sheet, formulas in find_loose_formulas(shipped).items()
        },
        {
            sheet: {(at.row, at.column): (area.last_row, area.last_col) for at, area in filled.items()}
            for sheet, filled in find_template_arrays(shipped).items()
        },
        {name: (table.sheet, table.first_row, table.first_col) for name, table in shipped.tables.items()},
        {
            name: (at.sheet, at.row, at.col)
            for name, at in shipped.names.items()
            if (at.row, at.col) == (at.last_row, at.last_col) and not _is_in_table(shipped, at)
        },
        {
            sheet: frozenset(
                name
                for name, text in shipped.name_texts.items()
                if unquote_sheet_name(split_sheet_reference(text)[0]) == sheet
            )
            for sheet in shipped.sheets
        },
    )
