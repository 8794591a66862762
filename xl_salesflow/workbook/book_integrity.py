"""Check the workbook itself: formulas, names, references, sheets and charts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xl_salesflow.core.pipelines import Finding
from xl_salesflow.errors import NotAWorkbook
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.cell_references import cell_address
from xl_salesflow.ooxml.excel_notation import address_on_sheet
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.ooxml.workbook_parts import ExcelTable, read_relationships
from xl_salesflow.schema.named_values import NAMED_CELLS
from xl_salesflow.workbook.book_upgrade import template_for_workbook
from xl_salesflow.workbook.cell_findings import CELL_FINDING_KINDS, MAX_FINDINGS_PER_RULE
from xl_salesflow.workbook.loose_cells import find_lost_formulas, is_layout_unmoved
from xl_salesflow.workbook.missing_names import find_deleted_names
from xl_salesflow.workbook.missing_parts import find_named_sheets, is_broken_reference

_LARGE_SHEET_BYTES = (
    8 << 20
)  # size of a sheet in bytes; larger sheets have many rows and few formulas, so their references are not checked
_BROKEN_REFERENCE_MARK = re.compile(r"#REF!", re.IGNORECASE)


def check_book_integrity(workbook: Workbook, language: Language) -> Iterator[Finding]:
    """Yield findings about parts that differ from the template, and about broken references."""
    shipped = template_for_workbook(workbook)
    for one in find_lost_formulas(workbook, shipped):
        declared = NAMED_CELLS.get(one.name)
        label = declared.label.in_(language) if declared else one.name or one.sheet
        yield _build_integrity_finding(
            "formula_typed_over", language, one.cell, column=one.name, cell=one.cell, header=label
        )
    yield from _check_template_names(workbook, shipped, language)
    yield from _check_template_sheets(workbook, shipped, language)
    yield from _check_own_references(workbook, language)
    yield from _check_copied_parts(workbook, language)


def _build_integrity_finding(rule: str, language: Language, place: str, column: str = "", **facts: str) -> Finding:
    kind = CELL_FINDING_KINDS[rule]
    return Finding(rule, kind.severity, kind.message.in_(language, **facts), column=column, cell=place)


def _check_template_names(workbook: Workbook, shipped: Workbook, language: Language) -> Iterator[Finding]:
    """Yield findings about our missing names and anybody's broken ones; the reader reports missing named inputs."""
    for name in find_deleted_names(workbook, shipped):
        if name not in NAMED_CELLS:
            yield _build_integrity_finding("missing_name", language, "", name, shown=name)
    for name, text in workbook.name_texts.items():
        if name not in shipped.name_texts and is_broken_reference(workbook, text):
            yield _build_integrity_finding("broken_name", language, "", name, shown=name)


def _check_template_sheets(workbook: Workbook, shipped: Workbook, language: Language) -> Iterator[Finding]:
    named_sheets = find_named_sheets(workbook)
    for sheet in shipped.sheets:
        if sheet not in workbook.sheets:
            if sheet in named_sheets:
                yield _build_integrity_finding("missing_sheet", language, "", shown=sheet)
            continue
        count, every = count_sheet_charts(workbook, sheet), count_sheet_charts(shipped, sheet)
        if count < every and is_layout_unmoved(workbook, shipped, sheet, sheet):
            yield _build_integrity_finding("missing_chart", language, "", shown=sheet, count=str(count), all=str(every))


def count_sheet_charts(book: Workbook, sheet: str) -> int:
    """Count the charts on a sheet."""
    package = book.package
    drawings = [r.target for r in read_relationships(package, book.sheets[sheet].part) if r.kind == "drawing"]
    return sum(r.kind == "chart" for drawing in drawings for r in read_relationships(package, drawing))


def _check_copied_parts(workbook: Workbook, language: Language) -> Iterator[Finding]:
    """Yield findings about parts whose bytes are damaged, such as pictures; nobody else reads them, and a save copies them."""
    for part in workbook.package.names:
        try:
            for _ in workbook.package.stream(part):
                pass
        except NotAWorkbook:
            yield _build_integrity_finding("damaged_part", language, "", shown=part)


def _check_own_references(workbook: Workbook, language: Language) -> Iterator[Finding]:
    """Yield findings about users' formulas that refer to deleted cells; in our tables they count as overwritten."""
    count = 0
    for sheet in workbook.sheets.values():
        tables = [table for table in workbook.tables.values() if table.sheet == sheet.name]
        if workbook.package.size(sheet.part) > _LARGE_SHEET_BYTES or b"#REF!" not in b"".join(
            workbook.package.stream(sheet.part)
        ):
            continue
        for place, text in workbook.formulas(sheet.name).items():
            if (
                _BROKEN_REFERENCE_MARK.search(text)
                and count < MAX_FINDINGS_PER_RULE
                and not _is_in_formula_column(tables, place.row, place.column)
            ):
                count += 1
                cell = address_on_sheet(sheet.name, cell_address(place.row, place.column))
                yield _build_integrity_finding("broken_reference", language, cell, shown=cell)


def _is_in_formula_column(tables: list[ExcelTable], row: int, column: int) -> bool:
    return any(
        table.body.contains_cell(row, column) and table.columns[column - table.first_col].formula is not None
        for table in tables
    )
