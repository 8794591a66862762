"""Edits of a column, and rows that move."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.ooxml.packages import opened
from tests.ooxml.test_resize import deals
from xl_salesflow.ooxml.cell_references import Area
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.sheet_edits import SheetEdits


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


@pytest.mark.parametrize("edited", [(), ("Deal",), ("Deal", "Amount", "Twice")], ids=["no column", "one", "all"])
def test_the_number_of_reads_of_a_sheet_does_not_depend_on_the_edits(
    monkeypatch: pytest.MonkeyPatch, edited: tuple[str, ...]
) -> None:
    """The sheet is read once for writing, and once for the rows that move."""
    workbook, read, stream = deals(rows=3000), Counter[str](), Package.stream
    for header in edited:
        workbook.set_column("Deals", header, dict.fromkeys(range(2, 3000, 7), "x"))
    workbook.delete_rows("Deals", range(5, 2500, 3))
    monkeypatch.setattr(Package, "stream", lambda self, name: read.update([name]) or stream(self, name))
    after = opened(workbook.to_bytes())
    assert read["xl/worksheets/sheet1.xml"] == 2
    assert after.tables["Deals"].last_row == 3001 - len(range(5, 2500, 3))
    for header in edited:
        assert "x" in after.read_table("Deals")[header]


def test_edits_above_and_below_the_rows_of_a_deletion_stay() -> None:
    edits = SheetEdits()
    edits.set(1, rows(2, 5, 6, 9, 40), ["a", "b", "c", "d", "e"])
    edits.delete(1, rows(5, 7), last=10)
    assert [edits.row(row).get(1) for row in (2, 5, 7, 40)] == ["a", "c", "d", "e"]
    assert edits.rows.tolist() == [2, 5, 7, 40]


def test_a_set_value_wins_over_a_moved_one() -> None:
    edits = SheetEdits()
    edits.set_below(1, rows(1, 2, 3), ["moved 1", "moved 2", "moved 3"])
    edits.set(1, rows(2, 9), ["set", "far"])
    assert [edits.row(row).get(1) for row in (1, 2, 3, 9)] == ["moved 1", "set", "moved 3", "far"]
    assert edits.extent() == Area(1, 1, 9, 1)
    assert list(edits.within(Area(2, 1, 3, 1))) == [(2, 1), (3, 1)]


def test_no_edit_is_left_in_a_column_whose_rows_were_deleted() -> None:
    edits = SheetEdits()
    edits.set(1, rows(2, 3), ["a", "b"])
    edits.delete(1, rows(2, 3), last=10)
    assert not edits
    assert edits.extent() is None
