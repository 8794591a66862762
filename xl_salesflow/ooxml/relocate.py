"""Cells of a table that move to other rows, taken from the sheet as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xl_salesflow.ooxml.refs import address, shift
from xl_salesflow.ooxml.sheet_scan import Grammar, SheetStream
from xl_salesflow.ooxml.splice import Cell, cells_of
from xl_salesflow.ooxml.tables import Table
from xl_salesflow.ooxml.values import Raw, plain_text, xml_formula

_PLACE = re.compile(rb'\sr="[^"]*"')
_SHARED_ID = re.compile(rb'\ssi="([0-9]+)"')
_REF = re.compile(rb'(\sref=")([^"]*)')


class Relocation:
    """Reads the cells of a table's columns from a row on, ready to be written elsewhere."""

    def __init__(self, stream: SheetStream, table: Table, first_row: int) -> None:
        self._stream, self._table, self._first_row = stream, table, first_row
        self._masters: dict[bytes, tuple[str, int, int]] = {}  # shared formulas: text, row, column, by id

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
        shared = _SHARED_ID.search(formula.group(1)) if formula and b't="shared"' in formula.group(1) else None
        if formula is None or shared is None:
            return cell
        if formula.group(2):
            self._masters[shared.group(1)] = (plain_text(formula.group(2)), row, cell.column)
        text, of_row, of_column = self._masters.get(shared.group(1), ("", row, cell.column))
        p, text_here = patterns.prefix, xml_formula(shift(text, row - of_row, cell.column - of_column))
        alone = b"<%bf>%b</%bf>" % (p, text_here, p)
        return cell._replace(content=cell.content[: formula.start()] + alone + cell.content[formula.end() :])


def raw(cell: Cell, row: int) -> Raw:
    """A cell as it will stand in another row; an array formula of one cell takes its reference along."""
    content = cell.content
    if b' ref="' in content:
        content = _REF.sub(lambda m: m.group(1) + address(row, cell.column).encode(), content, count=1)
    return Raw(_PLACE.sub(b"", cell.attributes), content)
