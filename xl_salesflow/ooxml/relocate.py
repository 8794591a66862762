"""Cells of a table that move to other rows, taken from the sheet as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from xl_salesflow.ooxml.refs import address
from xl_salesflow.ooxml.shared_formulas import SharedFormulas
from xl_salesflow.ooxml.sheet_scan import Grammar, SheetStream
from xl_salesflow.ooxml.splice import Cell, cells_of
from xl_salesflow.ooxml.tables import Table
from xl_salesflow.ooxml.text import xml_formula
from xl_salesflow.ooxml.values import REMOVED, Raw

_PLACE = re.compile(rb'\sr="[^"]*"')
_PIECE = 1024
_REF = re.compile(rb'(\sref=")([^"]*)')


class Relocation:
    """Reads the cells of a table's columns from a row on, ready to be written elsewhere."""

    def __init__(self, stream: SheetStream, table: Table, first_row: int) -> None:
        self._stream, self._table, self._first_row = stream, table, first_row
        self._shared = SharedFormulas()

    def rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield rows of the table that hold cells, totals included, ascending."""
        table, patterns = self._table, self._stream.grammar
        for number, row in self._stream.rows():
            if number > table.area.last_row:
                return
            shared = b't="shared"' in row
            if number < self._first_row and not shared:
                continue
            cells = list(cells_of(patterns, row))
            if shared:
                cells = [self._standing_alone(patterns, number, cell) for cell in cells]
            if number >= self._first_row:
                yield number, [cell for cell in cells if table.first_col <= cell.column <= table.last_col]

    def _standing_alone(self, patterns: Grammar, row: int, cell: Cell) -> Cell:
        """Write a shared formula out, so that the cell can leave the others."""
        formula = patterns.formula.search(cell.content)
        if formula is None:
            return cell
        self._shared.remember(formula.group(1), formula.group(2), row, cell.column)
        text = self._shared.text(formula.group(1), row, cell.column)
        if text is None:
            return cell
        p = patterns.prefix
        alone = b"<%bf>%b</%bf>" % (p, xml_formula(text), p)
        return cell._replace(content=cell.content[: formula.start()] + alone + cell.content[formula.end() :])


class MovedRows:
    """Rows of a table in their new places, read again from the sheet as they are asked for, so that few are held."""

    def __init__(self, read: Callable[[], Iterator[tuple[int, list[Cell]]]], first_row: int, count: int) -> None:
        self._read, self._first_row, self.count = read, first_row, count
        self._rows: Iterator[tuple[int, list[Cell]]] = iter(())
        self._asked, self._at = (0, 0), count  # the piece that is held, and where reading stands
        self._held: list[dict[int, Raw]] = []
        self._next: tuple[int, list[Cell]] | None = None

    def piece(self, start: int, stop: int) -> list[dict[int, Raw]]:
        """The cells of some rows by column, counted from the first; pieces are best asked for in order."""
        if (start, stop) != self._asked:
            if start < self._at:
                self._rows, self._at = self._read(), 0
                self._next = next(self._rows, None)
            rows = [self._row() for _ in range(self._at, stop)]
            self._asked, self._held = (start, stop), rows[len(rows) - (stop - start) :]
        return self._held

    def _row(self) -> dict[int, Raw]:
        row = self._first_row + self._at
        self._at += 1
        if self._next is None or self._next[0] != row:
            return {}
        cells = {cell.column: raw(cell, row) for cell in self._next[1]}
        self._next = next(self._rows, None)
        return cells


class MovedColumn(Sequence[Any]):
    """One column of moved rows; where it holds no cell, the cell that is there goes away."""

    def __init__(self, rows: MovedRows, column: int) -> None:
        self._rows, self._column = rows, column

    def __len__(self) -> int:
        return self._rows.count

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            start, stop, _ = at.indices(len(self))
            return [row.get(self._column, REMOVED) for row in self._rows.piece(start, stop)]
        return self[at : at + 1][0]

    def __iter__(self) -> Iterator[Any]:
        for start in range(0, len(self), _PIECE):
            yield from self[start : start + _PIECE]


def raw(cell: Cell, row: int) -> Raw:
    """A cell as it will stand in another row; an array formula of one cell takes its reference along."""
    content = cell.content
    if b' ref="' in content:
        content = _REF.sub(lambda m: m.group(1) + address(row, cell.column).encode(), content, count=1)
    return Raw(_PLACE.sub(b"", cell.attributes), content)
