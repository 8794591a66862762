"""Make tables longer or shorter: decide what is written where, and refuse to overwrite other cells.

Cells that move to other rows are copied from the sheet unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from xl_salesflow.errors import UnsupportedEdit
from xl_salesflow.locale.texts import Text
from xl_salesflow.ooxml.cell_contents import REMOVED_CELL, CellFormula, RawCell, escape_formula, unescape_xml
from xl_salesflow.ooxml.cell_references import MAX_ROW, Area, cell_address, shift_formula
from xl_salesflow.ooxml.column_formulas import SharedFormulas
from xl_salesflow.ooxml.edit_assembly import WorkbookEdits
from xl_salesflow.ooxml.opc_package import Package
from xl_salesflow.ooxml.row_shifts import RowDeletion, RowPermutation, TableGrowth
from xl_salesflow.ooxml.sheet_edits import GainedRows
from xl_salesflow.ooxml.sheet_stream import RowCell, SheetGrammar, SheetStream, parse_row_cells
from xl_salesflow.ooxml.workbook_parts import ExcelTable, TableColumn, Worksheet

_CELL_PLACE_ATTRIBUTE = re.compile(rb'\sr="[^"]*"')
_HIDDEN_ROW_ATTRIBUTE = re.compile(rb'\shidden="(?:1|true)"')
_RELOCATED_PIECE_ROWS = 1024
_RELOCATED_ARRAY_REF = re.compile(rb'(\sref=")([^"]*)')


class CellRelocation:
    """Reads the cells of a table's columns from a row on, to write them elsewhere."""

    def __init__(self, stream: SheetStream, table: ExcelTable, first_row: int) -> None:
        self._stream, self._table, self._first_row = stream, table, first_row
        self._shared = SharedFormulas()

    def rows(self) -> Iterator[tuple[int, list[RowCell]]]:
        """Yield rows of the table that have cells, including totals, ascending."""
        table, patterns = self._table, self._stream.grammar
        for number, row in self._stream.rows():
            if number > table.area.last_row:
                return
            shared = b't="shared"' in row
            if number < self._first_row and not shared:
                continue
            cells = list(parse_row_cells(patterns, row))
            if shared:
                cells = [self._standing_alone(patterns, number, cell) for cell in cells]
            if number >= self._first_row:
                yield number, [cell for cell in cells if table.first_col <= cell.column <= table.last_col]

    def _standing_alone(self, patterns: SheetGrammar, row: int, cell: RowCell) -> RowCell:
        """Write out a shared formula, so that the cell can move independently."""
        formula = patterns.formula.search(cell.content)
        if formula is None:
            return cell
        self._shared.remember(formula.group(1), formula.group(2), row, cell.column)
        text = self._shared.text(formula.group(1), row, cell.column)
        if text is None:
            return cell
        p = patterns.prefix
        alone = b"<%bf>%b</%bf>" % (p, escape_formula(text), p)
        return cell._replace(content=cell.content[: formula.start()] + alone + cell.content[formula.end() :])


class RelocatedRows:
    """The moved rows of a table; they are read from the sheet in pieces, so that only a few are in memory."""

    def __init__(self, read: Callable[[], Iterator[tuple[int, list[RowCell]]]], first_row: int, count: int) -> None:
        self._read, self._first_row, self.count = read, first_row, count
        self._rows: Iterator[tuple[int, list[RowCell]]] = iter(())
        self._piece_bounds, self._at = (0, 0), count  # bounds of the piece in memory; the next row to read
        self._piece: list[dict[int, RawCell]] = []
        self._next: tuple[int, list[RowCell]] | None = None

    def piece(self, start: int, stop: int) -> list[dict[int, RawCell]]:
        """Return the cells of some rows by column, counted from the first row; pieces are read fastest in order."""
        if (start, stop) != self._piece_bounds:
            if start < self._at:
                self._rows, self._at = self._read(), 0
                self._next = next(self._rows, None)
            rows = [self._row() for _ in range(self._at, stop)]
            self._piece_bounds, self._piece = (start, stop), rows[len(rows) - (stop - start) :]
        return self._piece

    def _row(self) -> dict[int, RawCell]:
        row = self._first_row + self._at
        self._at += 1
        if self._next is None or self._next[0] != row:
            return {}
        cells = {cell.column: make_raw_cell(cell, row) for cell in self._next[1]}
        self._next = next(self._rows, None)
        return cells


class RelocatedColumn(Sequence[Any]):
    """One column of moved rows; where it has no cell, the cell at the new place is removed."""

    def __init__(self, rows: RelocatedRows, column: int) -> None:
        self._rows, self._column = rows, column

    def __len__(self) -> int:
        return self._rows.count

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            start, stop, _ = at.indices(len(self))
            return [row.get(self._column, REMOVED_CELL) for row in self._rows.piece(start, stop)]
        return self[at : at + 1][0]

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self), _RELOCATED_PIECE_ROWS):
            yield from self[start : start + _RELOCATED_PIECE_ROWS]


def make_raw_cell(cell: RowCell, row: int) -> RawCell:
    """Return a cell for another row; the reference of an array formula in one cell moves with it."""
    content = cell.content
    if b' ref="' in content:
        content = _RELOCATED_ARRAY_REF.sub(
            lambda m: m.group(1) + cell_address(row, cell.column).encode(), content, count=1
        )
    return RawCell(_CELL_PLACE_ATTRIBUTE.sub(b"", cell.attributes), content)


def _move_cell(patterns: SheetGrammar, cell: RowCell, before: int, row: int) -> RawCell:
    """Return a cell for another row; relative references in its formula move with it, as when Excel sorts."""
    formula = patterns.formula.search(cell.content)
    if formula and formula.group(2) and row != before:
        text = unescape_xml(formula.group(2))
        after = shift_formula(text, row - before, 0)
        if after != text:
            start, end = formula.span(2)
            cell = cell._replace(content=cell.content[:start] + escape_formula(after) + cell.content[end:])
    return make_raw_cell(cell, row)


ValuesByHeader = Mapping[str, Sequence[Any]]


class TableResizer:
    """Collects the edits that make one table longer or shorter."""

    def __init__(
        self,
        package: Package,
        tables: Mapping[str, ExcelTable],
        edits: WorkbookEdits,
        table: ExcelTable,
        sheet: Worksheet,
    ) -> None:
        self._package, self._tables, self._sheet = package, tables, sheet
        self._edits, self._cells = edits, edits.sheet(sheet.name)
        self._table, self._before = table, tables[table.name]  # after the edits, and on disk

    @property
    def _columns(self) -> range:
        return range(self._table.first_col, self._table.last_col + 1)

    def put(self, first: int, columns: Mapping[int, Sequence[Any]]) -> None:
        """Write rows starting at a row, and extend the table to the last of them."""
        count = count_column_values(columns)
        last = first + count - 1
        if last > MAX_ROW - self._table.has_totals:
            why = Text("would need {last:,} rows, a sheet has {limit:,}").with_facts(last=last, limit=MAX_ROW)
            raise self._refusal(f"table {self._table.name}", why)
        if last > self._table.last_row:
            self._end_at(last)
        self._edits.filled.add(self._table.part)
        rows = np.arange(first, first + count)
        for number, column in zip(self._columns, self._table.columns, strict=True):
            self._cells.set(number, rows, _new_body_values(column, columns.get(number), count))

    def cut(self, last: int) -> None:
        """End the table at a row, and remove the cells below."""
        end = self._edits.last_row(self._before)
        if last < end:
            removed = np.arange(last + 1, end + 1)
            for number in self._columns:
                self._cells.set(number, removed, [REMOVED_CELL] * len(removed))
            self._end_at(last)

    def _end_at(self, last: int) -> None:
        before = self._before
        if isinstance(self._edits.row_shifts.get(before.name), RowDeletion):
            raise ValueError("rows of this table were deleted; write the workbook first")
        self._cells.fresh.pop(before.name, None)
        if last > before.last_row:
            gained = Area(before.last_row + 1, before.first_col, last + before.has_totals, before.last_col)
            self._refuse_neighbours(gained)
            self._refuse_edits(gained._replace(first_row=self._edits.last_row(before) + 1 + before.has_totals))
            totals = before.last_row + 1 if before.has_totals else None
            self._cells.fresh[before.name] = GainedRows(gained, before.last_row, totals)
        if before.has_totals:
            self._move_totals(self._edits.last_row(before) + 1, last + 1)
        self._edits.row_shifts[before.name] = TableGrowth(before, last)

    def _move_totals(self, now: int, after: int) -> None:
        """Move the totals row from its place after earlier edits."""
        on_disk = self._before.last_row + 1
        found: dict[int, RawCell] = {}
        for _, cells in CellRelocation(self._stream(), self._before, on_disk).rows():
            found = {cell.column: make_raw_cell(cell, after) for cell in cells}
        for number in self._columns:
            self._cells.set(number, np.array([now]), [REMOVED_CELL])
            self._cells.set(number, np.array([after]), [found.get(number, REMOVED_CELL)])

    def delete(self, rows: Sequence[int]) -> None:
        """Delete rows; those below and the totals row move up."""
        table, deleted = self._before, sorted({int(row) for row in rows})
        if not deleted:
            return
        if table.name in self._edits.row_shifts:
            raise ValueError("this table was resized; write the workbook before deleting its rows")
        for row in (deleted[0], deleted[-1]):
            if not table.first_row <= row <= table.last_row:
                why = Text("is outside the table {table}").with_facts(table=table.name)
                raise self._refusal(cell_address(row, table.first_col), why)
        if len(deleted) == table.last_row - table.first_row + 1:
            self._empty_first_row()
            deleted.remove(table.first_row)
        if deleted:
            self._move_up(RowDeletion(table, tuple(deleted)))

    def _empty_first_row(self) -> None:
        row = np.array([self._before.first_row])
        for number, column in zip(self._columns, self._before.columns, strict=True):
            self._cells.set(number, row, _new_body_values(column, None, 1))

    def _move_up(self, deletion: RowDeletion) -> None:
        table, deleted = deletion.table, np.array(deletion.deleted_rows)
        for number in self._columns:
            self._cells.delete(number, deleted, table.area.last_row)
        after = np.arange(deleted[0], table.area.last_row + 1)
        rows = RelocatedRows(lambda: self._rows_that_stay(deletion), int(deleted[0]), len(after))
        for number in self._columns:
            self._cells.set_below(number, after, RelocatedColumn(rows, number))
        self._edits.row_shifts[table.name] = deletion

    def _rows_that_stay(self, deletion: RowDeletion) -> Iterator[tuple[int, list[RowCell]]]:
        deleted = frozenset(deletion.deleted_rows)
        for row, cells in CellRelocation(self._stream(), deletion.table, deletion.deleted_rows[0]).rows():
            if row not in deleted:
                yield deletion.row(row), cells

    def order(self, rows: Sequence[int]) -> None:
        """Put rows into another order; those that are not named follow in theirs."""
        table, named = self._before, {int(row) for row in rows}
        if table.name in self._edits.row_shifts or set(self._cells.within(table.body)):
            raise ValueError("this table was edited; write the workbook before ordering its rows")
        body = range(table.first_row, table.last_row + 1)
        wanted = [*map(int, rows), *(row for row in body if row not in named)]
        if sorted(wanted) != list(body):
            raise ValueError("the order has to name rows of the table, each once")
        self._refuse_hidden_rows(body)
        stream = self._stream()
        found = dict(CellRelocation(stream, table, table.first_row).rows())
        moved = [
            {cell.column: _move_cell(stream.grammar, cell, before, row) for cell in found.get(before, ())}
            for row, before in zip(body, wanted, strict=True)
        ]
        for number in self._columns:
            self._cells.set(number, np.array(body), [cells.get(number, REMOVED_CELL) for cells in moved])
        self._edits.orders[table.name] = RowPermutation(table, dict(zip(wanted, body, strict=True)))

    def _refuse_hidden_rows(self, body: range) -> None:
        stream = self._stream()
        for number, row in stream.rows():
            opening = stream.grammar.row.match(row)
            if number in body and opening and _HIDDEN_ROW_ATTRIBUTE.search(opening.group(1)):
                why = Text("is hidden, perhaps by a filter; show all rows and sort again")
                raise self._refusal(str(number), why)

    def _stream(self) -> SheetStream:
        return SheetStream(self._package, self._sheet.part)

    def _refusal(self, place: str, why: Text) -> UnsupportedEdit:
        return UnsupportedEdit(self._package.path, f"{self._sheet.name}!{place}", why)

    def _refuse_neighbours(self, gained: Area) -> None:
        for other in self._tables.values():
            if other.name != self._table.name and other.sheet == self._sheet.name and other.area.overlaps(gained):
                why = Text("table {other} is in the way of {table}; move it and run again").with_facts(
                    other=other.name, table=self._table.name
                )
                raise self._refusal(cell_address(other.area.first_row, other.area.first_col), why)

    def _refuse_edits(self, gained: Area) -> None:
        """Refuse to grow over cells that were set in this run."""
        for row, column in self._cells.within(gained):
            if self._cells.row(row).get(column) not in (None, REMOVED_CELL):
                why = Text("was set in this run and is in the way of a table that grows; write it elsewhere")
                raise self._refusal(cell_address(row, column), why)


def count_column_values(columns: Mapping[Any, Sequence[Any]]) -> int:
    """Return the common length of columns; raises ValueError if they differ."""
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of different length: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def _new_body_values(column: TableColumn, values: Sequence[Any] | None, count: int) -> Sequence[Any]:
    """Return the contents of new cells of a column: the given values, with its formula if it has one."""
    if column.formula is None:
        return values if values is not None else [None] * count
    cached = values if values is not None else [None] * count
    return [
        value if isinstance(value, CellFormula | RawCell) else CellFormula(column.formula, value) for value in cached
    ]
