"""What is read of an open workbook besides its values: formulas that somebody typed over, rows that somebody deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.excel.conftest import NOW
from tests.excel.engines.calc import open_in_calc
from tests.excel.engines.memory import open_in_memory
from tests.excel.open_desk import OpenDesk
from xl_salesflow import flow
from xl_salesflow.model.tables import TABLES
from xl_salesflow.model.text import Language

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


def test_formulas_typed_over_are_found_and_put_back_as_they_were(filled: OpenDesk) -> None:
    """Every kind of formula cell, in one workbook."""
    before, typed = dict[tuple[str, str | int, str], Any](), dict[tuple[str, str], str]()
    for table, key, column in TYPED_OVER:
        row = _row(filled, table, key)
        before[table, key, column] = filled.rows(table, values=False)[row - 1][TABLES[table].header(column, "en")]
        typed[table, column + str(key)] = filled.type(table, row, TABLES[table].header(column, "en"), 5)
    book = filled.book()
    pipeline = book.read(TODAY)
    found = {fault.cell for fault in pipeline.faults if fault.rule == "formula_typed_over"}
    assert found == set(typed.values())
    book.write(flow.check(pipeline, repair=True))
    for (table, key, column), formula in before.items():
        row = _row(filled, table, key)
        assert filled.rows(table, values=False)[row - 1][TABLES[table].header(column, "en")] == formula
    assert filled.book().read(TODAY).faults == ()


def test_a_named_cell_that_lost_its_formula_is_found_and_repaired(filled: OpenDesk) -> None:
    """Every filter hangs on these cells, and nobody sees them."""
    block = filled.xw.names["AnyOwner"].refers_to_range
    before = block.formula
    cell = filled.fill_in("AnyOwner", 7).replace("'", "")
    (fault,) = filled.book().read(TODAY).faults
    assert (fault.rule, fault.column, fault.cell) == ("formula_typed_over", "AnyOwner", cell)
    assert filled.book().restore() == [cell]
    assert block.formula == before
    assert filled.book().restore() == []
    assert filled.book().read(TODAY).faults == ()


def test_a_row_of_the_managers_sheets_that_somebody_deleted_is_told(filled: OpenDesk) -> None:
    area = filled.grid.table("Metrics")
    row = area.top + _row(filled, "Metrics", "win_rate")
    filled.grid.delete(area._replace(top=row, bottom=row))
    assert [(fault.rule, fault.table, fault.key) for fault in filled.book().read(TODAY).faults] == [
        ("missing_row", "Metrics", "win_rate")
    ]


def test_where_formulas_cannot_be_seen_none_is_missed(
    workbook: Callable[[Language], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in Excel on the web."""
    desk = OpenDesk(open_in_memory(workbook("en")))
    desk.type("Deals", 1, "Weighted value", 5)
    monkeypatch.setattr("xl_salesflow.excel.reading.formulas", lambda block: None)
    assert desk.book().read(TODAY).faults == ()


def _row(desk: OpenDesk, table: str, key: str | int) -> int:
    declared = TABLES[table]
    return [row[declared.header(declared.key or "", "en")] for row in desk.rows(table)].index(key) + 1
