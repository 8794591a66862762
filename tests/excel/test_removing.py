"""Deleting rows of an open workbook: the right ones, in few calls, and all restored if Excel does something else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.excel.engines.grid import Area
from tests.excel.engines.memory import MemoryGrid
from tests.excel.open_desk import OpenDesk, laid, many
from tests.workbook.book_contract import OWN, TODAY, edit
from xl_salesflow.core.change_sets import ChangeSet, Remove
from xl_salesflow.core.pipelines import Pipeline
from xl_salesflow.excel.excel_refusals import WriteRefused


def removal(pipeline: Pipeline, *keys: str) -> ChangeSet:
    deals = pipeline["Deals"]
    return ChangeSet(removes=(Remove("Deals", deals[deals["deal"].isin(keys)], "test"),))


def test_rows_sorted_between_reading_and_removing_are_found_again(desk: OpenDesk) -> None:
    book = desk.book()
    plan = removal(book.read(TODAY), "D-1")
    desk.reverse("Deals")
    book.write(plan)
    assert [(row["Deal"], row[OWN]) for row in desk.rows("Deals")] == [("D-3", "three"), ("D-2", "two")]


@pytest.mark.parametrize(("keys", "calls"), [(range(40), 1), (range(10, 30), 1), ([1, 2, 3, 8, 9, 20], 3)])
def test_neighbouring_rows_are_deleted_in_one_call(tmp_path: Path, keys: Sequence[int], calls: int) -> None:
    desk = laid(tmp_path / "many.xlsx", many(41))
    book = desk.book()
    plan = removal(book.read(TODAY), *(f"D-{key}" for key in keys))
    book.write(plan)
    assert desk.grid.calls["delete"] == calls
    assert len(desk.rows("Deals")) == 41 - len(keys)


def test_cells_below_a_table_move_up_with_it(desk: OpenDesk) -> None:
    area = desk.grid.table("Deals")
    below = area._replace(top=area.bottom + 2, bottom=area.bottom + 2, right=area.left)
    desk.grid.put(below, [["my notes"]])
    book = desk.book()
    book.write(removal(book.read(TODAY), "D-1", "D-3"))
    assert desk.grid.values(below._replace(top=below.top - 2, bottom=below.bottom - 2)) == [["my notes"]]


@pytest.mark.parametrize("deletes", [None, 1, 2], ids=["nothing", "the visible rows only", "other rows"])
def test_all_rows_are_restored_if_excel_does_not_delete_them(
    desk: OpenDesk, monkeypatch: pytest.MonkeyPatch, deletes: int | None
) -> None:
    """With a filter, Excel deletes only visible rows, or refuses."""
    delete = MemoryGrid.delete

    def filtered(self: MemoryGrid, area: Area) -> None:
        if deletes == 1:
            delete(self, area._replace(bottom=area.top))
        elif deletes == 2:
            delete(self, area._replace(top=area.top + 1, bottom=area.bottom + 1))

    book = desk.book()
    pipeline = book.read(TODAY)
    before, area = {name: dict(cells) for name, cells in desk.grid.cells.items()}, desk.grid.table("Deals")
    monkeypatch.setattr(MemoryGrid, "delete", filtered)
    with pytest.raises(WriteRefused, match="rows of the table Deals could not be deleted; clear its filter"):
        book.write(edit(pipeline, "Deals", "amount", {"D-3": 5.0}) + removal(pipeline, "D-1", "D-2"))
    assert desk.grid.cells == before
    assert desk.grid.table("Deals") == area
