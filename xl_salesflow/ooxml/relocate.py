"""Cells of a table that move to other rows, taken from the sheet as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xl_salesflow.ooxml.refs import address
from xl_salesflow.ooxml.shared_formulas import SharedFormulas
from xl_salesflow.ooxml.sheet_scan import Grammar, SheetStream
from xl_salesflow.ooxml.splice import Cell, cells_of
from xl_salesflow.ooxml.tables import Table
from xl_salesflow.ooxml.text import xml_formula
from xl_salesflow.ooxml.values import Raw

_PLACE = re.compile(rb'\sr="[^"]*"')
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


def raw(cell: Cell, row: int) -> Raw:
    """A cell as it will stand in another row; an array formula of one cell takes its reference along."""
    content = cell.content
    if b' ref="' in content:
        content = _REF.sub(lambda m: m.group(1) + address(row, cell.column).encode(), content, count=1)
    return Raw(_PLACE.sub(b"", cell.attributes), content)
