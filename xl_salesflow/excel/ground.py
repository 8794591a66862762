"""Where the tables of an open workbook stand while a plan is written: rows found again by key, tables grown and shrunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pandas as pd
import xlwings as xw

from xl_salesflow.errors import UnsupportedEdit, WorkbookChanged
from xl_salesflow.excel.tables import OnSheet, on_sheet, values
from xl_salesflow.model.tables import TABLES
from xl_salesflow.workbook.columns import shown
from xl_salesflow.workbook.layout import Layout


@dataclass
class Ground:
    """The tables as they were read (*layout*, *found*, *keys* by sheet row) and as they stand now."""

    book: xw.Book
    layout: Layout
    found: Mapping[str, OnSheet]
    keys: Mapping[str, pd.Series]
    _now: dict[str, OnSheet] = field(default_factory=dict)
    _resized: list[tuple[str, int]] = field(default_factory=list)

    def place(self, table: str) -> OnSheet:
        """Return where *table* stands now; asked of Excel once."""
        if table not in self._now:
            before = self.found[table]
            self._now[table] = on_sheet(before.on, before.table)
        return self._now[table]

    def column(self, table: str, id: str) -> int:
        """Return the sheet column of a column of *table*."""
        return self.place(table).column_of(self.layout.headers[table][id])

    def moved(self, table: str) -> int:
        """Return by how many sheet rows *table* moved since it was read."""
        return self.place(table).first_row - self.found[table].first_row

    def rows(self, table: str) -> Mapping[int, int]:
        """Return where each row that was read stands now.

        Raises:
            WorkbookChanged: a row was deleted, or moved and has no key of its own.
        """
        then, place, declared = self.keys[table], self.place(table), TABLES[table]
        col = self.column(table, declared.key or declared.columns[0].id)
        now = [shown(row[0]) for row in values(place.block(place.first_row, place.last_row, col, col))]
        at = [int(row) - self.found[table].first_row for row in then.index]
        if all(0 <= row < len(now) and now[row] == key for row, key in zip(at, then, strict=True)):
            return {int(row): int(row) + self.moved(table) for row in then.index}
        keyed, times = {key: place.first_row + row for row, key in enumerate(now)}, Counter(now)
        unique = then.is_unique and all(times[key] == 1 for key in then)
        if declared.key is None or not unique:
            raise WorkbookChanged(self.book.name)
        return {int(row): keyed[key] for row, key in zip(then.index, then, strict=True)}

    def resize(self, table: str, last_row: int) -> OnSheet:
        """Make *last_row* the last of the body of *table*, and return where it stands then.

        Raises:
            UnsupportedEdit: something stands below the table, where its new rows would go.
        """
        place = self.place(table)
        if last_row == place.last_row:
            return place
        if last_row > place.last_row:
            self._make_room(place, last_row)
        self._resized.append((table, place.last_row))
        grown = self.stretch(table, last_row)
        if last_row > place.last_row:
            _dress(place, last_row)
        return grown

    def stands(self, table: str, last_row: int) -> None:
        """Take note that Excel itself moved the end of *table*, as rows were deleted or inserted."""
        self._now[table] = replace(self.place(table), last_row=last_row)

    def undo(self) -> None:
        """Give every table the length it had."""
        while self._resized:
            self.stretch(*self._resized.pop())

    def stretch(self, table: str, last_row: int) -> OnSheet:
        """Make *last_row* the last of the body of *table*, whatever stands there."""
        place = self.place(table)
        if place.totals:  # Excel keeps its formulas while it is off
            place.table.show_totals = False
        place.table.resize(place.block(place.first_row - 1, last_row, place.first_col, place.last_col))
        if place.totals:
            place.table.show_totals = True
        self.stands(table, last_row)
        return self.place(table)

    def _make_room(self, place: OnSheet, last_row: int) -> None:
        first = place.last_row + 1 + place.totals
        below = place.block(first, last_row + place.totals, place.first_col, place.last_col)
        if any(cell is not None for row in values(below) for cell in row):
            raise UnsupportedEdit(
                self.book.name,
                f"{place.sheet}!{place.last_row + 1}",
                (
                    f"something stands below the table {place.name}, where its new rows go; move it away",
                    f"表 {place.name} 下方有内容，新行无处可放；请将其移走",
                ),
            )


def _dress(place: OnSheet, last_row: int) -> None:
    """Let new rows look as the last one did: a table that is made longer gives them its stripes and no formats."""
    with suppress(NotImplementedError):  # Excel on the web has no such call
        pattern = place.block(place.last_row, place.last_row, place.first_col, place.last_col)
        pattern.autofill(place.block(place.last_row, last_row, place.first_col, place.last_col), "fill_formats")
