"""A table that gains or loses rows: what is written where, and what must not stand in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from xl_salesflow.errors import UnsupportedEdit, Words
from xl_salesflow.ooxml.assemble import Edits
from xl_salesflow.ooxml.edits import Fresh
from xl_salesflow.ooxml.moves import Deletion, Growth
from xl_salesflow.ooxml.package import Package
from xl_salesflow.ooxml.parts import Sheet
from xl_salesflow.ooxml.refs import MAX_ROW, Area, address
from xl_salesflow.ooxml.relocate import MovedColumn, MovedRows, Relocation, raw
from xl_salesflow.ooxml.sheet_scan import SheetStream
from xl_salesflow.ooxml.splice import Cell
from xl_salesflow.ooxml.tables import Table, TableColumn
from xl_salesflow.ooxml.values import REMOVED, Formula, Raw

Columns = Mapping[str, Sequence[Any]]


class TableResizer:
    """Collects the edits that make one table longer or shorter."""

    def __init__(self, package: Package, tables: Mapping[str, Table], edits: Edits, table: Table, sheet: Sheet) -> None:
        self._package, self._tables, self._sheet = package, tables, sheet
        self._edits, self._cells = edits, edits.sheet(sheet.name)
        self._table, self._before = table, tables[table.name]  # as the edits make it, as it is on disk

    @property
    def _columns(self) -> range:
        return range(self._table.first_col, self._table.last_col + 1)

    def put(self, first: int, columns: Mapping[int, Sequence[Any]]) -> None:
        """Write whole rows from a row on, and let the table reach as far."""
        count = count_rows(columns)
        last = first + count - 1
        if last > MAX_ROW - self._table.has_totals:
            why = (f"would need {last:,} rows, a sheet has {MAX_ROW:,}", f"需要 {last:,} 行，工作表只有 {MAX_ROW:,} 行")
            raise self._refusal(f"table {self._table.name}", why)
        if last > self._table.last_row:
            self._end_at(last)
        self._edits.filled.add(self._table.part)
        rows = np.arange(first, first + count)
        for number, column in zip(self._columns, self._table.columns, strict=True):
            self._cells.set(number, rows, _body(column, columns.get(number), count))

    def cut(self, last: int) -> None:
        """Let the table end at a row, and take away what is below."""
        end = self._edits.last_row(self._before)
        if last < end:
            gone = np.arange(last + 1, end + 1)
            for number in self._columns:
                self._cells.set(number, gone, [REMOVED] * len(gone))
            self._end_at(last)

    def _end_at(self, last: int) -> None:
        before = self._before
        if isinstance(self._edits.moves.get(before.name), Deletion):
            raise ValueError("rows of this table were deleted; write the workbook first")
        self._cells.fresh.pop(before.name, None)
        if last > before.last_row:
            gained = Area(before.last_row + 1, before.first_col, last + before.has_totals, before.last_col)
            self._refuse_neighbours(gained)
            self._refuse_edits(gained._replace(first_row=self._edits.last_row(before) + 1 + before.has_totals))
            totals = before.last_row + 1 if before.has_totals else None
            self._cells.fresh[before.name] = Fresh(gained, before.last_row, totals)
        if before.has_totals:
            self._move_totals(self._edits.last_row(before) + 1, last + 1)
        self._edits.moves[before.name] = Growth(before, last)

    def _move_totals(self, now: int, after: int) -> None:
        """Take the totals row along, from where earlier edits have put it."""
        on_disk = self._before.last_row + 1
        found: dict[int, Raw] = {}
        for _, cells in Relocation(self._stream(), self._before, on_disk).rows():
            found = {cell.column: raw(cell, after) for cell in cells}
        for number in self._columns:
            self._cells.set(number, np.array([now]), [REMOVED])
            self._cells.set(number, np.array([after]), [found.get(number, REMOVED)])

    def delete(self, rows: Sequence[int]) -> None:
        """Take rows out; those below, and the totals row, move up."""
        table, gone = self._before, sorted({int(row) for row in rows})
        if not gone:
            return
        if table.name in self._edits.moves:
            raise ValueError("this table was resized; write the workbook before deleting its rows")
        for row in (gone[0], gone[-1]):
            if not table.first_row <= row <= table.last_row:
                why = (f"lies outside the table {table.name}", f"在表 {table.name} 之外")
                raise self._refusal(address(row, table.first_col), why)
        if len(gone) == table.last_row - table.first_row + 1:
            self._empty_first_row()
            gone.remove(table.first_row)
        if gone:
            self._move_up(Deletion(table, tuple(gone)))

    def _empty_first_row(self) -> None:
        row = np.array([self._before.first_row])
        for number, column in zip(self._columns, self._before.columns, strict=True):
            self._cells.set(number, row, _body(column, None, 1))

    def _move_up(self, deletion: Deletion) -> None:
        table, gone = deletion.table, np.array(deletion.gone)
        for number in self._columns:
            self._cells.delete(number, gone, table.area.last_row)
        after = np.arange(gone[0], table.area.last_row + 1)
        rows = MovedRows(lambda: self._rows_that_stay(deletion), int(gone[0]), len(after))
        for number in self._columns:
            self._cells.set_below(number, after, MovedColumn(rows, number))
        self._edits.moves[table.name] = deletion

    def _rows_that_stay(self, deletion: Deletion) -> Iterator[tuple[int, list[Cell]]]:
        gone = frozenset(deletion.gone)
        for row, cells in Relocation(self._stream(), deletion.table, deletion.gone[0]).rows():
            if row not in gone:
                yield deletion.row(row), cells

    def _stream(self) -> SheetStream:
        return SheetStream(self._package, self._sheet.part)

    def _refusal(self, place: str, why: Words) -> UnsupportedEdit:
        return UnsupportedEdit(self._package.path, f"{self._sheet.name}!{place}", why)

    def _refuse_neighbours(self, gained: Area) -> None:
        for other in self._tables.values():
            if other.name != self._table.name and other.sheet == self._sheet.name and other.area.meets(gained):
                why = (
                    f"table {other.name} is in the way of {self._table.name}; move it and run again",
                    f"表 {other.name} 挡住了表 {self._table.name}；请移开后重新运行",
                )
                raise self._refusal(address(other.area.first_row, other.area.first_col), why)

    def _refuse_edits(self, gained: Area) -> None:
        """Values that are to be written below the table are in its way as much as those that stand there."""
        for row, column in self._cells.within(gained):
            if self._cells.row(row).get(column) not in (None, REMOVED):
                why = (
                    "was set in this run and is in the way of a table that grows; write it elsewhere",
                    "在本次运行中已写入，挡住了需要扩展的表；请写到别处",
                )
                raise self._refusal(address(row, column), why)


def count_rows(columns: Mapping[Any, Sequence[Any]]) -> int:
    """How many rows columns of equal length make; raises ValueError for others."""
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of different length: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def _body(column: TableColumn, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    """What goes into new cells of a column: the values given, under its formula where it calculates."""
    if column.formula is None:
        return values if values is not None else [None] * count
    cached = values if values is not None else [None] * count
    return [value if isinstance(value, Formula | Raw) else Formula(column.formula, value) for value in cached]
