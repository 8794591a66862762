"""Writing cells in blocks: few calls, no cell in between is lost, and a failed write leaves nothing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.excel.engines.memory import MemoryGrid
from tests.excel.open_desk import OpenDesk, laid
from tests.workbook.book_contract import TODAY, edit
from xl_salesflow.core.change_sets import Append, ChangeSet
from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.excel.excel_refusals import WriteRefused
from xl_salesflow.schema.table_frames import make_table_frame
from xl_salesflow.schema.table_registry import TABLES

BETWEEN: list[tuple[str, Any, Any, int]] = [
    # column     cells in between     what is written  writes
    ("amount",    None,               7.0,            1),
    ("amount",    0.1,                7.0,            1),
    ("amount",    "=1+1",             7.0,            25),
    ("amount",    "ask",              7.0,            25),
    ("created",   date(2026, 1, 5),   date(2026, 2, 1), 1),
    ("next_step", None,               "call",         1),
    ("next_step", "a person's words", "call",         25),
    ("warnings",  "our own words",    "new",          1),
    ("stage",     "Quote",            "Lead",         1),
]  # fmt: skip


@pytest.mark.parametrize(("column", "between", "new", "writes"), BETWEEN)
def test_scattered_cells_take_three_reads_and_one_write_if_cells_in_between_may_be_written(
    tmp_path: Path, column: str, between: Any, new: Any, writes: int
) -> None:
    """Every second of fifty cells is written together with those in between, unless one is a formula or a person's text."""
    header = TABLES["Deals"].header(column, "en")
    desk = laid(tmp_path / "scattered.xlsx", {"Deals": [{"deal": f"D-{at}", column: between} for at in range(50)]})
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", column, {f"D-{at}": new for at in range(0, 50, 2)})
    desk.grid.calls.clear()
    book.write(plan)
    of_the_table = 3  # its current position: its range, its headers, its keys
    assert (desk.grid.calls["write"], desk.grid.calls["read"] - of_the_table) == (writes, 2)
    held = [row[header] for row in desk.rows("Deals", values=False)]
    assert [day(cell) for cell in held] == [new, between] * 25


def day(cell: Any) -> Any:
    return cell.date() if isinstance(cell, datetime) else cell


def test_a_number_that_is_returned_rounded_is_left_alone(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel returns only four decimals of cells in a currency format."""
    desk.type("Deals", 2, "Amount", 33.333333)
    read = MemoryGrid.values
    monkeypatch.setattr(
        MemoryGrid, "values", lambda self, area: [[_rounded(cell) for cell in row] for row in read(self, area)]
    )
    book = desk.book()
    book.write(edit(book.read(TODAY), "Deals", "amount", {"D-1": 1.0, "D-3": 3.0}))
    assert [row["Amount"] for row in desk.rows("Deals", values=False)] == [1, 33.333333, 3]


def _rounded(cell: Any) -> Any:
    return round(cell, 4) if isinstance(cell, float) else cell


def test_cells_between_two_changed_cells_are_left_alone(desk: OpenDesk) -> None:
    desk.type("Deals", 2, "Amount", "=100+200")
    book = desk.book()
    book.write(edit(book.read(TODAY), "Deals", "amount", {"D-1": 1.0, "D-3": 3.0}))
    assert [row["Amount"] for row in desk.rows("Deals", values=False)] == [1, "=100+200", 3]


def test_a_cell_that_does_not_accept_a_value_is_named(desk: OpenDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel behaves like this behind a filter or on a protected sheet."""
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    monkeypatch.setattr(MemoryGrid, "put", lambda *arguments: None)
    with pytest.raises(WriteRefused, match=r"Deals!F2 did not accept what was written; clear the filter"):
        book.write(plan)


def test_a_write_that_fails_halfway_leaves_nothing(desk: OpenDesk) -> None:
    """There is no room for the new rows, so the amount that was written first is restored."""
    area = desk.grid.table("Deals")
    desk.grid.put(area._replace(top=area.bottom + 1, bottom=area.bottom + 1, right=area.left), [["my notes"]])
    before = {name: dict(cells) for name, cells in desk.grid.cells.items()}
    book = desk.book()
    plan = edit(book.read(TODAY), "Deals", "amount", {"D-1": 5.0})
    more = make_table_frame(TABLES["Deals"], [{"deal": "D-4"}])
    with pytest.raises(UnsupportedEdit, match=r"Deals!5: there are cells below the table Deals"):
        book.write(plan + ChangeSet(appends=(Append("Deals", more, ""),)))
    assert desk.grid.cells == before
    assert desk.grid.table("Deals") == area
