"""Rows taken out of the tables of an open workbook: from the bottom up, a call for each stretch, all put back on failure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import xlwings as xw

from xl_salesflow.errors import CannotSave
from xl_salesflow.excel.blocks import Blocks, Cells, body
from xl_salesflow.excel.ground import Ground
from xl_salesflow.excel.quiet import refusals
from xl_salesflow.excel.tables import OnSheet, is_formula, on_sheet, runs


@dataclass
class Removing:
    """The removals of one plan. They come last, because what is deleted can be put back as values and formulas only."""

    ground: Ground
    blocks: Blocks

    def remove(self, table: str, rows: Iterable[int]) -> None:
        """Take the sheet *rows* out of *table*; when none is left, one is emptied, as a table has at least one.

        Raises:
            CannotSave: Excel refuses, or deletes something else, as it does behind a filter.
        """
        place, gone = self.ground.place(table), sorted(rows)
        if len(gone) == place.last_row - place.first_row + 1:
            self._empty(place, gone.pop(0))
        if not gone:
            return
        before, seen = body(_body(place))
        self.blocks.afterwards(lambda: self._back(table, place, before))
        for first, last in reversed(runs(gone)):
            try:
                place.block(first, last, place.first_col, place.last_col).delete("up")
            except refusals() as error:
                raise _refused(self.ground.book, place) from error
        self.ground.stands(table, place.last_row - len(gone))
        left = [line for row, line in enumerate(before, start=place.first_row) if row not in gone]
        if seen and not _is_left(place, left):
            raise _refused(self.ground.book, place)

    def _empty(self, place: OnSheet, row: int) -> None:
        # formulas stay, so that the table goes on computing its columns
        line, _ = body(place.block(row, row, place.first_col, place.last_col))
        for left, right in runs([at for at, cell in enumerate(line[0], place.first_col) if not is_formula(cell)]):
            self.blocks.clear(place.block(row, row, left, right))

    def _back(self, table: str, place: OnSheet, before: Cells) -> None:
        now = on_sheet(place.on, place.table)
        if missing := place.last_row - now.last_row:
            first = now.last_row + 1
            place.block(first, first + missing - 1, place.first_col, place.last_col).insert("down")
            if on_sheet(place.on, place.table).last_row != place.last_row:
                self.ground.stretch(table, place.last_row)
        self.ground.stands(table, place.last_row)
        _body(place).value = before


def _body(place: OnSheet) -> xw.Range:
    return place.block(place.first_row, place.last_row, place.first_col, place.last_col)


def _is_left(place: OnSheet, expected: Cells) -> bool:
    """Tell whether the table holds these rows now; the references of formulas may have moved."""
    now = on_sheet(place.on, place.table)
    if now.last_row - now.first_row + 1 != len(expected):
        return False
    found, _ = body(_body(now))
    return [_constants(line) for line in found] == [_constants(line) for line in expected]


def _constants(line: list[object]) -> list[object]:
    return ["=" if is_formula(cell) else cell for cell in line]


def _refused(book: xw.Book, place: OnSheet) -> CannotSave:
    return CannotSave(
        book.name,
        (
            f"rows of the table {place.name} could not be deleted; clear its filter or unprotect {place.sheet}",
            f"无法删除表 {place.name} 的行；请清除其筛选，或取消工作表“{place.sheet}”的保护",
        ),
    )
