"""Find and restore formulas outside the tables of an open workbook.

These are named cells, cards, chart data and dropdown lists. They are expected at their places in the template; on a
sheet whose rows somebody shifted, only those with a defined name are expected.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import xlwings as xw

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.excel.block_writing import BlockWriter
from xl_salesflow.excel.cell_blocks import block_range, read_block_formulas
from xl_salesflow.excel.open_names import OpenNamedCells, block_address
from xl_salesflow.excel.open_tables import is_formula
from xl_salesflow.excel.table_reading import is_equivalent_formula
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.excel_notation import address_on_sheet
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.workbook.cell_findings import CELL_FINDING_KINDS
from xl_salesflow.workbook.workbook_layout import WorkbookLayout

if TYPE_CHECKING:
    from xl_salesflow.workbook.loose_cells import TemplateLooseCells


class OverwrittenLooseCell(NamedTuple):
    """A cell that lacks its expected formula: the cell, the formula, and its defined name if any.

    *fills* is the range of cells that an array formula fills.
    """

    cell: str
    block: xw.Range
    formula: str
    name: str
    fills: xw.Range | None


class _ExpectedLooseFormula(NamedTuple):
    row: int
    col: int
    formula: str
    name: str
    last: tuple[int, int] | None  # last cell of an array


def find_overwritten_loose_cells(
    sheets: Mapping[str, xw.Sheet], layout: WorkbookLayout, names: OpenNamedCells
) -> list[OverwrittenLooseCell]:
    """Return the cells outside tables whose formula is missing or changed; reads each sheet once."""
    found = list[OverwrittenLooseCell]()
    for sheet, spots in _collect_expected_formulas(sheets, layout, names).items():
        rows, cols = [spot.row for spot in spots], [spot.col for spot in spots]
        held = read_block_formulas(block_range(sheets[sheet], min(rows), max(rows), min(cols), max(cols))) or ()
        for spot in spots if held else ():
            cell = held[spot.row - min(rows)][spot.col - min(cols)]
            if not (is_formula(cell) and is_equivalent_formula(spot.formula, cell)):
                block = block_range(sheets[sheet], spot.row, spot.row, spot.col, spot.col)
                last_row, last_col = spot.last or (spot.row, spot.col)
                fills = block_range(sheets[sheet], spot.row, last_row, spot.col, last_col) if spot.last else None
                address = address_on_sheet(sheet, block_address((spot.row, spot.col)))
                found.append(OverwrittenLooseCell(address, block, spot.formula, spot.name, fills))
    return found


def make_loose_cell_findings(found: Iterable[OverwrittenLooseCell], language: Language) -> Iterator[Finding]:
    """Yield a finding for each of the cells."""
    kind = CELL_FINDING_KINDS["formula_typed_over"]
    for one in found:
        declared = NAMED_CELLS.get(one.name)
        label = declared.label.in_(language) if declared else one.name or one.block.sheet.name
        message = kind.message.in_(language, cell=one.cell, header=label)
        yield Finding("formula_typed_over", kind.severity, message, column=one.name, cell=one.cell)


def find_missing_sheets_and_names(
    sheets: Collection[str], layout: WorkbookLayout, names: OpenNamedCells, language: Language
) -> Iterator[Finding]:
    """Yield findings about missing sheets and missing names of cells; the reader reports missing named inputs."""
    from xl_salesflow.workbook.loose_cells import read_template_loose_cells

    template = read_template_loose_cells(layout.language)
    at = {name: (sheet, *place) for sheet, cells in names.positions.items() for name, place in cells.items()}
    for sheet, pointing in template.names_by_sheet.items():
        if _find_home_sheet(sheet, template, layout) not in sheets and pointing & names.all_names - at.keys():
            yield _make_missing_finding("missing_sheet", language, "", sheet)
    still = {sheet for sheet in template.formulas if _is_sheet_unshifted(sheet, template, layout, at)}
    for name, (sheet, *place) in template.names.items():
        expected = name not in NAMED_CELLS and tuple(place) in template.formulas.get(sheet, {})
        if expected and name not in at and sheet in still and _find_home_sheet(sheet, template, layout) in sheets:
            yield _make_missing_finding("missing_name", language, name, name)


def _make_missing_finding(rule: str, language: Language, column: str, label: str) -> Finding:
    return Finding(
        rule,
        CELL_FINDING_KINDS[rule].severity,
        CELL_FINDING_KINDS[rule].message.in_(language, shown=label),
        column=column,
    )


def restore_loose_formulas(book: xw.Book, found: Iterable[OverwrittenLooseCell]) -> list[str]:
    """Restore the formulas of *found*; return the cells."""
    blocks, done = BlockWriter(book), list[str]()
    for one in found:
        if one.fills is not None:  # first clear the cells in its way; an array of several cells only as a whole
            blocks.clear(one.fills)
        blocks.write_formula(one.block, one.formula, array=one.fills is not None)
        done.append(one.cell)
    return done


def _collect_expected_formulas(
    sheets: Collection[str], layout: WorkbookLayout, names: OpenNamedCells
) -> dict[str, list[_ExpectedLooseFormula]]:
    """Return the formulas that are expected outside tables, by the sheet of this workbook."""
    from xl_salesflow.workbook.loose_cells import read_template_loose_cells

    template, headers = read_template_loose_cells(layout.language), _map_open_renamed_headers(layout)
    at = {name: (sheet, *place) for sheet, cells in names.positions.items() for name, place in cells.items()}
    called = {place: name for name, place in template.names.items()}
    expected = dict[str, list[_ExpectedLooseFormula]]()
    for sheet, cells in template.formulas.items():
        home = _find_home_sheet(sheet, template, layout)
        still = home in sheets and _is_sheet_unshifted(sheet, template, layout, at)
        for (row, col), text in cells.items():
            name = called.get((sheet, row, col), "")
            here = at.get(name) or ((home, row, col) if still else None)
            if here:
                last = template.fills.get(sheet, {}).get((row, col))
                expected.setdefault(here[0], []).append(
                    _ExpectedLooseFormula(here[1], here[2], _apply_renamed_headers(headers, text), name, last)
                )
    return expected


def _find_home_sheet(sheet: str, template: TemplateLooseCells, layout: WorkbookLayout) -> str:
    """Return the sheet of this workbook that corresponds to a sheet of the template, by its tables or by its name."""
    theirs = (name for name, corner in template.corners.items() if corner[0] == sheet and name in layout.tables)
    return next((layout.tables[name].sheet for name in theirs), sheet)


def _is_sheet_unshifted(
    sheet: str, template: TemplateLooseCells, layout: WorkbookLayout, at: Mapping[str, tuple[str, int, int]]
) -> bool:
    """Return whether the tables of a sheet, and most of its names, are at their places in the template."""
    for name, (home, *corner) in template.corners.items():
        here = layout.tables.get(name)
        if home == sheet and (here is None or [here.first_row, here.first_col] != corner):
            return False
    ours = [
        (place[1:], at[name][1:] if name in at else ()) for name, place in template.names.items() if place[0] == sheet
    ]
    return sum(one == other for one, other in ours) * 2 >= len(ours)


def _map_open_renamed_headers(layout: WorkbookLayout) -> dict[str, str]:
    """Return references to renamed columns: as in the template → as in this workbook."""
    return {
        f"{name}[{TABLES[name].header(column_id, layout.language)}]": f"{name}[{header}]"
        for name, headers in layout.headers.items()
        for column_id, header in headers.items()
        if header != TABLES[name].header(column_id, layout.language)
    }


def _apply_renamed_headers(headers: Mapping[str, str], formula: str) -> str:
    for before, now in headers.items():
        formula = formula.replace(before, now)
    return formula
