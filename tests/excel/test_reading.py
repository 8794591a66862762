"""Findings about an open workbook other than its values: overwritten formulas, deleted rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from tests.examples import dear_languages
from tests.excel.conftest import NOW
from tests.excel.engines.calc import open_in_calc
from tests.excel.engines.memory import MemoryGrid, open_in_memory
from tests.excel.open_desk import OpenDesk
from tests.parts import ROOT
from xl_salesflow.core.pipelines import Finding
from xl_salesflow.locale.texts import Language
from xl_salesflow.ooxml.cell_contents import CellFormula
from xl_salesflow.ooxml.cell_references import Area
from xl_salesflow.ooxml.workbook_editor import Workbook
from xl_salesflow.schema.table_registry import TABLES
from xl_salesflow.verbs import check
from xl_salesflow.workbook.closed_book import ClosedBook
from xl_salesflow.workbook.loose_cells import read_template_loose_cells

TODAY = NOW.date()


@pytest.fixture(params=["memory", pytest.param("calc", marks=pytest.mark.slow)])
def filled(request: pytest.FixtureRequest, workbook: Callable[[Language], Path]) -> Iterator[OpenDesk]:
    path = workbook("en")
    desk = OpenDesk(
        open_in_memory(path) if request.param == "memory" else open_in_calc(request.getfixturevalue("calc"), path)
    )
    yield desk
    desk.xw.close()


TYPED_OVER: list[tuple[str, str | int, str]] = [
    # table          row                 column
    ("Deals",        "D-00002",          "weighted_value"),
    ("Metrics",      "win_rate",         "value"),
    ("Metrics",      "cycle_days_won_median", "value"),  # an array formula of 2,214 characters
    ("Metrics",      "win_rate",         "sample"),
    ("StageMetrics", 2,                  "median_days"),
    ("Leaks",        3,                  "lost_share"),
]  # fmt: skip


def test_overwritten_formulas_are_found_and_restored(filled: OpenDesk) -> None:
    """The workbook has every kind of formula cell."""
    before, typed = dict[tuple[str, str | int, str], Any](), dict[tuple[str, str], str]()
    for table, key, column in TYPED_OVER:
        row = _row(filled, table, key)
        before[table, key, column] = filled.rows(table, values=False)[row - 1][TABLES[table].header(column, "en")]
        typed[table, column + str(key)] = filled.type(table, row, TABLES[table].header(column, "en"), 5)
    book = filled.book()
    pipeline = book.read(TODAY)
    found = {fault.cell for fault in pipeline.cell_findings if fault.rule == "formula_typed_over"}
    assert found == set(typed.values())
    book.write(check(pipeline, repair=True))
    for (table, key, column), formula in before.items():
        row = _row(filled, table, key)
        assert filled.rows(table, values=False)[row - 1][TABLES[table].header(column, "en")] == formula
    assert filled.book().read(TODAY).cell_findings == ()


SPOILED: list[tuple[str, str | int, str, Any]] = [
    # table or sheet  row                column or its number  what somebody makes of the formula
    ("Deals",         "D-00002",         "weighted_value",     5),
    ("Deals",         "D-00005",         "weighted_value",     CellFormula("Deals[[#This Row],[Amount]]*2")),
    ("Deals",         "D-00006",         "bant_grade",         CellFormula('"A"')),
    ("History",       2,                 "state",              CellFormula("1+1")),
    ("Metrics",       "win_rate",        "value",              CellFormula("open_count")),
    ("Metrics",       "cycle_days_won_median", "value",        0),
    ("StageMetrics",  2,                 "median_days",        CellFormula("StageMetrics[[#This Row],[Position]]")),
    ("AnyOwner",      0,                 "",                   CellFormula("1")),
    ("Card_win_rate", 0,                 "",                   0.5),
    ("Dropdowns",     4,                 1,                    CellFormula('""')),
    ("Workings",      5,                 24,                   CellFormula("DATE(YEAR(AsOf),1,0)")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "language"),
    [*(("memory", one) for one in dear_languages("zh")), pytest.param("calc", "en", marks=pytest.mark.slow)],
)
def test_an_open_workbook_has_the_same_findings_as_when_closed(
    workbook: Callable[[Language], Path], language: Language, engine: str, request: pytest.FixtureRequest
) -> None:
    """The findings are about missing and changed formulas: in tables, in named cells, behind charts and dropdowns."""
    path = workbook(language)
    assert ClosedBook(path).read(TODAY).cell_findings == ()
    spoilt = spoiled(path, language)
    closed = ClosedBook(path).read(TODAY)
    assert len(closed.cell_findings) == spoilt
    book = open_in_memory(path) if engine == "memory" else open_in_calc(request.getfixturevalue("calc"), path)
    desk = OpenDesk(book)
    opened = desk.book().read(TODAY)
    assert sorted(map(_said, opened.cell_findings)) == sorted(map(_said, closed.cell_findings))
    again = desk.book()
    again.write(check(again.read(TODAY), repair=True))
    assert len(desk.book().restore_loose_cells()) == sum(fault.table == "" for fault in closed.cell_findings)
    assert desk.book().read(TODAY).cell_findings == ()
    book.close()


def test_a_column_outside_tables_is_recognized_as_an_array() -> None:
    arrays = {
        cell.value.ref
        for row in load_workbook(ROOT / "workbook_template.xlsx")["Workings"].iter_rows()
        for cell in row
        if isinstance(cell.value, ArrayFormula)
    }
    known = read_template_loose_cells("en").fills["Workings"]
    assert arrays == {str(Area(*first, *last)) for first, last in known.items()}
    assert len(arrays) > 10


HELPERS = ("Dropdowns", "Workings")
"""The last two sheets, which are hidden."""


def spoiled(path: Path, language: Language) -> int:
    """Overwrite formulas of the workbook at *path*; return their number."""
    workbook = Workbook.open(path)
    for name, key, column, typed in SPOILED:
        if name in workbook.tables:
            table = TABLES[name]
            rows = workbook.read_table(name)
            keys = list(rows[table.header(table.key or table.columns[0].id, language)])
            row = workbook.tables[name].first_row + (keys.index(key) if isinstance(key, str) else key - 1)
            workbook.set_column(name, table.header(column, language), {row: typed})
        elif name in workbook.names:
            workbook.set_name(name, typed)
        else:
            assert isinstance(column, int)
            workbook.set_cell(list(workbook.sheets)[HELPERS.index(name) - 2], int(key), column, typed)
    path.write_bytes(workbook.to_bytes())
    return len(SPOILED)


def _said(fault: Finding) -> tuple[str, ...]:
    return (fault.rule, fault.table, fault.key, fault.column, fault.cell, fault.message)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_different_spelling_by_excel_is_not_a_changed_formula(
    workbook: Callable[[Language], Path], language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel shortens references to the same row, omits prefixes of functions, and changes spaces and case."""
    read = MemoryGrid.formulas
    spelled: list[str] = []

    def as_excel(self: MemoryGrid, area: Any) -> list[list[Any]]:
        return [[_in_excel(cell, spelled) for cell in row] for row in read(self, area)]

    monkeypatch.setattr(MemoryGrid, "formulas", as_excel)
    assert OpenDesk(open_in_memory(workbook(language))).book().read(TODAY).cell_findings == ()
    assert len(spelled) > 1000


_THIS_ROW = re.compile(r"\w+\[\[#This Row\],\[([^\[\]:]*)\](?::\[([^\[\]]*)\])?\]")


def _in_excel(cell: Any, spelled: list[str]) -> Any:
    if not isinstance(cell, str) or not cell.startswith("="):
        return cell

    def own_row(found: re.Match[str]) -> str:
        table = found[0].partition("[")[0]
        if found[2]:
            return f"{table}[@[{found[1]}]:[{found[2]}]]"
        return f"[@{found[1]}]" if found[1].isalnum() else f"[@[{found[1]}]]"

    other = _THIS_ROW.sub(own_row, cell).replace("_xlfn.", "").replace("_xlws.", "").replace(",0)", ", 0)")
    if other != cell:
        spelled.append(other)
    return other


def test_a_named_cell_without_its_formula_is_found_and_repaired(filled: OpenDesk) -> None:
    """All filters depend on these cells, which are hidden."""
    block = filled.xw.names["AnyOwner"].refers_to_range
    before = block.formula
    cell = filled.fill_in("AnyOwner", 7).replace("'", "")
    (fault,) = filled.book().read(TODAY).cell_findings
    assert (fault.rule, fault.column, fault.cell) == ("formula_typed_over", "AnyOwner", cell)
    assert filled.book().restore_loose_cells() == [cell]
    assert block.formula == before
    assert filled.book().restore_loose_cells() == []
    assert filled.book().read(TODAY).cell_findings == ()


def test_a_deleted_row_of_the_managers_sheets_is_reported(filled: OpenDesk) -> None:
    area = filled.grid.table("Metrics")
    row = area.top + _row(filled, "Metrics", "win_rate")
    filled.grid.delete(area._replace(top=row, bottom=row))
    assert [(fault.rule, fault.table, fault.key) for fault in filled.book().read(TODAY).cell_findings] == [
        ("missing_row", "Metrics", "win_rate")
    ]


def test_formulas_that_cannot_be_read_are_not_reported_as_missing(
    workbook: Callable[[Language], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel on the web behaves like this."""
    desk = OpenDesk(open_in_memory(workbook("en")))
    desk.type("Deals", 1, "Weighted value", 5)
    monkeypatch.setattr("xl_salesflow.excel.table_reading.read_block_formulas", lambda block: None)
    assert desk.book().read(TODAY).cell_findings == ()


def _row(desk: OpenDesk, table: str, key: str | int) -> int:
    declared = TABLES[table]
    return [row[declared.header(declared.key or "", "en")] for row in desk.rows(table)].index(key) + 1
