"""What is wrong with the workbook rather than with a row: formulas outside tables, names, references, sheets, charts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xl_salesflow.model.plan import Finding
from xl_salesflow.model.text import Language
from xl_salesflow.model.view import NAMED_CELLS
from xl_salesflow.ooxml import Table, Workbook, address
from xl_salesflow.ooxml.parts import relationships
from xl_salesflow.workbook.added_names import deleted_names
from xl_salesflow.workbook.faults import FAULTS, MOST
from xl_salesflow.workbook.helper_cells import strayed, unmoved
from xl_salesflow.workbook.missing import leads_nowhere, named_sheets
from xl_salesflow.workbook.upgrade import shipped_like

_LARGE = 8 << 20  # bytes of a sheet; in larger ones, which hold rows and few formulas, references are not looked at
_BROKEN = re.compile(r"#REF!", re.IGNORECASE)


def amiss(workbook: Workbook, language: Language) -> Iterator[Finding]:
    """Tell what of the template is not as it should be, and which references lead nowhere."""
    shipped = shipped_like(workbook)
    for one in strayed(workbook, shipped):
        declared = NAMED_CELLS.get(one.name)
        label = declared.label.in_(language) if declared else one.name or one.sheet
        yield _finding("formula_typed_over", language, one.cell, column=one.name, cell=one.cell, header=label)
    yield from _names(workbook, shipped, language)
    yield from _sheets(workbook, shipped, language)
    yield from _references(workbook, language)


def _finding(rule: str, language: Language, place: str, column: str = "", **facts: str) -> Finding:
    kind = FAULTS[rule]
    return Finding(rule, kind.severity, kind.message.in_(language, **facts), column=column, cell=place)


def _names(workbook: Workbook, shipped: Workbook, language: Language) -> Iterator[Finding]:
    """Names of ours that are gone, and names of anybody's that lead nowhere; the reader tells of named inputs."""
    for name in deleted_names(workbook, shipped):
        if name not in NAMED_CELLS:
            yield _finding("missing_name", language, "", name, shown=name)
    for name, text in workbook.name_texts.items():
        if name not in shipped.name_texts and leads_nowhere(workbook, text):
            yield _finding("broken_name", language, "", name, shown=name)


def _sheets(workbook: Workbook, shipped: Workbook, language: Language) -> Iterator[Finding]:
    wanted = named_sheets(workbook)
    for sheet in shipped.sheets:
        if sheet not in workbook.sheets:
            if sheet in wanted:
                yield _finding("missing_sheet", language, "", shown=sheet)
            continue
        count, every = charts(workbook, sheet), charts(shipped, sheet)
        if count < every and unmoved(workbook, shipped, sheet, sheet):
            yield _finding("missing_chart", language, "", shown=sheet, count=str(count), all=str(every))


def charts(book: Workbook, sheet: str) -> int:
    """Count the charts of a sheet."""
    package = book.package
    drawings = [r.target for r in relationships(package, book.sheets[sheet].part) if r.kind == "drawing"]
    return sum(r.kind == "chart" for drawing in drawings for r in relationships(package, drawing))


def _references(workbook: Workbook, language: Language) -> Iterator[Finding]:
    """Formulas of the user's own that read cells which are gone; in tables of ours they are typed over."""
    told = 0
    for sheet in workbook.sheets.values():
        tables = [table for table in workbook.tables.values() if table.sheet == sheet.name]
        if workbook.package.size(sheet.part) > _LARGE or b"#REF!" not in b"".join(workbook.package.stream(sheet.part)):
            continue
        for place, text in workbook.formulas(sheet.name).items():
            if _BROKEN.search(text) and told < MOST and not _calculated(tables, place.row, place.column):
                told += 1
                quoted = sheet.name if sheet.name.isidentifier() else f"'{sheet.name}'"
                cell = f"{quoted}!{address(place.row, place.column)}"
                yield _finding("broken_reference", language, cell, shown=cell)


def _calculated(tables: list[Table], row: int, column: int) -> bool:
    return any(
        table.body.holds(row, column) and table.columns[column - table.first_col].formula is not None
        for table in tables
    )
