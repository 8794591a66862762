"""Formulas are resolved and read quickly where they look alike; the result is that of reading each for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ooxml.packages import opened, package, sheet
from xl_salesflow.ooxml.cell_references import CellPlace
from xl_salesflow.ooxml.formula_cells import KnownFormulas, find_plain_formulas
from xl_salesflow.ooxml.formula_resolver import FormulaResolver
from xl_salesflow.ooxml.recalculation import find_workbook_formulas
from xl_salesflow.ooxml.sheet_stream import SheetStream
from xl_salesflow.ooxml.workbook_editor import Workbook

ALIKE = [
    *(f'IFERROR(INDEX(People,{place})&"","")' for place in (1, 2, 30)),
    *(f"INDEX(People,{row},{column})*{row}" for row, column in ((1, 2), (2, 1))),
    *(f"CHOOSE({number},A{number},$B${number},{number}:{number},{number}%,1.{number})" for number in (3, 4)),
    *(f'IF(A1=1,"of {number}, ({number})",{number})' for number in (5, 6)),
    *(f"SUM('S {number}'!A1,{number})" for number in (1, 2)),
    *(f"MATCH({number},{{{number},7}},0)+INDIRECT({number})" for number in (7, 8)),
    *(f"ROUND(00000,{number})" for number in (1, 2)),
    *(f"NOSUCH({number})+Nowhere!A1" for number in (1, 2)),
]
"""Formulas of which each differs from its neighbours only in numbers."""


def make_resolver() -> FormulaResolver:
    return FormulaResolver(["S 1", "S 2"], {}, {"People": "'S 1'!$A$1:$B$40"})


def test_formulas_that_differ_in_numbers_are_resolved_as_each_by_itself() -> None:
    together = make_resolver()
    for formula in ALIKE:
        alone = make_resolver()(formula, "S 1", 1)
        assert together(formula, "S 1", 1) == alone, formula
    assert together("A1+INDEX(People,2)", "S 2", 1) != together("A1+INDEX(People,2)", "S 1", 1)


CELLS = {
    "plain": ('<c r="{}"><f>A{}&amp;"x"</f><v>1</v></c>', True),
    "styled": ('<c r="{}" s="0" t="str"><f>A{}</f><v>1</v></c>', True),
    "shared": ('<c r="{}"><f t="shared" ref="B1:B9" si="0">A{}</f><v>1</v></c>', False),
    "array": ('<c r="{}"><f t="array" ref="B1:B2">A{}</f><v>1</v></c>', False),
    "column last": ('<c s="0" r="{}"><f>A{}</f><v>1</v></c>', False),
    "indented": ('<c r="{}">\n<f>A{}</f>\n<v>1</v></c>', False),
    "empty": ('<c r="{}"><f/><v>{}</v></c>', False),
    "no formula": ('<c r="{}"><v>{}</v></c>', True),
}
"""Cells: their XML, with places for the address and the row, and whether one pattern finds their formulas."""


@pytest.mark.parametrize("kind", CELLS)
def test_formulas_are_read_however_they_are_written(kind: str) -> None:
    cell, is_plain = CELLS[kind]
    written = cell.format("B2", 2)
    rows = f'<row r="1"><c r="A1"><f>1+1</f></c></row><row r="2">{written}</row><row r="3"><c r="C3"><v>1</v></c></row>'
    book = opened(package({"S": sheet(rows)}))
    plain = find_plain_formulas(SheetStream(book.package, book.sheets["S"].part))
    assert (plain is not None) == is_plain
    assert book.formulas("S") == read_cell_by_cell(book)


def read_cell_by_cell(book: Workbook) -> dict[CellPlace, str]:
    return {place: cell.text or "" for place, cell in find_workbook_formulas(book._source(), KnownFormulas())}


def test_formulas_of_other_peoples_workbooks_are_read_alike(shared: Path) -> None:
    books = sorted((shared / "corpus").rglob("*.xlsx"))[::12]
    for path in books:
        book = Workbook.open(path)
        assert book.formulas() == read_cell_by_cell(book), path.name
    assert len(books) > 15
